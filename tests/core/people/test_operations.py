"""People: who sees whom, who signs whom out, tokens, and what the trail keeps of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from netos_core.access import sessions
from netos_core.access.model import CalendarFeed, Person
from netos_core.access.queries import principal
from netos_core.access.rules import PersonKind, Role, Scope
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from netos_core.kernel.operation import PageOnly
from netos_core.people import records
from netos_core.people.operations import (
    close_access,
    create_feed,
    create_token,
    end_sessions,
    get_person,
    list_people,
    list_rights,
    open_access,
    revoke_feed,
    revoke_token,
)
from netos_core.people.schemas import (
    CreateFeed,
    CreateToken,
    GetPerson,
    ListPeople,
    ListRights,
    RevokeFeed,
    RevokeToken,
    SetAccess,
    SignOut,
)
from tests.factories import NOW, audit_of, make_ctx, make_person, propose

NOC = "noc.person@isp.example"


def on_page(session: Session, role: Role, **more: str) -> Context:
    return make_ctx(session, role, channel=Channel.PAGE, **more)


def test_an_admin_sees_everyone_with_what_is_signed_in_for_them(session: Session) -> None:
    noc = make_person(session, Role.NOC)
    sessions.start(session, noc, NOW, address="10.0.0.7", browser="Firefox")
    sessions.start(session, noc, NOW - sessions.IDLE - timedelta(minutes=1))
    records.note_agent(session, principal(noc, client="app:1"), "Claude", NOW, "10.0.0.8")
    create_token(on_page(session, Role.NOC), CreateToken(name="laptop", scope=Scope.READ, days=30))
    page = list_people(make_ctx(session, Role.ADMIN), ListPeople())
    row = next(person for person in page.people if person.email == NOC)
    assert (row.sessions, row.tokens, row.agents, row.roles, row.seen_at) == (1, 1, 1, ["noc"], NOW)
    assert page.total == len(page.people)
    shown = get_person(make_ctx(session, Role.ADMIN), GetPerson(email=NOC))
    assert [(s.address, s.browser) for s in shown.sessions] == [("10.0.0.7", "Firefox")]
    assert [(a.client, a.name, a.address) for a in shown.agents] == [("app:1", "Claude", "10.0.0.8")]


@pytest.mark.parametrize("role", [r for r in Role if r not in {Role.ADMIN, Role.AUDITOR}])
def test_nobody_else_sees_more_than_themselves(session: Session, role: Role) -> None:
    make_person(session, Role.ADMIN)
    ctx = make_ctx(session, role)
    with pytest.raises(Forbidden):
        list_people(ctx, ListPeople())
    for email in ("admin.person@isp.example", "nobody@isp.example"):  # known and unknown are refused alike
        with pytest.raises(Forbidden, match="show only yourself"):
            get_person(ctx, GetPerson(email=email))
    assert get_person(ctx, GetPerson(email=None)).is_you


def test_everyone_may_read_the_rights_table(session: Session) -> None:
    table = list_rights(make_ctx(session, Role.FIELD), ListRights())
    assert [row.role for row in table.roles] == [str(role) for role in Role]


def test_what_changes_people_is_done_on_a_page_only(session: Session) -> None:
    agent = make_ctx(session, Role.ADMIN, agent="claude")
    for operation, request in (
        (end_sessions, SignOut(email=None)),
        (close_access, SetAccess(email=NOC, reason="left")),
        (open_access, SetAccess(email=NOC, reason="back")),
        (create_token, CreateToken(name="x", scope=Scope.READ, days=1)),
        (revoke_token, RevokeToken(ref="TOK-1")),
        (create_feed, CreateFeed()),
        (revoke_feed, RevokeFeed()),
    ):
        with pytest.raises(PageOnly):
            operation(agent, request)


def test_one_signs_oneself_out_everywhere_and_others_only_as_admin(session: Session) -> None:
    noc = make_person(session, Role.NOC)
    cookies = [sessions.start(session, noc, NOW) for _ in range(3)]
    with pytest.raises(Forbidden):
        end_sessions(on_page(session, Role.SALES), SignOut(email=NOC))
    assert end_sessions(on_page(session, Role.NOC), SignOut(email=None)).sessions == []
    assert not any(sessions.find(session, cookie, NOW) for cookie in cookies)
    assert audit_of(session, NOC)[0].action == "sign_out"


def test_who_is_shut_out_loses_sessions_and_tokens_until_let_in_again(session: Session) -> None:
    noc = make_person(session, Role.NOC)
    cookie = sessions.start(session, noc, NOW)
    made = create_token(on_page(session, Role.NOC), CreateToken(name="laptop", scope=Scope.PROPOSE, days=30))
    assert records.principal_of_token(session, made.secret, NOW, None).email == NOC
    admin = on_page(session, Role.ADMIN)
    view = close_access(admin, SetAccess(email=NOC, reason="left the company"))
    assert not view.active
    assert not view.tokens[0].live
    assert sessions.find(session, cookie, NOW) is None
    with pytest.raises(records.TokenNotValid):
        records.principal_of_token(session, made.secret, NOW, None)
    with pytest.raises(Conflict):
        close_access(admin, SetAccess(email=NOC, reason="left the company"))
    assert open_access(admin, SetAccess(email=NOC, reason="is back")).active
    with pytest.raises(records.TokenNotValid):  # a token that was revoked stays so
        records.principal_of_token(session, made.secret, NOW, None)


def test_an_admin_does_not_shut_themselves_out(session: Session) -> None:
    with pytest.raises(Invalid, match="yourself"):
        close_access(on_page(session, Role.ADMIN), SetAccess(email="admin.person@isp.example", reason="by mistake"))


def test_a_token_is_shown_once_and_kept_as_its_hash(session: Session) -> None:
    made = create_token(on_page(session, Role.ENGINEERING), CreateToken(name="laptop", scope=Scope.READ, days=7))
    assert made.secret.startswith("netos_pat_")
    assert made.token.expires_at == NOW + timedelta(days=7)
    text = get_person(on_page(session, Role.ENGINEERING), GetPerson(email=None)).model_dump_json()
    assert made.secret not in text
    entry = audit_of(session, made.token.ref)[0]
    assert (entry.action, entry.entity) == ("create", "access_token")
    assert made.secret not in entry.model_dump_json()


def test_a_token_ends_by_itself(session: Session) -> None:
    made = create_token(on_page(session, Role.NOC), CreateToken(name="laptop", scope=Scope.READ, days=1))
    last = NOW + timedelta(days=1) - timedelta(seconds=1)
    assert records.principal_of_token(session, made.secret, last, "10.0.0.9").client == f"token:{made.token.ref}"
    with pytest.raises(records.TokenNotValid):
        records.principal_of_token(session, made.secret, NOW + timedelta(days=1), None)
    shown = get_person(make_ctx(session, Role.NOC, now=last), GetPerson(email=None)).tokens[0]
    assert (shown.used_at, shown.used_from) == (last, "10.0.0.9")


def test_a_reading_token_proposes_nothing(session: Session) -> None:
    made = create_token(on_page(session, Role.ENGINEERING), CreateToken(name="laptop", scope=Scope.READ, days=1))
    who = records.principal_of_token(session, made.secret, NOW, None)
    assert who.may("read:circuits")
    assert who.may("see:money")
    ctx = make_ctx(session, Role.ENGINEERING)
    reader = Context(session, who, NOW, ctx.policy, Channel.AGENT)
    with pytest.raises(Forbidden):
        propose(reader, "provider", "create", name="Carrier")


def test_a_token_of_somebody_else_is_as_if_it_were_not_there(session: Session) -> None:
    made = create_token(on_page(session, Role.NOC), CreateToken(name="laptop", scope=Scope.READ, days=1))
    for ref in (made.token.ref, "TOK-999999"):
        with pytest.raises(NotFound):
            revoke_token(on_page(session, Role.SALES), RevokeToken(ref=ref))
    assert not revoke_token(on_page(session, Role.ADMIN), RevokeToken(ref=made.token.ref)).tokens[0].live
    with pytest.raises(Conflict):
        revoke_token(on_page(session, Role.NOC), RevokeToken(ref=made.token.ref))


def test_an_agent_of_its_own_has_no_right_to_decide(session: Session) -> None:
    agent = Person(id=make_person(session, Role.NOC).id, email="a", name="a", roles=["admin"], kind=PersonKind.AGENT)
    who = principal(agent)
    assert who.scheduled
    assert {right.partition(":")[0] for right in who.rights} == {"read", "see", "propose", "run"}
    assert {right for right in who.rights if right.startswith("run:")} == {"run:imports", "run:drafts"}


def test_a_person_has_one_feed_and_the_newest_is_it(session: Session) -> None:
    noc = on_page(session, Role.NOC)
    first, second = (create_feed(noc, CreateFeed()).secret for _ in range(2))
    assert len(second) >= 40
    assert records.principal_of_feed(session, first, NOW, None) is None
    reader = records.principal_of_feed(session, second, NOW, "10.0.0.9")
    assert reader is not None
    assert (reader.email, reader.agent) == (NOC, "calendar feed")
    assert all(right.startswith(("read:", "see:")) for right in reader.rights)
    shown = get_person(make_ctx(session, Role.NOC), GetPerson()).feed
    assert shown is not None
    assert (shown.used_at, shown.used_from) == (NOW, "10.0.0.9")
    assert second not in repr(session.get(CalendarFeed, noc.principal.person_id).__dict__)
    told = [(entry.entity, entry.action) for entry in audit_of(session, NOC)]
    assert [action for entity, action in told if entity == "calendar_feed"] == ["create", "revoke", "create"]


def test_a_feed_is_revoked_by_its_person_by_an_admin_and_by_shutting_out(session: Session) -> None:
    noc, admin = on_page(session, Role.NOC), on_page(session, Role.ADMIN)
    for end in (
        lambda: revoke_feed(noc, RevokeFeed()),
        lambda: revoke_feed(admin, RevokeFeed(email=NOC)),
        lambda: close_access(admin, SetAccess(email=NOC, reason="left the company")),
    ):
        secret = create_feed(noc, CreateFeed()).secret
        assert end().feed is None
        assert records.principal_of_feed(session, secret, NOW, None) is None
    with pytest.raises(Conflict):
        revoke_feed(noc, RevokeFeed())
    with pytest.raises(Forbidden):
        revoke_feed(on_page(session, Role.SALES), RevokeFeed(email=NOC))

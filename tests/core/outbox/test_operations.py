"""The notice centre: each sees their own and sets how they are told; who runs NetOS sends dead ones again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.context import Channel, Context, Room
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from netos_core.kernel.operation import PageOnly
from netos_core.notices import sending
from netos_core.notices.model import RefusedAddress
from netos_core.notices.records import tell, withdraw
from netos_core.notices.rules.delivery import Outcome, Verdict
from netos_core.notices.rules.kinds import KINDS, Way
from netos_core.outbox.operations import (
    get_notice,
    get_notice_preferences,
    list_notices,
    resend_notice,
    set_notice_preferences,
)
from netos_core.outbox.schemas import (
    GetNotice,
    GetNoticePreferences,
    ListNotices,
    NoticeList,
    NoticePreferences,
    ResendNotice,
    SetNoticePreferences,
)
from tests.core.notices.outbox import DECIDED, RENEWAL, messages, told
from tests.factories import NOW, POLICY, audit_of, make_ctx, make_person

ROOMS = (Room("slack", "C024", frozenset({"renewal"})),)
BOTH = replace(POLICY, personal_channels=frozenset({"mail", "slack_direct"}))
OWN = GetNoticePreferences(email=None)


def page(session: Session, role: Role = Role.ADMIN, **more: Any) -> Context:
    return make_ctx(session, role, channel=Channel.PAGE, **more)


@pytest.fixture
def told_of(session: Session) -> Session:
    """Finance and the NOC were told of a renewal, finance of a decision, and Slack of the renewal."""
    finance, noc = make_person(session, Role.FINANCE), make_person(session, Role.NOC)
    told(session, RENEWAL, finance, noc, policy=replace(POLICY, rooms=ROOMS))
    told(session, DECIDED, finance)
    return session


def listed(ctx: Context, **asked: Any) -> NoticeList:
    return list_notices(ctx, ListNotices.model_validate(asked))


def who(found: NoticeList) -> list[str]:
    return [row.recipient.partition(".")[0] for row in found.rows]


def test_each_sees_their_own_and_who_runs_netos_everything(told_of: Session) -> None:
    assert who(listed(page(told_of, Role.FINANCE))) == ["finance", "finance"]
    assert who(listed(page(told_of, Role.NOC))) == ["noc"]
    assert who(listed(page(told_of, Role.SALES))) == []
    found = listed(page(told_of))
    assert who(found) == ["finance", "C024", "noc", "finance"]
    assert found.total == 4
    assert who(listed(page(told_of, Role.FINANCE), mine=False)) == []


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"kind": ["decided"]}, 1), ({"channel": ["slack"]}, 1), ({"state": ["dead"]}, 0), ({"about": "ctr-1042"}, 3),
        ({"query": "critical noc"}, 1), ({"query": "CHG-2207"}, 1), ({"mine": True}, 0), ({"mine": False}, 4),
        ({"state": ["waiting", "dead"], "kind": ["renewal"], "channel": ["mail"]}, 2),
    ],
)  # fmt: skip
def test_the_list_is_filtered(told_of: Session, asked: dict[str, Any], titles: int) -> None:
    found = listed(page(told_of), **asked)
    assert (len(found.rows), found.total) == (titles, titles)


@pytest.mark.parametrize("sort", ["ref", "-title", "kind", "channel", "recipient", "state", "tries", "next_try_at"])
def test_pages_neither_skip_nor_repeat(told_of: Session, sort: str) -> None:
    ctx = page(told_of)
    whole = [row.ref for row in listed(ctx, sort=sort).rows]
    paged, cursor = [], None
    while True:
        found = listed(ctx, sort=sort, limit=1, cursor=cursor)
        paged += [row.ref for row in found.rows]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert paged == whole


def test_what_was_taken_back_is_listed_only_where_it_is_asked_for(told_of: Session) -> None:
    withdraw(page(told_of), f"{DECIDED.key}:")
    assert len(listed(page(told_of, Role.FINANCE)).rows) == 1
    (gone,) = listed(page(told_of, Role.FINANCE), state=["withdrawn"]).rows
    assert (gone.kind, gone.next_try_at) == ("decided", None)


def bury(session: Session, way: Way = Way.MAIL) -> None:
    while (letter := sending.claim(session, way, NOW, POLICY.zone)) is not None:
        sending.settle(session, letter, Outcome(Verdict.REFUSED, "The mail server refuses the address (550)."), NOW)


def test_a_dead_one_says_why_and_is_sent_again_by_who_runs_netos(told_of: Session) -> None:
    bury(told_of)
    ref = listed(page(told_of, Role.NOC)).rows[0].ref
    shown = get_notice(page(told_of), GetNotice(ref=ref.lower()))
    assert (shown.state, shown.error, shown.may_send_again) == (
        "dead", "The mail server refuses the address (550).", True,
    )  # fmt: skip
    assert not get_notice(page(told_of, Role.NOC), GetNotice(ref=ref)).may_send_again
    done = resend_notice(page(told_of), ResendNotice(ref=ref, channel=None))
    assert (done.count, done.refs) == (1, [ref])
    assert get_notice(page(told_of), GetNotice(ref=ref)).state == "waiting"
    (entry,) = audit_of(told_of, ref)
    assert (entry.action, entry.entity, entry.person) == ("resend", "notice", "Admin Person")
    with pytest.raises(Conflict, match="is waiting, not dead"):
        resend_notice(page(told_of), ResendNotice(ref=ref, channel=None))


def test_every_dead_one_of_a_way_is_sent_again_at_once(told_of: Session) -> None:
    bury(told_of)
    bury(told_of, Way.SLACK)
    troubles = {one.channel: one.dead for one in listed(page(told_of)).troubles}
    assert troubles == {"mail": 3, "slack": 1}
    assert listed(page(told_of, Role.FINANCE)).troubles == []
    assert resend_notice(page(told_of), ResendNotice(ref=None, channel=Way.MAIL)).count == 3
    assert {row.channel: row.state for row in messages(told_of)} == {"mail": "waiting", "slack": "dead"}
    assert resend_notice(page(told_of), ResendNotice(ref=None, channel=Way.MAIL)).count == 0
    (entry,) = audit_of(told_of, "mail")
    assert {field.field: field.new for field in entry.fields}["notices"] == 3


@pytest.mark.parametrize("asked", [{}, {"ref": "NTC-1", "channel": "mail"}])
def test_a_resend_names_one_or_a_way(told_of: Session, asked: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="Name one notice"):
        resend_notice(page(told_of), ResendNotice.model_validate(asked))


def test_nobody_else_sends_again_and_no_agent_does(told_of: Session) -> None:
    ref = listed(page(told_of)).rows[0].ref
    with pytest.raises(Forbidden):
        resend_notice(page(told_of, Role.FINANCE), ResendNotice(ref=ref, channel=None))
    with pytest.raises(PageOnly):
        resend_notice(make_ctx(told_of, Role.ADMIN, "claude"), ResendNotice(ref=ref, channel=None))


def test_a_way_that_rests_says_since_when_and_why(told_of: Session) -> None:
    letter = sending.claim(told_of, Way.MAIL, NOW, POLICY.zone)
    assert letter is not None
    sending.settle(told_of, letter, Outcome(Verdict.SHUT, "Who are you? Correct NETOS_SMTP_URL."), NOW)
    (trouble,) = listed(page(told_of)).troubles
    assert (trouble.channel, trouble.shut, trouble.waiting, trouble.dead) == ("mail", True, 3, 0)
    assert (trouble.told, trouble.since, trouble.rests_until) == (
        "Who are you? Correct NETOS_SMTP_URL.", NOW, NOW + timedelta(hours=1),
    )  # fmt: skip


def test_a_notice_of_somebody_else_is_the_same_as_none(told_of: Session) -> None:
    ref = listed(page(told_of, Role.NOC)).rows[0].ref
    for asked in (ref, "NTC-9"):
        with pytest.raises(NotFound, match="No notice of yours has that ref"):
            get_notice(page(told_of, Role.FINANCE), GetNotice(ref=asked))


def test_the_text_is_as_its_reader_got_it(told_of: Session) -> None:
    texts = {
        row.recipient: get_notice(page(told_of), GetNotice(ref=row.ref)).text
        for row in listed(page(told_of), kind=["renewal"]).rows
    }
    assert "$1,234.50" in texts["finance.person@isp.example"]
    assert "$" not in texts["noc.person@isp.example"] + texts["C024"]
    person = make_person(told_of, Role.FINANCE)
    person.roles = ["noc"]
    told_of.flush()
    own = listed(page(told_of, Role.FINANCE), kind=["renewal"]).rows[0].ref
    assert "$" not in get_notice(page(told_of, Role.FINANCE), GetNotice(ref=own)).text


def set_to(ctx: Context, **wish: Any) -> NoticePreferences:
    return set_notice_preferences(ctx, SetNoticePreferences.model_validate(wish))


def test_somebody_who_has_set_nothing_is_told_by_mail_at_once(session: Session) -> None:
    found = get_notice_preferences(make_ctx(session, Role.NOC), OWN)
    assert {(wish.timing, *wish.ways) for wish in found.wishes} == {("now", "mail")}
    assert [wish.words for wish in found.wishes if not wish.chosen] == ["Broken audit trail", "Refused credentials"]
    assert (found.quiet_from, found.digest_at, found.ways) == (None, "07:00", ["mail"])
    assert found.timezone == "America/Indiana/Indianapolis"
    assert (found.is_you, found.refused) == (True, None)


def test_each_sets_how_they_are_told(session: Session) -> None:
    wishes = [
        {"kind": "decided", "ways": ["slack_direct", "mail"], "timing": "digest"},
        {"kind": "renewal", "ways": []},
    ]
    hours = {"quiet_from": "20:00", "quiet_until": "07:30:59", "digest_at": "16:45"}
    ctx = page(session, Role.FINANCE, policy=BOTH)
    found = set_to(ctx, wishes=wishes, **hours)
    by_kind = {wish.kind: (wish.ways, wish.timing) for wish in found.wishes}
    assert by_kind["decided"] == (["mail", "slack_direct"], "digest")
    assert by_kind["renewal"] == ([], "now")
    assert by_kind["approval"] == (["mail"], "now")
    assert (found.quiet_from, found.quiet_until, found.digest_at) == ("20:00", "07:30", "16:45")
    assert get_notice_preferences(ctx, OWN) == found
    tell(ctx, DECIDED, [make_person(session, Role.FINANCE)])
    assert {row.state for row in messages(session, DECIDED.key)} == {"held"}
    set_to(ctx)
    assert get_notice_preferences(ctx, OWN).quiet_from is None, "the whole is replaced"


def test_an_admin_sets_it_for_somebody_and_the_trail_says_so(session: Session) -> None:
    sales = make_person(session, Role.SALES)
    found = set_to(page(session), email=sales.email, wishes=[{"kind": "renewal", "ways": ["mail"], "timing": "digest"}])
    assert (found.name, found.is_you) == ("Sales Person", False)
    (entry,) = audit_of(session, sales.email)
    assert (entry.entity, entry.person) == ("notice_preference", "Admin Person")
    assert {field.field: field.new for field in entry.fields} == {"digest_at": "07:00", "renewal": "mail; digest"}
    auditor = page(session, Role.AUDITOR)
    assert get_notice_preferences(auditor, GetNoticePreferences(email=sales.email)).name == "Sales Person"
    with pytest.raises(Forbidden):
        set_to(auditor, email=sales.email)
    with pytest.raises(Forbidden):
        get_notice_preferences(page(session, Role.NOC), GetNoticePreferences(email=sales.email))
    with pytest.raises(NotFound):
        set_to(page(session), email="nobody@isp.example")


def test_no_agent_sets_how_its_person_is_told(session: Session) -> None:
    with pytest.raises(PageOnly):
        set_to(make_ctx(session, Role.FINANCE, "claude"))


@pytest.mark.parametrize(
    ("wish", "told_so"),
    [
        ({"wishes": [{"kind": "digest", "ways": ["mail"]}]}, "nothing to set"),
        ({"wishes": [{"kind": "renewal", "ways": ["slack"]}]}, "leads to no single person"),
        ({"wishes": [{"kind": "renewal", "ways": ["centre"]}]}, "leads to no single person"),
        ({"wishes": [{"kind": "trail_broken", "ways": []}]}, "always sent"),
        ({"wishes": [{"kind": "credentials_invalid", "ways": ["mail"], "timing": "digest"}]}, "always sent"),
        ({"quiet_from": "20:00"}, "beginning and an end"),
        ({"quiet_until": "07:00"}, "beginning and an end"),
        ({"quiet_from": "07:00", "quiet_until": "07:00"}, "end when they begin"),
    ],
)
def test_a_wish_that_can_not_be_is_refused(session: Session, wish: dict[str, Any], told_so: str) -> None:
    with pytest.raises(Invalid, match=told_so):
        set_to(page(session, Role.FINANCE), **wish)


@pytest.mark.parametrize("wish", [{"digest_at": "25:00"}, {"wishes": [{"kind": "weather", "ways": []}]}])
def test_what_is_no_hour_and_no_kind_is_no_request(wish: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SetNoticePreferences.model_validate(wish)


def test_a_refused_address_is_shown_to_its_owner(session: Session) -> None:
    person = make_person(session, Role.NOC)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    session.add(RefusedAddress(address=person.email, told="The mail server refuses the address (550).", since=at))
    session.flush()
    found = get_notice_preferences(page(session, Role.NOC), OWN)
    assert (found.refused, found.refused_at) == ("The mail server refuses the address (550).", at)


def test_every_kind_is_explained(session: Session) -> None:
    found = get_notice_preferences(page(session, Role.NOC), OWN)
    assert [wish.kind for wish in found.wishes] == [kind for kind in KINDS if kind != "digest"]
    assert all(wish.explained.endswith(".") for wish in found.wishes)

"""A notice is written with its cause, once, to whom it may concern, as they want it; and taken back where needless."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.rules import PersonKind, Role
from netos_core.changes.operations import reject_change
from netos_core.changes.schemas import Decide
from netos_core.kernel.context import Room
from netos_core.notices import queries, sending
from netos_core.notices.channels import message_of
from netos_core.notices.records import gather, prefer, tell, withdraw
from netos_core.notices.rules.kinds import NoticeKind, Step, Way, escalate
from netos_core.notices.rules.wishes import Preferences, Timing, Wish
from tests.core.notices.outbox import DECIDED, RENEWAL, context, messages, states, told
from tests.factories import (
    AGENT,
    NOW,
    POLICY,
    approve,
    approver,
    make_circuit,
    make_ctx,
    make_person,
    make_site,
    propose,
)

HELD = Preferences({kind: Wish((Way.MAIL,), Timing.DIGEST) for kind in NoticeKind})
KINDS = frozenset({"renewal"})


def test_the_second_message_with_a_key_is_not_written(session: Session) -> None:
    (row,) = told(session)
    person = make_person(session, Role.FINANCE)
    assert row.delivery_key == f"decided:CHG-2207:{person.id}:mail"
    assert (row.kind, row.recipient, row.person_id) == ("decided", person.email, person.id)
    assert (row.about, row.link, row.state, row.ref[:4]) == ("CHG-2207", "/approvals/CHG-2207", "waiting", "NTC-")
    assert tell(context(session), DECIDED, [person]) == 0
    assert len(messages(session, DECIDED.key)) == 1


def test_a_person_given_twice_is_told_once_and_nobody_is_told_who_was_shut_out(session: Session) -> None:
    finance, gone = make_person(session, Role.FINANCE), make_person(session, Role.EXEC, "Gone Person")
    agent = make_person(session, Role.FINANCE, "Agent Person")
    gone.active, agent.kind = False, PersonKind.AGENT
    rows = told(session, DECIDED, finance, finance, gone, agent)
    assert [row.person_id for row in rows] == [finance.id]


def test_who_may_not_read_of_it_is_not_told(session: Session) -> None:
    noc, admin = make_person(session, Role.NOC), make_person(session, Role.ADMIN)
    broken = replace(DECIDED, kind=NoticeKind.TRAIL_BROKEN, key="trail_broken:1")
    assert [row.person_id for row in told(session, broken, noc, admin)] == [admin.id]


def test_amounts_go_to_who_sees_them_and_to_nobody_else(session: Session) -> None:
    noc, finance = make_person(session, Role.NOC), make_person(session, Role.FINANCE)
    rows = {row.person_id: row for row in told(session, RENEWAL, noc, finance)}
    assert rows[finance.id].money == {"comment": "$1,234.50 a month"}
    assert rows[noc.id].money is None
    assert "1,234" not in str(rows[noc.id].payload)
    texts = {
        letter.person_id: message_of(letter, "http://x").body
        for letter in iter(lambda: sending.claim(session, Way.MAIL, NOW, POLICY.zone), None)
    }
    assert "$1,234.50" in texts[finance.id]
    assert "$" not in texts[noc.id]


def test_who_no_longer_sees_amounts_when_it_is_sent_gets_none(session: Session) -> None:
    person = make_person(session, Role.FINANCE, "Moving Person")
    told(session, RENEWAL, person)
    person.roles = ["noc"]
    session.flush()
    letter = sending.claim(session, Way.MAIL, NOW, POLICY.zone)
    assert letter is not None
    assert "$" not in message_of(letter, "http://x").body


@pytest.mark.parametrize("money", [True, False])
def test_where_many_read_it_is_told_once_and_amounts_only_where_all_may_see_them(session: Session, money: bool) -> None:
    rooms = (Room("slack", "C024", KINDS, money=money), Room("monday", "board 7", KINDS))
    people = [make_person(session, role) for role in (Role.FINANCE, Role.EXEC)]
    rows = told(session, RENEWAL, *people, policy=replace(POLICY, rooms=rooms))
    shared = {row.delivery_key: (row.recipient, row.money is not None) for row in rows if row.person_id is None}
    assert shared == {f"{RENEWAL.key}:slack": ("C024", money), f"{RENEWAL.key}:monday": ("board 7", False)}
    assert len(rows) == 4
    assert not [row for row in told(session, DECIDED, policy=replace(POLICY, rooms=rooms)) if row.person_id is None]


def test_each_person_is_told_as_they_have_set(session: Session) -> None:
    both, silent, digest = (make_person(session, Role.FINANCE, f"{name} Person") for name in ("Both", "Silent", "Dig"))
    ctx = context(session, replace(POLICY, personal_channels=frozenset({"mail", "slack_direct"})))
    prefer(ctx, both.id, Preferences({"decided": Wish((Way.MAIL, Way.DIRECT))}))
    prefer(ctx, silent.id, Preferences({"decided": Wish(())}))
    prefer(ctx, digest.id, HELD)
    assert tell(ctx, DECIDED, [both, silent, digest]) == 4
    assert states(session, DECIDED.key) == {
        f"{DECIDED.key}:{both.id}:mail": "waiting",
        f"{DECIDED.key}:{both.id}:slack_direct": "waiting",
        f"{DECIDED.key}:{silent.id}:centre": "delivered",
        f"{DECIDED.key}:{digest.id}:mail": "held",
    }


def test_what_is_set_is_read_back_as_it_was(session: Session) -> None:
    person = make_person(session, Role.NOC)
    assert queries.preferences(session, {person.id}) == {person.id: Preferences()}
    wanted = replace(HELD, digest_at=time(16, 30))
    wanted = replace(wanted, wishes={k: w for k, w in wanted.wishes.items() if k != NoticeKind.DIGEST})
    prefer(context(session), person.id, wanted)
    assert queries.preferences(session, {person.id})[person.id] == wanted


def test_withdrawing_takes_back_what_has_not_gone_out(session: Session) -> None:
    one, two = make_person(session, Role.FINANCE), make_person(session, Role.EXEC)
    prefer(context(session), two.id, HELD)
    told(session, DECIDED, one, two)
    told(session, replace(DECIDED, key="decided:CHG-22070"), one)
    assert withdraw(context(session), f"{DECIDED.key}:") == 2
    assert set(states(session, f"{DECIDED.key}:").values()) == {"withdrawn"}
    assert set(states(session, "decided:CHG-22070").values()) == {"waiting"}


def digest(session: Session, *, days: float = 0) -> int:
    return gather(replace(context(session), now=NOW + timedelta(days=days)))


def test_a_digest_gathers_what_a_person_holds_once_a_day(session: Session) -> None:
    person = make_person(session, Role.FINANCE)
    prefer(context(session), person.id, HELD)
    told(session, DECIDED, person)
    told(session, RENEWAL, person)
    assert digest(session) == 1
    assert digest(session) == 0
    (made,) = messages(session, "digest:")
    assert made.delivery_key == f"digest:2026-06-01:{person.id}:mail"
    assert made.title == "2 notices of NetOS"
    assert {row.state for row in messages(session) if row.digest_id == made.id} == {"gathered"}
    letter = sending.claim(session, Way.MAIL, NOW, POLICY.zone)
    assert letter is not None
    text = message_of(letter, "https://netos.isp.example").body
    assert "- CHG-2207 was declined: Set mrc of CKT-1042\n  https://netos.isp.example/approvals/CHG-2207\n" in text
    assert "- CTR-1042 is critical\n" in text
    assert "$" not in text, "a title carries no amount"
    told(session, replace(DECIDED, key="decided:CHG-1"), person)
    assert digest(session) == 0, "the next one is tomorrow's"
    assert digest(session, days=1) == 1


def test_a_digest_waits_for_its_hour_and_a_missed_day_is_made_up_for(session: Session) -> None:
    person = make_person(session, Role.FINANCE)
    prefer(context(session), person.id, replace(HELD, digest_at=time(16)))
    told(session, DECIDED, person)  # at eleven
    assert digest(session) == 0
    assert digest(session, days=3.5) == 1
    assert messages(session, "digest:")[0].delivery_key.startswith("digest:2026-06-04")


def test_what_is_urgent_is_in_no_digest_and_who_left_gets_none(session: Session) -> None:
    person, leaving = make_person(session, Role.FINANCE), make_person(session, Role.FINANCE, "Leaving Person")
    for one in (person, leaving):
        prefer(context(session), one.id, HELD)
    told(session, replace(RENEWAL, urgent=True), person)
    told(session, DECIDED, leaving)
    leaving.active = False
    session.flush()
    assert digest(session) == 0
    assert sorted(states(session).values())[-2:] == ["waiting", "withdrawn"]


def test_a_digest_goes_by_each_way_and_names_a_hundred(session: Session) -> None:
    person = make_person(session, Role.FINANCE)
    ctx = context(session, replace(POLICY, personal_channels=frozenset({"mail", "slack_direct"})))
    prefer(ctx, person.id, Preferences({"decided": Wish((Way.MAIL, Way.DIRECT), Timing.DIGEST)}))
    for number in range(103):
        tell(ctx, replace(DECIDED, key=f"decided:{number}"), [person])
    assert digest(session) == 2
    assert {row.channel for row in messages(session, "digest:")} == {"mail", "slack_direct"}
    letter = sending.claim(session, Way.MAIL, NOW, POLICY.zone)
    assert letter is not None
    body = message_of(letter, "http://x").body
    assert body.count("CHG-2207 was declined") == 100
    assert body.endswith("- and 3 more in the notice centre")


@pytest.fixture
def peopled(session: Session) -> Session:
    for role in Role:
        make_person(session, role)
    return session


def reached_by(session: Session, step: Step, owner: Person | None = None) -> set[str]:
    return {person.name for person in queries.audience(session, escalate(NoticeKind.RENEWAL, step), owner)}


def test_a_ladder_finds_its_people_and_never_nobody(peopled: Session) -> None:
    owner = make_person(peopled, Role.SALES)
    assert reached_by(peopled, Step.COMING) == {"Finance Person"}
    assert reached_by(peopled, Step.COMING, owner) == {"Sales Person"}
    assert reached_by(peopled, Step.OVERDUE, owner) == {"Sales Person", "Exec Person", "Admin Person"}
    owner.active = False
    assert reached_by(peopled, Step.COMING, owner) == {"Finance Person"}
    make_person(peopled, Role.FINANCE).active = False
    peopled.flush()
    assert reached_by(peopled, Step.COMING) == {"Admin Person"}


def addressed(session: Session, state: str = "waiting") -> dict[str, str]:
    return {row.delivery_key: row.recipient for row in messages(session) if row.state == state}


def test_everyone_who_may_approve_is_told_and_the_proposer_of_what_was_decided(peopled: Session) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    before = set(addressed(peopled))
    agent = make_ctx(peopled, Role.ENGINEERING, AGENT)
    proposed = propose(agent, "circuit", ref=ref, mrc="1250.00")
    told_now = {k: v for k, v in addressed(peopled).items() if k not in before}
    boss = approver(peopled)
    wanted = {make_ctx(peopled, r).principal for r in (Role.ADMIN, Role.FINANCE, Role.EXEC)} | {boss.principal}
    assert told_now == {f"approval:{proposed.change_id}:{p.person_id}:mail": p.email for p in wanted}
    propose(agent, "circuit", ref=ref, mrc="1250.00")
    assert set(addressed(peopled)) - before == set(told_now)
    approve(peopled, proposed)
    decided = {f"decided:{proposed.change_id}:{agent.principal.person_id}:mail": agent.principal.email}
    assert {k: v for k, v in addressed(peopled).items() if k not in before} == decided
    assert set(told_now) <= set(addressed(peopled, "withdrawn"))


def test_a_proposer_shut_out_by_four_eyes_is_not_asked(peopled: Session) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    finance = make_ctx(peopled, Role.FINANCE, AGENT)
    proposed = propose(finance, "circuit", ref=ref, mrc="1250.00")
    asked = [k for k in addressed(peopled) if k.startswith(f"approval:{proposed.change_id}:")]
    assert asked
    assert f"approval:{proposed.change_id}:{finance.principal.person_id}:mail" not in asked


def test_what_the_proposer_settles_in_the_client_bothers_nobody(peopled: Session) -> None:
    site = make_site(peopled)
    before = addressed(peopled)
    propose(make_ctx(peopled, Role.NOC, AGENT), "note", "create", on=site, text="Key at the desk.")
    propose(make_ctx(peopled, Role.NOC, AGENT), "site", ref=site, market="North")
    assert addressed(peopled) == before
    proposed = propose(make_ctx(peopled, Role.SALES, AGENT), "site", ref=site, market="South")
    assert [k for k in addressed(peopled) if k.startswith(f"approval:{proposed.change_id}:")]


def test_who_withdraws_an_own_proposal_gets_no_mail_about_it(peopled: Session) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    agent = make_ctx(peopled, Role.ENGINEERING, AGENT)
    proposed = propose(agent, "circuit", ref=ref, mrc="1250.00")
    reject_change(agent, Decide(change_id=proposed.change_id, digest=proposed.digest, comment=None))
    assert not [k for k in addressed(peopled) if proposed.change_id in k]


@pytest.mark.parametrize("agent", [AGENT, None])
def test_the_letter_asking_for_approval_reads_well(peopled: Session, agent: str | None) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    proposed = propose(make_ctx(peopled, Role.FINANCE, agent), "circuit", ref=ref, mrc="1250.00")
    letters = list(iter(lambda: sending.claim(peopled, Way.MAIL, NOW, POLICY.zone), None))
    mine = next(one for one in letters if one.delivery_key.startswith(f"approval:{proposed.change_id}:"))
    message = message_of(mine, "http://127.0.0.1:8420")
    assert message.title == f"{proposed.change_id} waits for your approval: {proposed.title}"
    assert message.body.startswith("Finance Person, through claude, proposes:" if agent else "Finance Person proposes:")
    assert "High risk: money" in message.body
    assert "Reason given: asked in a test" in message.body
    assert "decide by 2026-06-15." in message.body
    assert message.link == f"http://127.0.0.1:8420/approvals/{proposed.change_id}"

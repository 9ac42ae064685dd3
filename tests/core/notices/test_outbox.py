"""The outbox: a message is written with its cause, once, and goes out, rests or dies in sight."""

from __future__ import annotations

import email
import email.policy
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import reject_change
from netos_core.changes.schemas import Decide
from netos_core.notices import queries, records
from netos_core.notices.channels import attempt, channels
from netos_core.notices.records import Letter
from netos_core.notices.rules import LEASE, MAX_TRIES, MessageState, rest_after, state_after_failure
from netos_core.notices.schemas import OutboxRow
from tests.factories import (
    AGENT,
    NOW,
    approve,
    approver,
    make_circuit,
    make_ctx,
    make_person,
    make_site,
    propose,
)

DECIDED = {
    "template": "decided",
    "change": "CHG-2207",
    "title": "Set mrc of CKT-1042",
    "outcome": "declined",
    "verb": "declined",
    "decided_by": "Elena Voss",
    "comment": "Too dear — ask again.\nIn May.",
    "url": "http://127.0.0.1:8420/approvals/CHG-2207",
}


def put(session: Session, key: str = "decided:CHG-2207:1", channel: str = "mail") -> bool:
    return records.put(make_ctx(session, Role.EXEC), key, channel, "dana@isp.example", DECIDED)


def only(session: Session) -> OutboxRow:
    (row,) = queries.list_messages(session)
    return row


@pytest.fixture
def empty(session: Session) -> Session:
    assert not queries.list_messages(session)
    return session


def read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[return-value]


@pytest.mark.parametrize(("tries", "seconds"), [(0, 30), (1, 30), (2, 60), (5, 480), (8, 3600), (40, 3600)])
def test_a_message_rests_longer_each_time_up_to_an_hour(tries: int, seconds: int) -> None:
    assert rest_after(tries) == timedelta(seconds=seconds)
    assert state_after_failure(MAX_TRIES - 1) is MessageState.WAITING
    assert state_after_failure(MAX_TRIES) is MessageState.DEAD


def test_the_second_message_with_a_key_is_not_written(empty: Session) -> None:
    assert put(empty)
    assert not put(empty)
    assert only(empty).state == "waiting"


def test_a_claimed_message_is_left_to_its_worker_for_the_length_of_the_lease(empty: Session) -> None:
    put(empty)
    (first,) = records.claim(empty, NOW)
    assert first.tries == 1
    assert records.claim(empty, NOW + LEASE - timedelta(seconds=1)) == []
    (second,) = records.claim(empty, NOW + LEASE)
    assert second.tries == 2
    assert records.settle(empty, second, None, NOW) is MessageState.DELIVERED
    records.settle(empty, first, "late", NOW)
    assert (only(empty).state, only(empty).delivered_at, only(empty).error) == ("delivered", NOW, None)


def test_a_message_that_can_not_go_is_tried_again_and_dies_in_sight(empty: Session) -> None:
    put(empty, channel="pigeon")
    at = NOW
    for tried in range(1, MAX_TRIES + 1):
        (letter,) = records.claim(empty, at)
        error = attempt({}, letter)
        state = records.settle(empty, letter, error, at)
        assert state is (MessageState.DEAD if tried == MAX_TRIES else MessageState.WAITING)
        assert records.claim(empty, at + rest_after(tried) - timedelta(seconds=1)) == []
        at += rest_after(tried)
    assert records.claim(empty, at + timedelta(days=9)) == []
    assert (only(empty).state, only(empty).error) == ("dead", "No channel is called pigeon.")
    assert queries.counts(empty) == {"waiting": 0, "delivered": 0, "dead": 1, "withdrawn": 0}
    assert [m.tries for m in queries.list_messages(empty, state=MessageState.DEAD)] == [MAX_TRIES]


def letter_of(session: Session, **payload: object) -> Letter:
    records.put(make_ctx(session, Role.EXEC), "decided:CHG-2207:1", "mail", "dana@isp.example", {**DECIDED, **payload})
    (letter,) = records.claim(session, NOW)
    return letter


def test_mail_is_a_proper_file_named_by_its_key_and_a_repeat_replaces_it(empty: Session, tmp_path: Path) -> None:
    letter = letter_of(empty)
    ways = channels(tmp_path, "https://netos.isp.example")
    assert attempt(ways, letter) is None
    assert attempt(ways, letter) is None
    (file,) = tmp_path.iterdir()
    assert file.name == "decided+CHG-2207+1.eml"
    assert file.stat().st_mode & 0o077 == 0
    mail = read(file)
    assert mail["To"] == "dana@isp.example"
    assert mail["From"] == "NetOS <netos@netos.isp.example>"
    assert mail["Subject"] == "CHG-2207 was declined: Set mrc of CKT-1042"
    assert mail["Message-ID"] == f"<{letter.id}@netos.isp.example>"
    assert mail["Date"].datetime == NOW
    body = mail.get_content().replace("\r\n", "\n")
    assert "Elena Voss declined CHG-2207" in body
    assert "Too dear — ask again.\nIn May." in body
    assert DECIDED["url"] in body


def test_text_of_strangers_makes_no_headers_and_no_folders(empty: Session, tmp_path: Path) -> None:
    letter = letter_of(empty, title="Evil\r\nBcc: all@isp.example\n\nx" + "long " * 60)
    sent = Letter(**{**{n: getattr(letter, n) for n in Letter.__slots__}, "delivery_key": "../../etc/x:y%3A"})
    assert attempt(channels(tmp_path, "http://127.0.0.1:8420"), sent) is None
    (file,) = tmp_path.iterdir()
    assert file.name == "..%2F..%2Fetc%2Fx+y%253A.eml"
    assert read(file)["Bcc"] is None
    assert read(file)["From"] == "NetOS <netos@localhost>"


def test_what_goes_wrong_is_told_in_words(empty: Session, tmp_path: Path) -> None:
    letter = letter_of(empty)
    assert "FileNotFoundError" in (attempt(channels(tmp_path / "gone", "http://x"), letter) or "")
    bare = Letter(**{**{n: getattr(letter, n) for n in Letter.__slots__}, "payload": {"template": "decided"}})
    assert "UndefinedError" in (attempt(channels(tmp_path, "http://x"), bare) or "")
    assert list(tmp_path.iterdir()) == []


def keys(session: Session, state: str = "waiting") -> dict[str, str]:
    return {m.delivery_key: m.recipient for m in queries.list_messages(session) if m.state == state}


@pytest.fixture
def peopled(empty: Session) -> Session:
    for role in Role:
        make_person(empty, role)
    return empty


def test_everyone_who_may_approve_is_told_and_the_proposer_of_what_was_decided(peopled: Session) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    before = set(keys(peopled))
    agent = make_ctx(peopled, Role.ENGINEERING, AGENT)
    proposed = propose(agent, "circuit", ref=ref, mrc="1250.00")
    told = {k: v for k, v in keys(peopled).items() if k not in before}
    boss = approver(peopled)
    wanted = {make_ctx(peopled, r).principal for r in (Role.ADMIN, Role.FINANCE, Role.EXEC)} | {boss.principal}
    assert told == {f"approval:{proposed.change_id}:{p.person_id}": p.email for p in wanted}
    propose(agent, "circuit", ref=ref, mrc="1250.00")
    assert set(keys(peopled)) - before == set(told)
    approve(peopled, proposed)
    decided = {f"decided:{proposed.change_id}:{agent.principal.person_id}": agent.principal.email}
    assert {k: v for k, v in keys(peopled).items() if k not in before} == decided
    assert set(told) <= set(keys(peopled, "withdrawn"))


def test_a_proposer_shut_out_by_four_eyes_is_not_asked(peopled: Session) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    finance = make_ctx(peopled, Role.FINANCE, AGENT)
    proposed = propose(finance, "circuit", ref=ref, mrc="1250.00")
    asked = [k for k in keys(peopled) if k.startswith(f"approval:{proposed.change_id}:")]
    assert asked
    assert f"approval:{proposed.change_id}:{finance.principal.person_id}" not in asked


def test_what_the_proposer_settles_in_the_client_bothers_nobody(peopled: Session) -> None:
    site = make_site(peopled)
    before = keys(peopled)
    propose(make_ctx(peopled, Role.NOC, AGENT), "note", "create", on=site, text="Key at the desk.")
    propose(make_ctx(peopled, Role.NOC, AGENT), "site", ref=site, market="North")
    assert keys(peopled) == before
    proposed = propose(make_ctx(peopled, Role.SALES, AGENT), "site", ref=site, market="South")
    assert [k for k in keys(peopled) if k.startswith(f"approval:{proposed.change_id}:")]


def test_who_withdraws_an_own_proposal_gets_no_mail_about_it(peopled: Session) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    agent = make_ctx(peopled, Role.ENGINEERING, AGENT)
    proposed = propose(agent, "circuit", ref=ref, mrc="1250.00")
    reject_change(agent, Decide(change_id=proposed.change_id, digest=proposed.digest, comment=None))
    assert not [k for k in keys(peopled) if proposed.change_id in k]


@pytest.mark.parametrize("agent", [AGENT, None])
def test_the_letter_asking_for_approval_reads_well(peopled: Session, tmp_path: Path, agent: str | None) -> None:
    ref = make_circuit(peopled, mrc="1200.00")
    proposed = propose(make_ctx(peopled, Role.FINANCE, agent), "circuit", ref=ref, mrc="1250.00")
    letters = [m for m in records.claim(peopled, NOW, limit=999) if m.delivery_key.startswith("approval:")]
    mine = next(m for m in letters if proposed.change_id in m.delivery_key)
    assert attempt(channels(tmp_path, "http://127.0.0.1:8420"), mine) is None
    mail = read(next(tmp_path.iterdir()))
    assert mail["Subject"] == f"{proposed.change_id} waits for your approval: {proposed.title}"
    body = mail.get_content().replace("\r\n", "\n")
    assert body.startswith("Finance Person, through claude, proposes:" if agent else "Finance Person proposes:")
    assert "High risk: money" in body
    assert "Reason given: asked in a test" in body
    assert "decide by 2026-06-15:" in body
    assert f"/approvals/{proposed.change_id}" in body

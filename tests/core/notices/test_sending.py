"""A message that is due is claimed, sent once, and settled: gone, resting, or dead in sight."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import jinja2
import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.context import Room
from netos_core.notices import queries, sending
from netos_core.notices.channels import MARK, REPEATED, MailFiles, message_of, sender_of
from netos_core.notices.model import OutboxMessage
from netos_core.notices.records import prefer, withdraw
from netos_core.notices.rules.delivery import KEPT_TRYING, LEASE, MessageState, Outcome, Verdict, rest_after
from netos_core.notices.rules.kinds import Way
from netos_core.notices.rules.wishes import Preferences, Quiet, Wish
from netos_core.notices.sending import Letter
from tests.core.notices.outbox import DECIDED, RENEWAL, context, messages, told
from tests.factories import NOW, POLICY, make_person

ACCEPTED = Outcome()
AWAY = Outcome(Verdict.AWAY, "It does not answer.")
LATER = Outcome(Verdict.LATER, "Not now.")
REFUSED = Outcome(Verdict.REFUSED, "No.")
SHUT = Outcome(Verdict.SHUT, "Who are you?")
SLACK = replace(POLICY, personal_channels=frozenset({"mail", "slack_direct"}))


def claim(session: Session, at: datetime = NOW, way: str = Way.MAIL) -> Letter | None:
    return sending.claim(session, way, at, POLICY.zone)


def must_claim(session: Session, at: datetime = NOW, way: str = Way.MAIL) -> Letter:
    letter = claim(session, at, way)
    assert letter is not None
    return letter


def only(session: Session) -> OutboxMessage:
    (row,) = messages(session)
    return row


@pytest.fixture
def waiting(session: Session) -> Session:
    """An outbox with one message in it."""
    assert not messages(session)
    told(session)
    return session


def test_a_claimed_message_is_left_to_its_worker_for_the_length_of_the_lease(waiting: Session) -> None:
    first = must_claim(waiting)
    assert (first.tries, first.repeat) == (1, False)
    assert claim(waiting, NOW + LEASE - timedelta(seconds=1)) is None
    second = must_claim(waiting, NOW + LEASE)
    assert (second.tries, second.repeat) == (2, True), "nobody knows what the first worker came to"
    assert sending.settle(waiting, second, ACCEPTED, NOW) is MessageState.DELIVERED
    sending.settle(waiting, first, LATER, NOW)
    row = only(waiting)
    assert (row.state, row.delivered_at, row.error, row.claimed_at) == ("delivered", NOW, None, None)


def test_messages_are_claimed_one_by_one_the_longest_due_first(session: Session) -> None:
    for number in range(3):
        told(session, replace(DECIDED, key=f"decided:{number}"))
    claimed = [must_claim(session).delivery_key.split(":")[1] for _ in range(3)]
    assert claimed == ["0", "1", "2"]
    assert claim(session) is None


def test_what_failed_and_is_known_to_have_failed_is_no_repeat(waiting: Session) -> None:
    sending.settle(waiting, must_claim(waiting), AWAY, NOW)
    assert not must_claim(waiting, NOW + timedelta(hours=1)).repeat


def test_what_may_have_got_through_is_marked_from_then_on(waiting: Session) -> None:
    sending.settle(waiting, must_claim(waiting), replace(AWAY, maybe_done=True), NOW)
    later = must_claim(waiting, NOW + timedelta(hours=1))
    assert later.repeat
    sending.settle(waiting, later, LATER, NOW)
    assert must_claim(waiting, NOW + timedelta(hours=2)).repeat


def test_a_message_that_is_not_taken_now_rests_and_holds_up_no_other(session: Session) -> None:
    told(session)
    told(session, RENEWAL)
    sending.settle(session, must_claim(session), LATER, NOW)
    assert must_claim(session).about == "CTR-1042"
    assert queries.rest_of(session, Way.MAIL) is None
    assert claim(session, NOW + rest_after(1) - timedelta(seconds=1)) is None
    assert must_claim(session, NOW + rest_after(1)).about == "CHG-2207"


def test_a_way_in_trouble_rests_longer_each_time_until_something_gets_through(session: Session) -> None:
    told(session)
    told(session, RENEWAL)
    at = NOW
    for failures in range(1, 10):
        sending.settle(session, must_claim(session, at), AWAY, at)
        rest = queries.rest_of(session, Way.MAIL)
        assert rest is not None
        assert (rest.failures, rest.shut, rest.rests_until) == (failures, False, at + rest_after(failures))
        at = rest.rests_until
    sending.settle(session, must_claim(session, at), ACCEPTED, at)
    assert queries.rest_of(session, Way.MAIL) is None


def test_a_day_without_the_way_loses_nothing(waiting: Session) -> None:
    at, tries = NOW, 0
    while at < NOW + timedelta(days=1):
        letter = must_claim(waiting, at)
        assert sending.settle(waiting, letter, AWAY, at) is MessageState.WAITING
        tries, at = letter.tries, only(waiting).next_try_at
    assert tries > 20
    sending.settle(waiting, must_claim(waiting, at), ACCEPTED, at)
    assert only(waiting).state == "delivered"


def test_after_a_week_it_is_dead_in_sight(waiting: Session) -> None:
    at = NOW + KEPT_TRYING
    assert sending.settle(waiting, must_claim(waiting, at), AWAY, at) is MessageState.DEAD
    assert (only(waiting).error, only(waiting).state) == ("It does not answer.", "dead")
    assert claim(waiting, at + timedelta(days=9)) is None
    assert queries.counts(waiting)[MessageState.DEAD] == 1


def test_what_is_refused_for_good_is_dead_at_once(waiting: Session) -> None:
    assert sending.settle(waiting, must_claim(waiting), REFUSED, NOW) is MessageState.DEAD
    assert queries.rest_of(waiting, Way.MAIL) is None, "others may be taken"
    assert queries.refused_address(waiting, "finance.person@isp.example") is None


def test_a_refused_address_is_marked_and_the_mark_goes_when_something_gets_through(session: Session) -> None:
    told(session)
    refused = replace(REFUSED, told="The mail server refuses the address (550).", address_refused=True)
    sending.settle(session, must_claim(session), refused, NOW)
    mark = queries.refused_address(session, "Finance.Person@isp.example")
    assert mark is not None
    assert (mark.told, mark.since) == ("The mail server refuses the address (550).", NOW)
    told(session, RENEWAL)  # it is tried all the same
    sending.settle(session, must_claim(session), ACCEPTED, NOW)
    session.expire_all()
    assert queries.refused_address(session, "finance.person@isp.example") is None


def test_a_refused_credential_shuts_the_way_until_it_is_resumed(session: Session) -> None:
    told(session)
    sending.settle(session, must_claim(session), SHUT, NOW)
    rest = queries.rest_of(session, Way.MAIL)
    assert rest is not None
    assert (rest.shut, rest.told, rest.rests_until) == (True, "Who are you?", NOW + timedelta(hours=1))
    assert queries.busy_ways(session, NOW) == ["mail"], "its credential may be another one now"
    assert sending.resume(session) == 1
    session.expire_all()
    assert queries.rest_of(session, Way.MAIL) is None
    assert must_claim(session, datetime.now(UTC)).delivery_key.startswith(DECIDED.key)


def test_a_start_resumes_what_was_shut_and_nothing_that_is_only_away(session: Session) -> None:
    told(session)
    sending.settle(session, must_claim(session), AWAY, NOW)
    assert sending.resume(session) == 0
    assert sending.resume(session, channel=Way.MAIL) == 1


def test_what_was_withdrawn_while_it_was_sent_stays_so_unless_it_went(session: Session) -> None:
    told(session)
    letter = must_claim(session)
    withdraw(context(session), DECIDED.key)
    sending.settle(session, letter, AWAY, NOW)
    assert only(session).state == "withdrawn"
    sending.settle(session, letter, ACCEPTED, NOW)
    assert only(session).state == "delivered", "it did go out"


def test_who_was_shut_out_meanwhile_gets_nothing(waiting: Session) -> None:
    make_person(waiting, Role.FINANCE).active = False
    waiting.flush()
    assert claim(waiting) is None
    assert only(waiting).state == "withdrawn"


NIGHT = datetime(2026, 6, 2, 3, 0, tzinfo=UTC)  # eleven in the evening in Indianapolis
MORNING = datetime(2026, 6, 2, 11, 0, tzinfo=UTC)  # seven


def test_quiet_hours_put_a_message_off_to_their_end_unless_it_is_urgent(session: Session) -> None:
    person = make_person(session, Role.FINANCE)
    prefer(context(session), person.id, Preferences(quiet=Quiet(time(20), time(7))))
    told(session, DECIDED, person)
    told(session, replace(RENEWAL, urgent=True), person)
    urgent = must_claim(session, NIGHT)
    assert urgent.about == "CTR-1042"
    sending.settle(session, urgent, ACCEPTED, NIGHT)
    assert claim(session, NIGHT) is None
    (quiet,) = messages(session, DECIDED.key)
    assert (quiet.state, quiet.tries, quiet.next_try_at) == ("waiting", 0, MORNING)
    assert claim(session, MORNING - timedelta(seconds=1)) is None
    assert must_claim(session, MORNING).about == "CHG-2207"


def test_a_retry_keeps_the_quiet_too_and_places_have_none(session: Session) -> None:
    person = make_person(session, Role.FINANCE)
    prefer(context(session), person.id, Preferences(quiet=Quiet(time(20), time(7))))
    rooms = (Room("slack", "C024", frozenset({"decided"})),)
    told(session, DECIDED, person, policy=replace(POLICY, rooms=rooms))
    sending.settle(session, must_claim(session), AWAY, NOW)
    assert claim(session, NIGHT) is None
    assert must_claim(session, NIGHT, Way.SLACK).recipient == "C024"


def test_later_messages_about_a_subject_join_the_thread_of_the_first(session: Session) -> None:
    rooms = (Room("slack", "C024", frozenset({"renewal"})),)
    policy = replace(POLICY, rooms=rooms)
    told(session, RENEWAL, policy=policy)
    first = must_claim(session, way=Way.SLACK)
    assert first.thread is None
    sending.settle(session, first, replace(ACCEPTED, vendor_ref="1780.01"), NOW)
    told(session, replace(RENEWAL, key="renewal:CTR-1042:2026-12-31:overdue"), policy=policy)
    second = must_claim(session, way=Way.SLACK)
    assert second.thread == "1780.01"
    sending.settle(session, second, replace(ACCEPTED, vendor_ref="1780.02"), NOW)
    told(session, replace(RENEWAL, key="renewal:CTR-1:2026-12-31:overdue", about="CTR-1"), policy=policy)
    assert must_claim(session, way=Way.SLACK).thread is None
    elsewhere = replace(POLICY, rooms=(Room("slack", "C999", frozenset({"renewal"})),))
    told(session, replace(RENEWAL, key="renewal:CTR-1042:2027-12-31:critical"), policy=elsewhere)
    assert must_claim(session, way=Way.SLACK).thread is None


def test_what_slack_can_not_bring_to_a_person_goes_by_mail(session: Session) -> None:
    person = make_person(session, Role.FINANCE)
    prefer(context(session), person.id, Preferences({"renewal": Wish((Way.DIRECT,))}))
    told(session, RENEWAL, person, policy=SLACK)
    sending.settle(session, must_claim(session, way=Way.DIRECT), REFUSED, NOW)
    by_mail = must_claim(session)
    assert by_mail.delivery_key == f"{RENEWAL.key}:{person.id}:mail"
    assert "$1,234.50" in message_of(by_mail, "http://x").body


def test_a_dead_one_is_sent_again_to_where_its_reader_is_now(session: Session) -> None:
    person = make_person(session, Role.FINANCE, "Renamed Person")
    rooms = (Room("slack", "C024", frozenset({"renewal"})),)
    told(session, RENEWAL, person, policy=replace(POLICY, rooms=rooms))
    for way in (Way.MAIL, Way.SLACK):
        sending.settle(session, must_claim(session, way=way), REFUSED, NOW)
    person.email = "new.name@isp.example"
    later = NOW + timedelta(days=30)
    here = replace(POLICY, rooms=(Room("slack", "C777", frozenset({"renewal"})),))
    sending.send_again(replace(context(session, here), now=later), messages(session))
    letters = [must_claim(session, later, way) for way in (Way.MAIL, Way.SLACK)]
    assert [letter.recipient for letter in letters] == ["new.name@isp.example", "C777"]
    assert sending.settle(session, letters[0], AWAY, later) is MessageState.WAITING, "its week begins anew"


def as_file(tmp_path: Path, letter: Letter, url: str = "https://netos.isp.example", **more: Any) -> EmailMessage:
    message = replace(message_of(letter, url), **more)
    MailFiles(tmp_path, sender_of(None, url)).send(message)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    return BytesParser(policy=email.policy.default).parsebytes(file.read_bytes())


def test_mail_is_a_proper_file_named_by_its_key_and_a_repeat_replaces_it(waiting: Session, tmp_path: Path) -> None:
    letter = must_claim(waiting)
    as_file(tmp_path, letter)
    mail = as_file(tmp_path, letter)
    (file,) = tmp_path.iterdir()
    assert file.name == f"decided+CHG-2207+{letter.person_id}+mail.eml"
    assert mail["To"] == "finance.person@isp.example"
    assert mail["From"] == "NetOS <netos@netos.isp.example>"
    assert mail["Subject"] == "CHG-2207 was declined: Set mrc of CKT-1042"
    assert mail["Message-ID"] == f"<{letter.id}@netos.isp.example>"
    assert mail["Date"].datetime == NOW
    assert mail[MARK] is None
    body = mail.get_content().replace("\r\n", "\n")
    assert body.startswith("Elena Voss declined CHG-2207")
    assert "Too dear — ask again.\nIn May." in body
    assert body.endswith("\n\nhttps://netos.isp.example/approvals/CHG-2207\n")


def test_a_possible_repeat_says_so_and_keeps_its_id(waiting: Session, tmp_path: Path) -> None:
    must_claim(waiting)
    letter = must_claim(waiting, NOW + LEASE)
    mail = as_file(tmp_path, letter)
    assert (mail["Message-ID"], mail[MARK]) == (f"<{letter.id}@netos.isp.example>", "possible")
    assert mail.get_content().startswith(REPEATED)


def test_text_of_strangers_makes_no_headers_and_no_folders(session: Session, tmp_path: Path) -> None:
    told(session, replace(DECIDED, title="Evil\r\nBcc: all@isp.example\n\nx" + "long " * 60))
    mail = as_file(tmp_path, must_claim(session), "http://127.0.0.1:8420", key="../../etc/x:y%3A")
    (file,) = tmp_path.iterdir()
    assert file.name == "..%2F..%2Fetc%2Fx+y%253A.eml"
    assert mail["Bcc"] is None
    assert mail["From"] == "NetOS <netos@localhost>"


def test_a_text_that_does_not_fit_its_template_is_refused_at_once(session: Session) -> None:
    told(session, replace(DECIDED, values={}))
    with pytest.raises(jinja2.UndefinedError):
        message_of(must_claim(session), "http://x")

"""Where a letter stands, what is missing, what text of records may do to it: no database."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netos_core.contracts.rules import NoticeCountedFrom, NoticeMethod
from netos_core.letters.rules.sending import Ready, problems, warnings
from netos_core.letters.rules.states import LetterState, Sending, SigningState, state_of
from netos_core.letters.rules.text import lines, long_day, mail_in, one_line

TODAY = date(2026, 11, 26)
READY = Ready(
    letterhead=True,
    method=NoticeMethod.CERTIFIED_MAIL,
    recipient_name="Zayo",
    recipient_address="Boulder",
    recipient_email=None,
    effective_date=date(2027, 3, 31),
    letter_date=TODAY,
    signer_name="Elena",
    signer_email="elena@isp.example",
    sign_by=None,
    contract_method=NoticeMethod.CERTIFIED_MAIL,
    counted_from=NoticeCountedFrom.RECEIVED,
    notice_deadline=date(2026, 12, 31),
    act_by=date(2026, 12, 24),
)


def state(sending: str | None, signing: str | None, **facts: bool) -> str:
    told = {"signed": False, "served": False, "serves_itself": False} | facts
    return state_of(sending, None if signing is None else SigningState(signing), **told)


@pytest.mark.parametrize(
    ("sending", "signing", "facts", "stands"),
    [
        (None, None, {}, "draft"),
        ("manual", None, {}, "approved"),
        ("manual", None, {"signed": True}, "signed"),
        ("manual", None, {"signed": True, "served": True}, "served"),
        ("docuseal", None, {}, "queued"),
        ("docuseal", "queued", {}, "queued"),
        ("docuseal", "out", {}, "out_for_signature"),
        ("docuseal", "signed", {}, "signed"),
        ("docuseal", "signed", {"serves_itself": True}, "served"),
        ("docuseal", "out", {"serves_itself": True}, "out_for_signature"),
        ("docuseal", "signed", {"served": True}, "served"),
        ("docuseal", "declined", {}, "declined"),
        ("docuseal", "expired", {}, "expired"),
        ("docuseal", "refused", {}, "refused"),
        ("docuseal", "withdrawn", {}, "draft"),
        (None, "signed", {}, "signed"),  # an undo takes no signature back
    ],
)
def test_where_a_letter_stands(sending: str | None, signing: str | None, facts: dict[str, bool], stands: str) -> None:
    assert state(sending, signing, **facts) == stands


def test_every_state_is_reached() -> None:
    ways = itertools.product((None, *Sending), (None, *SigningState), (False, True), (False, True), (False, True))
    assert {state(a, b, signed=c, served=d, serves_itself=e) for a, b, c, d, e in ways} == set(LetterState)


def test_a_whole_letter_lacks_nothing_and_warns_of_nothing() -> None:
    assert problems(READY, TODAY, Sending.DOCUSEAL) == ()
    assert warnings(READY, TODAY) == ()


@pytest.mark.parametrize(
    ("missing", "field"),
    [
        ({"letterhead": False}, "letterhead"),
        ({"method": None}, "method"),
        ({"method": NoticeMethod.UNKNOWN}, "method"),
        ({"recipient_name": None}, "recipient_name"),
        ({"recipient_address": None}, "recipient_address"),
        ({"recipient_address": None, "method": NoticeMethod.COURIER}, "recipient_address"),
        ({"method": NoticeMethod.EMAIL}, "recipient_email"),
        ({"effective_date": None}, "effective_date"),
        ({"signer_name": None}, "signer_name"),
        ({"signer_email": None}, "signer_email"),
        ({"sign_by": date(2026, 11, 25)}, "sign_by"),
    ],
)
def test_what_is_missing_is_named(missing: dict[str, object], field: str) -> None:
    assert [one.field for one in problems(replace(READY, **missing), TODAY, Sending.DOCUSEAL)] == [field]


def test_a_letter_signed_by_hand_needs_no_address_of_its_signer_and_a_portal_no_street() -> None:
    by_hand = replace(READY, signer_email=None, sign_by=date(2026, 1, 1))
    assert problems(by_hand, TODAY, Sending.MANUAL) == ()
    assert problems(replace(READY, method=NoticeMethod.PORTAL, recipient_address=None), TODAY, None) == ()


@pytest.mark.parametrize(
    ("today", "counted", "said"),
    [
        (date(2026, 12, 24), NoticeCountedFrom.RECEIVED, None),
        (date(2026, 12, 25), NoticeCountedFrom.RECEIVED, "to be received by 2026-12-31 it needs faster service"),
        (date(2026, 12, 25), NoticeCountedFrom.DISPATCHED, "to be sent by 2026-12-31 it needs faster service"),
        (date(2026, 12, 31), NoticeCountedFrom.RECEIVED, "faster service"),
        (date(2027, 1, 1), NoticeCountedFrom.RECEIVED, "The notice deadline, 2026-12-31, has passed."),
    ],
)
def test_a_late_letter_says_so(today: date, counted: NoticeCountedFrom, said: str | None) -> None:
    told = warnings(replace(READY, counted_from=counted, letter_date=today), today)
    assert (said is None and not told) or said in told[0]


def test_text_loses_what_can_not_be_seen_and_keeps_what_can() -> None:
    assert one_line(" Zayo\tGroup\r\n LLC\x00\x1e\x1f ") == "Zayo Group LLC"
    assert one_line("pay\u202eexe.cod\u200b \u2066now\ue000") == "payexe.cod now"
    assert lines("a\r\nb\u2028c\x0bd\n\n\n\ne\x85f\n") == "a\nb\nc\nd\n\ne\nf"
    assert one_line("Café".encode().decode()) == "Café"
    assert one_line("Cafe\u0301") == "Café"
    assert one_line(None) == lines(None) == ""
    assert long_day(date(2026, 12, 1)) == "December 1, 2026"


@given(st.text())
def test_no_text_brings_a_control_character_or_a_line_of_its_own_into_one_line(text: str) -> None:
    said = one_line(text)
    assert said.isprintable() or all(c.isprintable() or c.isspace() for c in said)
    assert not set(said) & {"\n", "\r", "\x1e", "\x1f", "\x00"}
    assert not set(lines(text)) & {"\r", "\x1e", "\x1f", "\x00"}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("By email to Notices@Zayo.example.", "notices@zayo.example"),
        ("notices@zayo.example, again NOTICES@zayo.example", "notices@zayo.example"),
        ("a@x.example or b@x.example", None),
        ("1821 30th Street", None),
        (None, None),
        ("write to legal+notice@sub.zayo.example; fax 555", "legal+notice@sub.zayo.example"),
    ],
)
def test_the_one_address_in_a_clause_is_found(text: str | None, address: str | None) -> None:
    assert mail_in(text) == address

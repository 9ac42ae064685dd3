"""What stands in the way of a letter, and what a person should know before it goes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from netos_core.contracts.rules import BY_METHOD, NoticeCountedFrom, NoticeMethod
from netos_core.letters.rules.states import Sending

BY_POST = frozenset({NoticeMethod.CERTIFIED_MAIL, NoticeMethod.COURIER, NoticeMethod.MAIL})


@dataclass(frozen=True, slots=True)
class Ready:
    """What is known of a letter where it matters to its sending."""

    letterhead: bool
    method: NoticeMethod | None
    recipient_name: str | None
    recipient_address: str | None
    recipient_email: str | None
    effective_date: date | None
    letter_date: date
    signer_name: str | None
    signer_email: str | None
    sign_by: date | None
    contract_method: NoticeMethod | None
    counted_from: NoticeCountedFrom
    notice_deadline: date | None
    act_by: date | None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is missing before a letter can go out: the field to fill and why."""

    field: str
    message: str


def problems(letter: Ready, today: date, sending: Sending | None) -> tuple[Problem, ...]:
    """List what is missing; `sending` of None asks for what every way needs."""
    return tuple(_problems(letter, today, sending))


def _problems(letter: Ready, today: date, sending: Sending | None) -> Iterator[Problem]:
    if not letter.letterhead:
        yield Problem("letterhead", "Our own name and address are not set: NETOS_COMPANY_NAME, NETOS_COMPANY_ADDRESS.")
    if letter.method in (None, NoticeMethod.UNKNOWN):
        yield Problem("method", "How it is to be served is not said.")
    if not letter.recipient_name:
        yield Problem("recipient_name", "Who it is addressed to is not said.")
    if letter.method in BY_POST and not letter.recipient_address:
        yield Problem("recipient_address", f"To be served{BY_METHOD[letter.method]} it needs the address of notice.")
    if letter.method is NoticeMethod.EMAIL and not letter.recipient_email:
        yield Problem("recipient_email", "To be served by email it needs the address of notice.")
    if letter.effective_date is None:
        yield Problem("effective_date", "The day it takes effect is not said.")
    if not letter.signer_name:
        yield Problem("signer_name", "Who signs it is not said.")
    if sending is not Sending.MANUAL and not letter.signer_email:
        yield Problem("signer_email", "The request for the signature goes to the signer's email address; give it.")
    if sending is not Sending.MANUAL and letter.sign_by is not None and letter.sign_by < today:
        yield Problem("sign_by", "The last day to sign it has passed.")


def warnings(letter: Ready, today: date) -> tuple[str, ...]:
    """Say what a person should know of a letter that can go out."""
    return tuple(_warnings(letter, today))


def _warnings(letter: Ready, today: date) -> Iterator[str]:
    if letter.notice_deadline is not None and today > letter.notice_deadline:
        yield f"The notice deadline, {letter.notice_deadline.isoformat()}, has passed."
    elif letter.notice_deadline is not None and letter.act_by is not None and today > letter.act_by:
        yield (
            f"It was to leave by {letter.act_by.isoformat()}: to be {_event(letter.counted_from)} by"
            f" {letter.notice_deadline.isoformat()} it needs faster service."
        )
    asked = letter.contract_method
    fits = asked in (None, NoticeMethod.UNKNOWN, NoticeMethod.ANY) or letter.method is asked
    if not fits and letter.method is not None and asked is not None:
        yield f"The contract asks for notice{BY_METHOD[asked]}; this one goes{BY_METHOD[letter.method]}."
    if letter.letter_date < today:
        yield f"It is dated {letter.letter_date.isoformat()}."


def _event(counted_from: NoticeCountedFrom) -> str:
    return "sent" if counted_from is NoticeCountedFrom.DISPATCHED else "received"

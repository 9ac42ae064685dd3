"""The words of a letter, from one template for each method of notice. Text of records goes in as data and stays data.

A template marks where each part begins with a character that no text can hold (`rules.text` takes it out), so nothing
a record says can begin a part of its own.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined

from netos_core.contracts.rules import Notice, NoticeCountedFrom, NoticeMethod
from netos_core.letters.rules.states import LetterKind
from netos_core.letters.rules.text import lines, long_day, one_line

BEGINS, NAMED = "\x1e", "\x1f"
PARTS = (
    "letterhead", "date", "method", "recipient", "subject", "salutation", "opening", "terms", "service", "request",
    "extra", "circuits", "closing", "signature", "schedule",
)  # fmt: skip
"""In the order they stand on the paper."""

MOST_IN_LETTER = 12  # services that are named before the signature; more of them follow it as a schedule


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a letter and its text: what is approved, shown, and printed."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a letter says, as its records have it. `circuits` are the lines that name the services."""

    letterhead: tuple[str, ...]
    ref: str
    kind: LetterKind
    method: NoticeMethod | None
    letter_date: date
    recipient_name: str | None
    recipient_address: str | None
    recipient_email: str | None
    contract_ref: str
    contract_number: str | None
    contract_title: str
    provider: str
    term_end_date: date | None
    effective_date: date | None
    notice: Notice | None
    counted_from: NoticeCountedFrom
    notice_deadline: date | None
    circuits: tuple[str, ...]
    opening: str | None
    extra: str | None
    signer_name: str | None
    signer_title: str | None
    signer_email: str | None


def compose(facts: Facts) -> tuple[Part, ...]:
    """Write a letter; what is not known yet shows as a gap in brackets, which a sending refuses."""
    name = facts.method if facts.method not in (None, NoticeMethod.UNKNOWN) else NoticeMethod.ANY
    written = _templates().get_template(f"{name}.txt.j2").render(_values(facts))
    parts = [piece.partition(NAMED) for piece in written.split(BEGINS)[1:]]
    found = {name: text.strip() for name, _, text in parts}
    return tuple(Part(name, found[name]) for name in PARTS if found.get(name))


def plain(parts: tuple[Part, ...]) -> str:
    """Write a letter as plain text."""
    return "\n\n".join(part.text for part in parts)


def _values(facts: Facts) -> dict[str, object]:
    return {
        "part": lambda name: f"{BEGINS}{name}{NAMED}",
        "us": one_line(facts.letterhead[0]) if facts.letterhead else "[our name]",
        "letterhead": "\n".join(one_line(line) for line in facts.letterhead) or "[our name and address]",
        "kind": facts.kind,
        "letter_date": long_day(facts.letter_date),
        "recipient": one_line(facts.recipient_name) or "[recipient]",
        "address": lines(facts.recipient_address),
        "email": one_line(facts.recipient_email),
        "contract": one_line(facts.contract_number) or facts.contract_ref,
        "contract_ref": facts.contract_ref,
        "title": one_line(facts.contract_title),
        "provider": one_line(facts.provider),
        "effective": long_day(facts.effective_date) if facts.effective_date else "[day it takes effect]",
        "term_ends": long_day(facts.term_end_date) if facts.term_end_date else None,
        "notice": str(facts.notice) if facts.notice else None,
        "event": {NoticeCountedFrom.RECEIVED: "received", NoticeCountedFrom.DISPATCHED: "sent"}.get(facts.counted_from),
        "deadline": long_day(facts.notice_deadline) if facts.notice_deadline else None,
        "circuits": [one_line(circuit) for circuit in facts.circuits],
        "few": MOST_IN_LETTER,
        "opening": lines(facts.opening),
        "extra": lines(facts.extra),
        "signer": one_line(facts.signer_name) or "[signer]",
        "signer_title": one_line(facts.signer_title),
        "signer_email": one_line(facts.signer_email),
        "ref": facts.ref,
    }


@functools.cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("netos_core.letters"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text; it is printed as such, never read as markup
        trim_blocks=True,
        lstrip_blocks=True,
    )

"""Whether the words of a source prove a value: they must stand in it, whole and verbatim, and hold the same number.

The source is data. Nothing here, or anywhere, acts on what it says.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum

NUMBER = re.compile(r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
SPEED = re.compile(
    r"(\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(g|m|k)(?:b(?:ps|it/?s?|e|ase)?|ig(?:abit)?|eg)?\b", re.IGNORECASE
)
TIMES = {"g": Decimal(1000), "m": Decimal(1), "k": Decimal("0.001")}
NOTHING = re.compile(r"\b(?:waived|none|no charge|free|included|zero)\b", re.IGNORECASE)
DATES = (
    (re.compile(r"\b\d{4}-\d{2}-\d{2}\b"), ("%Y-%m-%d",)),
    (re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b"), ("%m/%d/%Y",)),
    (re.compile(r"\b\d{1,2} [A-Za-z]{3,9}\.? \d{4}\b"), ("%d %B %Y", "%d %b %Y")),
    (re.compile(r"\b[A-Za-z]{3,9}\.? \d{1,2}, \d{4}\b"), ("%B %d, %Y", "%b %d, %Y")),
)
ORDERS = re.compile(
    r"[^.!?\n]*\b(?:approve (?:this|it|the)|treat (?:this|all|it|every)|ignore (?:all|any|previous|the)|disregard|"
    r"do not (?:tell|show|ask|flag)|automated (?:reader|system|assistant)s?|you (?:are|must) (?:now|an ai)|"
    r"confirm_change|system prompt|mark (?:this|it) as)\b[^.!?\n]*[.!?]?",
    re.IGNORECASE,
)
MOST_ORDERS = 5


class Kind(StrEnum):
    """How a value is held against its words."""

    NUMBER = "number"
    MBPS = "mbps"
    DATE = "date"
    QUOTED = "quoted"
    CODED = "coded"


class Problem(StrEnum):
    NO_PROOF = "no_proof"
    NOT_IN_SOURCE = "not_in_source"
    DIFFERS = "differs"
    UNREADABLE = "unreadable"


TOLD = {
    Problem.NO_PROOF: "No words of the source were given for it.",
    Problem.NOT_IN_SOURCE: "The words given for it are not in the source.",
    Problem.DIFFERS: "The words given for it say something else.",
    Problem.UNREADABLE: "The value does not fit its field.",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """Where the words stand in the source, and what is wrong, if anything is."""

    start: int | None
    end: int | None
    problem: Problem | None


def source_key(text: str) -> str:
    """Hash a source so that the same words, whatever their line breaks, are known again."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def find(source: str, snippet: str) -> tuple[int, int] | None:
    """Find words verbatim, runs of blanks aside; words and numbers are never cut, so 80.00 is not in 1,080.00."""
    words = snippet.split()
    if not words:
        return None
    start = r"(?<!\w)(?<!\d[.,])" if re.match(r"\w", words[0]) else ""
    end = r"(?!\w)(?![.,]\d)" if re.search(r"\w$", words[-1]) else ""
    found = re.search(start + r"\s+".join(re.escape(word) for word in words) + end, source)
    return found.span() if found else None


def check(source: str, value: str, snippet: str, kind: Kind) -> Checked:
    """Hold a value against the words that are to prove it."""
    if not snippet.strip():
        return Checked(None, None, Problem.NO_PROOF)
    span = find(source, snippet)
    if span is None:
        return Checked(None, None, Problem.NOT_IN_SOURCE)
    return Checked(*span, None if holds(snippet, value, kind) else Problem.DIFFERS)


def holds(snippet: str, value: str, kind: Kind) -> bool:
    """Tell whether words hold a value. What is coded in words of our own is left to the person who reviews it."""
    if kind is Kind.CODED:
        return True
    if kind is Kind.QUOTED:
        return _folded(value) in _folded(snippet)
    if kind is Kind.DATE:
        return value in {day.isoformat() for day in dates_in(snippet)}
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    if number == 0 and NOTHING.search(snippet):
        return True
    return number in (speeds_in(snippet) if kind is Kind.MBPS else numbers_in(snippet))


def numbers_in(text: str) -> set[Decimal]:
    return {_number(found) for found in NUMBER.findall(text)}


def speeds_in(text: str) -> set[Decimal]:
    """Return the speeds a text names, in Mbps: 1 Gbps, 10G, 500 Mbps."""
    return {_number(count) * TIMES[unit.lower()] for count, unit in SPEED.findall(text)}


def dates_in(text: str) -> set[date]:
    """Return the days a text names; 5/12/2026 is the twelfth of May, as carriers here write it."""
    flat = " ".join(text.split())
    found: set[date] = set()
    for pattern, shapes in DATES:
        for written in pattern.findall(flat):
            found |= {day for shape in shapes if (day := _day(written.replace(".", ""), shape))}
    return found


def orders_in(text: str) -> list[str]:
    """Return sentences that read like orders to a program, so that a page can point at them."""
    return [found.group().strip() for found in ORDERS.finditer(text)][:MOST_ORDERS]


def _number(written: str) -> Decimal:
    return Decimal(written.replace(",", ""))


def _day(written: str, shape: str) -> date | None:
    try:
        return datetime.strptime(written, shape).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())

"""Whether a figure stands where a text says it was found: the address of a value in a tool result, and its reading.

An address is names with slashes between them, as the result shows them: `total`, `at_risk/USD`,
`rows/CTR-1011/act_by`. A row is named by what is in one of its cells; where several rows answer to a name, any may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

REF = re.compile(r"\b[A-Z]{3}-[0-9]{1,9}\b")
OWNERS = ("contract", "ref")
"""The fields by which a row says whose it is."""

SIGNS: Mapping[str, str] = {"CA$": "CAD", "MX$": "MXN", "A$": "AUD", "$": "USD", "€": "EUR", "£": "GBP"}
SIGNED = re.compile("|".join(re.escape(sign) for sign in SIGNS))
CODE = re.compile(r"\b[A-Z]{3}\b")
NUMBER = re.compile(r"[-\N{MINUS SIGN}]?[0-9][0-9,]*(?:\.[0-9]+)?")
DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
MONEY = re.compile(r"-?[0-9]+\.[0-9]{2}")
STATED_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T.*)?")
AMOUNT = re.compile(r"(-?[0-9][0-9,]*\.[0-9]{2}) ([A-Z]{3})")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
IN_WORDS = ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y")
ALL_OF_ONE = re.compile(r"; amounts in ([A-Z]{3})\b")
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Result:
    """What one tool call answered, as the report may cite it."""

    id: str
    tool: str
    arguments: Mapping[str, Any]
    structured: Mapping[str, Any]
    text: str

    @property
    def currency(self) -> str | None:
        """The currency that all its amounts are in, where it says so once for all."""
        found = ALL_OF_ONE.search(self.text)
        return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Found:
    """A value at an address: whose row it is in, and the currency it is in."""

    value: Any
    owner: str | None
    currency: str | None


def found_at(result: Result, address: str) -> list[Found]:
    """Return every value an address may mean; none where there is no such place."""
    segments = [segment.strip() for segment in address.strip("/").split("/")]
    if len(segments) > DEEPEST:
        return []
    return list(_walk(_with_rows(result.structured), segments, None, result.currency))


def _with_rows(structured: Mapping[str, Any]) -> Mapping[str, Any]:
    """Name the cells of a page of rows by its columns."""
    columns, rows = structured.get("columns"), structured.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list):
        return structured
    return {**structured, "rows": [dict(zip(columns, row, strict=False)) for row in rows if isinstance(row, list)]}


def _walk(value: Any, segments: list[str], owner: str | None, currency: str | None) -> Iterator[Found]:
    if isinstance(value, Mapping):
        owner = next((str(value[name]) for name in OWNERS if isinstance(value.get(name), str)), owner)
        currency = value["currency"] if isinstance(value.get("currency"), str) else currency
    if not segments:
        if not isinstance(value, (Mapping, list)):
            yield Found(value, owner, currency)
        return
    first, rest = segments[0], segments[1:]
    if isinstance(value, Mapping) and first in value:
        coded = first if re.fullmatch(r"[A-Z]{3}", first) else currency
        yield from _walk(value[first], rest, owner, coded)
    elif isinstance(value, list):
        for row in value:
            if isinstance(row, Mapping) and first in {str(cell) for cell in row.values() if not isinstance(cell, bool)}:
                yield from _walk(row, rest, owner, currency)


def refs_in(results: Iterable[Result]) -> frozenset[str]:
    """Name every record that the results speak of in a cell of its own."""
    return frozenset(ref for result in results for ref in _refs(result.structured))


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if REF.fullmatch(value):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)


def reads_as(shown: str, found: Found) -> bool:
    """Tell whether a text shows this value, whole and in its own currency."""
    value = found.value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        return False
    if day := STATED_DAY.fullmatch(value):
        return _day(shown) == date.fromisoformat(day[1])
    if DECIMAL.fullmatch(value):
        return _number(shown) == Decimal(value) and _currency_fits(shown, value, found.currency)
    return _folded(shown) == _folded(value)


def spelled(shown: str) -> str:
    """Write an amount with its thousands apart, as a model may not have; any other figure stays."""
    found = AMOUNT.fullmatch(shown)
    return f"{Decimal(found[1].replace(',', '')):,.2f} {found[2]}" if found else shown


def _day(shown: str) -> date | None:
    text = " ".join(shown.split())
    if ISO_DAY.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    for form in IN_WORDS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _number(shown: str) -> Decimal | None:
    """Read the one number of a text; None where there is none, or more than one."""
    numbers = NUMBER.findall(shown)
    if len(numbers) != 1:
        return None
    return Decimal(numbers[0].replace(",", "").replace("\N{MINUS SIGN}", "-"))


def _currency_fits(shown: str, value: str, currency: str | None) -> bool:
    """An amount is shown with its currency, and with no other; what is no amount is shown with none."""
    named = {SIGNS[sign] for sign in SIGNED.findall(shown)} | set(CODE.findall(SIGNED.sub(" ", shown)))
    if currency is None or not MONEY.fullmatch(value):
        return not named
    return named == {currency}


def _folded(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).casefold()

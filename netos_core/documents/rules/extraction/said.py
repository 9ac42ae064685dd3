"""The wording of a clause made plain: numbers in digits, percentages with their sign; and what became typed data of it.

A clause is read by taking out of its words whatever is understood. Where something is left that may carry meaning the
clause says more than was read, and nothing is typed of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from netos_core.documents.rules.extraction.numbers import IN_WORDS, value_of

_I = re.IGNORECASE
CUT = "…"
"""Ends words that were cut off: what follows them is unknown."""

_PERCENT_IN_WORDS = re.compile(
    rf"\b(?P<words>{IN_WORDS})(?P<half>\s+and\s+one[\s-]half)?\s+per\s?cent\b(?:\s*\(\s*(?P<digits>\d{{1,3}}(?:\.\d+)?)"
    r"\s*%?\s*\)\s*%?)?",
    _I,
)
_TWICE = re.compile(rf"\b(?P<words>{IN_WORDS})\s*[(\[]\s*(?P<digits>\d{{1,4}})\s*[)\]]", _I)
_WITH_WORD = re.compile(r"(\d{1,3}(?:\.\d{1,4})?)\s?(?:per\s?cent\b|%)", _I)
_COUNTED = re.compile(rf"\b(?P<words>{IN_WORDS})(?=[\s-]+(?:full[\s-]+|contract[\s-]+)?(?:months?|years?|times)\b)", _I)
_HEAD = re.compile(r"^\s*(?:\(?[\dA-Za-z]{1,3}(?:\.\d{1,2})*[.)]|\d{1,2}(?:\.\d{1,2})+|[•▪*–-])\s+")
_TABLE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "\xa0": " "})

PERCENT = re.compile(r"(?<![\d.,$€£])(\d{1,3}(?:\.\d{1,4})?)%")
AMOUNT = re.compile(r"(?:US|USD|CA|EUR|GBP)?\s?[$€£]\s?(\d{1,3}(?:,\d{3})+(?:\.\d\d)?|\d+(?:\.\d\d)?)(?![\d%]|,\d{3})")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a clause becomes: its terms, or in a sentence why it is left to a person."""

    terms: dict[str, Any] | None
    told: str | None = None


def told(why: str) -> Typed:
    return Typed(None, why)


def made_plain(said: str) -> str | None:
    """Write numbers and percentages of a clause in digits; None where words and digits of one differ."""
    differs = False

    def percent(found: re.Match[str]) -> str:
        nonlocal differs
        number = Decimal(value_of(found["words"])) + (Decimal("0.5") if found["half"] else 0)
        digits = found["digits"]
        differs |= digits is not None and Decimal(digits) != number
        return f"{number:f}%"

    def count(found: re.Match[str]) -> str:
        nonlocal differs
        differs |= value_of(found["words"]) != int(found["digits"])
        return found["digits"]

    text = " ".join(said.translate(_TABLE).split())
    text = _HEAD.sub("", text)
    text = _PERCENT_IN_WORDS.sub(percent, text)
    text = _TWICE.sub(count, text)
    text = _WITH_WORD.sub(r"\1%", text)
    text = _COUNTED.sub(lambda found: str(value_of(found["words"])), text)
    return None if differs else text


def money(said: str) -> Decimal:
    return Decimal(said.replace(",", ""))


def shortest(number: Decimal) -> str:
    whole = number.to_integral_value()
    return f"{whole if whole == number else number.normalize():f}"


class Words:
    """The words of a clause of which what is understood is taken out, one part after the other."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, form: re.Pattern[str]) -> re.Match[str] | None:
        """Take the first part of a form out."""
        found = form.search(self.text)
        if found is not None:
            self._blank(found.start(), found.end())
        return found

    def take_all(self, *forms: re.Pattern[str]) -> int:
        """Take all parts of some forms out; returns how many there were."""
        taken = 0
        for form in forms:
            while (found := form.search(self.text)) is not None and found.end() > found.start():
                self._blank(found.start(), found.end())
                taken += 1
        return taken

    def _blank(self, start: int, end: int) -> None:
        self.text = f"{self.text[:start]}¦{self.text[end:]}"


@dataclass(frozen=True, slots=True)
class When:
    """Months of the term, both counted in; without a last one they go on. `first` 0 is right after what went before."""

    first: int
    last: int | None
    start: int
    end: int


_ORDINAL = {
    name: number
    for number, names in enumerate(
        (("first", "1st", "one"), ("second", "2nd", "two"), ("third", "3rd", "three"), ("fourth", "4th", "four"),
         ("fifth", "5th", "five"), ("sixth", "6th", "six"), ("seventh", "7th", "seven")), 1,
    )
    for name in (*names, str(number))
}  # fmt: skip
_NTH = "|".join(sorted((name for name in _ORDINAL if not name.isdigit()), key=len, reverse=True))
_A_YEAR = r"(?:[1-7]|one|two|three|four|five|six|seven)\b"
_YEARS = r"(?:contract\s+|service\s+)?years?\b"
_TO = r"\s*(?:-|to|through|thru|and|&)\s*"
_EVERY_LATER = r"(?:each\s+|all\s+|any\s+)?(?:subsequent|following|later)"
_OF_TERM = r"(?:\s+of\s+(?:the|such|each|its)\s+(?:applicable\s+|initial\s+|service\s+|order\s+)*term)?"
_TO_THE_END = r"(?:the\s+end|the\s+expiration)(?:\s+of\s+the\s+(?:service\s+|initial\s+)?term)?"
_AND_ON = (
    rf"(?:\s+(?:and|through)\s+(?:{_EVERY_LATER}(?:\s+{_YEARS})?|beyond|after|thereafter|{_TO_THE_END})|\s+onwards?|"
    r"\s*\+)"
)
_WHENS = tuple(
    re.compile(rf"\b{form}{_OF_TERM}", _I)
    for form in (
        rf"{_YEARS}\s+(?P<y1>{_A_YEAR})(?:{_TO}(?:year\s+)?(?P<y2>{_A_YEAR}))?(?P<on>{_AND_ON})?",
        (
            rf"(?:the\s+)?(?P<y1>{_NTH})(?:{_TO}(?:the\s+)?(?P<y2>{_NTH}))?(?P<on>\s+and\s+{_EVERY_LATER})?\s+{_YEARS}"
            rf"(?P<later>\s+and\s+{_EVERY_LATER}\s+{_YEARS})?"
        ),
        r"(?:the\s+)?(?:first|initial)\s+(?P<n>\d{1,3})\s*(?:full\s+)?months?\b",
        r"(?:the\s+)?(?:next|following)\s+(?P<next>\d{1,3})\s*(?:full\s+)?months?\b",
        rf"months?\s+(?P<m1>\d{{1,3}})(?:{_TO}|\s+until\s+)(?:month\s+)?(?P<m2>\d{{1,3}})\b",
        (
            rf"months?\s+(?P<m1>\d{{1,3}})(?:\s*(?:-|\b(?:and|to|through|until)\b)?\s*(?:onwards?|thereafter|after|beyond|later|"
            rf"{_TO_THE_END})|\s*\+)"
        ),
        (
            r"after\s+(?:month\s+(?P<after>\d{1,3})|(?:the\s+)?(?P<n2>\d{1,3})\s+months|(?:the\s+)?"
            r"(?P<y3>first|second|third|fourth|1st|2nd|3rd|4th)\s+(?:contract\s+)?year)\b"
        ),
        (
            rf"(?:thereafter|(?:in\s+|for\s+)?(?:the\s+|each\s+|any\s+|all\s+|every\s+)?(?:remaining|subsequent|following|later)\s+"
            rf"{_YEARS})"
        ),
    )
)
YEAR = 12


def whens(text: str) -> list[When]:
    """Find the months of the term a clause names, in the order of its words."""
    found: list[When] = []
    for form in _WHENS:
        for match in form.finditer(text):
            if any(one.start < match.end() and match.start() < one.end for one in found):
                continue
            found.append(_when(match))
    return sorted(found, key=lambda one: one.start)


def _when(match: re.Match[str]) -> When:
    parts, place = match.groupdict(), (match.start(), match.end())
    if parts.get("y1"):
        year = _ORDINAL[parts["y1"].lower()]
        last = _ORDINAL[parts["y2"].lower()] if parts.get("y2") else year
        return When(YEAR * (year - 1) + 1, None if parts.get("on") or parts.get("later") else YEAR * last, *place)
    if parts.get("n"):
        return When(1, int(parts["n"]), *place)
    if parts.get("next"):
        return When(0, int(parts["next"]), *place)
    if parts.get("m1"):
        return When(int(parts["m1"]), int(parts["m2"]) if parts.get("m2") else None, *place)
    if parts.get("y3"):
        return When(YEAR * _ORDINAL[parts["y3"].lower()] + 1, None, *place)
    after = parts.get("after") or parts.get("n2")
    return When(int(after) + 1 if after else 0, None, *place)


def in_a_row(found: Sequence[When]) -> list[When] | None:
    """Give the months each goes on from and to, where the first begins the term and each follows on the one before."""
    row: list[When] = []
    for one in found:
        before = row[-1].last if row else 0
        if before is None:
            return None
        first = one.first or before + 1
        last = before + one.last if one.first == 0 and one.last is not None else one.last
        if first != before + 1 or (last is not None and last < first):
            return None
        row.append(When(first, last, one.start, one.end))
    return row


def paired(values: Sequence[re.Match[str]], places: Sequence[tuple[int, int]]) -> bool | None:
    """Whether each value stands before its place (True) or after it (False); None where they do not alternate."""
    if len(values) != len(places) or not values:
        return None
    marks = sorted([(v.start(), "v") for v in values] + [(start, "p") for start, _ in places])
    order = "".join(kind for _, kind in marks)
    if order == "vp" * len(values):
        return True
    return False if order == "pv" * len(values) else None

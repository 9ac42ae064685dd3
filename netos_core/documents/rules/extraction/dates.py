"""Dates as contracts write them; a day that is left blank is no date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH = (
    r"(?P<month>"
    + "|".join(
        f"{name}|{name[:3]}\\.?|sept\\.?" if name == "september" else f"{name}|{name[:3]}\\.?" for name in _NAMES
    )
    + ")"
)
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty-first",
    "twenty-second",
    "twenty-third",
    "twenty-fourth",
    "twenty-fifth",
    "twenty-sixth",
    "twenty-seventh",
    "twenty-eighth",
    "twenty-ninth",
    "thirtieth",
    "thirty-first",
]
_TH = r"\s*(?:s\s?t|n\s?d|r\s?d|t\s?h)?\b"
_DAY = (
    rf"(?:(?P<day>\d{{1,2}}){_TH}|(?P<ordinal>"
    + "|".join(sorted(_ORDINALS, key=len, reverse=True))
    + r")(?:\s*\(\d+\w*\))?)"
)
_RAISED = r"(?:(?:st|nd|rd|th)\s+)?"  # a raised ending may stand anywhere near its number
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_MONTH}\s*{_DAY}\s*,?\s*(?:of\s+)?{_RAISED}{_YEAR}",
        (
            rf"(?<![\w/]){_DAY}\s*(?:day\s*)?(?:of\s*)?[-,]?\s*{_RAISED}{_MONTH}\s*[-,.]?\s*{_RAISED}(?:of\s+|"
            rf"in the year\s+(?:of\s+)?)?{_YEAR}"
        ),
        r"(?<![\w/.-])(?P<year>(?:19|20)\d\d)-(?P<m>\d\d)-(?P<d>\d\d)(?![\w/-])",
        r"(?<![\w/.-])(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>(?:19|20)?\d\d)(?![\w/])",
        r"(?<![\w/.-])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>(?:19|20)\d\d)(?![\w/])",
        r"(?<![\w/.-])(?P<a>\d{1,2})-(?P<b>\d{1,2})-(?P<y>(?:19|20)\d\d)(?![\w/])",
    )
)
_CENTURY = 50
_LAST_MONTH = 12


@dataclass(frozen=True, slots=True)
class Day:
    """A date and where it is said; `is_clear` unless day and month might be the other way round."""

    value: date
    start: int
    end: int
    is_clear: bool = True


def days_said(text: str, offset: int = 0, *, day_first: bool = False) -> list[Day]:
    """Find every date in a text that starts at `offset` of the document, in its order."""
    found: list[Day] = []
    for form in _FORMS:
        for match in form.finditer(text):
            read = _read(match.groupdict(), day_first=day_first)
            if read and not any(day.start < offset + match.end() and offset + match.start() < day.end for day in found):
                found.append(Day(read[0], offset + match.start(), offset + match.end(), read[1]))
    return sorted(found, key=lambda day: day.start)


def puts_day_first(text: str) -> bool:
    """Whether a document writes 18/9/2008 for a day of September."""
    numeric = _FORMS[3]
    pairs = [(int(match["a"]), int(match["b"])) for match in numeric.finditer(text)]
    return any(a > _LAST_MONTH >= b for a, b in pairs) and not any(b > _LAST_MONTH >= a for a, b in pairs)


def _read(parts: dict[str, str | None], *, day_first: bool) -> tuple[date, bool] | None:
    clear = True
    if parts.get("month"):
        month = next(index for index, name in enumerate(_NAMES, 1) if name.startswith(str(parts["month"])[:3].lower()))
        ordinal = parts.get("ordinal")
        day = _ORDINALS.index(ordinal.lower()) + 1 if ordinal else int(parts["day"] or 0)
        year = int(parts["year"] or 0)
    elif parts.get("a"):
        first, second, year = int(parts["a"] or 0), int(parts["b"] or 0), _full(str(parts["y"]))
        clear = first == second or max(first, second) > _LAST_MONTH
        backwards = first > _LAST_MONTH or (day_first and second <= _LAST_MONTH)
        month, day = (second, first) if backwards else (first, second)
    else:
        month, day = int(parts["m"] or 0), int(parts["d"] or 0)
        year = _full(str(parts.get("year") or parts["y"]))
    try:
        return date(year, month, day), clear
    except ValueError:
        return None


def _full(year: str) -> int:
    number = int(year)
    return number if number > 99 else number + (1900 if number >= _CENTURY else 2000)  # noqa: PLR2004


def whole_dates(text: str) -> Iterator[date]:
    """Give the dates of a text, read either way round."""
    for first in (False, True):
        for day in days_said(text, day_first=first):
            yield day.value

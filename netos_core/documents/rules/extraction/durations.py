"""How long: "thirty-six (36) months", "one-year", "12-month", "ninety days'"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from netos_core.documents.rules.extraction.numbers import IN_WORDS, value_of


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 30, Unit.QUARTER: 90, Unit.YEAR: 360}
_BETWEEN = (
    r"(?:(?:consecutive|successive|additional|calendar|full|further|subsequent|business|working|renewal|more|"
    r"extra|complete|continuous|contract|prior)[\s-]+)*"
)
_UNITS = "|".join(Unit)
_DURATION = re.compile(
    rf"(?<![\w$.,])(?:(?P<words>{IN_WORDS}|an?(?=[\s-]+(?:{_UNITS})))\s*(?:[(\[]\s*(?P<inside>\d{{1,4}})\s*[)\]]|"
    rf",?\s*(?P<beside>\d{{1,3}})(?=\s*[a-z]))?|"
    rf"(?P<digits>\d{{1,4}})\s*(?:[(\[]\s*{IN_WORDS}\s*[)\]])?)[\s-]*{_BETWEEN}"
    r"(?P<unit>day|week|month|quarter|year)s?\b(?:['’]s?|s['’])?(?!\s+(?:old|of\s+age))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time and where it is said."""

    count: int
    unit: Unit
    start: int
    end: int
    is_clear: bool = True
    """Whether words and digits say the same."""

    @property
    def months(self) -> int | None:
        """Its months; none where it is counted in days or weeks."""
        return self.count * _MONTHS[self.unit] if self.unit in _MONTHS else None

    @property
    def days(self) -> int:
        """Its days, a month taken as 30."""
        return self.count * _DAYS[self.unit]

    @property
    def term_months(self) -> int | None:
        """Its months, also where a term is told in days that make whole months."""
        if self.unit is Unit.DAY:
            if self.count == 365:  # noqa: PLR2004  a year
                return 12
            return self.count // 30 if self.count % 30 == 0 else None
        return self.months


def durations(text: str, offset: int = 0) -> Iterator[Duration]:
    """Find every duration in a text that starts at `offset` of the document."""
    for found in _DURATION.finditer(text):
        in_words = value_of(found["words"]) if found["words"] else None
        in_digits = next((int(found[name]) for name in ("inside", "beside", "digits") if found[name]), None)
        count = in_digits if in_digits is not None else in_words
        if not count:
            continue
        clear = in_words is None or in_digits is None or in_words == in_digits
        yield Duration(count, Unit(found["unit"].lower()), offset + found.start(), offset + found.end(), clear)

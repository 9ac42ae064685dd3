"""Dates of all kinds; day or month first is decided for a whole column, never cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .cells import CellProblem, Empty, parse_short, says_month_to_month
from .grid import Cell


@dataclass(frozen=True, slots=True)
class DateOrder:
    """How a column writes 03/04: day first or month first, and a note where its values do not settle it."""

    day_first: bool = False
    note: str | None = None


US_ORDER = DateOrder()
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = range(18_264, 73_416)  # 1950-01-01 to 2100-12-31
_COMPACT = range(1950_01_01, 2100_12_32)
_YEARS = range(1900, 2200)
_CENTURY_PIVOT = 69
_NO_END_YEAR = 9999
_LAST_MONTH = 12
_TIME = r"(?:[T\s,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AP]\.?M\.?)?\s*(?:Z|UTC|GMT|[-+]\d{2}:?\d{2})?)?"
_SLASHED = re.compile(rf"(\d{{1,2}})([/.\-\s])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.IGNORECASE)
_ISO = re.compile(rf"(\d{{4}})([/.\-])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.IGNORECASE)
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?"
_MONTH_NAME = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY_NAMED = re.compile(
    rf"{_WEEKDAY}(\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?[\s\-/.]*{_MONTH_NAME}[\s\-/.,']*(\d{{4}}|\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_NAMED_DAY = re.compile(
    rf"{_WEEKDAY}{_MONTH_NAME}[\s\-/.]*(\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,\s*|[\s\-/.']+)(\d{{4}}|\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_YEAR_NAMED = re.compile(rf"(\d{{4}})[\s\-/.]+{_MONTH_NAME}[\s\-/.]+(\d{{1,2}}){_TIME}", re.IGNORECASE)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_ZERO_DATES = frozenset({"0", "0/0/0000", "00/00/0000", "00/00/00", "0000-00-00", "00000000", "1/0/1900", "01/00/1900"})
_UNDECIDED = frozenset({"pending", "asap", "see notes", "not set", "open", "in progress"})
_NOT_A_DATE = CellProblem("not_a_date", "The cell is not a date. Write it as 2027-03-31.")
_IMPOSSIBLE = CellProblem("impossible_date", "The calendar has no such day.")
_OUT_OF_RANGE = CellProblem("date_out_of_range", "The year lies outside 1900 to 2199.")


def date_order(cells: Iterable[Cell]) -> DateOrder:
    """Decide for a whole column whether its dates put the day or the month first."""
    day_first = month_first = ambiguous = 0
    for cell in cells:
        match = _SLASHED.fullmatch(cell.strip()) if isinstance(cell, str) else None
        if match is None:
            continue
        first, second = int(match[1]), int(match[3])
        if first > _LAST_MONTH >= second:
            day_first += 1
        elif second > _LAST_MONTH >= first:
            month_first += 1
        elif first != second:
            ambiguous += 1
    if day_first and month_first:
        return DateOrder(
            day_first > month_first, "The column mixes day-first and month-first dates; the rarer ones are errors."
        )
    if ambiguous and not day_first and not month_first:
        return DateOrder(note="Nothing in the column tells the day from the month; read as month/day/year.")
    return DateOrder(day_first > 0)


def parse_date(cell: Cell, order: DateOrder = US_ORDER) -> date | Empty | CellProblem:
    """Read one date in the order its column has."""
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if isinstance(cell, bool):
        return _NOT_A_DATE
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    if isinstance(cell, int | float):
        return _from_number(cell)
    return _from_text(text, order)


def _from_number(number: float) -> date | Empty | CellProblem:
    whole = int(number)
    if whole == 0:
        return Empty("zero date")
    if number == whole and whole in _COMPACT:
        return _day(whole // 10_000, whole // 100 % 100, whole % 100)
    if whole in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=whole)
    return _NOT_A_DATE


_WHOLE = re.compile(r"\d{5}(?:\.\d+)?|\d{8}")


def _from_text(text: str, order: DateOrder) -> date | Empty | CellProblem:
    if text in _ZERO_DATES:
        return Empty("zero date")
    if match := _ISO.fullmatch(text):
        return _day(int(match[1]), int(match[3]), int(match[4]))
    if match := _SLASHED.fullmatch(text):
        first, second, year = int(match[1]), int(match[3]), _year(match[4])
        return _day(year, second, first) if order.day_first else _day(year, first, second)
    if _WHOLE.fullmatch(text):
        return _from_number(float(text))
    if match := _DAY_NAMED.fullmatch(text):
        return _day(_year(match[3]), _MONTHS[match[2][:3].lower()], int(match[1]))
    if match := _NAMED_DAY.fullmatch(text):
        return _day(_year(match[3]), _MONTHS[match[1][:3].lower()], int(match[2]))
    if match := _YEAR_NAMED.fullmatch(text):
        return _day(int(match[1]), _MONTHS[match[2][:3].lower()], int(match[3]))
    if says_month_to_month(text):
        return Empty("month to month")
    return Empty("undecided") if text.casefold() in _UNDECIDED else _NOT_A_DATE


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004 - two digits are a short year
        return year
    return year + (1900 if year >= _CENTURY_PIVOT else 2000)


def _day(year: int, month: int, day: int) -> date | Empty | CellProblem:
    if year == _NO_END_YEAR:
        return Empty("no end date")
    try:
        return _in_range(date(year, month, day))
    except ValueError:
        return _IMPOSSIBLE


def _in_range(day: date) -> date | Empty | CellProblem:
    if day.year == _NO_END_YEAR:
        return Empty("no end date")
    return day if day.year in _YEARS else _OUT_OF_RANGE

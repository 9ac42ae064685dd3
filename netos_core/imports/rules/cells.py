"""Cells into values: a value, an `Empty` with its reason, or a `CellProblem`. Never a guess.

Dates are in `dates`, money and bandwidth in `quantities`, the words of our enumerations in `words`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from .grid import Cell, cell_text


@dataclass(frozen=True, slots=True)
class Empty:
    """A cell that says nothing; `reason` is how it says so, null for a blank one."""

    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Why a cell cannot be taken; the message is our sentence and quotes nothing."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PostalCode:
    """A postal code, its +4 if the cell holds one, and what was repaired."""

    code: str
    plus4: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class NoticePeriod:
    """Notice as written: a count and its unit (`days`, `business_days`, `weeks`, `months`)."""

    count: int
    unit: str


BLANK: Final = Empty()
_NOTHING = {
    **dict.fromkeys(("-", "--", "---", "–", "—", "−", ".", "n/a", "na", "n.a.", "n.a", "#n/a"), "not applicable"),
    **dict.fromkeys(("none", "null", "nil", "not applicable", "(none)", "(blank)", "<null>", "n\\a"), "not applicable"),
    **dict.fromkeys(
        ("tbd", "tba", "t.b.d.", "to be determined", "to be decided", "to be confirmed", "tbc"), "undecided"
    ),
    **dict.fromkeys(("unknown", "unk", "?", "??", "???", "not known"), "unknown"),
}
_LONGEST_NOTHING = max(map(len, _NOTHING))
_LONGEST_FIGURE = 200
_FORMULA_ERRORS = frozenset(
    {"#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#spill!", "#calc!", "#error!"}
)
_MONTH_TO_MONTH = re.compile(r"\b(?:mtm|m2m|m-t-m|m/m|month[\s-]*to[\s-]*month|evergreen|rolling)\b", re.IGNORECASE)
FORMULA_ERROR = CellProblem("formula_error", "The cell shows a formula error. Mend the formula or type the value.")


def parse_text(cell: Cell) -> str | Empty | CellProblem:
    """Take a cell as text; what begins with = + - @ is text like any other and is never evaluated."""
    text = cell_text(cell)
    if not text:
        return BLANK
    if isinstance(cell, float) and not math.isfinite(cell):
        return FORMULA_ERROR
    if len(text) <= _LONGEST_NOTHING:
        lowered = text.casefold()
        if lowered in _FORMULA_ERRORS:
            return FORMULA_ERROR
        reason = _NOTHING.get(lowered)
        if reason is not None:
            return Empty(reason)
    return text


def parse_short(cell: Cell) -> str | Empty | CellProblem:
    """Take the text of a cell that holds one figure or word; pages of text are no figure, and cost no time."""
    text = parse_text(cell)
    if isinstance(text, str) and len(text) > _LONGEST_FIGURE:
        return CellProblem("too_long", f"The cell is too long for one value (over {_LONGEST_FIGURE} characters).")
    return text


_NUMBER = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")


def parse_decimal(cell: Cell) -> Decimal | Empty | CellProblem:
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    if isinstance(cell, float):
        return exact(cell)
    if _NUMBER.fullmatch(text):
        return Decimal(text.replace(",", ""))
    return CellProblem("not_a_number", "The cell is not a number.")


def exact(number: float) -> Decimal:
    """Take a spreadsheet's binary number as the decimal a person typed."""
    return Decimal(repr(round(number, 6)))


def parse_integer(cell: Cell) -> int | Empty | CellProblem:
    number = parse_decimal(cell)
    if not isinstance(number, Decimal):
        return CellProblem("not_a_whole_number", "The cell is not a whole number.") if _wrong(number) else number
    if number != number.to_integral_value():
        return CellProblem("not_a_whole_number", "The cell is not a whole number.")
    return int(number)


def _wrong(value: object) -> bool:
    return isinstance(value, CellProblem) and value.code == "not_a_number"


_PERCENT = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*(?:%|percent|pct)", re.IGNORECASE)


def parse_percent(cell: Cell) -> Decimal | Empty | CellProblem:
    """Take a percentage as percent: "3%" and "3" are 3; Excel's 0.03 in a percent cell is 3 as well."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    if match := _PERCENT.fullmatch(text):
        return Decimal(match[1])
    number = parse_decimal(cell)
    if not isinstance(number, Decimal):
        return CellProblem("not_a_percentage", "The cell is not a percentage.")
    return number * 100 if isinstance(cell, float) and abs(number) < 1 else number


_TRUE = frozenset({"yes", "y", "true", "t", "1", "x", "✓", "✔", "on", "auto", "auto renew", "auto-renew", "autorenew"})
_FALSE = frozenset({"no", "n", "false", "f", "0", "off", "✗", "✘"})
_LEADING_WORD = re.compile(r"(yes|no|true|false|y|n)\b[\s,;:(–-]", re.IGNORECASE)


def parse_bool(cell: Cell) -> bool | Empty | CellProblem:
    if isinstance(cell, bool):
        return cell
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    word = text.casefold()
    if match := _LEADING_WORD.match(word):
        word = match[1]
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    return CellProblem("not_yes_or_no", "The cell says neither yes nor no.")


_MONTHS = re.compile(
    r"(\d{1,4})\s*(?:-\s*)?(?:(months?|mos?\.?|mths?|m)|(years?|yrs?\.?|y))?(?:\s*(?:term|initial|contract))*",
    re.IGNORECASE,
)
_LONGEST_TERM_MONTHS = 1200


def parse_months(cell: Cell) -> int | Empty | CellProblem:
    """Take a length of time in months: "36", "3 years", "3-yr"; month to month is empty, with that reason."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    if _MONTH_TO_MONTH.search(text):
        return Empty("month to month")
    match = _MONTHS.fullmatch(text)
    if match is None:
        return CellProblem("not_months", "The cell is not a number of months or years.")
    months = int(match[1]) * (12 if match[3] else 1)
    if months > _LONGEST_TERM_MONTHS:
        return CellProblem("not_months", "The cell states more than a hundred years of months.")
    return months


def says_month_to_month(text: str) -> bool:
    return bool(_MONTH_TO_MONTH.search(text))


_NOTICE = re.compile(
    r"(?:at least |minimum |min\.? )?(?:[a-z-]+ )?\(?(\d{1,3})\)?[\s-]*"
    r"(business days?|working days?|bus\.? days?|bd|calendar days?|days?|d|weeks?|wks?|w|months?|mos?|m)?"
    r"\.?(?:['’]?\s*(?:prior|before|advance|written|notice|in|to|end|of|term|the|expiration|required)\b\.?)*",
    re.IGNORECASE,
)
_NOTICE_UNITS = {"b": "business_days", "c": "days", "d": "days", "m": "months", "w": "weeks"}


def parse_notice(cell: Cell) -> NoticePeriod | Empty | CellProblem:
    """Take a notice period as written; a bare number is days, three months stay three months."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    match = _NOTICE.fullmatch(text.casefold())
    if match is None:
        return CellProblem("not_a_notice_period", "The cell is not a notice period such as 90 days or 3 months.")
    unit = match[2] or "days"
    return NoticePeriod(int(match[1]), "business_days" if unit.startswith("work") else _NOTICE_UNITS[unit[0]])


_COORDINATE = re.compile(r"([-+]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NSEW])?", re.IGNORECASE)


def parse_latitude(cell: Cell) -> Decimal | Empty | CellProblem:
    return _coordinate(cell, 90, "NS", "latitude")


def parse_longitude(cell: Cell) -> Decimal | Empty | CellProblem:
    return _coordinate(cell, 180, "EW", "longitude")


def _coordinate(cell: Cell, most: int, letters: str, name: str) -> Decimal | Empty | CellProblem:
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    match = _COORDINATE.fullmatch(text.replace("−", "-"))
    letter = (match[2] or letters[0]).upper() if match else ""
    if match is None or letter not in letters:
        return CellProblem(f"not_a_{name}", f"The cell is not a {name} in degrees.")
    degrees = Decimal(match[1]) * (-1 if letter == letters[1] else 1)
    if abs(degrees) > most:
        return CellProblem(f"{name}_out_of_range", f"A {name} lies between -{most} and {most} degrees.")
    return degrees


_US_ZIP = re.compile(r"(\d{5})(?:[-\s]?(\d{4}))?")
_FOREIGN_POSTAL = re.compile(r"[A-Z0-9][A-Z0-9 -]{1,9}", re.IGNORECASE)
_ZIP_DIGITS = 5
_PLUS4_DIGITS = 4


def parse_postal_code(cell: Cell) -> PostalCode | Empty | CellProblem:
    """Take a ZIP (with or without +4) or a foreign code; zeros a spreadsheet ate are put back, with a note."""
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    if match := _US_ZIP.fullmatch(text):
        return PostalCode(match[1], match[2])
    base, _, plus4 = text.partition("-")
    if base.isdecimal() and len(base) in {3, 4} and (not plus4 or (plus4.isdecimal() and len(plus4) == _PLUS4_DIGITS)):
        return PostalCode(
            base.zfill(_ZIP_DIGITS), plus4 or None, "Leading zeros lost by the spreadsheet were put back."
        )
    if text.isdecimal() or not _FOREIGN_POSTAL.fullmatch(text) or not any(map(str.isdecimal, text)):
        return CellProblem("not_a_postal_code", "The cell is not a postal code.")
    return PostalCode(text.upper())


def parse_plus4(cell: Cell) -> str | Empty | CellProblem:
    text = parse_short(cell)
    if not isinstance(text, str):
        return text
    if text.isdecimal() and len(text) <= _PLUS4_DIGITS:
        return text.zfill(_PLUS4_DIGITS)
    return CellProblem("not_a_plus4", "The cell is not the four digits after a ZIP code.")

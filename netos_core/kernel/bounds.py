"""What no argument may exceed, whatever its field: one walk over what was sent, before anything is made of it.

Bounds of single fields stand at their types; these are for what every edge passes on and PostgreSQL must store.
"""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

MOST_DEEP = 32
"""Lists and objects inside each other."""

MOST_VALUES = 100_000
"""Values of one argument: the largest bulk change has two thousand records of some thirty fields."""

MOST_CHARACTERS = 32_767
"""Of one text: what a cell of a workbook holds."""

USUAL_CHARACTERS = 500
"""Of a text whose field says nothing else: a ref, a name, a word to look for."""

CURSOR_CHARACTERS = 8_000
FIRST_YEAR, LAST_YEAR = 1900, 2200
WIDEST_INTEGER = 63
MOST_DIGITS = 30
LARGEST_INTEGER = 2**31 - 1
"""What an integer column takes."""


def problem_of(value: Any) -> str | None:
    """Say what is wrong with a value as it was sent, or with any part of it; None where nothing is.

    The walk keeps its own list of what is left, so that no depth exhausts the stack.
    """
    left, seen = [(value, 0)], 0
    while left:
        one, depth = left.pop()
        seen += 1
        if seen > MOST_VALUES:
            return f"More than {MOST_VALUES} values"
        if isinstance(one, (dict, list, tuple)):
            if depth == MOST_DEEP:
                return f"Nested more than {MOST_DEEP} levels deep"
            parts = [*one, *one.values()] if isinstance(one, dict) else one
            left.extend((part, depth + 1) for part in parts)
        elif (problem := _problem_of_one(one)) is not None:
            return problem
    return None


def _problem_of_one(value: Any) -> str | None:
    if isinstance(value, str):
        return _problem_of_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "A number must be finite"
    if isinstance(value, int) and value.bit_length() > WIDEST_INTEGER:
        return "The number is too large"
    return None


def _problem_of_text(text: str) -> str | None:
    if len(text) > MOST_CHARACTERS:
        return f"A text has at most {MOST_CHARACTERS} characters"
    if "\0" in text:
        return "Text can not hold the NUL character"
    return None if _encodable(text) else "Text can not hold half a surrogate pair"


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def problem_of_read(value: Any) -> str | None:
    """Say what is wrong with a value once it is read: a day far off, an endless amount."""
    if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        return f"A day lies from {FIRST_YEAR} to {LAST_YEAR}"
    if isinstance(value, Decimal) and not (value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS):
        return f"A number has at most {MOST_DIGITS} digits"
    return None


def as_text(text: str) -> str:
    """Return a text that can be sent: half a surrogate pair is shown as a question mark."""
    return text.encode(errors="replace").decode()

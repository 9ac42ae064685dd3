"""Numbers as contracts write them: in words, in digits, and in both at once."""

from __future__ import annotations

import re

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: value for value, word in enumerate(_ONES)} | {
    word: value for value, word in zip(range(20, 100, 10), _TENS, strict=True)
}
_VALUES |= {"a": 1, "an": 1, "fourty": 40, "ninty": 90, "single": 1}
_TEN = "|".join((*_TENS, "fourty", "ninty"))
_ONE = "|".join(sorted(_ONES[1:], key=len, reverse=True))
SMALL = rf"(?:(?:{_TEN})(?:[\s-]*(?:{_ONE})\b)?|{_ONE})"
IN_WORDS = rf"(?:(?:(?:one|two|three|four|a)[\s-]+hundred)(?:\s+(?:and\s+)?{SMALL})?|{SMALL})"
"""A number below five hundred, as a pattern."""


_ANY = re.compile(rf"\b{IN_WORDS}\b", re.IGNORECASE)


def numbers_in(text: str) -> list[int]:
    """Give the numbers a text says in words."""
    return [value_of(found[0]) for found in _ANY.finditer(text)]


def value_of(words: str) -> int:
    """Read a number in words that matched `IN_WORDS`."""
    total = 0
    for word in re.split(r"[\s-]+", words.lower()):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word in _VALUES:
            total += _VALUES[word]
        else:
            total += next((_VALUES[ten] + _VALUES.get(word[len(ten) :], 0) for ten in _TENS if word.startswith(ten)), 0)
    return total

"""Words of contracts that a reader of pictures gets wrong by one letter."""

from __future__ import annotations

import re

_WORDS = [
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "seven",
    "eight",
    "three",
    "months",
    "month",
    "years",
    "notice",
    "renew",
    "renewed",
    "successive",
    "automatically",
    "governed",
    "agreement",
]
_BY_LENGTH = {
    length: tuple(word for word in _WORDS if len(word) == length) for length in {len(word) for word in _WORDS}
}
_KNOWN = frozenset(_WORDS) | frozenset(
    {
        "sixth",
        "fifth",
        "ninth",
        "eighth",
        "eights",
        "yearn",
        "tears",
        "years",
        "novice",
        "renews",
        "there",
        "moths",
        "sight",
        "tight",
        "fight",
        "right",
        "light",
        "night",
        "might",
        "never",
    }
)
_LETTERS = re.compile(r"[A-Za-z]{5,}")


def mended(text: str) -> str:
    """Right words that differ from one a contract counts with by a single letter; every place stays where it was."""
    return _LETTERS.sub(_word, text)


def _word(found: re.Match[str]) -> str:
    word = found[0].lower()
    if word in _KNOWN or not found[0][1:].islower():
        return found[0]
    near = [one for one in _BY_LENGTH.get(len(word), ()) if sum(a != b for a, b in zip(one, word, strict=True)) == 1]
    if len(near) != 1:
        return found[0]
    return near[0].capitalize() if found[0][0].isupper() else near[0]

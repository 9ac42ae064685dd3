"""Pages of words: where each word stands, in the order people read them.

The text layer of a PDF and the reading of a scan both become these; nothing here knows which library told them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

SAME_LINE = 3.0
"""Points by which the tops of words of one line differ at most."""
_SAME_BASE = 1.0
_BESIDE = 0.4
_GUTTER = 9.0
_PROSE_WORDS = 4
_LEAST_LINES_OF_A_COLUMN = 8
_LEAST_SHARE = 0.55


class Word(NamedTuple):
    """A word and its place in points from the top left corner; `sure` is 1 where nobody had to guess at its letters."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    sure: float = 1.0


Line = tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page, counted from 1.

    Args:
        lines: Its lines in reading order; a column is read to its end before the next.
        ocr: Whether its words were read from a picture.
        hidden: How many words stand there that no reader can see; they are not among the lines.
    """

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    ocr: bool = False
    hidden: int = 0

    def as_row(self) -> list[Any]:
        """Give the page as plain lists, to be sent from one process to another."""
        return [self.number, self.width, self.height, self.lines, self.ocr, self.hidden]

    @classmethod
    def from_row(cls, row: list[Any]) -> Page:
        number, width, height, lines, ocr, hidden = row
        return cls(number, width, height, tuple(tuple(Word(*word) for word in line) for line in lines), ocr, hidden)

    @property
    def text(self) -> str:
        return "\n".join(" ".join(word.text for word in line) for line in self.lines)


def lines_of(words: Sequence[Word], *, ocr: bool = False) -> tuple[Line, ...]:
    """Put words into lines, and lines into the order of reading.

    Letters of a file share a base line. The boxes read from a picture fit each word tightly and the page may be askew,
    so there a word joins the line whose last word stands beside it.
    """
    lines = _askew(words) if ocr else _rows(words)
    gutter = _gutter(lines)
    return tuple(lines) if gutter is None else tuple(_by_column(lines, gutter))


def _rows(words: Sequence[Word]) -> list[Line]:
    rows: list[list[Word]] = []
    anchor = 0.0
    for word in sorted(words, key=lambda one: (one.top, one.x0)):
        if rows and word.top - anchor <= SAME_LINE:
            rows[-1].append(word)
        elif rows and abs(median(one.bottom for one in rows[-1]) - word.bottom) <= _SAME_BASE:
            rows[-1].append(word)  # smaller letters on the same base line
        else:
            rows.append([word])
        anchor = word.top
    return [tuple(sorted(row, key=lambda one: one.x0)) for row in rows]


def _askew(words: Sequence[Word]) -> list[Line]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda one: one.x0):
        beside = max(rows, key=lambda row: _shared(row[-1], word), default=None)
        if beside is not None and _shared(beside[-1], word) > _BESIDE:
            beside.append(word)
        else:
            rows.append([word])
    return [tuple(row) for row in sorted(rows, key=lambda row: median(word.bottom for word in row))]


def _shared(one: Word, other: Word) -> float:
    """Say how much of the lower of two words stands beside the other."""
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared / max(min(one.bottom - one.top, other.bottom - other.top), 1.0)


def _gutter(lines: Sequence[Line]) -> float | None:
    """Find where two columns of running text are parted; tables and labels with their values are no columns."""
    if len(lines) < _LEAST_LINES_OF_A_COLUMN:
        return None
    left, right = min(line[0].x0 for line in lines), max(line[-1].x1 for line in lines)
    gaps = [gap for line in lines if (gap := _widest_gap(line, left, right)) is not None]
    if len(gaps) < max(_LEAST_LINES_OF_A_COLUMN, _LEAST_SHARE * len(lines)):
        return None
    at = median((a + b) / 2 for a, b in gaps)
    parted = [line for line in lines if _is_parted(line, at)]
    if len(parted) < _LEAST_SHARE * len(lines):
        return None
    for side in (
        [[w for w in line if w.x1 <= at] for line in parted],
        [[w for w in line if w.x0 >= at] for line in parted],
    ):
        full = [words for words in side if words]
        if len(full) < _LEAST_LINES_OF_A_COLUMN or median(len(words) for words in full) < _PROSE_WORDS:
            return None
        edge = max(words[-1].x1 for words in full) - min(words[0].x0 for words in full)
        if median(words[-1].x1 - words[0].x0 for words in full) < 0.7 * edge:
            return None
    return at


def _widest_gap(line: Line, left: float, right: float) -> tuple[float, float] | None:
    """Give the gap in the middle third of a line; None where there is none wide enough."""
    third = (right - left) / 3
    found = [
        (a.x1, b.x0)
        for a, b in pairwise(line)
        if b.x0 - a.x1 >= _GUTTER and left + third < (a.x1 + b.x0) / 2 < right - third
    ]
    return max(found, key=lambda gap: gap[1] - gap[0], default=None)


def _is_parted(line: Line, at: float) -> bool:
    return all(word.x1 <= at + 1 or word.x0 >= at - 1 for word in line)


def _by_column(lines: Sequence[Line], at: float) -> list[Line]:
    ordered: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []
    for line in lines:
        if _is_parted(line, at):
            for side, words in (
                (left, [w for w in line if w.x1 <= at + 1]),
                (right, [w for w in line if w.x1 > at + 1]),
            ):
                if words:
                    side.append(tuple(words))
            continue
        ordered += [*left, *right, line]
        left, right = [], []
    return [*ordered, *left, *right]

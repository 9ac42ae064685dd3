"""The cells of forms and tables: words of one line that stand together, and what stands right of and below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from netos_core.documents.rules.extraction.script import Placed, Script

_GAP_OF_HEIGHT = 0.85
_LEAST_GAP = 7.0
_NEAR_BELOW = 3.2
"""How many line heights below a cell the next one may stand."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Words that stand together on a line, and where in the running text."""

    text: str
    page: int
    x0: float
    x1: float
    top: float
    bottom: float
    start: int
    end: int

    @property
    def middle(self) -> float:
        return (self.x0 + self.x1) / 2


Row = tuple[Cell, ...]


def rows_of(script: Script) -> list[Row]:
    """Split every line into its cells."""
    return [tuple(_cells(line)) for line in script.lines() if line]


def _cells(line: Sequence[Placed]) -> Iterator[Cell]:
    run = [line[0]]
    for placed in line[1:]:
        height = placed.word.bottom - placed.word.top
        if placed.word.x0 - run[-1].word.x1 > max(_LEAST_GAP, _GAP_OF_HEIGHT * height):
            yield _cell(run)
            run = []
        run.append(placed)
    yield _cell(run)


def _cell(run: Sequence[Placed]) -> Cell:
    words = [placed.word for placed in run]
    return Cell(
        " ".join(word.text for word in words),
        run[0].page,
        words[0].x0,
        words[-1].x1,
        min(word.top for word in words),
        max(word.bottom for word in words),
        run[0].start,
        run[-1].start + len(words[-1].text),
    )


def overlap(one: Cell, other: Cell) -> float:
    """Say how much of the narrower of two cells stands above the other."""
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared / max(min(one.x1 - one.x0, other.x1 - other.x0), 1.0)


def below(rows: Sequence[Row], index: int, cell: Cell) -> Cell | None:
    """Give the cell right under another, on the next line or the one after."""
    for row in rows[index + 1 : index + 3]:
        if row[0].page != cell.page or row[0].top - cell.bottom > _NEAR_BELOW * (cell.bottom - cell.top):
            return None
        found = max(row, key=lambda one: overlap(cell, one))
        if overlap(cell, found) > 0.3 or abs(found.x0 - cell.x0) < 4:  # noqa: PLR2004  a third, or set flush
            return found
    return None

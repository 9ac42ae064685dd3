"""Tables of orders: heads that are labels, rows of values under them, and a row of totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from netos_core.documents.rules.extraction.cells import Cell, Row, overlap
from netos_core.documents.rules.extraction.labels import Label, is_total, label_of

_I = re.IGNORECASE


@dataclass(slots=True)
class Column:
    label: Label
    head: Cell


@dataclass(slots=True)
class Table:
    """A table of an order: its columns, its rows by column, and the row of its totals."""

    columns: list[Column]
    rows: list[dict[int, list[Cell]]]
    lines: range
    totals: dict[int, list[Cell]] | None = None

    def column(self, label: Label) -> int | None:
        """Give the column of a label; of several the one of totals, else the last but for places."""
        found = [number for number, one in enumerate(self.columns) if one.label is label]
        return next(
            (number for number in found if is_total(self.columns[number].head.text)), found[-1] if found else None
        )


_HEADS = frozenset({Label.MRC, Label.NRC, Label.CIRCUIT, Label.BANDWIDTH, Label.ADDRESS, Label.SERVICE, Label.TERM})
_KEYS = frozenset({Label.MRC, Label.NRC, Label.CIRCUIT, Label.BANDWIDTH})
_AMOUNTS = frozenset({Label.MRC, Label.NRC})
_TWO, _THREE = 2, 3
_MOST_LINES = 60
_FAR_BELOW = 30.0
"""Points below which a line is no longer of the table above it."""
_WIDE = 250.0
_MANY_WORDS = 7
_PARTED = 1.25


def tables(rows: Sequence[Row]) -> Iterator[Table]:
    """Find tables by their heads: two labels of an order or more side by side, over rows of values."""
    index = 0
    while index < len(rows):
        found = _head(rows, index)
        if found is None:
            index += 1
            continue
        columns, height = found
        table, used = _body(rows, index, index + height, columns)
        if table.rows:
            yield table
            index += height + used
        else:
            index += 1


def _head(rows: Sequence[Row], index: int) -> tuple[list[Column], int] | None:
    """Read the heads of a table; they may run over up to three lines."""
    for height in (3, 2, 1):
        merged = _merged(rows[index : index + height])
        if merged is None:
            continue
        labels = [label_of(cell.text) for cell in merged]
        known = [label for label in labels if label in _HEADS]
        named = [label for label in labels if label is not None]
        has_price = Label.MRC in known or Label.NRC in known
        if len(known) >= (_TWO if has_price else _THREE) and len(named) * 3 >= len(merged) * 2:
            return [Column(label or Label.OTHER, cell) for label, cell in zip(labels, merged, strict=True)], height
    return None


def _merged(lines: Sequence[Row]) -> list[Cell] | None:
    if not lines or any(":" in cell.text for row in lines for cell in row):
        return None
    columns: list[list[Cell]] = []
    for number, row in enumerate(lines):
        if number and (row[0].page != lines[0][0].page or row[0].top - lines[number - 1][0].bottom > 8):  # noqa: PLR2004  points between lines of a head
            return None
        for cell in row:
            if any(character.isdigit() for character in cell.text):
                return None
            home = max(columns, key=lambda column: overlap(column[0], cell), default=None)
            if home is not None and number and overlap(home[0], cell) > 0.2:  # noqa: PLR2004
                home.append(cell)
            else:
                columns.append([cell])
    return [
        Cell(
            " ".join(cell.text for cell in column),
            column[0].page,
            min(c.x0 for c in column),
            max(c.x1 for c in column),
            column[0].top,
            column[-1].bottom,
            column[0].start,
            column[0].end,
        )
        for column in sorted(columns, key=lambda one: one[0].x0)
    ]


def _body(rows: Sequence[Row], first: int, index: int, columns: list[Column]) -> tuple[Table, int]:
    """Read the lines under a head up to where the table ends, and make rows of them."""
    table = Table(columns, [], range(first, first))
    lines: list[Row] = []
    used = 0
    for row in rows[index : index + _MOST_LINES]:
        if row[0].page != columns[0].head.page or (lines and row[0].top - lines[-1][0].bottom > _FAR_BELOW):
            break
        text = " ".join(cell.text for cell in row)
        if len(row) == 1 and len(text.split()) > _MANY_WORDS and row[0].x1 - row[0].x0 > _WIDE:
            break
        if label_of(row[0].text.partition(":")[0]) is not None and not is_total(row[0].text):
            break
        used += 1
        if re.match(r"(?:grand |order |sub)?-?\s?total", text, _I):
            table.totals = _placed(row, columns)
            if not re.match("sub", text, _I):
                break
            continue
        lines.append(row)
    table.rows = _grouped(lines, columns)
    table.lines = range(first, index + used)
    return table, used


def _grouped(lines: Sequence[Row], columns: Sequence[Column]) -> list[dict[int, list[Cell]]]:
    """Make rows of lines: by the wider gaps between rows where there are some, else by what each line holds."""
    placed = [_placed(line, columns) for line in lines]
    gaps = [b[0].bottom - a[0].bottom for a, b in pairwise(lines)]
    if gaps and max(gaps) > _PARTED * max(min(gaps), 1.0):
        limit = (min(gaps) + max(gaps)) / 2
        rows: list[dict[int, list[Cell]]] = []
        for number, cells in enumerate(placed):
            if number == 0 or gaps[number - 1] > limit:
                rows.append({})
            _join(rows[-1], cells)
        if all(
            len(row[number]) == 1 for row in rows for number in _keys(row, columns) if columns[number].label in _AMOUNTS
        ):
            return rows
    rows = []
    for cells in placed:
        if rows and not _begins_a_row(cells, rows[-1], columns):
            _join(rows[-1], cells)
        else:
            rows.append({n: list(found) for n, found in cells.items()})
    return rows


def _join(row: dict[int, list[Cell]], more: dict[int, list[Cell]]) -> None:
    for number, cells in more.items():
        row.setdefault(number, []).extend(cells)


def _placed(row: Row, columns: Sequence[Column]) -> dict[int, list[Cell]]:
    placed: dict[int, list[Cell]] = {}
    for cell in row:
        number = max(
            range(len(columns)),
            key=lambda one: (max(overlap(columns[one].head, cell), 0.0), -abs(columns[one].head.middle - cell.middle)),
        )
        placed.setdefault(number, []).append(cell)
    return placed


def _begins_a_row(placed: dict[int, list[Cell]], current: dict[int, list[Cell]], columns: Sequence[Column]) -> bool:
    """Whether a line begins a row: one with an amount, an id or a bandwidth that the row before has already."""
    return any(number in current for number in _keys(placed, columns))


def _keys(placed: dict[int, list[Cell]], columns: Sequence[Column]) -> list[int]:
    return [
        number
        for number, column in enumerate(columns)
        if column.label in _KEYS and number in placed and re.search(r"\d|waived|icb|n/a", placed[number][0].text, _I)
    ]

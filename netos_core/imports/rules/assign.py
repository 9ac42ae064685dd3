"""The best one-to-one assignment (Hungarian method): every field to at most one column."""

from __future__ import annotations

from collections.abc import Sequence

_FAR = float("inf")


def best_assignment(weights: Sequence[Sequence[float]]) -> list[int | None]:
    """Give each row the column that makes the sum of weights greatest; a weight of 0 is no assignment."""
    rows = len(weights)
    columns = len(weights[0]) if rows else 0
    if not columns:
        return [None] * rows
    # A row may stay alone, so each gets a column of its own that costs nothing.
    cost = [[-weight for weight in row] + [0.0] * rows for row in weights]
    owner = _owners(cost, rows, columns + rows)
    chosen: list[int | None] = [None] * rows
    for column, row in enumerate(owner[1 : columns + 1]):
        if row and weights[row - 1][column] > 0:
            chosen[row - 1] = column
    return chosen


def _owners(cost: list[list[float]], rows: int, columns: int) -> list[int]:
    """Find the row that owns each column, both counted from 1; 0 is nobody."""
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner, came_from = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0] = row
        at = 0
        slack, seen = [_FAR] * (columns + 1), [False] * (columns + 1)
        while owner[at]:
            seen[at] = True
            here, least, following = owner[at], _FAR, 0
            for column in range(1, columns + 1):
                if seen[column]:
                    continue
                reduced = cost[here - 1][column - 1] - row_price[here] - column_price[column]
                if reduced < slack[column]:
                    slack[column], came_from[column] = reduced, at
                if slack[column] < least:
                    least, following = slack[column], column
            for column in range(columns + 1):
                if seen[column]:
                    row_price[owner[column]] += least
                    column_price[column] -= least
                else:
                    slack[column] -= least
            at = following
        while at:
            owner[at] = owner[came_from[at]]
            at = came_from[at]
    return owner

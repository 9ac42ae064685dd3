"""Columns of spend by month: those to come in parts by what they stand on, those gone by whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netos_core.spend.schemas import ForecastMonth, SpendMonth

BASE, HEIGHT = 96.0, 84.0
LABELS = 8
"""About so many months are named under the columns."""

PARTS = (
    ("committed", "stable", "Committed"), ("silence", "watch", "Renewed in silence"),
    ("month_to_month", "evergreen", "Month to month"), ("open", "active", "No term on file"),
)  # fmt: skip
"""The parts of a month from below, the colour each has, and its name."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a column."""

    y: float
    height: float
    state: str
    name: str


@dataclass(frozen=True, slots=True)
class MonthColumn:
    """A month as a column, and its name where there is room for it."""

    x: float
    width: float
    middle: float
    month: date
    label: str
    pieces: Sequence[Piece]


def ahead_columns(months: Sequence[ForecastMonth]) -> list[MonthColumn]:
    """Draw the months of one currency, each in its parts."""
    most = max((one.mrc or Decimal(0) for one in months), default=Decimal(0)) or Decimal(1)
    return [
        _column(place, len(months), one.month, [(getattr(one, part), state, name) for part, state, name in PARTS], most)
        for place, one in enumerate(months)
    ]


def spent_columns(months: Sequence[SpendMonth]) -> list[MonthColumn]:
    """Draw the snapshots of one currency."""
    most = max((one.mrc or Decimal(0) for one in months), default=Decimal(0)) or Decimal(1)
    return [
        _column(place, len(months), one.month, [(one.mrc, "stable", "MRC")], most) for place, one in enumerate(months)
    ]


def _column(
    place: int, count: int, month: date, parts: Sequence[tuple[Decimal | None, str, str]], most: Decimal
) -> MonthColumn:
    slot = 100 / count
    pieces, y = [], BASE
    for amount, state, name in parts:
        if amount:
            height = max(float(amount / most) * HEIGHT, 1.0)
            y -= height
            pieces.append(Piece(round(y, 1), round(height, 1), state, name))
    step = max(1, round(count / LABELS))
    label = f"{month:%b %y}" if place % step == 0 else ""
    return MonthColumn(
        round(place * slot + slot * 0.1, 2), round(slot * 0.8, 2), round(place * slot + slot * 0.5, 2), month, label,
        pieces,
    )  # fmt: skip

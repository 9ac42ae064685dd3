"""A figure: what was promised, what was measured, and what the same work costs at the least."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

WARM_UP = 12
MANY = 100


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; without a target it is told for information."""

    name: str
    unit: str
    value: float
    target: float | None = None
    floor: float | None = None
    floor_is: str = ""
    at_least: float | None = None

    @property
    def over(self) -> bool:
        """Whether it misses what was promised, which is a most or, of a rate, a least."""
        return (self.target is not None and self.value > self.target) or (
            self.at_least is not None and self.value < self.at_least
        )

    @property
    def promised(self) -> str:
        if self.at_least is not None:
            return f">= {_number(self.at_least)}"
        return "" if self.target is None else f"<= {_number(self.target)}"

    @property
    def verdict(self) -> str:
        if not self.promised:
            return ""
        return "pass" if not self.over else "OVER" if self.at_least is None else "UNDER"

    def as_dict(self) -> dict[str, Any]:
        ratio = self.value / self.floor if self.floor else None
        return {**asdict(self), "ratio": ratio, "over": self.over}


@dataclass(frozen=True, slots=True)
class Times:
    """How long each of many calls took, in milliseconds."""

    taken: Sequence[float]

    @property
    def p50(self) -> float:
        return statistics.median(self.taken)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.taken, n=20)[-1]


def timed(calls: Iterable[Callable[[], object]], *, warm_up: int = WARM_UP) -> Times:
    """Make calls one after the other and time all but the first few."""
    taken = []
    for at, call in enumerate(calls):
        started = time.perf_counter()
        call()
        if at >= warm_up:
            taken.append((time.perf_counter() - started) * 1000)
    return Times(taken)


def once(work: Callable[[], object]) -> float:
    """Time one piece of work, in seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def table(figures: Sequence[Figure]) -> str:
    """Write the figures under each other."""
    head = ("figure", "target", "measured", "unit", "floor", "ratio", "", "the floor is")
    rows = [head, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    right = {1, 2, 4, 5}
    lines = [
        "  ".join(
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        figure.promised,
        _number(figure.value),
        figure.unit,
        _number(figure.floor) if figure.floor is not None else "",
        f"{figure.value / figure.floor:.1f}x" if figure.floor else "",
        figure.verdict,
        figure.floor_is,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= MANY or value == int(value) else f"{value:.2f}"

"""What moved between two snapshots: circuits that were added, ended, re-rated, or went to another group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

NOTHING = Decimal(0)
What = Literal["added", "ended", "rerated", "moved"]


@dataclass(frozen=True, slots=True)
class Line:
    """A circuit in a snapshot."""

    circuit_id: UUID
    provider_id: UUID
    market: str | None
    service_type: str
    currency: str
    mrc: Decimal | None


@dataclass(frozen=True, slots=True)
class Move:
    """A circuit that makes a difference; `line` is its latest."""

    line: Line
    what: What
    was: Decimal | None
    now: Decimal | None

    @property
    def difference(self) -> Decimal:
        return (self.now or NOTHING) - (self.was or NOTHING)


def moves_of(was: Mapping[UUID, Line], now: Mapping[UUID, Line]) -> list[Move]:
    """Compare the lines that differ; those of another currency or provider are two moves, one out and one in."""
    found: list[Move] = []
    for row_id in {*was, *now}:
        before, after = was.get(row_id), now.get(row_id)
        if before is not None and after is not None and before.currency == after.currency:
            moved = (before.provider_id, before.market, before.service_type) != (
                after.provider_id, after.market, after.service_type,
            )  # fmt: skip
            found.append(Move(after, "moved" if moved else "rerated", before.mrc, after.mrc))
            continue
        if before is not None:
            found.append(Move(before, "ended" if after is None else "moved", before.mrc, None))
        if after is not None:
            found.append(Move(after, "added" if before is None else "moved", None, after.mrc))
    return sorted(found, key=lambda one: (-abs(one.difference), one.line.circuit_id))

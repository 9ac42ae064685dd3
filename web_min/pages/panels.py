"""Bars of the plant: by state of renewal, by provider and by service, each with the circuits it is of."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from netos_core.circuits.rules import IN_USE
from netos_core.overview.schemas import Count, Dashboard
from web_min.charts import bars
from web_min.site import Visit

BARS = 8  # of a panel; the rest is one bar


def of(visit: Visit, board: Dashboard, market: str | None = None) -> dict[str, Any]:
    """Give the bars as the reader sees them, and how a bar becomes the address of its circuits."""
    money = visit.may("see:money")

    def circuits(name: str, key: str) -> str:
        where = [(name, key), *(("status", status) for status in sorted(IN_USE))]
        return "/circuits?" + urlencode([*where, *([("market", market)] if market else [])])

    return {
        "circuits_with": circuits,
        "pipeline": bars(board.by_renewal_state, by_money=False),
        "spend": bars(_largest(board.by_provider, by_money=money), by_money=money),
        "mix": bars(_largest(board.by_service_type, by_money=money), by_money=money),
    }


def _largest(counts: list[Count], *, by_money: bool) -> list[Count]:
    """Order by what the reader sees; the rest of a long tail stays last."""
    rest = [c for c in counts if c.key.endswith(" others")]
    named = [c for c in counts if c not in rest]
    named.sort(key=lambda c: (-(c.mrc or 0) if by_money else 0, -c.count, c.key))
    if len(named) + len(rest) > BARS:
        tail = [*named[BARS - 1 :], *rest]
        kinds = len(named[BARS - 1 :]) + sum(int(c.key.split()[0]) for c in rest)
        amounts = [c.mrc for c in tail if c.mrc is not None]
        rest = [Count(key=f"{kinds} others", count=sum(c.count for c in tail), mrc=sum(amounts, Decimal(0)))]
        named = named[: BARS - 1]
    return [*named, *rest]

"""Today: what waits, what comes due, and the plant at a glance; each figure opens the list behind it."""

from __future__ import annotations

from decimal import Decimal

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.changes.operations import list_changes
from netos_core.changes.schemas import ListChanges
from netos_core.circuits.rules import IN_USE
from netos_core.overview.operations import get_dashboard
from netos_core.overview.schemas import Count, Nothing
from web_min.charts import bars
from web_min.site import Site, Visit, get

WAITING_SHOWN = 5
BARS = 8  # of a panel; the rest is one bar


def routes(site: Site) -> list[BaseRoute]:
    return [get(site, "/", _page, "home")]


def _page(visit: Visit) -> Response:
    board = visit.call(get_dashboard, Nothing())
    visit.site.nav.keep(visit.person, board)
    waiting = visit.call(list_changes, ListChanges(status="open", mine=True, limit=WAITING_SHOWN))
    money = visit.may("see:money")
    states = {count.key: count for count in board.by_renewal_state}
    return visit.page(
        "home.html",
        board=board,
        waiting=waiting,
        states=states,
        in_use=sorted(IN_USE),
        pipeline=bars(board.by_renewal_state, by_money=False),
        spend=bars(_largest(board.by_provider, by_money=money), by_money=money),
        mix=bars(_largest(board.by_service_type, by_money=money), by_money=money),
    )


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

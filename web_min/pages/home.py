"""Today: what waits, what comes due, and the plant at a glance; each figure opens the list behind it."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.changes.operations import list_changes
from netos_core.changes.schemas import ListChanges
from netos_core.circuits.rules import IN_USE
from netos_core.overview.operations import get_today
from netos_core.overview.schemas import Nothing
from web_min.pages import panels
from web_min.site import Site, Visit, get

WAITING_SHOWN = 5


def routes(site: Site) -> list[BaseRoute]:
    return [get(site, "/", _page, "home")]


def _page(visit: Visit) -> Response:
    board = visit.call(get_today, Nothing())
    visit.site.nav.keep(visit.person, board)
    waiting = visit.call(list_changes, ListChanges(status="open", mine=True, limit=WAITING_SHOWN))
    states = {count.key: count for count in board.by_renewal_state}
    return visit.page(
        "home.html",
        board=board,
        waiting=waiting,
        states=states,
        in_use=sorted(IN_USE),
        **panels.of(visit, board),
    )

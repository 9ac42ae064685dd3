"""The dashboard: every figure of the plant on a card that opens its rows."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.schemas import Figure, GetDashboard
from web_min import asked
from web_min.pages import panels
from web_min.site import Site, Visit, get

PAGES: Mapping[str, str] = {
    "search_circuits": "/circuits",
    "search_sites": "/sites",
    "list_renewals": "/renewals",
    "list_extractions": "/extractions",
    "list_letters": "/letters",
    "list_quotes": "/quotes",
    "list_orders": "/orders",
    "list_revenue": "/revenue",
    "get_worklist": "/worklist",
    "get_pl_totals": "/money",
}
"""The page of each list; its filters have the names the operation gives them."""

DRAFTS = {"state": ["draft"]}


def routes(site: Site) -> list[BaseRoute]:
    return [get(site, "/dashboard", _page, "dashboard")]


def _page(visit: Visit) -> Response:
    given = dict(asked.given(visit.request.query_params, ["market", "month"]))
    if "month" in given:
        given["month"] = asked.as_day(given["month"])
    board = visit.call(get_dashboard, asked.validated(GetDashboard, given))
    return visit.page(
        "dashboard.html",
        board=board,
        rows_of=rows_of,
        **panels.of(visit, board, board.market),
    )


def rows_of(figure: Figure) -> str:
    """Give the address of the rows a figure is made of."""
    if figure.list == "list_changes":
        return "/approvals" if figure.where.get("mine") else "/approvals?view=open"
    if figure.list == "list_quotes" and figure.where == DRAFTS:
        return "/quotes/drafts"
    told = [(name, _word(value)) for name, many in figure.where.items() for value in _values(many)]
    return PAGES[figure.list] + (f"?{urlencode(told)}" if told else "")


def _values(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else [value]


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Search over everything, from the bar at the top of each page."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.search.operations import search
from netos_core.search.schemas import Search
from web_min import asked
from web_min.site import Site, Visit, get

SHOWN = 50
PATHS = {"CKT": "/circuits", "SIT": "/sites", "PRV": "/providers", "CUS": "/customers", "CTR": "/contracts",
         "DEC": "/decisions",
         "CHG": "/approvals", "IFC": "/network/interfaces", "PRT": "/network/ports", "VLN": "/network/vlans",
         "BGP": "/network/bgp", "IPB": "/network/blocks", "DOC": "/documents", "RFL": "/rf-links",
         "ELE": "/electrical", "FBK": "/feedback", "QUO": "/quotes", "QDR": "/quotes/drafts",
         "ORD": "/orders", "LTR": "/letters", "NTC": "/notices", "RPT": "/reports",
         "EXT": "/extractions", "SVC": "/revenue"}  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    return [get(site, "/search", _page, "search")]


def page_of(ref: str) -> str | None:
    """Return the page of a record by its reference, which a name may follow."""
    own = ref.partition(" ")[0]
    folder = PATHS.get(own.partition("-")[0])
    return f"{folder}/{own}" if folder else None


def _page(visit: Visit) -> Response:
    pairs = dict(asked.given(visit.request.query_params, ["q"]))
    words = pairs.get("q", "")
    if not words:
        return visit.page("search.html", words="", result=None, page_of=page_of)
    result = visit.call(search, asked.validated(Search, {"query": words, "limit": SHOWN}))
    exact = [hit for hit in result.hits if hit.ref.lower() == words.lower()]
    if exact and (target := page_of(exact[0].ref)):
        return visit.go(target)
    return visit.page("search.html", words=words, result=result, page_of=page_of)

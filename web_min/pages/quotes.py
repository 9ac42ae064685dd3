"""Quotes: one quote, several held against each other, one order."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.quotes import operations as quotes
from netos_core.quotes.rules.progress import LADDER
from netos_core.quotes.schemas import CompareQuotes, Comparison, GetOne
from web_min import asked
from web_min.pages import records
from web_min.site import Site, Visit, get

DRAFT = "QDR-"
PART_WORDS = {
    "mrc": "MRC",
    "nrc": "NRC",
    "special_build": "Special build",
    "tax": "Taxes, estimated",
    "overlap": "Overlap",
    "etf": "ETF of the circuit replaced",
}


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/quotes/compare", _compare, "compare_quotes"),
        get(site, "/quotes/{ref}", _quote, "quote"),
        get(site, "/orders/{ref}", _order, "order"),
    ]


def _ref(visit: Visit) -> str:
    return str(visit.request.path_params["ref"])[:200]


def _quote(visit: Visit) -> Response:
    ref = _ref(visit)
    if ref.upper().startswith(DRAFT):
        return visit.go(f"/quotes/drafts/{ref.upper()}")
    view = visit.call(quotes.get_quote, GetOne(ref=ref))
    return visit.page("quotes/quote.html", q=view, **records.shared(visit, view.ref))


def _order(visit: Visit) -> Response:
    view = visit.call(quotes.get_order, GetOne(ref=_ref(visit)))
    return visit.page(
        "quotes/order.html", o=view, s=view.summary, ladder=[str(rung) for rung in LADDER],
        **records.shared(visit, view.ref),
    )  # fmt: skip


def _compare(visit: Visit) -> Response:
    pairs = asked.given(visit.request.query_params, asked.filters_of(CompareQuotes))
    refs = [ref for name, value in pairs if name == "ref" for ref in value.replace(",", " ").split()]
    rest = [(name, value) for name, value in pairs if name != "ref"]
    view = None
    if refs:
        request: CompareQuotes = asked.validated(CompareQuotes, {**dict(rest), "ref": refs})
        view = visit.call(quotes.compare_quotes, request)
    return visit.page(
        "quotes/compare.html",
        v=view,
        refs=refs,
        horizon=view.horizon if view else 36,
        overlap=view.overlap if view else 0,
        parts=_parts(view) if view else [],
        best=_best(view) if view else set(),
    )


def _parts(view: Comparison) -> list[tuple[str, str]]:
    """List the parts that any of the offers has, in the order of the sum."""
    there = {part.part for offer in view.offers for part in offer.parts}
    return [(name, words) for name, words in PART_WORDS.items() if name in there]


def _best(view: Comparison) -> set[tuple[str, int]]:
    return {(winner.quote, winner.term_months) for winner in view.winners if winner.quote and winner.term_months}

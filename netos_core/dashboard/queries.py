"""The figures of the dashboard, each asked of its own list, so that the list never says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from netos_core.changes.lists import change_page
from netos_core.changes.schemas import ListChanges
from netos_core.circuits.rules import IN_USE
from netos_core.dashboard.schemas import Card, DashboardView, Figure, GetDashboard
from netos_core.extractions.queries import list_extractions
from netos_core.extractions.schemas import ListExtractions
from netos_core.finance.queries.totals import pl_totals
from netos_core.finance.schemas import PlTotals, PlTotalsRequest
from netos_core.kernel.context import Context
from netos_core.kernel.money import Basis
from netos_core.letters.queries.lists import list_letters
from netos_core.letters.rules.states import LetterState
from netos_core.letters.schemas import ListLetters
from netos_core.overview.queries.circuits import search_circuits
from netos_core.overview.queries.dashboard import dashboard
from netos_core.overview.queries.sites import search_sites
from netos_core.overview.schemas import SearchCircuits, SearchSites
from netos_core.quotes.queries.lists import list_quotes
from netos_core.quotes.queries.orders import list_orders
from netos_core.quotes.rules.states import LIVE
from netos_core.quotes.schemas import ListOrders, ListQuotes
from netos_core.renewals.queries import list_renewals
from netos_core.renewals.rules import RenewalState
from netos_core.renewals.schemas import ListRenewals
from netos_core.revenue.queries.services import list_revenue
from netos_core.revenue.schemas import ListRevenue
from netos_core.worklist.queries import worklist
from netos_core.worklist.schemas import GetWorklist

Where = dict[str, Any]
SOON = 30
"""Days."""

MOST_MARKETS = 500


@dataclass(frozen=True, slots=True)
class _List:
    """A list as a figure asks it: the right it needs, how it is asked, and what it says its rows come to."""

    right: str
    request: type[BaseModel]
    read: Callable[[Context, Any], Any]
    sums: str | None = None
    basis: Basis | None = None


LISTS: Mapping[str, _List] = {
    "search_circuits": _List("read:circuits", SearchCircuits, search_circuits, "mrc_total", Basis.CONTRACTED),
    "search_sites": _List("read:sites", SearchSites, search_sites),
    "list_renewals": _List("read:renewals", ListRenewals, list_renewals),
    "list_changes": _List("read:changes", ListChanges, change_page),
    "list_extractions": _List("read:contracts", ListExtractions, list_extractions),
    "list_letters": _List("read:contracts", ListLetters, list_letters),
    "list_quotes": _List("read:quotes", ListQuotes, list_quotes),
    "list_orders": _List("read:quotes", ListOrders, list_orders),
    "list_revenue": _List("read:customers", ListRevenue, list_revenue, "mrr_total", Basis.ACTUAL),
    "get_worklist": _List("read:renewals", GetWorklist, worklist),
}


def dashboard_view(ctx: Context, request: GetDashboard) -> DashboardView:
    """Read every figure, as of now and for one month."""
    month = (request.month or _last_full(ctx.today)).replace(day=1)
    return DashboardView(
        **dict(dashboard(ctx, request.market)),
        market=request.market,
        month=month,
        cards=[card for card in _cards(ctx, request.market, month) if card.figures],
    )


def _last_full(today: date) -> date:
    return today.replace(day=1) - timedelta(days=1)


def _cards(ctx: Context, market: str | None, month: date) -> Iterator[Card]:
    within: Where = {"market": market} if market else {}
    used: Where = {"status": sorted(IN_USE), **within}

    def card(name: str, title: str, lists: str, **figures: Where) -> Card:
        return Card(name=name, title=title, figures=_figures(ctx, lists, **figures))

    def renewing(name: str, title: str, *states: RenewalState) -> Card:
        return card(
            name, title, "list_renewals",
            **{state.value: {"state": [state.value], **within} for state in states},
        )  # fmt: skip

    yield card("spend", "Circuits in use", "search_circuits", in_use=used)
    yield from _months_money(ctx, market, month)
    yield renewing("at_risk", "At risk", RenewalState.OVERDUE, RenewalState.CRITICAL)
    yield renewing("ahead", "Coming up", RenewalState.ACTIVE, RenewalState.WATCH)
    yield renewing("settled", "Decided or running on", RenewalState.DECIDED, RenewalState.EVERGREEN)
    yield card(
        "deadlines", "Act by", "list_renewals",
        within_30_days={"within_days": SOON, **within}, within_90_days={"within_days": 3 * SOON, **within},
    )  # fmt: skip
    yield card(
        "coverage", "Contract coverage", "search_circuits",
        without_a_contract={"contract": "none", **used},
        without_a_known_deadline={"renewal_state": [RenewalState.UNKNOWN.value], **used},
    )  # fmt: skip
    yield Card(
        name="data_quality", title="Data quality",
        figures=[
            *_figures(ctx, "search_circuits", circuits_to_complete={"stub": True, **within}),
            *_figures(ctx, "search_sites", sites_to_complete={"stub": True, **within}),
        ],
    )  # fmt: skip
    if not market:
        yield from _of_no_market(ctx, card)


def _of_no_market(ctx: Context, card: Callable[..., Card]) -> Iterator[Card]:
    """Give what is not of one market."""
    expired_by = (ctx.today + timedelta(days=SOON)).isoformat()
    yield card(
        "billed", "Billed to customers", "list_revenue", services={}, attributed_to_nothing={"attributed": False}
    )
    yield card("worklist", "Worklist", "get_worklist", open_findings={}, due_in_30_days={"within_days": SOON})
    yield card("changes", "Proposed changes", "list_changes", open={"status": "open"}, yours_to_approve={"mine": True})
    yield card("extractions", "Contracts read from PDFs", "list_extractions", waiting={})
    yield card(
        "letters", "Letters", "list_letters",
        drafts={"state": [LetterState.DRAFT.value]},
        out_for_signature={"state": [LetterState.OUT_FOR_SIGNATURE.value]},
    )  # fmt: skip
    live = sorted(state.value for state in LIVE)
    yield card(
        "quotes", "Quotes", "list_quotes",
        to_review={"state": ["draft"]}, open={"state": live}, ending_in_30_days={"expires_before": expired_by},
    )  # fmt: skip
    yield card("orders", "Orders", "list_orders", under_way={"under_way": True}, late={"late": True})


def _figures(ctx: Context, name: str, **wanted: Where) -> list[Figure]:
    """Ask a list what it comes to, by the label of each figure; who may not read it sees none."""
    if not ctx.principal.may(LISTS[name].right):
        return []
    return [_figure(ctx, label.replace("_", " "), name, where) for label, where in wanted.items()]


def _figure(ctx: Context, label: str, name: str, where: Where) -> Figure:
    asked = LISTS[name]
    answer = asked.read(ctx, asked.request.model_validate({**where, "limit": 1}))
    home = ctx.policy.currency
    return Figure(
        label=label,
        count=answer.total,
        amount=getattr(answer, asked.sums).get(home, Decimal(0)) if asked.sums else None,
        currency=home if asked.sums else None,
        basis=asked.basis.value if asked.basis else None,
        list=name,
        where=where,
    )


def _months_money(ctx: Context, market: str | None, month: date) -> Iterator[Card]:
    """Give what the month earned and cost, modeled revenue apart, as the totals by market have it."""
    where: Where = {"month": month.isoformat(), "by": "market"}
    totals = pl_totals(ctx, PlTotalsRequest.model_validate({**where, "limit": MOST_MARKETS}))
    sums = _of_market(totals, market, ctx.policy.currency)
    # A sum rests on what its weakest part does.
    spent = Basis.MODELED if sums is not None and sums.modeled_cost else Basis.CONTRACTED
    told = (
        ("revenue", "Revenue", Basis.CONTRACTED), ("cost", "Cost", spent), ("contribution", "Contribution", spent),
        ("modeled_revenue", "Modeled revenue", Basis.MODELED),
    )  # fmt: skip
    for name, title, basis in told:
        amount = getattr(sums, name) if sums is not None else None
        yield Card(
            name=name, title=title,
            figures=[
                Figure(
                    label=f"{month:%Y-%m}", count=None, amount=amount, currency=ctx.policy.currency,
                    basis=basis.value, list="get_pl_totals", where=where,
                )
            ],
        )  # fmt: skip


def _of_market(totals: PlTotals, market: str | None, currency: str) -> Any:
    groups = [totals.whole] if market is None else [g.money for g in totals.groups if g.name.lower() == market.lower()]
    return next((sums for money in groups for sums in money if sums.currency == currency), None)

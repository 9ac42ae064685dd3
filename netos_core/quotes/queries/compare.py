"""Quotes held against each other: their terms as offers, worked out by the rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from netos_core.contracts.queries.etf import leaving_circuits
from netos_core.contracts.rules import etf
from netos_core.kernel.context import Context
from netos_core.quotes.queries import names
from netos_core.quotes.queries.detail import rows
from netos_core.quotes.rules.cost import Cost, Leaving, Offer, Present, cost_of, keeping, ranked
from netos_core.quotes.rules.states import QuoteState
from netos_core.quotes.rules.verdict import against_keeping, why_it_wins
from netos_core.quotes.schemas import CompareQuotes, Comparison, Keeping, OfferView, PartView, WinnerView

GONE = frozenset(
    {
        QuoteState.EXPIRED,
        QuoteState.DECLINED,
        QuoteState.REJECTED,
        QuoteState.CANCELLED,
        QuoteState.UNABLE_TO_PROVIDE,
    }
)


def comparison(ctx: Context, request: CompareQuotes) -> Comparison:
    """Work out what every term of every quote costs over one horizon, and which costs least."""
    known = names.quote_names(ctx, request.ref)
    ids = list(dict.fromkeys(known.get(ref, "ref").id for ref in request.ref))
    quotes = {row["id"]: row for row in rows(ctx, ids)}
    terms = names.terms_of(ctx, ids)
    leaving = leaving_circuits(ctx, {row["replaces_id"] for row in quotes.values() if row["replaces_id"]})
    offers = [(term, _offer(ctx, quotes[term["quote_id"]], term, leaving)) for term in terms]
    made = [(term, cost_of(offer, request.horizon, request.overlap)) for term, offer in offers]
    by_currency: dict[str, list[Cost]] = {}
    for _, cost in made:
        by_currency.setdefault(cost.offer.currency, []).append(cost)
    ranks = {id(cost): at for costs in by_currency.values() for at, cost in enumerate(ranked(costs), 1)}
    ordered = sorted(made, key=lambda entry: (entry[1].offer.currency, ranks[id(entry[1])]))
    return Comparison(
        horizon=request.horizon,
        overlap=request.overlap,
        offers=[_view(quotes[term["quote_id"]], term, cost, ranks[id(cost)]) for term, cost in ordered],
        winners=[_winner(currency, costs) for currency, costs in sorted(by_currency.items())],
        keeping=_keeping(ordered, request.horizon),
        notes=_notes(quotes, terms, by_currency),
    )


def _offer(ctx: Context, quote: RowMapping, term: dict[str, Any], papers: Mapping[UUID, etf.Leaving]) -> Offer:
    present = None
    if quote["replaces"] is not None:
        fee = _leaving(ctx, papers[quote["replaces_id"]], term["install_days"])
        present = Present(quote["replaces"], quote["replaces_mrc"], quote["replaces_currency"], fee)
    return Offer(
        quote=quote["ref"],
        term_months=term["term_months"],
        currency=term["currency"],
        mrc=term["mrc"],
        nrc=term["nrc"],
        special_build=term["special_build"],
        tax_monthly=term["tax_monthly"],
        escalator_percent=term["escalator_percent"],
        bandwidth_mbps=quote["bandwidth_mbps"],
        replaces=present,
    )


def _leaving(ctx: Context, paper: etf.Leaving, install_days: int | None) -> Leaving:
    """Say what the circuit there costs to leave once the new one is there, notice being given today."""
    there = ctx.today + timedelta(days=install_days or 0)
    statement = etf.etf_after_notice(paper, ctx.today, not_before=there)
    return Leaving(statement.etf, statement.last_day, statement.why)


def _view(quote: RowMapping, term: dict[str, Any], cost: Cost, rank: int) -> OfferView:
    mbps, mrc = quote["bandwidth_mbps"], term["mrc"]
    return OfferView(
        rank=rank if cost.total is not None else None,
        quote=quote["ref"],
        provider=quote["provider"],
        term_months=term["term_months"],
        level=quote["level"],
        state=quote["shown_state"],
        serviceability=quote["serviceability"],
        valid_until=quote["valid_until"],
        install_days=term["install_days"],
        currency=term["currency"],
        bandwidth_mbps=mbps,
        replaces=quote["replaces"],
        parts=[PartView(part=line.part, amount=line.amount, words=line.words) for line in cost.lines],
        total=cost.total,
        a_month=cost.a_month,
        mrc=mrc,
        mrc_per_mbps=round(mrc / mbps, 4) if mrc is not None and mbps else None,
        per_mbps=cost.per_mbps,
        exposure=cost.exposure,
        unknown=[str(part) for part in cost.unknown],
        assumptions=list(cost.assumptions),
    )


def _winner(currency: str, costs: Sequence[Cost]) -> WinnerView:
    best = ranked(costs)[0]
    won = best.total is not None
    return WinnerView(
        currency=currency,
        quote=best.offer.quote if won else None,
        term_months=best.offer.term_months if won else None,
        words=why_it_wins(costs),
    )


def _keeping(made: Sequence[tuple[Any, Cost]], horizon: int) -> list[Keeping]:
    """Set each circuit that would be replaced against the best offer to replace it."""
    found: dict[str, list[Cost]] = {}
    for _, cost in made:
        if cost.offer.replaces is not None:
            found.setdefault(cost.offer.replaces.ref, []).append(cost)
    kept = []
    for costs in found.values():
        present = costs[0].offer.replaces
        if present is None:
            continue
        same = [cost for cost in costs if cost.offer.currency == present.currency] or costs
        words = against_keeping(ranked(same)[0], present)
        kept.append(
            Keeping(circuit=present.ref, total=keeping(present, horizon), currency=present.currency, words=words)
        )
    return kept


def _notes(quotes: dict[UUID, RowMapping], terms: Sequence[dict[str, Any]], currencies: dict[str, Any]) -> list[str]:
    """Say what a reader should know before the figures."""
    priced = {term["quote_id"] for term in terms}
    told = [f"{row['ref']} has no term with prices yet." for row_id, row in quotes.items() if row_id not in priced]
    for row in quotes.values():
        if row["shown_state"] in GONE:
            told.append(f"{row['ref']} is {row['shown_state'].replace('_', ' ')} and can not be had as it stands.")
        if row["level"] == "budgetary":
            told.append(f"{row['ref']} is budgetary: its prices bind nobody.")
    if len(currencies) > 1:
        told.append("Offers in different currencies are ranked apart and never added.")
    speeds = {row["bandwidth_mbps"] for row in quotes.values()}
    if len(speeds) > 1:
        told.append("The offers differ in speed; compare what a megabit costs as well.")
    return told

"""What services around a place cost: circuits in use, orders, and quotes that people have reviewed and approved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, func, literal, or_, select, union_all

from netos_core.circuits.model import Circuit, Termination
from netos_core.circuits.rules import IN_USE
from netos_core.contracts.model import Contract
from netos_core.geo.queries import places
from netos_core.geo.rules import Point
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like
from netos_core.lookup.rules.addresses import parsed, same_place
from netos_core.lookup.rules.cost import FEWEST, HOW, Estimate, Priced, Rests, Weighed, estimates
from netos_core.lookup.schemas import CostEstimate, LookUpAddress, Place, PriceSource
from netos_core.overview.queries.near import METRES
from netos_core.providers.model import Provider
from netos_core.quotes.model import Quote
from netos_core.quotes.queries import names as quotes
from netos_core.quotes.rules.states import PRICED, OrderStage
from netos_core.sites.model import Site

MOST_PRICED = 1000
MOST_SOURCES = 10
USUAL_TERM = 36
SITE = Site.__table__
Row: TypeAlias = Mapping[str, Any]


def costs(ctx: Context, request: LookUpAddress, place: Place) -> tuple[list[CostEstimate], str | None]:
    """Estimate what services cost at a place, and say what that rests on; nothing at all to who sees no money.

    Whether a price is known at all follows from a hidden amount, so not even the count of prices is worked out.
    """
    if not ctx.principal.may("see:money"):
        return [], None
    near = _sites_near(ctx, request, place)
    circuits, quoted = _of_circuits(ctx, request, near), _quotes_near(ctx, request, place, near)
    rows = [*circuits, *_of_quotes(ctx, quoted, request.term_months or USUAL_TERM)]
    made = estimates(rows, ctx.today, bandwidth_mbps=request.bandwidth_mbps)[: request.limit]
    cut = max(len(circuits), len(quoted)) >= MOST_PRICED
    return [_view(one) for one in made], _told(request, place, made, cut=cut)


def _told(request: LookUpAddress, place: Place, made: list[Estimate], *, cut: bool) -> str:
    where = "at this address" if place.lat is None else f"within {request.radius_km:g} km"
    if not made:
        what = "of that service or speed " if request.service_type or request.bandwidth_mbps is not None else ""
        return f"Unknown: no circuit in use, order or approved quote {what}{where} has a price on file."
    nearest = f" Only the nearest {MOST_PRICED:,} circuits and quotes {where} were weighed." if cut else ""
    return f"Median of prices {where}, by service, class of bandwidth and currency, from {FEWEST} on. {HOW}{nearest}"


def _view(estimate: Estimate) -> CostEstimate:
    return CostEstimate(
        service_type=estimate.service_type, up_to_mbps=estimate.up_to_mbps, basis="modeled", n=estimate.n,
        mrc_median=estimate.mrc_median, mrc_low=estimate.mrc_low, mrc_high=estimate.mrc_high,
        nrc_median=estimate.nrc_median, currency=estimate.currency, nearest_km=estimate.nearest_km,
        farthest_km=estimate.farthest_km, sources=[_source(one) for one in estimate.sources[:MOST_SOURCES]],
        why=estimate.why,
    )  # fmt: skip


def _source(one: Weighed) -> PriceSource:
    price = one.price
    return PriceSource(
        ref=price.ref, rests_on=price.rests, under=price.under, provider=price.provider, mrc=price.mrc, nrc=price.nrc,
        bandwidth_mbps=price.bandwidth_mbps, term_months=price.term_months, level=price.level,
        valid_until=price.valid_until, km=price.km, age_days=one.age_days, weight=one.weight,
    )  # fmt: skip


def _sites_near(ctx: Context, request: LookUpAddress, place: Place) -> CTE:
    """Give the sites around a place with their distance; of a place without coordinates only the site that is there."""
    metres: ColumnElement[float]
    if place.lat is None or place.lon is None:
        metres, wanted = literal(0.0), Site.ref == place.site_ref
    else:
        ways, at = places(ctx.session), Point(place.lon, place.lat)
        metres, wanted = ways.metres(SITE, at), ways.within(SITE, at, request.radius_km * METRES)
    return select(Site.id, metres.label("metres")).where(Site.retired_at.is_(None), wanted).cte("near")


def _of_circuits(ctx: Context, request: LookUpAddress, near: CTE) -> list[Priced]:
    """Return what is paid for circuits in use nearby, the nearest first, each with the contract that governs it."""
    ends = (
        select(Termination.circuit_id, func.min(near.c.metres).label("metres"))
        .join(near, near.c.id == Termination.site_id)
        .where(Termination.retired_at.is_(None))
        .group_by(Termination.circuit_id)
        .cte("ends")
    )
    begun = func.coalesce(
        Contract.term_start_date, Contract.signed_date, Circuit.billing_start_date, Circuit.install_date,
        Circuit.ordered_date,
    )  # fmt: skip
    wanted = [Circuit.retired_at.is_(None), Circuit.status.in_(IN_USE), Circuit.mrc > 0]
    if request.service_type:
        wanted.append(Circuit.service_type.in_(request.service_type))
    rows = ctx.session.execute(
        select(
            Circuit.ref, Circuit.service_type, Circuit.mrc, Circuit.nrc, Circuit.currency, Circuit.bandwidth_mbps,
            ends.c.metres, Provider.name.label("provider"), Contract.ref.label("contract"), Contract.term_months,
            begun.label("begun"),
        )
        .join(ends, ends.c.circuit_id == Circuit.id)
        .join(Provider, Provider.id == Circuit.provider_id)
        .outerjoin(Contract, (Contract.id == Circuit.contract_id) & Contract.retired_at.is_(None))
        .where(*wanted)
        .order_by(ends.c.metres, Circuit.id)
        .limit(MOST_PRICED)
    )  # fmt: skip
    return [
        Priced(
            r.ref, Rests.CONTRACTED if r.contract else Rests.PAID, r.service_type, r.mrc, r.nrc, r.currency,
            r.bandwidth_mbps, km(r.metres), under=r.contract, provider=r.provider, dated=r.begun,
            term_months=r.term_months,
        )
        for r in rows
    ]  # fmt: skip


def _quotes_near(ctx: Context, request: LookUpAddress, place: Place, near: CTE) -> dict[UUID, float]:
    """Find the quotes with a price around a place: the metres to the nearer end of each."""
    wanted: list[ColumnElement[bool]] = [Quote.retired_at.is_(None), Quote.state.in_(sorted(PRICED))]
    if request.service_type:
        wanted.append(Quote.service_type.in_(request.service_type))
    return {**_by_site(ctx, near, wanted), **_by_words(ctx, place, wanted)}


def _of_quotes(ctx: Context, metres: Mapping[UUID, float], months: int) -> list[Priced]:
    """Return what was asked or agreed in these quotes; what became a circuit we pay for is that circuit's price."""
    heads = ctx.session.execute(
        select(
            Quote.id, Quote.ref, Quote.service_type, Quote.bandwidth_mbps, Quote.level, Quote.received_date,
            Quote.valid_until, Quote.currency, Provider.name.label("provider"),
        )
        .join(Provider, Provider.id == Quote.provider_id)
        .where(Quote.id.in_(metres))
        .order_by(Quote.id)
    )  # fmt: skip
    terms = _grouped(quotes.terms_of(ctx, metres), "quote_id")
    orders = _grouped((o for o in quotes.orders_of(ctx, metres) if o["cancelled_date"] is None), "quote_id")
    placed = [order for of_quote in orders.values() for order in of_quote]
    paid = _paid(ctx, [order["circuit_id"] for order in placed if order["circuit_id"]])
    ordered_on = _ordered_on(ctx, [order["id"] for order in placed])
    found: list[Priced] = []
    for head in heads:
        there, away = terms.get(head.id, []), km(metres[head.id])
        if head.id not in orders:
            found += _quoted(head, _nearest_term(there, months), away)
        for order in orders.get(head.id, ()):
            if order["circuit_id"] not in paid:
                found += _ordered(head, order, _term_of(order, there, months), away, ordered_on.get(order["id"]))
    return found


def _by_site(ctx: Context, near: CTE, wanted: list[ColumnElement[bool]]) -> dict[UUID, float]:
    """Find the quotes with an end at one of our sites nearby, the nearest first."""
    ends = union_all(
        *(
            select(Quote.id, near.c.metres).join(near, near.c.id == end).where(*wanted)
            for end in (Quote.a_site_id, Quote.z_site_id)
        )
    ).subquery()
    nearest = func.min(ends.c.metres)
    rows = ctx.session.execute(
        select(ends.c.id, nearest).group_by(ends.c.id).order_by(nearest, ends.c.id).limit(MOST_PRICED)
    )
    return {row[0]: row[1] for row in rows}


def _by_words(ctx: Context, place: Place, wanted: list[ColumnElement[bool]]) -> dict[UUID, float]:
    """Find the quotes that name this very address, where nobody has recorded a site."""
    address = parsed(place.normalized or "")
    if address.number is None or address.street is None:
        return {}
    rows = ctx.session.execute(
        select(Quote.id, Quote.a_place, Quote.z_place)
        .where(or_(Quote.a_place.is_not(None), Quote.z_place.is_not(None)), *wanted)
        .where(Quote.search_text.like(like(f"{address.number.lower()} ")))
        .order_by(Quote.id.desc())
        .limit(MOST_PRICED)
    )
    return {row.id: 0.0 for row in rows if any(same_place(address, parsed(text)) for text in row[1:] if text)}


def _paid(ctx: Context, ids: Iterable[UUID]) -> set[UUID]:
    """Return which circuits are in use with a price, wherever they end."""
    return set(
        ctx.session.scalars(
            select(Circuit.id).where(
                Circuit.id.in_(list(ids)), Circuit.retired_at.is_(None), Circuit.status.in_(IN_USE), Circuit.mrc > 0
            )
        )
    )


def _ordered_on(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, date]:
    return {
        step["order_id"]: step["actual_date"]
        for step in quotes.steps_of(ctx, ids)
        if step["stage"] == OrderStage.ORDERED and step["actual_date"] is not None
    }


def _grouped(rows: Iterable[Row], by: str) -> dict[UUID, list[Row]]:
    groups: dict[UUID, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[by], []).append(row)
    return groups


def _nearest_term(terms: Iterable[Row], months: int) -> Row | None:
    """Return the priced term that is nearest to the one wanted, the shorter of two as near; nothing without any."""
    priced = [term for term in terms if term["mrc"]]
    return min(priced, key=lambda term: (abs(term["term_months"] - months), term["term_months"]), default=None)


def _term_of(order: Row, terms: Iterable[Row], months: int) -> Row | None:
    """Return the term that was ordered; where the order does not say which, the nearest to the one wanted."""
    if order["term_months"] is None:
        return _nearest_term(terms, months)
    return next((term for term in terms if term["mrc"] and term["term_months"] == order["term_months"]), None)


def _quoted(head: Any, term: Row | None, away: float) -> list[Priced]:
    if term is None:
        return []
    return [
        Priced(
            head.ref, Rests.QUOTED, head.service_type, term["mrc"], term["nrc"], head.currency, head.bandwidth_mbps,
            away, provider=head.provider, dated=head.received_date, term_months=term["term_months"], level=head.level,
            valid_until=head.valid_until,
        )
    ]  # fmt: skip


def _ordered(head: Any, order: Row, term: Row | None, away: float, on: date | None) -> list[Priced]:
    if term is None:
        return []
    return [
        Priced(
            order["ref"], Rests.ORDERED, head.service_type, term["mrc"], term["nrc"], head.currency,
            head.bandwidth_mbps, away, under=head.ref, provider=head.provider, dated=on or head.received_date,
            term_months=term["term_months"],
        )
    ]  # fmt: skip


def km(metres: float) -> float:
    return round(metres / METRES, 3)

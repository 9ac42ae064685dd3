"""The circuit list: filtered and ordered on ids first, then spelled out for one page only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    false,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from netos_core.annotations.queries import tagged
from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.circuits.queries import at_site
from netos_core.circuits.rules import ENDED
from netos_core.contracts.model import Contract
from netos_core.contracts.queries import get_contract_id
from netos_core.customers.model import Customer
from netos_core.customers.queries import get_customer_id
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Forbidden, Invalid
from netos_core.kernel.lookup import words_of
from netos_core.kernel.page import Cursor, Order, columns_of, order_of
from netos_core.overview.queries import near as places_near
from netos_core.overview.queries.words import NEAR_HINT, circuits_with, nearest_ids
from netos_core.overview.schemas import CircuitLine, CircuitList, CircuitRow, SearchCircuits
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id, taken_over
from netos_core.renewals.model import Standing
from netos_core.renewals.queries import ACT_BY, TERM_END, renewal_state, with_standing
from netos_core.renewals.rules import RenewalState
from netos_core.sites.model import Site
from netos_core.sites.queries import get_site_id

CONCISE = (
    "ref", "provider", "provider_circuit_id", "service_type", "bandwidth_mbps", "status", "a", "z", "renewal_state",
    "act_by", "mrc",
)  # fmt: skip

A, Z = aliased(Termination), aliased(Termination)
SiteA, SiteZ = aliased(Site), aliased(Site)

WITHOUT = "none"  # asked for as a contract: circuits that none governs
LAST_DAY, LAST_AMOUNT = literal(date(9999, 12, 31)), literal(Decimal(-1))

# What a list may be sorted by; unknown values come last, whichever the direction says.
SORTS: dict[str, listing.Column] = {
    "ref": Circuit.id,
    "provider": Provider.name,
    "provider_circuit_id": func.coalesce(Circuit.provider_circuit_id, ""),
    "service_type": Circuit.service_type,
    "bandwidth_mbps": func.coalesce(Circuit.bandwidth_mbps, LAST_AMOUNT),
    "status": Circuit.status,
    "mrc": func.coalesce(Circuit.mrc, LAST_AMOUNT),
    "market": func.coalesce(Circuit.market, ""),
    "install_date": func.coalesce(Circuit.install_date, LAST_DAY),
}
BY_TERM = ("act_by", "term_end_date")  # and by these days of the governing contract


def search_circuits(ctx: Context, request: SearchCircuits) -> CircuitList:
    """Return one page of circuits, the number that match and their MRC."""
    order = order_of(request.sort, "ref", [*SORTS, *BY_TERM])
    columns = columns_of(request, CircuitRow, CONCISE)
    _money_is_seen(ctx, request, order)
    wanted = _filters(ctx, request)
    asked = words_of(request.query or "")
    words = [circuits_with(asked)] if asked else []
    found = _find(ctx, [*wanted, *words], request, order)
    hint = None
    if not found.totals and words:
        near = nearest_ids(ctx, Circuit, request.query or "")
        found = _find(ctx, [*wanted, Circuit.id.in_(near)], request, order) if near else found
        hint = NEAR_HINT if found.totals else None
    count = sum(n for n, _ in found.totals.values())
    if not count:
        hint = "No circuit matches. Leave filters out one by one, or search other words."
    if request.near and (left_out := places_near.unplaced(ctx, [Site.retired_at.is_(None)])):
        hint = f"{hint} {left_out}" if hint else left_out
    return CircuitList(
        total=count,
        shown=len(found.ids),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        mrc_total={currency: mrc for currency, (_, mrc) in found.totals.items() if mrc is not None},
        rows=_rows(ctx, found.ids),
    )


def _money_is_seen(ctx: Context, request: SearchCircuits, order: Order) -> None:
    """Refuse filters and orders by amounts the caller may not see: they would tell the amounts."""
    asks = request.min_mrc is not None or request.max_mrc is not None or order.column == "mrc"
    if asks and not ctx.principal.may("see:money"):
        raise Forbidden("Your roles do not show MRC, so a list can not be filtered or sorted by it.", field="sort")


def _filters(ctx: Context, request: SearchCircuits) -> list[ColumnElement[bool]]:
    """Turn what was asked into conditions; every filter is one entry, and one left out is none."""
    bounds: list[tuple[object, Callable[[], ColumnElement[bool]]]] = [
        (request.provider or request.with_taken_over, lambda: _of_provider(ctx, request)),
        (request.status, lambda: Circuit.status.in_(request.status or ())),
        (request.service_type, lambda: Circuit.service_type.in_(request.service_type or ())),
        (request.renewal_state, lambda: Circuit.status.not_in(ENDED)),
        (request.market, lambda: func.lower(Circuit.market) == (request.market or "").lower()),
        (request.state, lambda: _at_site(func.lower(Site.state) == (request.state or "").lower())),
        (request.city, lambda: _at_site(func.lower(Site.city) == (request.city or "").lower())),
        (request.site, lambda: at_site(get_site_id(ctx, request.site or "").id)),
        (request.customer, lambda: _serves(get_customer_id(ctx, request.customer or "").id)),
        (request.tag, lambda: Circuit.id.in_(tagged("circuit", request.tag or ""))),
        (request.min_mbps, lambda: Circuit.bandwidth_mbps >= request.min_mbps),
        (request.max_mbps, lambda: Circuit.bandwidth_mbps <= request.max_mbps),
        (request.min_mrc, lambda: Circuit.mrc >= request.min_mrc),
        (request.max_mrc, lambda: Circuit.mrc <= request.max_mrc),
        (request.stub, lambda: Circuit.stub.is_(request.stub)),
        (request.near or request.radius_km, lambda: _near(ctx, request)),
    ]
    return [Circuit.retired_at.is_(None), *(made() for asked, made in bounds if asked not in (None, "", []))]


def _near(ctx: Context, request: SearchCircuits) -> ColumnElement[bool]:
    at = places_near.origin(ctx, request)
    if request.radius_km is None:
        raise Invalid("Near needs a radius.", field="radius_km", fix="Give radius_km: how far an end may be away.")
    return _at_site(and_(*places_near.sites_near(ctx, at, request.radius_km)))


def _of_provider(ctx: Context, request: SearchCircuits) -> ColumnElement[bool]:
    if not request.provider:
        raise Invalid("Whose? It names no provider.", field="with_taken_over", fix="Give the provider too.")
    own = get_provider_id(ctx, request.provider).id
    taken = taken_over(ctx, own, ctx.today) if request.with_taken_over else []
    return Circuit.provider_id.in_([own, *(t.provider.id for t in taken)])


def _without_contract(request: SearchCircuits) -> bool:
    return (request.contract or "").lower() == WITHOUT


def _serves(customer: UUID) -> ColumnElement[bool]:
    served = select(CircuitCustomer.circuit_id)
    return Circuit.id.in_(served.where(CircuitCustomer.customer_id == customer, CircuitCustomer.retired_at.is_(None)))


def _at_site(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    ends = select(Termination.circuit_id).join(Site, Site.id == Termination.site_id)
    return Circuit.id.in_(ends.where(Termination.retired_at.is_(None), condition))


@dataclass(frozen=True, slots=True)
class Governed:
    """The contracts that a list asks about, if it asks about any, and whether a circuit without one belongs there too.

    Each is worked out once, before circuits are looked at: there are far fewer contracts than circuits.
    """

    contracts: Subquery | None
    without: bool

    def join(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        if self.contracts is None:
            return query
        terms = self.contracts.c
        query = query.join(self.contracts, terms.id == Circuit.contract_id, isouter=self.without)
        return query.where(or_(Circuit.contract_id.is_(None), terms.id.is_not(None))) if self.without else query

    def key(self, column: str) -> listing.Column:
        """Give what the list is sorted by."""
        if self.contracts is None or column not in BY_TERM:
            return SORTS[column]
        return func.coalesce(self.contracts.c[column], LAST_DAY)


def _governed(ctx: Context, request: SearchCircuits, column: str) -> Governed:
    """Choose the contracts by what is asked of them; a circuit without one is unknown, and has no day."""
    states, none = request.renewal_state or (), _without_contract(request)
    if not (states or request.act_by_before or request.contract or column in BY_TERM):
        return Governed(None, without=False)
    wanted: list[ColumnElement[bool]] = []
    if states:
        wanted.append(renewal_state(ctx.today).in_(states))
    if request.act_by_before:
        wanted.append(request.act_by_before >= ACT_BY)
    if request.contract:
        wanted.append(false() if none else Contract.id == get_contract_id(ctx, request.contract, "contract").id)
    filed = request.act_by_before or (request.contract and not none) or (states and RenewalState.UNKNOWN not in states)
    terms = with_standing(select(Contract.id, ACT_BY.label("act_by"), TERM_END.label("term_end_date")))
    return Governed(terms.where(*wanted).subquery("terms"), without=not filed)


def _from(query: Select[*tuple[Any, ...]], governed: Governed, column: str) -> Select[*tuple[Any, ...]]:
    """Join only what the filters and the order need; the ids and amounts are all this query is for."""
    query = governed.join(query.select_from(Circuit))
    return query.join(Provider, Provider.id == Circuit.provider_id) if column == "provider" else query


@dataclass(frozen=True, slots=True)
class Found:
    """The ids of a page, the cursor of the next, and number and MRC of all that match, by currency."""

    ids: list[UUID]
    next_cursor: str | None
    totals: dict[str, tuple[int, Decimal | None]]


def _find(ctx: Context, wanted: list[ColumnElement[bool]], request: SearchCircuits, order: Order) -> Found:
    """Match once, and both count what matched and cut the page from it, in one statement."""
    governed = _governed(ctx, request, order.column)
    key = governed.key(order.column).label("key")
    matched = (
        _from(select(Circuit.id, Circuit.currency, Circuit.mrc, key), governed, order.column)
        .where(*wanted)
        .cte("matched")
    )
    page = select(matched.c.id, matched.c.key)
    if request.cursor:
        cursor = Cursor.decode(request.cursor, f"circuits:{order}")
        page = page.where(listing.after(cursor, order, matched.c.key, matched.c.id))
    cut = page.order_by(*_in_order(matched, order)).limit(request.limit + 1).subquery()
    place = func.row_number().over(order_by=_in_order(cut, order))
    count, mrc = func.count(), func.sum(matched.c.mrc)
    both = union_all(
        select(place.label("place"), cut.c.id, cut.c.key, *(null().label(name) for name in ("currency", "n", "mrc"))),
        select(null(), null(), null(), matched.c.currency, count, mrc).group_by(matched.c.currency),
    )
    rows = ctx.session.execute(both.order_by("place")).all()
    found = [row for row in rows if row.place is not None]
    shown = found[: request.limit]
    more = len(found) > request.limit
    return Found(
        [row.id for row in shown],
        Cursor(f"circuits:{order}", str(shown[-1].key), str(shown[-1].id)).encode() if more else None,
        {row.currency: (row.n, row.mrc) for row in rows if row.place is None},
    )


def _in_order(rows: FromClause, order: Order) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    return (rows.c.key.desc() if order.descending else rows.c.key), rows.c.id


def _rows(ctx: Context, ids: list[UUID]) -> list[CircuitRow]:
    if not ids:
        return []
    by_id = {row["id"]: dict(row) for row in ctx.session.execute(_spelled_out(ctx.today), {"ids": ids}).mappings()}
    made = []
    for circuit_id in ids:
        row = by_id[circuit_id]
        row.pop("id")
        days = (row["act_by"] - ctx.today).days if row["act_by"] and row["renewal_state"] else None
        made.append(CircuitRow(**row, days_left=days))
    return made


@lru_cache(maxsize=2)
def _spelled_out(today: date) -> Select[*tuple[Any, ...]]:
    """Build the statement that spells circuits out; kept for the day, as building it costs as much as running it."""
    revenue = (
        select(func.sum(CircuitCustomer.mrr))
        .where(CircuitCustomer.circuit_id == Circuit.id, CircuitCustomer.retired_at.is_(None))
        .scalar_subquery()
    )
    customers = (
        select(func.string_agg(Customer.name, ", "))
        .join(CircuitCustomer, CircuitCustomer.customer_id == Customer.id)
        .where(CircuitCustomer.circuit_id == Circuit.id, CircuitCustomer.retired_at.is_(None))
        .scalar_subquery()
    )
    return (
        _ends(
            select(
                Circuit.id, Circuit.ref, Provider.name.label("provider"), Circuit.provider_circuit_id,
                Circuit.service_type, Circuit.bandwidth_mbps, Circuit.status,
                func.coalesce(SiteA.name, A.place).label("a"), func.coalesce(SiteZ.name, Z.place).label("z"),
                case((Circuit.status.in_(ENDED), None), else_=renewal_state(today)).label("renewal_state"),
                ACT_BY.label("act_by"), Circuit.mrc, Circuit.nrc, Circuit.currency, revenue.label("mrr"),
                customers.label("customers"), Circuit.market, Contract.ref.label("contract"),
                TERM_END.label("term_end_date"),
                Circuit.port_speed_mbps, Circuit.install_date, Circuit.order_number, Circuit.stub,
            )
        )
        .outerjoin(Contract, Contract.id == Circuit.contract_id)
        .outerjoin(Standing, Standing.contract_id == Contract.id)
        .where(Circuit.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    )  # fmt: skip


def _ends(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        query.select_from(Circuit)
        .join(Provider, Provider.id == Circuit.provider_id)
        .outerjoin(A, and_(A.circuit_id == Circuit.id, A.side == "A", A.retired_at.is_(None)))
        .outerjoin(SiteA, SiteA.id == A.site_id)
        .outerjoin(Z, and_(Z.circuit_id == Circuit.id, Z.side == "Z", Z.retired_at.is_(None)))
        .outerjoin(SiteZ, SiteZ.id == Z.site_id)
    )


def lines(ctx: Context, condition: ColumnElement[bool], *, limit: int = 200) -> list[CircuitLine]:
    """Return live circuits that meet a condition, as other records list them."""
    query = (
        _ends(
            select(
                Circuit.ref, Provider.name.label("provider"), Circuit.provider_circuit_id, Circuit.service_type,
                Circuit.bandwidth_mbps, Circuit.status, func.coalesce(SiteA.name, A.place).label("a"),
                func.coalesce(SiteZ.name, Z.place).label("z"), Circuit.mrc, Circuit.currency,
            )
        )
        .where(Circuit.retired_at.is_(None), condition)
        .order_by(Circuit.id)
        # Written out: a plan made for any number of rows would walk all circuits in order to stop early.
        .limit(literal_column(str(limit)))
    )  # fmt: skip
    return [CircuitLine(**row) for row in ctx.session.execute(query).mappings()]

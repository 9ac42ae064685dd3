"""Read what services are billed and what they are of by days, one statement however many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.circuits.rules import is_billed
from netos_core.contracts.rules.days import ONE_DAY
from netos_core.customers.model import Customer
from netos_core.finance.rules.facts import BilledFact, CustomerCircuit
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.revenue.model import RevenueAttribution, RevenuePrice, RevenueProduct, RevenueService
from netos_core.revenue.queries.services import NAME
from netos_core.sites.model import Site


def billed_facts(
    ctx: Context, first: date, last: date, circuits: Collection[UUID] | None, sites: Collection[UUID] | None,
    customers: Collection[UUID],
) -> list[BilledFact]:  # fmt: skip
    """Read what is billed until a day for circuits, sites and customers, and whose it is; for all, what is of nothing.

    What ended before the first day is read too where it is of something, for it tells since when that is billed at all.
    """
    every = circuits is None
    s, p, a = RevenueService, RevenuePrice, RevenueAttribution
    meets = and_(
        a.service_id == p.service_id,
        a.retired_at.is_(None),
        or_(a.ends_on.is_(None), a.ends_on >= p.starts_on),
        or_(a.starts_on.is_(None), p.ends_on.is_(None), a.starts_on <= p.ends_on),
    )
    # What is retired counts no more, but what was billed for it does: for its site, its customer or nothing.
    wanted = (
        select(
            p.id, s.ref, NAME.label("name"), p.mrr, p.currency, p.starts_on, p.ends_on, a.starts_on.label("from_day"),
            a.ends_on.label("until_day"), Circuit.id.label("circuit_id"), Site.id.label("site_id"), a.customer_id,
            Customer.ref.label("customer"), a.circuit_id.is_(None).label("lone"), a.id.label("attribution_id"),
        )
        .select_from(p)
        .join(s, s.id == p.service_id)
        .outerjoin(RevenueProduct, and_(RevenueProduct.source == s.source, RevenueProduct.key == s.product_key))
        .join(a, meets, isouter=every)
        .outerjoin(Circuit, and_(Circuit.id == a.circuit_id, Circuit.retired_at.is_(None)))
        .outerjoin(Site, and_(Site.id == a.site_id, Site.retired_at.is_(None)))
        .outerjoin(Customer, Customer.id == a.customer_id)
        .where(p.mrr != 0, p.starts_on <= last)
        .order_by(s.ref, p.starts_on, p.id, a.starts_on.nulls_first())
    )  # fmt: skip
    if every:
        wanted = wanted.where(or_(a.id.is_not(None), p.ends_on.is_(None), p.ends_on >= first))
    else:
        wanted = wanted.where(_of(circuits or (), sites or (), customers))
    rows: Iterable[Any] = ctx.session.execute(wanted)
    if every:
        return [one for _, price in groupby(rows, key=lambda row: row.id) for one in _whole(list(price), last)]
    return [fact for row in rows if (fact := _attributed(row, last))]


def _of(
    circuits: Collection[UUID], sites: Collection[UUID], customers: Collection[UUID]
) -> ColumnElement[bool]:  # fmt: skip
    a = RevenueAttribution
    known = [
        among(a.circuit_id, circuits) if circuits else None,
        among(a.site_id, sites) if sites else None,
        and_(a.circuit_id.is_(None), among(a.customer_id, customers)) if customers else None,
    ]
    return or_(false(), *(one for one in known if one is not None))


def _attributed(row: Any, last: date) -> BilledFact | None:
    """Give the days on which the price and the attribution both hold."""
    starts = max(row.starts_on, row.from_day or row.starts_on)
    ends = min((day for day in (row.ends_on, row.until_day) if day is not None), default=None)
    if starts > last:
        return None
    return BilledFact(
        row.ref, row.name, row.mrr, row.currency, starts, ends, row.circuit_id, row.site_id, row.customer_id,
        row.customer, row.lone,
    )  # fmt: skip


def _whole(rows: list[Any], last: date) -> Iterator[BilledFact]:
    """Give all days of a price: those of its attributions, and those between them, which are of nothing."""
    price = rows[0]
    day: date | None = price.starts_on
    for row in rows:
        fact = _attributed(row, last) if row.attribution_id else None
        if fact is None or day is None:
            continue
        if fact.starts_on > day:
            yield _nothing(price, day, fact.starts_on - ONE_DAY)
        yield fact
        day = None if fact.ends_on is None else fact.ends_on + ONE_DAY
    if day is not None and day <= min(price.ends_on or last, last):
        yield _nothing(price, day, price.ends_on)


def _nothing(price: Any, starts_on: date, ends_on: date | None) -> BilledFact:
    return BilledFact(price.ref, price.name, price.mrr, price.currency, starts_on, ends_on)


def circuits_of(ctx: Context, billed: Iterable[BilledFact]) -> dict[UUID, list[CustomerCircuit]]:
    """Read the circuits of the customers that something is billed to without a circuit being named."""
    customers = {one.customer_id for one in billed if one.lone and one.customer_id is not None}
    if not customers:
        return {}
    tie, end = CircuitCustomer, Termination
    sites = func.array(
        select(end.site_id)
        .where(end.circuit_id == Circuit.id, end.retired_at.is_(None), end.site_id.is_not(None))
        .scalar_subquery()
    )
    rows = ctx.session.execute(
        select(
            tie.customer_id, Circuit.id, tie.starts_on, tie.ends_on, Circuit.status, Circuit.billing_start_date,
            Circuit.install_date, Circuit.disconnect_date, sites.label("sites"),
        )
        .join(Circuit, Circuit.id == tie.circuit_id)
        .where(among(tie.customer_id, customers), tie.retired_at.is_(None), Circuit.retired_at.is_(None))
    )  # fmt: skip
    found: dict[UUID, list[CustomerCircuit]] = {}
    for row in rows:
        billed_by_carrier = is_billed(row.status, row.billing_start_date, row.disconnect_date)
        found.setdefault(row.customer_id, []).append(
            CustomerCircuit(
                row.id, row.starts_on, row.ends_on, billed_by_carrier, row.billing_start_date or row.install_date,
                row.disconnect_date, frozenset(row.sites),
            )
        )  # fmt: skip
    return found

"""What the lines of a month are put under: carriers, markets, services, customers and assets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from netos_core.circuits.model import Circuit, CircuitCustomer
from netos_core.customers.model import Customer
from netos_core.finance.queries.closing import Placed
from netos_core.finance.queries.facts import of_some, presences_of
from netos_core.finance.queries.worked import NOBODY, Month, kept_sums, lines_of
from netos_core.finance.rules.groups import Beside, Found, Key, beside, by_asset, by_customer
from netos_core.finance.rules.months import last_of
from netos_core.finance.rules.profit import Line
from netos_core.finance.rules.waterfall import ByCurrency, count
from netos_core.finance.schemas import TotalsBy
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.links.rules import overlap
from netos_core.providers.model import Provider
from netos_core.sites.model import Site

NO_MARKET = "without a market"


@dataclass(frozen=True, slots=True)
class Group:
    """What lines are put under: a record, a word such as a market, or what is beside all of them."""

    name: str
    ref: str | None = None
    kind: str | None = None
    beside: bool = False


Groups = dict[Group, ByCurrency]


def groups_of(ctx: Context, by: TotalsBy, found: Month) -> Groups:
    """Put every line of a month under one thing; together they are all of it."""
    if by == "customer":
        return _named(ctx, Customer, by_customer(_found(lines_of(ctx, found)), _linked(ctx, found.month)))
    if by == "asset":
        return _by_asset(ctx, found.month, lines_of(ctx, found))
    column = {"provider": Provider.name, "market": Circuit.market, "service_type": Circuit.service_type}[by]
    groups: Groups = {}

    def put(of_circuit: bool, of_site: bool, name: str | None, line: Line) -> None:
        if of_circuit or (of_site and by == "market"):
            key = Group(name or NO_MARKET)
        else:
            key = Group(beside(NOBODY if of_site else None, line), beside=True)
        count(groups.setdefault(key, {}), line)

    for of_circuit, of_site, name, line in kept_sums(ctx, found, column.expression, Site.market.expression):
        put(of_circuit, of_site, name, line)
    circuits, markets = _keys(ctx, column, found)
    for one in found.anew:
        name = circuits.get(one.circuit_id) if one.circuit_id else markets.get(one.site_id)
        put(one.circuit_id is not None, one.site_id is not None, name, one.line)
    return groups


def _found(lines: Sequence[Placed]) -> list[Found]:
    return [(one.circuit_id, one.site_id, one.line) for one in lines]


def _keys(ctx: Context, column: Any, found: Month) -> tuple[dict[UUID | None, str], dict[UUID | None, str]]:
    """Read what is not added up by the database belongs to: a few circuits and sites, or all."""
    if not found.anew:
        return {}, {}
    some = found.kept is not None
    circuits = (
        select(Circuit.id, column.label("name"))
        .join(Provider, Provider.id == Circuit.provider_id)
        .where(of_some(Circuit.id, found.without.circuits if some else None))
    )
    sites = select(Site.id, Site.market.label("name")).where(of_some(Site.id, found.without.sites if some else None))
    of_circuit, of_site = ({row.id: row.name for row in ctx.session.execute(one)} for one in (circuits, sites))
    return of_circuit, of_site


def _linked(ctx: Context, month: date) -> dict[UUID, list[UUID]]:
    tie, last = CircuitCustomer, last_of(month)
    rows = ctx.session.execute(
        select(tie.circuit_id, tie.customer_id).where(
            tie.retired_at.is_(None),
            or_(tie.starts_on.is_(None), tie.starts_on <= last),
            or_(tie.ends_on.is_(None), tie.ends_on >= month),
        )
    )
    found: dict[UUID, list[UUID]] = {}
    for row in rows:
        found.setdefault(row.circuit_id, []).append(row.customer_id)
    return found


def _by_asset(ctx: Context, month: date, lines: Sequence[Placed]) -> Groups:
    sites = ctx.session.execute(select(Site.id, Site.ref, Site.parent_id)).all()
    at: dict[UUID, set[UUID]] = {}
    days = (month, last_of(month))
    for one in presences_of(ctx, None):
        if overlap((one.starts_on, one.ends_on), days):
            at.setdefault(one.circuit_id, set()).add(one.site_id)
    parents = {row.id: row.parent_id for row in sites}
    return _named(ctx, Site, by_asset(_found(lines), parents, {row.ref: row.id for row in sites}, at))


def _named(ctx: Context, model: Any, groups: Mapping[Key, ByCurrency]) -> Groups:
    ids = [key for key in groups if not isinstance(key, Beside)]
    rows = ctx.session.execute(select(model.id, model.name, model.ref, model.kind).where(among(model.id, ids)))
    names = {row.id: Group(row.name, row.ref, row.kind) for row in rows}
    return {Group(key, beside=True) if isinstance(key, Beside) else names[key]: sums for key, sums in groups.items()}

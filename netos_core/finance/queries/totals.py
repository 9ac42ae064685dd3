"""A month added up by carrier, market or service: parts that make the whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal, select

from netos_core.circuits.model import Circuit
from netos_core.finance.queries.assets import sums_of
from netos_core.finance.queries.circuits import span_of
from netos_core.finance.queries.facts import among
from netos_core.finance.queries.worked import Month, kept_sums, month_of
from netos_core.finance.rules.waterfall import ByCurrency, count
from netos_core.finance.schemas import (
    PlGroup,
    PlTotals,
    PlTotalsRequest,
    TotalsBy,
)
from netos_core.kernel.context import Context
from netos_core.providers.model import Provider
from netos_core.sites.model import Site

SHARED = "shared costs that no rule divides"
NO_MARKET = "without a market"


def pl_totals(ctx: Context, request: PlTotalsRequest) -> PlTotals:
    """Add a month up: as it was closed, else as it is on file now."""
    month, _ = span_of(ctx, request.month, None)
    found = month_of(ctx, month)
    of_circuit, of_site = _belonging(request.by)
    groups: dict[str, ByCurrency] = {}
    whole: ByCurrency = {}
    for _, name, line in kept_sums(ctx, found, of_circuit, of_site):
        count(groups.setdefault(name or NO_MARKET, {}), line)
        count(whole, line)
    circuits, sites = _names(ctx, found, of_circuit, of_site)
    for one in found.anew:
        name = circuits.get(one.circuit_id) if one.circuit_id else sites.get(one.site_id)
        count(groups.setdefault(name or NO_MARKET, {}), one.line)
        count(whole, one.line)
    return PlTotals(
        month=month, by=request.by, closed=found.closed.ref if found.closed else None, worked_at=found.worked_at,
        anew=found.worked_again, whole=sums_of(whole),
        groups=[PlGroup(name=name, money=sums_of(groups[name])) for name in _in_order(ctx, groups)],
    )  # fmt: skip


def _in_order(ctx: Context, groups: Mapping[str, ByCurrency]) -> list[str]:
    """Put the worst first; for who sees no money by name, as another order would tell what is bad."""
    if not ctx.principal.may("see:money"):
        return sorted(groups)
    return sorted(groups, key=lambda name: (min(sums.contribution for sums in groups[name].values()), name))


def _belonging(by: TotalsBy) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Say which group a circuit is in, and a site whose cost nobody bears."""
    column = {"provider": Provider.name, "market": Circuit.market, "service_type": Circuit.service_type}[by]
    of_site: ColumnElement[Any] = Site.market.expression if by == "market" else literal(SHARED)
    return column.expression, of_site


def _names(
    ctx: Context, found: Month, of_circuit: ColumnElement[Any], of_site: ColumnElement[Any]
) -> tuple[dict[UUID | None, str | None], dict[UUID | None, str | None]]:
    """Read the groups of what is not added up by the database: of a few, or of everything."""
    circuits = select(Circuit.id, of_circuit.label("name")).join(Provider, Provider.id == Circuit.provider_id)
    sites = select(Site.id, of_site.label("name"))

    def read(statement: Any, column: Any, ids: Collection[UUID]) -> dict[UUID | None, str | None]:
        if found.kept is not None:
            statement = statement.where(among(column, ids))
        return {row.id: row.name for row in ctx.session.execute(statement)} if found.anew else {}

    return read(circuits, Circuit.id, found.without.circuits), read(sites, Site.id, found.without.sites)

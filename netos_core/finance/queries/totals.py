"""A month added up by carrier, market or service: parts that make the whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from sqlalchemy import select

from netos_core.circuits.model import Circuit
from netos_core.finance.queries.assets import sums_of
from netos_core.finance.queries.circuits import span_of
from netos_core.finance.queries.closing import closing
from netos_core.finance.queries.periods import closed_months, kept_lines
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
    closed = closed_months(ctx, month, month)
    lines = kept_lines(ctx, closed) if closed else closing(ctx, month).lines
    of_circuit, of_site = _keys(ctx, request.by)
    groups: dict[str, ByCurrency] = {}
    whole: ByCurrency = {}
    for one in lines:
        key = of_circuit.get(one.circuit_id, NO_MARKET) if one.circuit_id else of_site(one.site_id)
        count(groups.setdefault(key, {}), one.line)
        count(whole, one.line)
    return PlTotals(
        month=month, by=request.by, closed=closed[month].ref if closed else None, whole=sums_of(whole),
        groups=[PlGroup(name=name, money=sums_of(groups[name])) for name in _in_order(ctx, groups)],
    )  # fmt: skip


def _in_order(ctx: Context, groups: Mapping[str, ByCurrency]) -> list[str]:
    """Put the worst first; for who sees no money by name, as another order would tell what is bad."""
    if not ctx.principal.may("see:money"):
        return sorted(groups)
    return sorted(groups, key=lambda name: (min(sums.contribution for sums in groups[name].values()), name))


def _keys(ctx: Context, by: TotalsBy) -> tuple[Mapping[UUID, str], Callable[[UUID | None], str]]:
    """Say which group each circuit is in, and each site whose cost nobody bears."""
    column = {"provider": Provider.name, "market": Circuit.market, "service_type": Circuit.service_type}[by]
    rows = ctx.session.execute(
        select(Circuit.id, column.label("name")).join(Provider, Provider.id == Circuit.provider_id)
    )
    of_circuit = {row.id: row.name or NO_MARKET for row in rows}
    if by != "market":
        return of_circuit, lambda _: SHARED
    markets = {row.id: row.market or NO_MARKET for row in ctx.session.execute(select(Site.id, Site.market))}
    return of_circuit, lambda site_id: markets.get(site_id, NO_MARKET) if site_id else NO_MARKET

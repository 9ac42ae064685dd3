"""A whole month to take along: every line, and what the circuits and sites of the lines are."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from netos_core.circuits.model import Circuit
from netos_core.finance.model import AccountingPeriod
from netos_core.finance.queries.circuits import span_of
from netos_core.finance.queries.closing import Placed
from netos_core.finance.queries.groups import NO_MARKET
from netos_core.finance.queries.worked import lines_of, month_of
from netos_core.finance.rules.groups import beside
from netos_core.finance.schemas import GetMonthPack, MonthPack, PackCircuit, PackLine, PackPeriod, PackSite
from netos_core.kernel.context import Context
from netos_core.providers.model import Provider
from netos_core.sites.model import Site


def month_pack(ctx: Context, request: GetMonthPack) -> MonthPack:
    """Give every line of a month, circuit by circuit in the order of their refs, then those of sites."""
    month, _ = span_of(ctx, request.month, None)
    found = month_of(ctx, month)
    lines = lines_of(ctx, found)
    circuits = _circuits(ctx, {one.circuit_id for one in lines if one.circuit_id})
    sites = _sites(ctx, {one.site_id for one in lines if one.site_id})

    def owner(one: Placed) -> tuple[bool, bool, str]:
        ref = circuits[one.circuit_id].ref if one.circuit_id else sites[one.site_id].ref if one.site_id else ""
        return one.circuit_id is None, one.site_id is None, ref

    return MonthPack(
        month=month, closed=found.closed.ref if found.closed else None, worked_at=found.worked_at or ctx.now,
        proration=ctx.policy.proration, periods=_periods(ctx),
        circuits=sorted(circuits.values(), key=lambda one: one.ref),
        sites=sorted(sites.values(), key=lambda one: one.ref),
        lines=[_line(one, circuits, sites) for one in sorted(lines, key=owner)],
    )  # fmt: skip


def _line(one: Placed, circuits: dict[UUID, PackCircuit], sites: dict[UUID, PackSite]) -> PackLine:
    line = one.line
    return PackLine(
        circuit=circuits[one.circuit_id].ref if one.circuit_id else None,
        site=sites[one.site_id].ref if one.site_id else None,
        beside=None if one.circuit_id else str(beside(one.site_id, line)),
        component=str(line.component), amount=line.amount, currency=line.currency, basis=line.basis.value,
        source=line.source, how=line.how or None,
    )  # fmt: skip


def _circuits(ctx: Context, wanted: set[UUID]) -> dict[UUID, PackCircuit]:
    rows = ctx.session.execute(
        select(Circuit.id, Circuit.ref, Provider.name, Circuit.market, Circuit.service_type).join(
            Provider, Provider.id == Circuit.provider_id
        )
    )
    return {
        row_id: PackCircuit(ref=ref, provider=provider, market=market or NO_MARKET, service_type=service)
        for row_id, ref, provider, market, service in rows
        if row_id in wanted
    }


def _sites(ctx: Context, wanted: set[UUID]) -> dict[UUID, PackSite]:
    rows = ctx.session.execute(select(Site.id, Site.ref, Site.market))
    return {row_id: PackSite(ref=ref, market=market or NO_MARKET) for row_id, ref, market in rows if row_id in wanted}


def _periods(ctx: Context) -> list[PackPeriod]:
    rows = ctx.session.execute(
        select(AccountingPeriod.ref, AccountingPeriod.month, AccountingPeriod.created_at)
        .where(AccountingPeriod.retired_at.is_(None))
        .order_by(AccountingPeriod.month)
    )
    return [PackPeriod(ref=ref, month=month, closed_at=at) for ref, month, at in rows]

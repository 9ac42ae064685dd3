"""Says on the worklist whose spend changed by much, and which markets hang on one provider, by the last snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select

from netos_core.kernel.context import Context
from netos_core.providers.model import Provider
from netos_core.spend.model import SpendSum
from netos_core.spend.queries.snapshots import last_months, moves_between, refs_of
from netos_core.spend.rules.findings import Concentration, Sum, anomaly, concentration, concentrations, is_anomaly
from netos_core.spend.schemas import SpendFilter
from netos_core.worklist.records import About, say_all
from netos_core.worklist.rules import Finding, FindingKind

KINDS = (FindingKind.SPEND_ANOMALY, FindingKind.CONCENTRATION)
ENTITY = "provider"
NOTHING = Decimal(0)


def tell_spend(ctx: Context) -> int:
    """Open what is to be looked at, and close what is no more; returns how many findings there are."""
    months = last_months(ctx, 2)
    found: dict[UUID, list[tuple[str, Finding]]] = {}
    for row_id, currency, one in (*_anomalies(ctx, months), *_concentrations(ctx, months)):
        found.setdefault(row_id, []).append((currency, one))
    providers = _providers(ctx, found)
    said = [
        (About(ENTITY, row_id, *providers[row_id], found[row_id][0][0], None), [one for _, one in found[row_id]])
        for row_id in found
    ]
    say_all(ctx, ENTITY, KINDS, said)
    return sum(len(mine) for mine in found.values())


def _anomalies(ctx: Context, months: Sequence[date]) -> list[tuple[UUID, str, Finding]]:
    """Compare the last two snapshots, one provider and currency at a time; of several currencies the largest counts."""
    if len(months) <= 1:
        return []
    before, last = months
    of = SpendSum
    rows = ctx.session.execute(
        select(
            of.provider_id, of.currency,
            func.coalesce(func.sum(of.mrc).filter(of.month == before), 0).label("was"),
            func.coalesce(func.sum(of.mrc).filter(of.month == last), 0).label("now"),
        )
        .where(of.month.in_(months))
        .group_by(of.provider_id, of.currency)
    )  # fmt: skip
    large = [row for row in rows if is_anomaly(row.was, row.now, ctx.policy.spend_change)]
    if not large:
        return []
    moves = moves_between(ctx, SpendFilter(), months)
    refs = refs_of(ctx, {move.line.circuit_id for move in moves})
    found: dict[UUID, tuple[UUID, str, Finding]] = {}
    for row in sorted(large, key=lambda row: -abs(row.now - row.was)):
        mine = [m for m in moves if (m.line.provider_id, m.line.currency) == (row.provider_id, row.currency)]
        told = anomaly(row.was, row.now, row.currency, last, mine, refs)
        found.setdefault(row.provider_id, (row.provider_id, row.currency, told))
    return list(found.values())


def _concentrations(ctx: Context, months: Sequence[date]) -> list[tuple[UUID, str, Finding]]:
    """Look at the last snapshot; what a provider has sold to another counts for that one."""
    if not months:
        return []
    of = SpendSum
    rows = ctx.session.execute(
        select(of.provider_id, of.market, of.currency, func.sum(of.circuits), func.sum(of.mrc))
        .where(of.month == months[-1])
        .group_by(of.provider_id, of.market, of.currency)
    )
    heirs = _heirs(ctx)
    sums = [Sum(_last_of(heirs, row[0]), *row[1:]) for row in rows]
    percent, circuits = ctx.policy.concentration_percent, ctx.policy.concentration_circuits
    by_provider: dict[UUID, list[Concentration]] = {}
    for one in concentrations(sums, percent, circuits):
        by_provider.setdefault(one.provider_id, []).append(one)
    return [
        (row_id, max(mine, key=lambda one: one.mrc).currency, concentration(mine, percent))
        for row_id, mine in by_provider.items()
    ]


def _heirs(ctx: Context) -> dict[UUID, UUID]:
    """Say who has taken a provider over by today."""
    over = or_(Provider.succeeded_on.is_(None), Provider.succeeded_on <= ctx.today)
    rows = ctx.session.execute(
        select(Provider.id, Provider.successor_id).where(Provider.successor_id.is_not(None), over)
    )
    return {row.id: row.successor_id for row in rows if row.successor_id is not None}


def _last_of(heirs: Mapping[UUID, UUID], row_id: UUID) -> UUID:
    seen = {row_id}
    while (heir := heirs.get(row_id)) is not None and heir not in seen:
        row_id = heir
        seen.add(heir)
    return row_id


def _providers(ctx: Context, ids: Mapping[UUID, Any]) -> dict[UUID, tuple[str, str]]:
    rows = ctx.session.execute(select(Provider.id, Provider.ref, Provider.name).where(Provider.id.in_(list(ids))))
    return {row.id: (row.ref, row.name) for row in rows}

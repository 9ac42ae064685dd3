"""What assets earn and cost: the waterfall of one, and all of a kind side by side."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from netos_core.finance.model import AllocationRule
from netos_core.finance.queries.circuits import span_of
from netos_core.finance.queries.facts import facts_of
from netos_core.finance.queries.periods import closed_months
from netos_core.finance.rules.books import Books, books_of
from netos_core.finance.rules.facts import Facts
from netos_core.finance.rules.months import months_from
from netos_core.finance.rules.waterfall import NAMES, ByCurrency, Sums, Waterfall, waterfall
from netos_core.finance.schemas import (
    AssetCircuit,
    AssetCost,
    AssetRevenue,
    AssetRule,
    AssetSite,
    InfrastructurePl,
    InfrastructureRequest,
    MoneySums,
)
from netos_core.kernel.context import Context
from netos_core.sites.queries import get_site_id

EARNED = 50


def infrastructure_pl(ctx: Context, request: InfrastructureRequest) -> InfrastructurePl:
    """Lay out what an asset and all inside it earned and cost, as it is on file now."""
    site = get_site_id(ctx, request.ref, "ref")
    first, last = span_of(ctx, request.month, request.until)
    facts = facts_of(ctx, first, last, roots=[site.id], circuits=[], priced=None)
    months = [books_of(facts, month) for month in months_from(first, last)]
    fall = waterfall(facts, months, site.id)
    root = fall.nodes[site.id]
    total, circuits = _circuits(ctx, facts, fall, request.limit)
    own = facts.sites[site.id]
    return InfrastructurePl(
        ref=own.ref, name=own.name, kind=own.kind, market=own.market, month=first, until=last,
        whole=sums_of(root.whole),
        direct=sums_of(root.direct),
        downstream=sums_of(_less(root.whole, root.direct)),
        sites=[_site(facts, fall, row_id) for row_id in _below(facts, fall, site.id)],
        circuits_total=total,
        circuits=circuits,
        unallocated=sums_of(fall.unallocated),
        earned=[
            AssetRevenue(
                month=one.line.month, site=facts.sites[one.site_id].ref, amount=one.line.amount,
                currency=one.line.currency, basis=one.line.basis.value, source=one.line.source,
            )
            for one in fall.earned[:EARNED]
            if one.site_id is not None
        ],
        costs=list(_costs(facts, months, site.id)),
        rules=_rules(ctx, site.id),
        closed=[one.ref for one in closed_months(ctx, first, last).values()],
    )  # fmt: skip


def sums_of(by_currency: ByCurrency) -> list[MoneySums]:
    return [_sums(currency, sums) for currency, sums in sorted(by_currency.items())]


def _sums(currency: str, sums: Sums) -> MoneySums:
    return MoneySums(
        currency=currency, **{name: getattr(sums, name) for name in NAMES}, cost=sums.cost,
        contribution=sums.contribution,
    )  # fmt: skip


def _less(whole: ByCurrency, part: ByCurrency) -> ByCurrency:
    made: ByCurrency = {}
    for currency, sums in whole.items():
        own = part.get(currency, Sums())
        made[currency] = Sums(**{name: getattr(sums, name) - getattr(own, name) for name in NAMES})
    return made


def _below(facts: Facts, fall: Waterfall, site_id: UUID) -> list[UUID]:
    mine = [row_id for row_id in fall.nodes if facts.sites[row_id].parent_id == site_id and row_id != site_id]
    return sorted(mine, key=lambda row_id: facts.sites[row_id].ref)


def _site(facts: Facts, fall: Waterfall, site_id: UUID) -> AssetSite:
    site, node = facts.sites[site_id], fall.nodes[site_id]
    return AssetSite(
        ref=site.ref, name=site.name, kind=site.kind, whole=sums_of(node.whole), direct=sums_of(node.direct)
    )


def _circuits(ctx: Context, facts: Facts, fall: Waterfall, limit: int) -> tuple[int, list[AssetCircuit]]:
    """Count the circuits of the tree and list what some come to with their shares, the worst first.

    For who sees no money they come in the order of their refs: another would tell what is bad.
    """
    rows: list[tuple[Decimal, str, UUID, str]] = []
    for node in fall.nodes.values():
        for row_id in node.circuits:
            if money := fall.circuits.get(row_id):
                worst = min(sums.contribution for sums in money.values())
                rows.append((worst, facts.circuits[row_id].ref, row_id, facts.sites[node.site_id].ref))
    rows.sort(key=lambda row: row[:2] if ctx.principal.may("see:money") else row[1:2])
    return len(rows), [
        AssetCircuit(ref=ref, provider=facts.circuits[row_id].provider, at=at, money=sums_of(fall.circuits[row_id]))
        for _, ref, row_id, at in rows[:limit]
    ]


def _costs(facts: Facts, months: Iterable[Books], site_id: UUID) -> Iterable[AssetCost]:
    """Tell each shared cost of the site itself: what it rests on and how it is divided."""
    for books in months:
        for pool in books.pools:
            if pool.site_id != site_id:
                continue
            supplier = facts.circuits[pool.supplier].ref if pool.supplier else None
            yield AssetCost(
                month=books.month, component=pool.component, amount=pool.amount, currency=pool.currency,
                basis=pool.basis.value, sources=list(pool.sources), passed_on_by=supplier,
                method=pool.rule.method if pool.rule else None,
                borne_by=len(pool.allocation.shares), unallocated=pool.allocation.unallocated,
                why=pool.allocation.why or None,
            )  # fmt: skip


def _rules(ctx: Context, site_id: UUID) -> list[AssetRule]:
    rows = ctx.session.execute(
        select(
            AllocationRule.id, AllocationRule.component, AllocationRule.method, AllocationRule.shares,
            AllocationRule.starts_on, AllocationRule.ends_on, AllocationRule.description,
        )
        .where(AllocationRule.site_id == site_id, AllocationRule.retired_at.is_(None))
        .order_by(AllocationRule.component, AllocationRule.starts_on.desc().nulls_last())
    )  # fmt: skip
    return [
        AssetRule(
            id=str(row.id), component=row.component, method=row.method, shares=row.shares, starts_on=row.starts_on,
            ends_on=row.ends_on, description=row.description,
        )
        for row in rows
    ]  # fmt: skip

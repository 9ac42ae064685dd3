"""Says on the worklist which accounts are billed for services that nobody has attributed, the dearest first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, func, select

from netos_core.kernel.context import Context
from netos_core.revenue.model import (
    RevenueAccount,
    RevenueAttribution,
    RevenuePrice,
    RevenueService,
)
from netos_core.revenue.queries.services import held, unattributed
from netos_core.worklist.records import About, say_all
from netos_core.worklist.rules import Finding, FindingKind

KIND = FindingKind.UNATTRIBUTED_REVENUE
ENTITY = "revenue_account"
MOST = 100
"""So many accounts are on the worklist; the list of revenue has them all."""

YEAR = 12


def tell_unattributed(ctx: Context) -> int:
    """Open what is unattributed, and close what is no more; returns how many accounts are on the worklist."""
    sums = _sums(ctx).subquery()
    accounts = ctx.session.scalar(select(func.count()).select_from(sums)) or 0
    dearest = ctx.session.execute(select(sums).order_by(sums.c.mrr.desc(), sums.c.id).limit(MOST)).all()
    said = [
        (About(ENTITY, row.id, row.ref, row.name, row.currency, None), [_finding(row, accounts)]) for row in dearest
    ]
    say_all(ctx, ENTITY, [KIND], said)
    return len(said)


def _sums(ctx: Context) -> Select[*tuple[Any, ...]]:
    """Add up, by account, what services earn that are of nothing; the ref is that of the first of them."""
    s, a = RevenueService, RevenueAccount
    total = func.sum(RevenuePrice.mrr)
    return (
        select(
            a.id, a.name, RevenuePrice.currency, total.label("mrr"), func.count().label("services"),
            func.min(s.ref).label("ref"),
        )
        .select_from(s)
        .join(a, and_(a.source == s.source, a.key == s.account_key))
        .join(RevenuePrice, and_(RevenuePrice.service_id == s.id, RevenuePrice.ends_on.is_(None)))
        .outerjoin(RevenueAttribution, and_(RevenueAttribution.service_id == s.id, held(ctx)))
        .where(unattributed())
        .group_by(a.id, a.name, RevenuePrice.currency)
        .having(total > 0)
    )  # fmt: skip


def _finding(row: Any, accounts: int) -> Finding:
    services = "One service" if row.services == 1 else f"{row.services} services"
    verb = "is" if row.services == 1 else "are"
    why = f"{services} billed to it {verb} of no circuit, site or customer."
    if accounts > MOST:
        why += f" The dearest {MOST} of such accounts are here; list_revenue has all {accounts:,}."
    return Finding(KIND, why, Decimal(row.mrr) * YEAR, None)

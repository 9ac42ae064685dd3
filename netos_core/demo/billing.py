"""What the sample company bills, mirrored as a sync would, so that there is revenue to attribute."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, select, update

from netos_core.contracts.rules.days import plus_months
from netos_core.kernel.context import Context
from netos_core.revenue import records
from netos_core.revenue.billing import Account, Product, Service
from netos_core.revenue.model import RevenueAccount, RevenuePrice, RevenueService

SOURCE = "sample"
MONTHS_BACK = 3
"""What is billed is known since so many months."""


def mirror(ctx: Context, rows: Iterable[dict[str, Any]]) -> None:
    """Read what is billed, whole, as of a day in the past."""
    told = list(rows)
    day = plus_months(ctx.today.replace(day=1), -MONTHS_BACK)
    records.begin(ctx.session, SOURCE, ctx.now, day, whole=True)
    mine = records.claim(ctx.session, SOURCE, ctx.now)
    if mine is None:
        raise AssertionError("a sync that has just begun can be claimed")
    records.save_products(ctx.session, SOURCE, [Product("monthly", "Service", None, 1)])
    mine = records.go_on(ctx.session, mine, ctx.now, None)
    accounts = [
        Account(
            row["number"], row["account"], row["number"], "Active", active=True, line1=row.get("line1"),
            city=row.get("city"), state=row.get("state"), postal_code=row.get("postal_code"), lat=None, lon=None,
        )
        for row in told
    ]  # fmt: skip
    records.save_accounts(ctx.session, mine, accounts)
    mine = records.go_on(ctx.session, mine, ctx.now, None, accounts=len(accounts))
    services = [
        Service(row["key"], row["number"], "monthly", row["name"], Decimal(row["quantity"]), Decimal(row["price"]))
        for row in told
    ]
    records.save_services(ctx.session, mine, services)
    mine = records.go_on(ctx.session, mine, ctx.now, None, services=len(services))
    while mine.step is not records.Step.PRICES:
        mine = records.go_on(ctx.session, mine, ctx.now, None)
    _, changed = records.price_batch(ctx.session, mine, ctx.policy.currency)
    records.go_on(ctx.session, mine, ctx.now, None, repriced=changed)


def ref_of(ctx: Context, key: str) -> str:
    """Return the ref of a mirrored service."""
    found = select(RevenueService.ref).where(RevenueService.source == SOURCE, RevenueService.key == key)
    return ctx.session.scalars(found).one()


def remove(ctx: Context) -> None:
    """Let the mirror forget what is billed; the services stay for what is told of them."""
    mine = select(RevenueService.id).where(RevenueService.source == SOURCE)
    ctx.session.execute(delete(RevenuePrice).where(RevenuePrice.service_id.in_(mine)))
    for model in (RevenueService, RevenueAccount):
        ctx.session.execute(
            update(model).where(model.source == SOURCE, model.gone_at.is_(None)).values(gone_at=ctx.now)
        )

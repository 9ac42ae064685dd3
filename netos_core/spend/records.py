"""What the worker keeps: fees of months to come, and a snapshot of each month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from netos_core.circuits.model import Circuit
from netos_core.contracts.queries.etf import read_contracts
from netos_core.contracts.rules.days import plus_months
from netos_core.finance.rules.months import first_of, months_from
from netos_core.kernel.context import Context
from netos_core.kernel.db import table_of
from netos_core.spend.model import ExposureAhead, SpendLine, SpendSnapshot, SpendSum
from netos_core.spend.queries.exposure import kept, worked_out
from netos_core.spend.queries.facts import plans_of
from netos_core.spend.queries.forecast import months_ahead
from netos_core.spend.queries.snapshots import lines_on
from netos_core.spend.schemas import MOST_MONTHS

BATCH = 200
BACK = 12
"""So many months are worked out afterwards, where none was taken of them."""

NOWHERE = ""
"""The market of circuits without one, in sums."""


def keep_exposure(ctx: Context, *, every: bool, after: UUID | None = None) -> UUID | None:
    """Keep the fees of the next contracts by their ids; returns the last id, or None where none is left.

    Args:
        ctx: The worker's call.
        every: Whether those that stand as they are kept are worked out anew too: a price on file is that of today.
        after: The id of the last one before.
    """
    months = months_ahead(ctx, MOST_MONTHS)
    governing = select(Circuit.contract_id).where(Circuit.contract_id.is_not(None), Circuit.retired_at.is_(None))
    if after is not None:
        governing = governing.where(Circuit.contract_id > after)
    else:
        every_one = select(Circuit.contract_id).where(Circuit.contract_id.is_not(None), Circuit.retired_at.is_(None))
        ctx.session.execute(delete(ExposureAhead).where(ExposureAhead.contract_id.not_in(every_one)))
    found = ctx.session.scalars(governing.distinct().order_by(Circuit.contract_id).limit(BATCH))
    ids = [row_id for row_id in found if row_id is not None]
    if not ids:
        return None
    _, versions = plans_of(ctx, dict(read_contracts(ctx, ids)), months)
    known = {} if every else kept(ctx, versions, months)
    _save_exposure(ctx, worked_out(ctx, versions.keys() - known.keys(), months.all), versions, months.first)
    return ids[-1] if len(ids) == BATCH else None


def _save_exposure(
    ctx: Context, fees: Mapping[UUID, Sequence[Decimal | None]], versions: Mapping[UUID, str], first: date
) -> None:
    rows = [
        {"contract_id": row_id, "first_month": first, "worked_out_from": versions[row_id],
         "fees": [None if fee is None else str(fee) for fee in mine]}
        for row_id, mine in fees.items()
    ]  # fmt: skip
    if not rows:
        return
    upsert = insert(table_of(ExposureAhead))
    ctx.session.execute(
        upsert.on_conflict_do_update(
            index_elements=["contract_id"],
            set_={name: upsert.excluded[name] for name in ("first_month", "worked_out_from", "fees")},
        ),
        rows,
    )


def take_snapshots(ctx: Context) -> list[date]:
    """Take the snapshot of this month, and of months since the last one; the first time of the year before too.

    A month that has one is left as it is, so it is safe to run twice, late, or by two workers at once. A month that is
    over is worked out from the dated facts that are on file now; when it was taken is kept with it.
    """
    this = first_of(ctx.today)
    last = ctx.session.scalar(select(func.max(SpendSnapshot.month)))
    begin = plus_months(this, -BACK)
    if last is not None:
        begin = max(plus_months(last, 1), begin)
    taken = [month for month in months_from(begin, this) if _begun(ctx, month)]
    if taken:
        lines = lines_on(ctx, taken)
        for month in taken:
            _save_month(ctx, month, lines[month])
    return taken


def _begun(ctx: Context, month: date) -> bool:
    made = insert(table_of(SpendSnapshot)).values(month=month, taken_at=ctx.now).on_conflict_do_nothing()
    return ctx.session.execute(made.returning(literal(1))).first() is not None


def _save_month(ctx: Context, month: date, lines: Sequence[Mapping[str, object]]) -> None:
    if not lines:
        return
    ctx.session.execute(insert(table_of(SpendLine)), [{"month": month, **line} for line in lines])
    one = table_of(SpendLine).c
    market = func.coalesce(one.market, NOWHERE)
    sums = (
        select(
            one.month, one.provider_id, market, one.service_type, one.currency, func.count(),
            func.count() - func.count(one.mrc), func.coalesce(func.sum(one.mrc), 0),
        )
        .where(one.month == month)
        .group_by(one.month, one.provider_id, market, one.service_type, one.currency)
    )  # fmt: skip
    names = ["month", "provider_id", "market", "service_type", "currency", "circuits", "unpriced", "mrc"]
    ctx.session.execute(insert(table_of(SpendSum)).from_select(names, sums))

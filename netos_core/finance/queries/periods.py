"""Closed months, and the lines they keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, select

from netos_core.contracts.rules.days import plus_months
from netos_core.finance.model import AccountingPeriod, PeriodLine
from netos_core.finance.queries.closing import Placed
from netos_core.finance.rules.months import first_of
from netos_core.finance.rules.profit import Component, Line
from netos_core.finance.schemas import ListPeriods, PeriodList, PeriodRow
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Names, fill
from netos_core.kernel.money import Basis

PERIOD = AccountingPeriod.__table__


@dataclass(frozen=True, slots=True)
class Closed:
    """A closed month: its ref, and the digest of what it keeps."""

    ref: str
    month: date
    kept: str


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look closed months up by ref."""
    found = Names("accounting period", "list_periods")
    fill(ctx.session, found, PERIOD, list(keys), by=[], name=PERIOD.c.ref)
    return found


def closed_months(ctx: Context, first: date, last: date) -> dict[date, Closed]:
    """Return the closed ones of these months."""
    rows = ctx.session.execute(
        select(AccountingPeriod.ref, AccountingPeriod.month, AccountingPeriod.kept).where(
            AccountingPeriod.retired_at.is_(None), AccountingPeriod.month.between(first, last)
        )
    )
    return {row.month: Closed(row.ref, row.month, row.kept) for row in rows}


def kept_lines(ctx: Context, closed: Mapping[date, Closed], circuit_id: UUID | None = None) -> list[Placed]:
    """Return what closed months keep: of one circuit, or all of it."""
    mine = () if circuit_id is None else (PeriodLine.circuit_id == circuit_id,)
    return placed_of(ctx, {one.kept: one.month for one in closed.values()}, *mine)


def placed_of(ctx: Context, months: Mapping[str, date], *which: ColumnElement[bool]) -> list[Placed]:
    """Return lines by the digests they are kept under, in the order they were worked out in."""
    if not months:
        return []
    wanted = select(
        PeriodLine.circuit_id, PeriodLine.site_id, PeriodLine.kept, PeriodLine.component, PeriodLine.amount,
        PeriodLine.currency, PeriodLine.basis, PeriodLine.source, PeriodLine.item, PeriodLine.how,
    ).where(PeriodLine.kept.in_(list(months)), *which)  # fmt: skip
    rows = ctx.session.execute(wanted.order_by(PeriodLine.kept, PeriodLine.number))
    return [
        Placed(of_circuit, site, Line(months[kept], Component(component), amount, currency, Basis(basis), *told))
        for of_circuit, site, kept, component, amount, currency, basis, *told in rows
    ]


def periods(ctx: Context, request: ListPeriods) -> PeriodList:
    """List closed months, the newest first."""
    rows = ctx.session.execute(
        select(
            AccountingPeriod.ref, AccountingPeriod.version, AccountingPeriod.month, AccountingPeriod.lines,
            AccountingPeriod.totals, AccountingPeriod.description, AccountingPeriod.created_at,
        )
        .where(AccountingPeriod.retired_at.is_(None))
        .order_by(AccountingPeriod.month.desc())
        .limit(request.limit)
    )  # fmt: skip
    made = [PeriodRow(**row) for row in rows.mappings()]
    # The month after the last closed one, else the one before this.
    following = plus_months(made[0].month, 1) if made else plus_months(first_of(ctx.today), -1)
    return PeriodList(rows=made, next_to_close=following)

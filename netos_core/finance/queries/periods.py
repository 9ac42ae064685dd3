"""Closed months, and the lines they keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

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


_LINE = (
    PeriodLine.circuit_id, PeriodLine.site_id, PeriodLine.component, PeriodLine.amount, PeriodLine.currency,
    PeriodLine.basis, PeriodLine.source, PeriodLine.item, PeriodLine.how, PeriodLine.customer_id,
)  # fmt: skip


def kept_of(ctx: Context, circuit_id: UUID, first: date, last: date) -> tuple[dict[date, Closed], list[Line]]:
    """Return the closed ones of these months, and what they keep of a circuit."""
    mine = and_(PeriodLine.kept == AccountingPeriod.kept, PeriodLine.circuit_id == circuit_id)
    rows = ctx.session.execute(
        select(AccountingPeriod.ref, AccountingPeriod.month, AccountingPeriod.kept, *_LINE)
        .outerjoin(PeriodLine, mine)
        .where(AccountingPeriod.retired_at.is_(None), AccountingPeriod.month.between(first, last))
        .order_by(AccountingPeriod.month, PeriodLine.number)
    )
    closed: dict[date, Closed] = {}
    lines = []
    for ref, month, kept, *line in rows:
        closed.setdefault(month, Closed(ref, month, kept))
        if line[0] is not None:
            lines.append(_placed(month, *line).line)
    return closed, lines


def kept_lines(ctx: Context, months: Mapping[str, date], *which: ColumnElement[bool]) -> list[Placed]:
    """Return lines by the digests they are kept under, in the order they were worked out in."""
    if not months:
        return []
    rows = ctx.session.execute(
        select(PeriodLine.kept, *_LINE)
        .where(PeriodLine.kept.in_(list(months)), *which)
        .order_by(PeriodLine.kept, PeriodLine.number)
    )
    return [_placed(months[kept], *line) for kept, *line in rows]


def _placed(
    month: date, circuit_id: Any, site_id: Any, component: str, amount: Any, currency: str, basis: str, *told: Any
) -> Placed:
    line = Line(month, Component(component), amount, currency, Basis(basis), *told)
    return Placed(circuit_id, site_id, line)


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

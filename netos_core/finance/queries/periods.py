"""Closed months, and the lines they keep."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from netos_core.finance.model import AccountingPeriod, PeriodLine
from netos_core.finance.rules.profit import Component, Line
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


def kept_lines(ctx: Context, circuit_id: UUID, closed: Mapping[date, Closed]) -> dict[date, list[Line]]:
    """Return what closed months keep of a circuit."""
    months = {one.kept: one.month for one in closed.values()}
    if not months:
        return {}
    rows = ctx.session.execute(
        select(
            PeriodLine.kept, PeriodLine.component, PeriodLine.amount, PeriodLine.currency, PeriodLine.basis,
            PeriodLine.source, PeriodLine.item, PeriodLine.how,
        )
        .where(PeriodLine.circuit_id == circuit_id, PeriodLine.kept.in_(list(months)))
        .order_by(PeriodLine.kept, PeriodLine.number)
    )  # fmt: skip
    found: dict[date, list[Line]] = {}
    for kept, component, amount, currency, basis, source, item, how in rows:
        line = Line(months[kept], Component(component), amount, currency, Basis(basis), source, item, how)
        found.setdefault(line.month, []).append(line)
    return found

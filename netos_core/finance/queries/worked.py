"""A month's lines as they are read: kept ones, and those worked out again because something was written since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select, text
from sqlalchemy.orm import Session

from netos_core.circuits.model import Circuit
from netos_core.contracts.rules.days import plus_months
from netos_core.finance.model import AccountingPeriod, MoneyTouch, PeriodLine, WorkedMonth
from netos_core.finance.queries.closing import Placed, closing, placed
from netos_core.finance.queries.facts import facts_of, ruled_sites
from netos_core.finance.queries.periods import Closed, closed_months, kept_lines
from netos_core.finance.queries.touched import Affected, affected
from netos_core.finance.rules.books import books_of
from netos_core.finance.rules.months import first_of, months_from
from netos_core.finance.rules.profit import Component, Line
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.kernel.money import Basis
from netos_core.providers.model import Provider
from netos_core.sites.model import Site

MOST_MONTHS = 24
MOST_TOUCHES = 5000
RULES = 1
"""Grows when a release works months out otherwise, so that no lines of the one before are read."""

NOBODY = UUID(int=0)

# One statement, so that what is current and what was touched since are of one moment.
_CURRENT = text("""
    select w.kept, w.worked_at, t.whats, t.ids from worked_month w cross join (
        select coalesce(array_agg(what), '{}') as whats, coalesce(array_agg(row_id), '{}') as ids
        from (select distinct what, row_id from (select what, row_id from money_touch limit :most) first) found
    ) t where w.month = :month and w.replaced_at is null and w.under = :under
""")


@dataclass(frozen=True, slots=True)
class Month:
    """How a month is read.

    `kept` names the lines that are kept, of which those of `without` do not count; `anew` are worked out instead of
    these. Where nothing is kept, `anew` is all of it.
    """

    month: date
    closed: Closed | None
    kept: str | None
    worked_at: datetime | None
    without: Affected
    anew: tuple[Placed, ...]

    @property
    def worked_again(self) -> int:
        """Count the circuits and sites whose lines were worked out for whoever reads."""
        return len({one.circuit_id or one.site_id for one in self.anew})


def open_months(ctx: Context) -> list[date]:
    """List the months that are kept worked out: after the last closed one, up to this one."""
    this = first_of(ctx.today)
    last = ctx.session.scalar(select(func.max(AccountingPeriod.month)).where(AccountingPeriod.retired_at.is_(None)))
    first = plus_months(last, 1) if last else plus_months(this, -1)
    return list(months_from(max(min(first, this), plus_months(this, 1 - MOST_MONTHS)), this))


def under(ctx: Context) -> str:
    """Say what a month follows from beside its records: a price on file is that of the month that runs."""
    return f"{first_of(ctx.today)} {ctx.policy.proration} {RULES}"


def month_of(ctx: Context, month: date) -> Month:
    """Find out what of a month is kept, and work out the rest."""
    closed = closed_months(ctx, month, month).get(month)
    if closed is not None:
        return Month(month, closed, closed.kept, None, Affected(), ())
    asked = {"month": month, "under": under(ctx), "most": MOST_TOUCHES + 1}
    current = ctx.session.execute(_CURRENT, asked).first()
    if current is not None and len(current.ids) <= MOST_TOUCHES:
        without = affected(ctx, month, current.whats, current.ids)
        if without is not None:
            again = tuple(_again(ctx, month, without))
            return Month(month, None, current.kept, current.worked_at, without, again)
    return Month(month, None, None, None, Affected(), closing(ctx, month).lines)


def _again(ctx: Context, month: date, without: Affected) -> Iterator[Placed]:
    """Work out the lines of some circuits and sites, as a whole month has them."""
    if not (without.circuits or without.sites):
        return
    roots = {*without.sites, *ruled_sites(ctx, without.circuits, month, month)}
    facts = facts_of(ctx, month, month, roots=roots, circuits=without.circuits, priced=without.circuits)
    for one in placed(facts, books_of(facts, month)):
        if one.circuit_id in without.circuits or one.site_id in without.sites:
            yield one


def lines_of(ctx: Context, found: Month) -> list[Placed]:
    """Give every line of a month."""
    return [*(kept_lines(ctx, {found.kept: found.month}, *_counting(found)) if found.kept else ()), *found.anew]


def _counting(found: Month) -> list[ColumnElement[bool]]:
    gone = []
    if found.without.circuits:
        gone.append(and_(PeriodLine.circuit_id.is_not(None), among(PeriodLine.circuit_id, found.without.circuits)))
    if found.without.sites:
        gone.append(and_(PeriodLine.site_id.is_not(None), among(PeriodLine.site_id, found.without.sites)))
    return [not_(or_(*gone))] if gone else []


def kept_sums(
    ctx: Context, found: Month, of_circuit: ColumnElement[Any], of_site: ColumnElement[Any]
) -> Iterator[tuple[bool, bool, str | None, Line]]:
    """Add up the kept lines of a month that count, by component, basis and what their circuit or site belongs to.

    Gives whether it is of circuits, or of sites, what these belong to, and the sum; of one currency, component and
    basis. Whether it is of some customer is told by `customer_id`, which is then no one's.

    Args:
        ctx: The call.
        found: The month.
        of_circuit: What a circuit belongs to: of itself or its provider.
        of_site: What a site belongs to.
    """
    if found.kept is None:
        return
    circuits, sites = PeriodLine.circuit_id.is_not(None), PeriodLine.site_id.is_not(None)
    group = (
        circuits, sites, and_(~circuits, ~sites, PeriodLine.customer_id.is_not(None)),
        case((circuits, of_circuit), (sites, of_site)), PeriodLine.component, PeriodLine.currency, PeriodLine.basis,
    )  # fmt: skip
    rows = ctx.session.execute(
        select(*group, func.sum(PeriodLine.amount))
        .outerjoin(Circuit, Circuit.id == PeriodLine.circuit_id)
        .outerjoin(Provider, Provider.id == Circuit.provider_id)
        .outerjoin(Site, Site.id == PeriodLine.site_id)
        .where(PeriodLine.kept == found.kept, *_counting(found))
        .group_by(text("1, 2, 3, 4, 5, 6, 7"))
    )
    for of_circuits, of_sites, of_customers, name, component, currency, basis, amount in rows:
        line = Line(found.month, Component(component), amount, currency, Basis(basis), "")
        yield of_circuits, of_sites, name, replace(line, customer_id=NOBODY) if of_customers else line


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open months are kept, the oldest since when, and how much was written since and waits since when."""

    months: int
    worked_at: datetime
    touched: int
    since: datetime | None


def worked_months(session: Session) -> Standing:
    """Tell how the months that are kept stand."""
    months, worked_at = session.execute(
        select(func.count(), func.min(WorkedMonth.worked_at)).where(WorkedMonth.replaced_at.is_(None))
    ).one()
    touched, since = session.execute(select(func.count(), func.min(MoneyTouch.at))).one()
    return Standing(months, worked_at, touched, since)

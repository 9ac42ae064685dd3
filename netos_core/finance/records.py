"""Keeps the lines of open months worked out, so that they are read and not worked out by whoever looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.finance.model import MoneyTouch, PeriodLine, WorkedMonth
from netos_core.finance.queries.closing import Closing, closing_by
from netos_core.finance.queries.facts import facts_of
from netos_core.finance.queries.worked import open_months, under
from netos_core.kernel.context import Context

if TYPE_CHECKING:
    import psycopg

SOON = timedelta(minutes=5)
"""How long what was touched is worked out again by whoever reads, before the months are."""

MANY_TOUCHES = 200
"""From so many on the months are worked out at once, for a read would take long."""

ANYHOW = timedelta(days=1)
GOES_AFTER = timedelta(minutes=30)
"""A reader that found lines a moment before they were replaced has read them by then."""

ONE_AT_A_TIME = 7_340_027
_COPY = (
    "copy period_line (kept, number, circuit_id, site_id, customer_id, component, amount, currency, basis, source,"
    " item, how) from stdin"
)
_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:kept, 27))")
_TRY_LOCK = text("select pg_try_advisory_xact_lock(hashtextextended(:kept, 27))")
# Open proposals name what they would keep, and no record does until they are committed.
_GOES = text("""
    select w.kept from worked_month w where w.replaced_at < :before
    and not exists (select from accounting_period p where p.kept = w.kept)
    and not exists (
        select from proposal p join proposal_change c on c.proposal_id = p.id
        where p.status = 'open' and c.entity = 'accounting_period' and c.after ->> 'kept' = w.kept
    )
""")


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What was worked out: how many months, how many of them came out otherwise, and what had been touched."""

    months: int
    changed: int
    touched: int


def due(ctx: Context) -> bool:
    """Say whether open months are to be worked out: one is not, or what was touched since is much or old."""
    months = open_months(ctx)
    current = ctx.session.scalar(
        select(func.count()).where(
            WorkedMonth.month.in_(months), WorkedMonth.replaced_at.is_(None), WorkedMonth.under == under(ctx),
            WorkedMonth.worked_at > ctx.now - ANYHOW,
        )
    )  # fmt: skip
    if current != len(months):
        return True
    some = select(MoneyTouch.at).limit(MANY_TOUCHES).subquery()
    touched, oldest = ctx.session.execute(select(func.count(), func.min(some.c.at))).one()
    return bool(touched >= MANY_TOUCHES or (oldest is not None and oldest < ctx.now - SOON))


def refresh(ctx: Context) -> Refreshed | None:
    """Work all open months out and put them in the place of what was; None where somebody else does so right now.

    What was touched is read first: what is written meanwhile stays noted, whether or not it is in the lines already.
    """
    session = ctx.session
    if not session.scalar(select(func.pg_try_advisory_xact_lock(ONE_AT_A_TIME))):
        return None
    touched = session.scalars(select(MoneyTouch.id)).all()
    months = open_months(ctx)
    facts = facts_of(ctx, months[0], months[-1], roots=None, circuits=None, priced=None)
    kept = []
    for month in months:
        made = closing_by(facts, month)
        write_lines(session, made)
        kept.append((made.kept, month, len(made.lines)))
    before = set(session.scalars(select(WorkedMonth.kept).where(WorkedMonth.replaced_at.is_(None))))
    names = [name for name, _, _ in kept]
    session.execute(
        update(WorkedMonth)
        .where(WorkedMonth.replaced_at.is_(None), WorkedMonth.kept.not_in(names))
        .values(replaced_at=ctx.now)
    )
    for name, month, lines in kept:
        values = {"month": month, "under": under(ctx), "lines": lines, "worked_at": ctx.now, "replaced_at": None}
        made_now = insert(WorkedMonth).values(kept=name, **values)
        session.execute(made_now.on_conflict_do_update(index_elements=["kept"], set_=values))
    session.execute(delete(MoneyTouch).where(MoneyTouch.id == func.any(touched)))
    return Refreshed(len(months), len(set(names) - before), len(touched))


def forget(ctx: Context) -> int:
    """Delete lines of open months that were replaced a while ago and that no closing keeps; returns how many months."""
    gone = 0
    for kept in ctx.session.scalars(_GOES, {"before": ctx.now - GOES_AFTER}).all():
        if ctx.session.scalar(_TRY_LOCK, {"kept": kept}):
            still = ctx.session.scalars(_GOES, {"before": ctx.now - GOES_AFTER}).all()
            if kept in still:
                ctx.session.execute(delete(PeriodLine).where(PeriodLine.kept == kept))
                ctx.session.execute(delete(WorkedMonth).where(WorkedMonth.kept == kept))
                gone += 1
    return gone


def write_lines(session: Session, made: Closing) -> None:
    """Write lines unless they are there; whoever writes the same ones, or would delete them, waits."""
    session.execute(_LOCK, {"kept": made.kept})
    if session.scalar(select(exists().where(PeriodLine.kept == made.kept))):
        return
    connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for number, one in enumerate(made.lines):
            line = one.line
            copy.write_row(
                (
                    made.kept, number, one.circuit_id, one.site_id, line.customer_id, str(line.component), line.amount,
                    line.currency, str(line.basis), line.source, line.item, line.how,
                )
            )  # fmt: skip

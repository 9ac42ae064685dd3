"""What circuits cost a month on the first day of months, and the snapshots that are kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.circuits.rules import is_billed
from netos_core.contracts.queries.rates import courses_of
from netos_core.finance.queries.groups import NO_MARKET
from netos_core.finance.rules.months import first_of
from netos_core.kernel.clock import business_day
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.providers.model import Provider
from netos_core.spend.model import SpendLine, SpendSnapshot, SpendSum
from netos_core.spend.queries.facts import wanted
from netos_core.spend.rules.moves import Line, Move, moves_of
from netos_core.spend.schemas import GetSpend, Spend, SpendChange, SpendFilter, SpendGroup, SpendMonth

BASIS = (
    "MRC of each circuit in service on the first day of the month: by its papers, else its price on file. Contracted.",
    "A month that was taken later than it began is worked out from the dated facts on file that day.",
)
NOTHING = Decimal(0)


def lines_on(ctx: Context, days: Sequence[date]) -> dict[date, list[dict[str, Any]]]:
    """Work out what each circuit in service costs a month on each of some days."""
    rows = [
        dict(row)
        for row in ctx.session.execute(
            select(
                Circuit.id, Circuit.provider_id, Circuit.market, Circuit.service_type, Circuit.currency, Circuit.mrc,
                Circuit.status, Circuit.contract_id, Circuit.billing_start_date, Circuit.install_date,
                Circuit.disconnect_date,
            ).where(Circuit.retired_at.is_(None))
        ).mappings()
    ]  # fmt: skip
    courses = courses_of(ctx, rows, first_of(ctx.today))
    found: dict[date, list[dict[str, Any]]] = {day: [] for day in days}
    for row in rows:
        course = courses.get(row["id"])
        for day in days:
            if _in_service(row, day):
                found[day].append(
                    {
                        "circuit_id": row["id"],
                        **{name: row[name] for name in ("provider_id", "market", "service_type", "currency")},
                        "mrc": course.on(day).mrc if course is not None else row["mrc"],
                        "contract_id": row["contract_id"],
                    }
                )
    return found


def _in_service(row: Mapping[str, Any], day: date) -> bool:
    begins, ends = row["billing_start_date"] or row["install_date"], row["disconnect_date"]
    billed = is_billed(row["status"], row["billing_start_date"], ends)
    return billed and (begins is None or begins <= day) and (ends is None or day <= ends)


def get_spend(ctx: Context, request: GetSpend) -> Spend:
    """Show the snapshots, and what changed between the last two."""
    months = last_months(ctx, request.months)
    last_two = months[-2:]
    moves = moves_between(ctx, request, last_two) if len(last_two) > 1 else []
    shown = moves[: request.limit]
    names = _provider_names(ctx, {move.line.provider_id for move in shown})
    refs = refs_of(ctx, {move.line.circuit_id for move in shown})
    return Spend(
        as_of=ctx.today,
        by=request.by,
        months=_months(ctx, request, months),
        groups=_groups(ctx, request, last_two) if len(last_two) > 1 else [],
        changes_total=len(moves),
        changes_shown=len(shown),
        changes=[
            SpendChange(
                circuit=refs[one.line.circuit_id], provider=names[one.line.provider_id], what=one.what,
                was=one.was, now=one.now, difference=one.difference, currency=one.line.currency,
            )
            for one in shown
        ],
        basis=list(BASIS),
    )  # fmt: skip


def last_months(ctx: Context, count: int) -> list[date]:
    """List the months of the last snapshots, the oldest first."""
    rows = ctx.session.scalars(select(SpendSnapshot.month).order_by(SpendSnapshot.month.desc()).limit(count))
    return sorted(rows)


def _months(ctx: Context, request: GetSpend, months: Sequence[date]) -> list[SpendMonth]:
    of = SpendSum
    rows = ctx.session.execute(
        select(
            of.month, of.currency, func.sum(of.circuits).label("circuits"), func.sum(of.unpriced).label("unpriced"),
            func.sum(of.mrc).label("mrc"), func.max(SpendSnapshot.taken_at).label("taken_at"),
        )
        .join(SpendSnapshot, SpendSnapshot.month == of.month)
        .where(of.month.in_(months), *wanted(ctx, request, of))
        .group_by(of.month, of.currency)
        .order_by(of.month, of.currency)
    )  # fmt: skip
    return [
        SpendMonth(
            month=row.month, currency=row.currency, circuits=row.circuits, unpriced=row.unpriced, mrc=row.mrc,
            taken_on=business_day(row.taken_at, ctx.policy.zone),
        )
        for row in rows
    ]  # fmt: skip


def _groups(ctx: Context, request: GetSpend, months: Sequence[date]) -> list[SpendGroup]:
    """Set the last snapshot beside the one before, by group; the largest difference first, for who sees it."""
    before, last = months
    of = SpendSum
    column = {"provider": Provider.name, "market": of.market, "service_type": of.service_type}[request.by]
    rows = ctx.session.execute(
        select(
            column.label("name"), of.currency,
            func.coalesce(func.sum(of.circuits).filter(of.month == last), 0).label("circuits"),
            func.coalesce(func.sum(of.mrc).filter(of.month == before), 0).label("was"),
            func.coalesce(func.sum(of.mrc).filter(of.month == last), 0).label("now"),
        )
        .join(Provider, Provider.id == of.provider_id)
        .where(of.month.in_((before, last)), *wanted(ctx, request, of))
        .group_by(column, of.currency)
    )  # fmt: skip
    found = [
        SpendGroup(
            name=row.name or NO_MARKET, currency=row.currency, circuits=row.circuits, was=row.was, now=row.now,
            difference=row.now - row.was,
        )
        for row in rows
    ]  # fmt: skip
    if not ctx.principal.may("see:money"):
        return sorted(found, key=lambda one: (one.name, one.currency))
    return sorted(found, key=lambda one: (-abs(one.difference or NOTHING), -(one.now or NOTHING), one.name))


def moves_between(ctx: Context, asked: SpendFilter, months: Sequence[date]) -> list[Move]:
    """Compare the circuits of two snapshots, row by row, the largest difference first."""
    before, last = months
    was = {row.circuit_id: row for row in _differing(ctx, asked, before, last)}
    now = {row.circuit_id: row for row in _differing(ctx, asked, last, before)}
    return moves_of(was, now)


def _differing(ctx: Context, asked: SpendFilter, month: date, other: date) -> list[Line]:
    """Read the lines of a month that the other has not just so."""
    mine, theirs = SpendLine, aliased(SpendLine)
    same = (
        (theirs.circuit_id == mine.circuit_id) & (theirs.month == other)
        & (theirs.provider_id == mine.provider_id) & (theirs.currency == mine.currency)
        & theirs.market.is_not_distinct_from(mine.market) & (theirs.service_type == mine.service_type)
        & theirs.mrc.is_not_distinct_from(mine.mrc)
    )  # fmt: skip
    query = (
        select(
            mine.circuit_id, mine.provider_id, mine.market, mine.service_type, mine.currency, mine.mrc
        )
        .outerjoin(theirs, same)
        .where(mine.month == month, theirs.circuit_id.is_(None), *wanted(ctx, asked, mine))
    )  # fmt: skip
    return [Line(*row) for row in ctx.session.execute(query)]


def _provider_names(ctx: Context, ids: set[UUID]) -> dict[UUID, str]:
    rows = ctx.session.execute(select(Provider.id, Provider.name).where(Provider.id.in_(ids)))
    return {row.id: row.name for row in rows}


def refs_of(ctx: Context, ids: set[UUID]) -> dict[UUID, str]:
    """Name circuits, those that are no more too."""
    rows = ctx.session.execute(select(Circuit.id, Circuit.ref).where(among(Circuit.id, ids)))
    return {row.id: row.ref for row in rows}

"""What is to be done, the dearest a day first; for who sees no money the most urgent first."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Numeric, case, cast, func, literal, select

from netos_core.access.model import Person
from netos_core.access.queries import get_person
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Forbidden
from netos_core.kernel.lookup import like, words_of
from netos_core.kernel.page import columns_of, order_of
from netos_core.worklist.model import WorkItem
from netos_core.worklist.rules import OF_MONEY
from netos_core.worklist.schemas import GetWorklist, Worklist, WorkRow

CONCISE = ("kind", "ref", "title", "due_date", "days_left", "amount", "owner", "why")
LAST_DAY = date(9999, 12, 31)


def per_day(today: date) -> ColumnElement[Decimal]:
    """Build what a finding puts at risk for each day that is left to act; without a clock, over a year."""
    left = case((WorkItem.due_date.is_(None), 365), else_=func.greatest(WorkItem.due_date - literal(today), 0) + 1)
    return func.round(func.coalesce(WorkItem.amount, 0) / cast(left, Numeric), 2)


def worklist(ctx: Context, request: GetWorklist) -> Worklist:
    """Return one page of open findings."""
    columns = columns_of(request, WorkRow, CONCISE)
    rate = per_day(ctx.today)
    query = select(
        WorkItem.kind, WorkItem.ref, WorkItem.title, WorkItem.due_date, WorkItem.amount, WorkItem.currency,
        case((WorkItem.amount.is_(None), None), else_=rate).label("per_day"), Person.name.label("owner"),
        WorkItem.why, WorkItem.opened_at,
    ).outerjoin(Person, Person.id == WorkItem.owner_id)  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "due_date": func.coalesce(WorkItem.due_date, LAST_DAY),
        "kind": WorkItem.kind,
        "ref": WorkItem.ref,
    }
    default = "due_date"
    if ctx.principal.may("see:money"):
        sortable |= {"per_day": rate, "amount": func.coalesce(WorkItem.amount, -1)}
        default = "-per_day"
    elif request.sort and request.sort.lstrip("-") in ("per_day", "amount"):
        raise Forbidden("Your roles do not show amounts, so a list can not be sorted by them.", field="sort")
    order_of(request.sort, default, list(sortable))
    found = listing.page(
        ctx, listing.ListSource("worklist", query, sortable, WorkItem.id, default), request, _filters(ctx, request)
    )
    return Worklist(
        as_of=ctx.today,
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None if found.total else "Nothing is open. list_renewals shows every term, pressing or not.",
        rows=[
            WorkRow(**row, days_left=(row["due_date"] - ctx.today).days if row["due_date"] else None)
            for row in map(listing.plain, found.rows)
        ],
    )


def _filters(ctx: Context, request: GetWorklist) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [WorkItem.closed_at.is_(None)]
    if not ctx.principal.may("see:money"):
        wanted.append(WorkItem.kind.not_in(OF_MONEY))
    if request.kind:
        wanted.append(WorkItem.kind.in_(request.kind))
    if request.ref:
        wanted.append(WorkItem.ref == request.ref.strip().upper())
    if request.owner:
        wanted.append(WorkItem.owner_id == get_person(ctx.session, request.owner).id)
    if request.within_days is not None:
        wanted.append(WorkItem.due_date <= ctx.today + timedelta(days=request.within_days))
    told = func.lower(WorkItem.title + " " + WorkItem.why)
    return [*wanted, *(told.like(like(word)) for word in words_of(request.query or ""))]

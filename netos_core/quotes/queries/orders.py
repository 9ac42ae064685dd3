"""Orders: the list, and one with its steps. Where each stands is worked out by the rules, from its days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, CompoundSelect, and_, case, exists, func, or_, select, union
from sqlalchemy.orm import aliased

from netos_core.annotations.queries import notes_on, tags_of
from netos_core.changes.queries import open_changes
from netos_core.circuits.model import Circuit
from netos_core.circuits.queries import get_circuit_id
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.page import columns_of
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.quotes.model import CircuitOrder, OrderStep, Quote
from netos_core.quotes.queries import names
from netos_core.quotes.rules.progress import LADDER, Step, progress
from netos_core.quotes.rules.states import OrderStage
from netos_core.quotes.schemas import ListOrders, OrderList, OrderRow, OrderView, StepView

CONCISE = ("ref", "provider", "quote", "circuit", "stage", "held", "next_stage", "next_date", "days_late", "flags")
NOT_ORDERED, CANCELLED = "not_ordered", "cancelled"
FIRST = -1

Done = aliased(OrderStep)


def _rung(stage: ColumnElement[str] | Any) -> ColumnElement[int]:
    return case({rung.value: at for at, rung in enumerate(LADDER)}, value=stage, else_=FIRST)


def _reached() -> ColumnElement[int]:
    """Build the rung of the furthest step of an order that has happened, as `progress` finds it."""
    furthest = (
        select(func.max(_rung(Done.stage)))
        .where(Done.order_id == CircuitOrder.id, Done.actual_date.is_not(None), Done.retired_at.is_(None))
        .correlate(CircuitOrder)
        .scalar_subquery()
    )
    return func.coalesce(furthest, FIRST)


def _held() -> ColumnElement[bool]:
    return exists().where(
        OrderStep.order_id == CircuitOrder.id,
        OrderStep.stage == OrderStage.HELD,
        OrderStep.actual_date.is_not(None),
        OrderStep.released_date.is_(None),
        OrderStep.retired_at.is_(None),
    )


def _late(ctx: Context) -> ColumnElement[bool]:
    """Match orders that `progress` finds late, unless they are cancelled."""
    ahead = and_(OrderStep.actual_date.is_(None), _rung(OrderStep.stage) > _reached())
    hold = and_(
        OrderStep.stage == OrderStage.HELD, OrderStep.actual_date.is_not(None), OrderStep.released_date.is_(None)
    )
    missed = exists().where(
        OrderStep.order_id == CircuitOrder.id,
        OrderStep.retired_at.is_(None),
        OrderStep.planned_date < ctx.today,
        or_(and_(ahead, OrderStep.stage != OrderStage.HELD), hold),
    )
    return and_(missed, CircuitOrder.cancelled_date.is_(None))


def list_orders(ctx: Context, request: ListOrders) -> OrderList:
    """Return one page of orders."""
    columns = columns_of(request, OrderRow, CONCISE)
    sortable: dict[str, listing.Column] = {
        "ref": CircuitOrder.id,
        "number": func.coalesce(CircuitOrder.number, ""),
        "quote": Quote.id,
        "provider": func.lower(Provider.name),
    }
    source = listing.ListSource("orders", _QUERY, sortable, CircuitOrder.id, "-ref")
    found = listing.page(ctx, source, request, _filters(ctx, request))
    return OrderList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None if found.total else "No order matches. An order is made from a quote: propose_change {kind: order}.",
        rows=_rows(ctx, [dict(row) for row in found.rows]),
    )


_QUERY = (
    select(
        CircuitOrder.__table__,
        Quote.ref.label("quote"),
        Quote.currency,
        Provider.name.label("provider"),
        Circuit.ref.label("circuit"),
    )
    .join(Quote, Quote.id == CircuitOrder.quote_id)
    .join(Provider, Provider.id == Quote.provider_id)
    .outerjoin(Circuit, Circuit.id == CircuitOrder.circuit_id)
)


def about(circuit: Any) -> CompoundSelect[UUID]:
    """Choose the live orders that make a circuit and those that replace it, each by its own index.

    The circuit is an id, or that of one in a statement around.
    """
    live = select(CircuitOrder.id).where(CircuitOrder.retired_at.is_(None)).correlate(Circuit)
    replacing = live.join(Quote, Quote.id == CircuitOrder.quote_id).where(Quote.replaces_id == circuit)
    return union(live.where(CircuitOrder.circuit_id == circuit), replacing)


def _filters(ctx: Context, request: ListOrders) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [CircuitOrder.retired_at.is_(None)]
    if request.provider:
        wanted.append(Quote.provider_id == get_provider_id(ctx, request.provider).id)
    if request.circuit:
        circuit = get_circuit_id(ctx, request.circuit, "circuit").id
        wanted.append(CircuitOrder.id.in_(about(circuit)))
    if request.quote:
        wanted.append(CircuitOrder.quote_id == names.get_quote_id(ctx, request.quote, "quote").id)
    if request.stage:
        stands = _reached().in_([LADDER.index(stage) for stage in request.stage if stage is not OrderStage.HELD])
        wanted.append(or_(stands, _held()) if OrderStage.HELD in request.stage else stands)
    if request.late is not None:
        wanted.append(_late(ctx) if request.late else ~_late(ctx))
    if request.under_way is not None:
        going = and_(CircuitOrder.cancelled_date.is_(None), _reached() < len(LADDER) - 1)
        wanted.append(going if request.under_way else ~going)
    texts = (
        func.lower(CircuitOrder.ref), func.lower(CircuitOrder.number), func.lower(Provider.name),
        func.lower(Quote.ref), func.lower(Circuit.ref),
    )  # fmt: skip
    wanted += [
        or_(*(text.contains(word, autoescape=True) for text in texts)) for word in (request.query or "").lower().split()
    ]
    return wanted


def of_quote(ctx: Context, quote_id: UUID) -> list[OrderRow]:
    """Return the live orders of a quote."""
    query = _QUERY.where(CircuitOrder.quote_id == quote_id, CircuitOrder.retired_at.is_(None))
    return _rows(ctx, [dict(row) for row in ctx.session.execute(query.order_by(CircuitOrder.id)).mappings()])


def _rows(ctx: Context, rows: list[dict[str, Any]]) -> list[OrderRow]:
    steps: dict[UUID, list[dict[str, Any]]] = {}
    for step in names.steps_of(ctx, [row["id"] for row in rows]):
        steps.setdefault(step["order_id"], []).append(step)
    return [_row(ctx.today, row, steps.get(row["id"], [])) for row in rows]


def steps_as_values(steps: Iterable[Mapping[str, Any]]) -> list[Step]:
    return [
        Step(OrderStage(s["stage"]), s["planned_date"], s["actual_date"], s["released_date"])
        for s in steps
    ]  # fmt: skip


def _row(today: date, row: Mapping[str, Any], steps: list[dict[str, Any]]) -> OrderRow:
    at = progress(steps_as_values(steps), today, row["acceptance_days"])
    over = row["cancelled_date"] is not None
    return OrderRow(
        ref=row["ref"],
        quote=row["quote"],
        provider=row["provider"],
        circuit=row["circuit"],
        number=row["number"],
        term_months=row["term_months"],
        stage=CANCELLED if over else at.stage or NOT_ORDERED,
        held=at.held and not over,
        next_stage=None if over else at.next_stage,
        next_date=None if over else at.next_date,
        days_late=None if over else at.days_late,
        accept_by=None if over else at.accept_by,
        cancelled_date=row["cancelled_date"],
        flags=list(at.flags),
    )


def order(ctx: Context, ref: str) -> OrderView:
    """Read one order with its steps in the order they happen."""
    named = names.get_order_id(ctx, ref)
    row = dict(ctx.session.execute(_QUERY.where(CircuitOrder.id == named.id)).mappings().one())
    steps = names.steps_of(ctx, [named.id])
    summary = _row(ctx.today, row, steps)
    reached = LADDER.index(OrderStage(summary.stage)) if summary.stage in set(LADDER) else FIRST
    happening = sorted(
        steps, key=lambda step: (_place(step, steps), step["actual_date"] or step["planned_date"] or date.max)
    )
    return OrderView(
        ref=row["ref"],
        version=row["version"],
        summary=summary,
        quote=row["quote"],
        circuit=row["circuit"],
        term_months=row["term_months"],
        number=row["number"],
        acceptance_days=row["acceptance_days"],
        cancelled_date=row["cancelled_date"],
        description=row["description"],
        steps=[_step(step, ctx.today, reached, over=row["cancelled_date"] is not None) for step in happening],
        missing=[str(stage) for stage in LADDER if stage not in {step["stage"] for step in steps}],
        tags=tags_of(ctx, "circuit_order", named.id),
        notes=notes_on(ctx, "circuit_order", named.id),
        open_changes=open_changes(ctx, row["ref"], named.id),
        updated_at=row["updated_at"],
    )


def _place(step: Mapping[str, Any], steps: list[dict[str, Any]]) -> float:
    """Put a hold right behind the last step that had happened when it began."""
    if step["stage"] != OrderStage.HELD:
        return LADDER.index(OrderStage(step["stage"]))
    began = step["actual_date"] or step["planned_date"] or date.max
    before = [
        LADDER.index(OrderStage(s["stage"]))
        for s in steps
        if s["stage"] != OrderStage.HELD and s["actual_date"] is not None and s["actual_date"] <= began
    ]
    return max(before, default=FIRST) + 0.5


def _step(step: Mapping[str, Any], today: date, reached: int, *, over: bool) -> StepView:
    stage = OrderStage(step["stage"])
    if stage is OrderStage.HELD:
        waits = step["actual_date"] is not None and step["released_date"] is None
    else:
        waits = step["actual_date"] is None and LADDER.index(stage) > reached
    planned = step["planned_date"]
    late = (today - planned).days if waits and not over and planned is not None and planned < today else None
    shown = (
        "stage", "planned_date", "actual_date", "released_date", "who", "reason", "charge", "currency", "description",
    )  # fmt: skip
    return StepView(id=str(step["id"]), days_late=late, **{name: step[name] for name in shown})

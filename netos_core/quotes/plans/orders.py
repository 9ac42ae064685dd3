"""Orders of accepted quotes, and their steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.kernel.lookup import Names
from netos_core.quotes.plans.quotes import row_id_of
from netos_core.quotes.queries import names
from netos_core.quotes.rules.states import OrderStage, QuoteState, shown_state
from netos_core.quotes.schemas import OrderEdit, OrderStepEdit

GONE = frozenset(
    {
        QuoteState.EXPIRED,
        QuoteState.DECLINED,
        QuoteState.REJECTED,
        QuoteState.CANCELLED,
        QuoteState.UNABLE_TO_PROVIDE,
    }
)


class NotOrderable(Conflict):
    """A quote that is over is not ordered."""


def plan_orders(ctx: Context, wanted: Sequence[Wanted[OrderEdit]]) -> list[Change]:
    """Plan orders. Ordering a quote accepts it; retiring an order retires its steps.

    Raises:
        NotFound: A quote, circuit or order named in it means nothing we have.
        Invalid: The quote is missing, or has no such term.
        Conflict: The quote is over, or the same order is asked for twice.
    """
    found = names.order_names(ctx, {w.ref for w in wanted if w.ref})
    asked = [None if w.action is Action.CREATE else found.get(w.ref or "", "ref") for w in wanted]
    refuse_doubles((named.id, named.ref) for named in asked if named)
    rows = names.orders_by_id(ctx, [named.id for named in asked if named])
    quotes = names.quote_names(ctx, {w.edit.quote for w in wanted if w.edit.quote})
    at = circuits.names(ctx, {w.edit.circuit for w in wanted if w.edit.circuit})
    old = circuits.rows_by_id(ctx, {row["circuit_id"] for row in rows.values() if row["circuit_id"]})
    kept = {str(row_id): row["ref"] for row_id, row in old.items()}
    fresh = iter(next_refs(ctx.session, "circuit_order", sum(named is None for named in asked)))
    changes: list[Change] = []
    accepted: set[str] = set()
    for w, named in zip(wanted, asked, strict=True):
        labels = dict(kept)
        if named is None:
            changes += _ordered(ctx, w.edit, next(fresh), quotes, _columns(w.edit, at, labels), labels, accepted)
            continue
        row = rows[named.id]
        if w.action is Action.RETIRE:
            steps = [_step_retired(step, row["ref"]) for step in names.steps_of(ctx, [row["id"]])]
            changes += [*steps, retired("circuit_order", row, ref=row["ref"], shown=("ref", "number"))]
            continue
        if "quote" in w.edit.model_fields_set:
            raise Invalid("An order stays with its quote.", field="quote", fix="Retire it and order the other quote.")
        _check_term(ctx, row["quote_id"], w.edit.term_months)
        change = changed("circuit_order", row, _columns(w.edit, at, labels), ref=row["ref"], labels=labels)
        changes += [change] if change else []
    return changes


def _ordered(
    ctx: Context,
    edit: OrderEdit,
    ref: str,
    quotes: Names,
    values: dict[str, Any],
    labels: dict[str, str],
    accepted: set[str],
) -> list[Change]:
    if not edit.quote:
        raise Invalid("Which quote was ordered?", field="quote", fix="Set quote, such as QUO-1003.")
    named = quotes.get(edit.quote, "quote")
    quote = names.quotes_by_id(ctx, [named.id])[named.id]
    state = shown_state(QuoteState(quote["state"]), quote["valid_until"], ctx.today)
    if state in GONE:
        raise NotOrderable(
            f"{named.ref} is {state.replace('_', ' ')}.",
            field="quote",
            fix="If the vendor still stands by it, record its new valid_until or state first.",
        )
    _check_term(ctx, named.id, edit.term_months)
    labels[str(named.id)] = named.ref
    order = created(
        "circuit_order", {"ref": ref, "quote_id": named.id, **values}, ref=ref, labels=labels
    )  # fmt: skip
    if state is QuoteState.ACCEPTED or named.ref in accepted:
        return [order]
    accepted.add(named.ref)
    taken = changed("quote", quote, {"state": QuoteState.ACCEPTED}, ref=named.ref)
    return [*([taken] if taken else []), order]


def _check_term(ctx: Context, quote_id: Any, term_months: int | None) -> None:
    if term_months is None:
        return
    there = [term["term_months"] for term in names.terms_of(ctx, [quote_id])]
    if term_months not in there:
        listed = ", ".join(str(count) for count in there) or "none yet"
        raise Invalid("The quote has no term of that length.", field="term_months", fix=f"Its terms: {listed}.")


def _columns(edit: OrderEdit, at: Names, labels: dict[str, str]) -> dict[str, Any]:
    values = edit.model_dump(include=edit.model_fields_set - {"quote", "circuit"})
    if "circuit" in edit.model_fields_set:
        named = at.get(edit.circuit, "circuit") if edit.circuit else None
        values["circuit_id"] = named.id if named else None
        if named:
            labels[str(named.id)] = named.name
    return values


def plan_steps(ctx: Context, wanted: Sequence[Wanted[OrderStepEdit]]) -> list[Change]:
    """Plan steps of orders; one is changed and retired by its row id.

    Raises:
        NotFound: An order or a step id means nothing we have.
        Invalid: The order or the stage is missing, or the days do not fit.
        Conflict: The same step is asked for twice.
    """
    found = names.order_names(ctx, {w.edit.order for w in wanted if w.edit.order})
    ids = [new_id() if w.action is Action.CREATE else row_id_of(w.ref, "step", "get_order") for w in wanted]
    refuse_doubles([(row_id, "That step") for row_id in ids])
    rows = names.steps_by_id(ctx, ids)
    owners = {named.id for w in wanted if w.edit.order and (named := found.find(w.edit.order))}
    orders = names.orders_by_id(ctx, owners | {row["order_id"] for row in rows.values()})
    quotes = names.quotes_by_id(ctx, {order["quote_id"] for order in orders.values()})
    changes: list[Change] = []
    for w, row_id in zip(wanted, ids, strict=True):
        row = rows.get(row_id)
        if w.action is Action.CREATE:
            for name in ("order", "stage"):
                if getattr(w.edit, name) is None:
                    raise Invalid(f"A step needs its {name}.", field=name)
            order = orders[found.get(w.edit.order or "", "order").id]
            values = w.edit.model_dump(include=w.edit.model_fields_set - {"order"})
            values |= {"order_id": order["id"], "currency": quotes[order["quote_id"]]["currency"]}
            _check_step(values)
            labels = {str(order["id"]): order["ref"]}
            changes.append(
                created("order_step", values, ref=order["ref"], part=_part(values), labels=labels, row_id=row_id)
            )
        elif row is None:
            raise NotFound("No step has that id.", field="ref", fix="get_order lists the steps with their ids.")
        elif w.action is Action.RETIRE:
            changes.append(_step_retired(row, orders[row["order_id"]]["ref"]))
        else:
            change = _step_updated(w.edit, row, orders[row["order_id"]]["ref"])
            changes += [change] if change else []
    return changes


def _step_updated(edit: OrderStepEdit, row: Mapping[str, Any], ref: str) -> Change | None:
    for name in ("order", "stage"):
        if name in edit.model_fields_set:
            raise Invalid(f"A step keeps its {name}.", field=name, fix="Retire it and add the right one.")
    given = edit.model_dump(include=edit.model_fields_set)
    _check_step({**row, **given})
    return changed("order_step", row, given, ref=ref, part=_part(row))


def _check_step(after: Mapping[str, Any]) -> None:
    released, began = after.get("released_date"), after.get("actual_date")
    if released and after["stage"] != OrderStage.HELD:
        raise Invalid("Only a hold is released.", field="released_date", fix="Set actual_date of the step instead.")
    if released and (began is None or released < began):
        raise Invalid("The hold would end before it began.", field="released_date", fix="Set actual_date first.")


def _step_retired(row: Mapping[str, Any], ref: str) -> Change:
    return retired("order_step", row, ref=ref, part=_part(row), shown=("stage", "planned_date", "actual_date"))


def _part(step: Mapping[str, Any]) -> str:
    stage = str(step["stage"])
    return "FOC" if stage == OrderStage.FOC else stage.replace("_", " ")

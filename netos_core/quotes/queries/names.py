"""Look quotes and orders up, and read the rows that planning builds on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import FromClause, select

from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, fill
from netos_core.quotes.model import CircuitOrder, OrderStep, Quote, QuoteTerm

QUOTE = Quote.__table__
TERM = QuoteTerm.__table__
ORDER = CircuitOrder.__table__
STEP = OrderStep.__table__


def quote_names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look quotes up by ref or by the vendor's number."""
    found = Names("quote", "list_quotes")
    fill(ctx.session, found, QUOTE, list(keys), by=[QUOTE.c.number], name=QUOTE.c.ref)
    return found


def get_quote_id(ctx: Context, ref: str, field: str = "ref") -> Named:
    """Return the quote a ref or a vendor's number means.

    Raises:
        NotFound: None has it.
        Ambiguous: Several have that number.
    """
    return quote_names(ctx, [ref]).get(ref, field)


def order_names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look orders up by ref or by the vendor's number."""
    found = Names("order", "list_orders")
    fill(ctx.session, found, ORDER, list(keys), by=[ORDER.c.number], name=ORDER.c.ref)
    return found


def get_order_id(ctx: Context, ref: str, field: str = "ref") -> Named:
    """Return the order a ref or a vendor's number means.

    Raises:
        NotFound: None has it.
        Ambiguous: Several have that number.
    """
    return order_names(ctx, [ref]).get(ref, field)


def _live(ctx: Context, table: FromClause, column: str, ids: Iterable[UUID]) -> list[dict[str, Any]]:
    rows = ctx.session.execute(
        select(table).where(table.c[column].in_(list(ids)), table.c.retired_at.is_(None)).order_by(table.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def quotes_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live quote rows, for planning."""
    return {row["id"]: row for row in _live(ctx, QUOTE, "id", ids)}


def orders_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live order rows, for planning."""
    return {row["id"]: row for row in _live(ctx, ORDER, "id", ids)}


def terms_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return live term rows by their id."""
    return {row["id"]: row for row in _live(ctx, TERM, "id", ids)}


def terms_of(ctx: Context, quote_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Return the live terms of quotes, the shortest first."""
    return sorted(_live(ctx, TERM, "quote_id", quote_ids), key=lambda row: row["term_months"])


def orders_of(ctx: Context, quote_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Return the live orders of quotes."""
    return _live(ctx, ORDER, "quote_id", quote_ids)


def steps_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return live step rows by their id."""
    return {row["id"]: row for row in _live(ctx, STEP, "id", ids)}


def steps_of(ctx: Context, order_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Return the live steps of orders."""
    return _live(ctx, STEP, "order_id", order_ids)

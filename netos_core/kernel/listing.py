"""The frame every short list shares: filter, search, order, page and count in two statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, RowMapping, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from netos_core.kernel.context import Context
from netos_core.kernel.page import Cursor, ListRequest, Order, order_of

# What a list may be sorted by: a column of a table, or an expression over some.
Column: TypeAlias = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list: the rows to choose from, how to order them, and what breaks a tie.

    Args:
        name: Names the list in its cursors.
        query: Every column of a row, not yet filtered, ordered or cut.
        key: Columns of the query that a list may be sorted by, by their public name.
        identity: The unique column that breaks ties.
        default: The order where none is asked for.
    """

    name: str
    query: Select[*tuple[Any, ...]]
    key: Mapping[str, Column]
    identity: Column
    default: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of raw rows, the number that match, and the cursor of the next page."""

    total: int
    rows: list[RowMapping]
    next_cursor: str | None


def page(ctx: Context, source: ListSource, request: ListRequest, wanted: list[ColumnElement[bool]]) -> Found:
    order = order_of(request.sort, source.default, list(source.key))
    key = source.key[order.column]
    filtered = source.query.where(*wanted)
    total = ctx.session.scalar(select(func.count()).select_from(filtered.order_by(None).subquery())) or 0
    query = filtered.add_columns(key.label("sort_key"), source.identity.label("sort_id"))
    name = f"{source.name}:{order}"
    if request.cursor:
        query = query.where(after(Cursor.decode(request.cursor, name), order, key, source.identity))
    ordered = query.order_by(key.desc() if order.descending else key, source.identity).limit(request.limit + 1)
    found = list(ctx.session.execute(ordered).mappings())
    shown = found[: request.limit]
    more = len(found) > request.limit
    cursor = Cursor(name, str(shown[-1]["sort_key"]), str(shown[-1]["sort_id"])).encode() if more else None
    return Found(total, shown, cursor)


def after(cursor: Cursor, order: Order, key: Column, identity: Column) -> ColumnElement[bool]:
    """Keep the rows beyond the last one seen, in the list's own order."""
    last_key, last_id = _like(cursor.key, key), _like(cursor.id, identity)
    beyond = key < last_key if order.descending else key > last_key
    return or_(beyond, and_(key == last_key, identity > last_id))


def _like(value: Any, column: Column) -> ColumnElement[Any]:
    """Read a value of a cursor, which is text, as the type of the column it came from."""
    return literal(value).cast(column.type)


def plain(row: RowMapping) -> dict[str, Any]:
    """Return a row's own columns, without what paging added."""
    return {name: value for name, value in row.items() if name not in ("sort_key", "sort_id")}

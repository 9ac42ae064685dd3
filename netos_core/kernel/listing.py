"""The frame every short list shares: filter, search, order, page and count in two statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, RowMapping, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from netos_core.kernel.bounds import LARGEST_INTEGER, problem_of
from netos_core.kernel.context import Context
from netos_core.kernel.page import Cursor, ListRequest, Order, foreign_cursor, order_of

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
    """Keep the rows beyond the last one seen, in the list's own order.

    Raises:
        CursorMismatch: The cursor was altered: a part of it is no value of its column.
    """
    last_key, last_id = read_as(cursor.key, key), read_as(cursor.id, identity)
    beyond = key < last_key if order.descending else key > last_key
    return or_(beyond, and_(key == last_key, identity > last_id))


def read_as(text: str, column: Column) -> ColumnElement[Any]:
    """Read a part of a cursor for a comparison with the column it came from; see `value_of`."""
    value = value_of(text, column)
    return literal(value) if isinstance(value, Decimal) else literal(value, column.type)  # a scale would round it


def value_of(text: str, column: Column) -> Any:
    """Read a part of a cursor, which is text, as a value of the column it came from.

    Raises:
        CursorMismatch: It is none.
    """
    try:
        value = READERS.get(column.type.python_type, str)(text)
    except (ValueError, ArithmeticError):
        raise foreign_cursor() from None
    if problem_of(value) is not None or (isinstance(value, int) and not _fits(value, column)):
        raise foreign_cursor()
    return value


def _fits(value: int, column: Column) -> bool:
    return isinstance(column.type, BigInteger) or abs(value) <= LARGEST_INTEGER


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or abs(value.adjusted()) > MOST_DIGITS:
        raise ValueError(text)
    return value


def _truth(text: str) -> bool:
    if text not in {"True", "False"}:
        raise ValueError(text)
    return text == "True"


MOST_DIGITS = 100
READERS: Mapping[type, Callable[[str], Any]] = {
    UUID: UUID,
    int: int,
    bool: _truth,
    Decimal: _decimal,
    date: date.fromisoformat,
    datetime: datetime.fromisoformat,
}


def plain(row: RowMapping) -> dict[str, Any]:
    """Return a row's own columns, without what paging added."""
    return {name: value for name, value in row.items() if name not in ("sort_key", "sort_id")}

"""The frame every short list shares: filter, search, order, page and count in two statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, FromClause, RowMapping, Select, and_, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from netos_core.kernel.bounds import LARGEST_INTEGER, problem_of
from netos_core.kernel.context import Context
from netos_core.kernel.page import Cursor, ListRequest, Order, foreign_cursor, order_of

# What a list may be sorted by: a column of a table, or an expression over some.
Column: TypeAlias = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a list may be sorted by that is added up from other rows: for all records at once, not for each in turn.

    Args:
        sums: One row at most for each record of the list.
        on: Which is whose.
        key: What the list is sorted by, also where a record has none.
    """

    sums: FromClause
    on: ColumnElement[bool]
    key: Column


@dataclass(frozen=True, slots=True)
class ListSource:
    """One list: the rows to choose from, how to order them, and what breaks a tie.

    Args:
        name: Names the list in its cursors.
        query: Every column of a row, not yet filtered, ordered or cut.
        key: Columns of the query that a list may be sorted by, by their public name.
        identity: The unique column that breaks ties.
        default: The order where none is asked for.
        tallies: What else it may be sorted by.
    """

    name: str
    query: Select[*tuple[Any, ...]]
    key: Mapping[str, Column]
    identity: Column
    default: str
    tallies: Mapping[str, Tally] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of raw rows, the number that match, and the cursor of the next page."""

    total: int
    rows: list[RowMapping]
    next_cursor: str | None


def page(ctx: Context, source: ListSource, request: ListRequest, wanted: list[ColumnElement[bool]]) -> Found:
    order = order_of(request.sort, source.default, [*source.key, *source.tallies])
    filtered = source.query.where(*wanted)
    total = ctx.session.scalar(select(func.count()).select_from(filtered.order_by(None).subquery())) or 0
    if not total:
        return Found(0, [], None)
    if (tally := source.tallies.get(order.column)) is not None:
        filtered = filtered.outerjoin(tally.sums, tally.on)
    key = source.key[order.column] if tally is None else tally.key
    chosen = filtered.with_only_columns(key.label("sort_key"), source.identity.label("sort_id"))
    chosen = chosen.select_from(source.identity.table)
    name = f"{source.name}:{order}"
    if request.cursor:
        chosen = chosen.where(after(Cursor.decode(request.cursor, name), order, key, source.identity))
    # What is shown of a record is looked up for those of the page alone.
    cut = chosen.order_by(key.desc() if order.descending else key, source.identity).limit(request.limit + 1).subquery()
    rows = source.query.add_columns(cut.c.sort_key, cut.c.sort_id).join(cut, cut.c.sort_id == source.identity)
    ordered = rows.order_by(cut.c.sort_key.desc() if order.descending else cut.c.sort_key, cut.c.sort_id)
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

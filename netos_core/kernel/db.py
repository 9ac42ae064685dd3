"""Tables, ids and sessions. Models declare columns and keys; behaviour lives in rules, queries and plans."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, cast
from uuid import UUID

from psycopg import Column, Cursor
from sqlalchemy import (
    ColumnElement,
    Computed,
    Index,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    any_,
    create_engine,
    literal,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.engine import Engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

MoneyColumn = Annotated[Decimal, mapped_column(Numeric(14, 2))]


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads a plain dict
        datetime: TIMESTAMP(timezone=True),
        str: Text(),
        dict[str, Any]: JSONB(),
        list[str]: JSONB(),
    }


def new_id() -> UUID:
    """Make a time-ordered UUID (version 7, RFC 9562 method 3), so ids sort as rows were made.

    The twelve bits after the millisecond hold its fraction, in steps of a quarter microsecond.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = nanoseconds * 4096 // 1_000_000
    value = (milliseconds << 80) | (0x7 << 76) | (fraction << 64) | int.from_bytes(os.urandom(8), "big")
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def table_of(model: type[Base]) -> Table:
    """Give the table of a model, for many rows at once: written by the model they are split by what each leaves out."""
    return cast("Table", model.__table__)


def among(column: Any, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Compare with ids as one value: thousands beside a statement take longer to be read than the statement to run."""
    return cast("ColumnElement[bool]", column == any_(literal(list(ids), ARRAY(Uuid))))


class Entity:
    """Columns of every row that changes only through a change set.

    `version` grows with each commit, and a change set is refused when the version it was planned
    against has moved. A delete is a retirement: `retired_at` is set and the row stays.
    """

    id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    updated_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    retired_at: Mapped[datetime | None]


SYSTEM_COLUMNS = frozenset({"id", "version", "created_at", "updated_at", "search_text"})


def ref_column() -> Mapped[str]:
    """Declare the human reference of a row (`CKT-1042`); unique for ever, never reused."""
    return mapped_column(String(24), unique=True)


def search_column(*columns: str) -> Mapped[str]:
    """Declare a generated column of lower-case text that the trigram index of a table covers."""
    joined = " || ' ' || ".join(f"coalesce({c}, '')" for c in columns)
    return mapped_column(Text, Computed(f"lower({joined})", persisted=True))


def name_index(table: str, column: str) -> Index:
    """Declare the index by which live records are found by a name of theirs, whatever the case of its letters."""
    live = text("retired_at is null")
    return Index(f"ix_{table}_{column}_lower", text(f"lower({column})"), postgresql_where=live)


def trigram_index(table: str, column: str = "search_text") -> Index:
    return Index(f"ix_{table}_{column}_trgm", column, postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"})


# Compiling a statement takes longer than any of ours runs, and what a list of a whole plant is cut from fits in memory.
# A second core helps with what is added up over one, though our tables are smaller than the server thinks worth it.
OPTIONS = (
    "-c timezone=UTC -c jit=off -c work_mem=16MB"
    " -c max_parallel_workers_per_gather=1 -c parallel_setup_cost=500 -c parallel_tuple_cost=0.01"
    " -c min_parallel_table_scan_size=1MB -c min_parallel_index_scan_size=128kB"
)


class _Columns(Sequence[Column]):
    """The columns of a result, described when one is looked at."""

    def __init__(self, cursor: Cursor[Any], count: int) -> None:
        self._cursor, self._count = cursor, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: Any) -> Any:
        return [Column(self._cursor, place) for place in range(self._count)][at]


class _Cursor(Cursor[Any]):
    """Leaves columns undescribed: SQLAlchemy knows those of a statement it has seen, and only asks if there are any.

    To describe them each time is a twelfth of what a read computes.
    """

    @property
    def description(self) -> Any:
        result = self.pgresult
        return _Columns(self, result.nfields) if result is not None and result.nfields else super().description


def make_engine(url: str, *, pool_size: int = 20) -> Engine:
    """Connect to PostgreSQL. The pool is as large as the edge's thread limit, so neither waits for the other.

    The connection used last is used next: it knows the tables and has the statements prepared.
    """
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_pre_ping=True,
        pool_use_lifo=True,
        connect_args={"options": OPTIONS, "cursor_factory": _Cursor},
    )

"""What a database holds, read from the database itself, so that an older revision is taken and put back whole."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import cast

import psycopg
from psycopg import sql
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from netos_core.runtime.migrate import ONE_AT_A_TIME

FORMS = "-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex"
"""How values are written as text: the same on every server, whatever it is set to."""

VERSIONS = "alembic_version"
Driver = psycopg.Connection[tuple[object, ...]]

OF_AN_EXTENSION = "exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid"
OF_AN_EXTENSION += " and d.deptype = 'e')"
TABLES = f"""
    select c.relname, array_agg(a.attname::text order by a.attnum)
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r' and c.relname <> '{VERSIONS}'
      and a.attgenerated = '' and not {OF_AN_EXTENSION}
    group by c.relname order by c.relname
"""  # noqa: S608 - put together from constants
REFERENCES = """
    select c.relname, f.relname
    from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class f on f.oid = k.confrelid
    where k.contype = 'f' and not k.condeferrable and k.conrelid <> k.confrelid
      and c.relnamespace = current_schema()::regnamespace
"""
SEQUENCES = f"""
    select c.relname, s.seqincrement from pg_class c join pg_sequence s on s.seqrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and not {OF_AN_EXTENSION}
    order by c.relname
"""  # noqa: S608 - put together from constants
OTHERS = """
    select count(*) from pg_stat_activity
    where datname = current_database() and usename = current_user and pid <> pg_backend_pid()
      and backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of ours and its columns without the generated ones, which fill themselves."""

    name: str
    columns: tuple[str, ...]


@contextlib.contextmanager
def alone(url: str) -> Iterator[Connection]:
    """Connect once, while no migration runs, nor another backup or restore."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"options": FORMS})
    with engine.connect() as connection:
        connection.exec_driver_sql("select pg_advisory_lock(%(key)s)", {"key": ONE_AT_A_TIME})
        connection.commit()  # the lock is the session's and ends with it
        yield connection


def driver(connection: Connection) -> Driver:
    """Return the psycopg connection underneath, in the same transaction."""
    return cast("Driver", connection.connection.driver_connection)


def tables(connection: Connection) -> list[Table]:
    """List the tables of the schema, each after those its rows refer to.

    A reference that can wait for the end of a transaction gives no order, so circles of those are fine.
    """
    found = {str(name): Table(str(name), tuple(columns)) for name, columns in connection.exec_driver_sql(TABLES)}
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(found, ()))
    for name, referred in connection.exec_driver_sql(REFERENCES):
        if name in found and referred in found:
            order.add(name, referred)
    return [found[name] for name in order.static_order()]


def filled(connection: Connection) -> dict[str, int]:
    """Count the rows of every table that has any."""
    counted = {}
    for table in tables(connection):
        query = sql.SQL("select count(*) from {}").format(sql.Identifier(table.name))
        counted[table.name] = _number(driver(connection).execute(query))
    return {name: rows for name, rows in counted.items() if rows}


def sequences(connection: Connection) -> dict[str, int]:
    """Tell the value each sequence gives next.

    A sequence belongs to no snapshot: what is read is never behind the rows a snapshot shows.
    """
    following = {}
    for name, step in connection.exec_driver_sql(SEQUENCES).all():
        query = sql.SQL("select last_value + case when is_called then {} else 0 end from {}")
        following[str(name)] = _number(driver(connection).execute(query.format(int(step), sql.Identifier(name))))
    return following


def other_sessions(connection: Connection) -> int:
    """Count the programs that are connected to this database as the same user."""
    return _number(driver(connection).execute(OTHERS))


def rows_of(connection: Connection, table: Table) -> Generator[bytes | bytearray | memoryview]:
    """Read a table as text, row by row, in no order."""
    statement = sql.SQL("copy {} ({}) to stdout").format(sql.Identifier(table.name), _names(table.columns))
    with driver(connection).cursor() as cursor, cursor.copy(statement) as copied:
        yield from copied


def load(connection: Connection, table: Table, blocks: Iterable[bytes]) -> int:
    """Put rows into a table as `rows_of` read them; returns how many the server took."""
    statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(table.name), _names(table.columns))
    with driver(connection).cursor() as cursor:
        with cursor.copy(statement) as copied:
            for block in blocks:
                copied.write(block)
        return cursor.rowcount


def clear(connection: Connection, names: Sequence[str]) -> None:
    """Take away what migrations put into tables, last loaded first: a backup brings its own."""
    for name in reversed(names):
        driver(connection).execute(sql.SQL("delete from {}").format(sql.Identifier(name)))


def restart(connection: Connection, following: Mapping[str, int]) -> None:
    """Set the value each sequence gives next; unlike setval() this is undone with its transaction."""
    for name, value in following.items():
        statement = sql.SQL("alter sequence {} restart with {}").format(sql.Identifier(name), int(value))
        driver(connection).execute(statement)


def _names(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _number(cursor: psycopg.Cursor[tuple[object, ...]]) -> int:
    (value,) = cursor.fetchone() or (0,)
    return cast("int", value)

"""How long the database takes to find the sites within a radius, with tens of thousands of them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from bench.data import SEED, TOWNS
from bench.figures import Figure, timed
from bench.house import House
from netos_core.geo.native import Native
from netos_core.geo.rules import Point
from netos_core.sites.model import Site

SITES = 60_000
ASKED = 212
METRES = 2_000.0
TARGET = 5.0
FLOOR = "the same rows by key"
FILL = "copy site (id, ref, name, kind, lon, lat) from stdin"
BY_KEY = "select id from site where id = any(%s)"


def figures(place: House) -> list[Figure]:
    """Add sites in a transaction that is taken back, and ask for those around towns; each beside its rows by key."""
    rng = random.Random(SEED)  # noqa: S311 - the same data every time is the point
    with psycopg.connect(place.conninfo) as connection:
        _fill(connection, rng)
        found = around(connection, rng)
        connection.rollback()
    return found


def around(connection: psycopg.Connection[Any], rng: random.Random) -> list[Figure]:
    """Ask for the sites around towns; each beside its rows by key."""
    centres = [_around(rng) for _ in range(ASKED)]
    found = [_search(connection, at) for at in centres]
    times = timed([_asks(connection, at) for at in centres])
    keys = [[row[0] for row in rows] for rows in found]
    least = timed([_fetches(connection, ids) for ids in keys])
    head = f"sites within {METRES / 1000:.0f} km of {SITES:,}, {sum(map(len, keys)) // ASKED} found"
    return [
        Figure(f"{head}, p50 of {len(times.taken)}", "ms", times.p50, TARGET, least.p50, FLOOR),
        Figure(f"{head}, p95 of {len(times.taken)}", "ms", times.p95, TARGET, least.p95, FLOOR),
    ]


def _fill(connection: psycopg.Connection[Any], rng: random.Random) -> None:
    started = time.time_ns() << 64
    with connection.cursor() as cursor:
        with cursor.copy(FILL) as copied:
            for at in range(SITES):
                point = _around(rng)
                copied.write_row((UUID(int=started + at), f"GEO-{at}", f"Place {at}", "endpoint", point.lon, point.lat))
        cursor.execute("analyze site")


def _around(rng: random.Random) -> Point:
    _, _, _, lat, lon, _ = rng.choice(TOWNS)
    return Point(rng.gauss(lon, 0.15), rng.gauss(lat, 0.12))


def _statement(at: Point) -> tuple[str, Any]:
    table = Site.__table__
    query = select(table.c.id).where(table.c.retired_at.is_(None), Native().within(table, at, METRES))
    compiled = query.compile(dialect=postgresql.psycopg.dialect())
    return str(compiled), compiled.params


def _search(connection: psycopg.Connection[Any], at: Point) -> list[tuple[Any, ...]]:
    return connection.execute(*_statement(at)).fetchall()


def _asks(connection: psycopg.Connection[Any], at: Point) -> Callable[[], object]:
    text, values = _statement(at)
    return lambda: connection.execute(text, values).fetchall()


def _fetches(connection: psycopg.Connection[Any], ids: list[Any]) -> Callable[[], object]:
    return lambda: connection.execute(BY_KEY, [ids]).fetchall()

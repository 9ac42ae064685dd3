"""A hundred thousand circuits and sixty thousand sites: search, every record, every page, in a home of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from bench import asked, places
from bench.calls import Call
from bench.data import SEED
from bench.figures import Figure, Times, timed
from bench.house import House, house, uvicorn
from bench.pages import OK, sign_in
from bench.plant import plant
from bench.renewals import look
from bench.wire import Refused, Wire, wire
from netos_core.kernel.clock import business_day, utc_now
from netos_core.search import records
from netos_core.search.sources import SOURCES

CIRCUITS, SITES = 100_000, 60_000
SEARCHES, RECORDS, ROUNDS = 312, 60, 36
SEARCH, RECORD, PAGE, ROWS_A_SECOND = 40.0, 15.0, 100.0, 2_000.0
TOUCH = "insert into touched (entity, entity_id, at) select {}, id, now() from {} on conflict do nothing"
INDEXED = "select entity_id, words, embedding from search_entry"
KEYS = "select ref, entity, entity_id from search_entry where ref = any(%s)"
HITS = """
select entity, entity_id, kind, ref, title, detail from search_entry
where (entity, entity_id) in (select * from unnest(%s::text[], %s::uuid[]))
"""
BARE = "an empty endpoint"


def figures() -> list[Figure]:
    """Plant the installation, have it indexed, and ask it everything."""
    with house() as place:
        now = utc_now()
        rows = plant(place.conninfo, CIRCUITS, SITES, business_day(now, place.core.policy.zone))
        look(place, now)
        found = [_indexing(place)]
        with psycopg.connect(place.conninfo, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            refs = asked.records(connection, RECORDS)
        with uvicorn(place, "netos_mcp.app:app") as web, wire(web.port) as client:
            empty = timed([lambda: client.page("/healthz")] * ROUNDS).p50
            found += _searched(place, client, asked.searches(rows, SEARCHES), empty)
            found += [_shown(place, client, tool, calls, empty) for tool, calls in asked.lookups(refs).items()]
            found += _pages(client, sign_in(web.port), asked.pages(refs), empty)
        with psycopg.connect(place.conninfo) as connection:
            found += places.around(connection, random.Random(SEED))  # noqa: S311 - the same places every time
        return found


def _indexing(place: House) -> Figure:
    """Have every record read by the job, batch by batch, beside the bare index rows by COPY."""
    with place.core.session() as session:
        connection: psycopg.Connection[Any] = session.connection().connection.driver_connection  # type: ignore[assignment]
        for entity in SOURCES:
            connection.execute(sql.SQL(TOUCH).format(entity, sql.Identifier(entity)))
    taken, started = 0, time.perf_counter()
    while True:
        with place.core.session() as session:
            batch = records.take_up(session, utc_now())
        if not batch:
            break
        taken += batch
    rate = taken / (time.perf_counter() - started)
    return Figure(f"{taken:,} records read into the index of the search", "rows/s", rate, at_least=ROWS_A_SECOND)


def _searched(place: House, client: Wire, calls: Sequence[Call], empty: float) -> list[Figure]:
    answers = [_call(client, call) for call in calls]
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        least = timed([_ask(connection, HITS, keys) for keys in _keys(connection, answers)]).p50
    floor, told = empty + least, f"{BARE} {empty:.1f} + its hits by key {least:.1f}"
    every = timed([_calling(client, call) for call in calls])
    found = [
        Figure(f"search, p50 of {len(every.taken)}", "ms", every.p50, SEARCH, floor, told),
        Figure("search, p95", "ms", every.p95),
    ]
    for sort in dict.fromkeys(call.sort for call in calls):
        some = timed([_calling(client, call) for call in calls if call.sort == sort])
        found.append(Figure(f"search by {sort}, p50", "ms", some.p50))
    return found


def _keys(connection: psycopg.Connection[Any], answers: Sequence[dict[str, Any]]) -> list[tuple[list[Any], list[Any]]]:
    """Find the keys of the hits of each answer."""
    refs = [[hit["ref"] for hit in answer["hits"]] for answer in answers]
    keys = {row[0]: row[1:] for row in connection.execute(KEYS, [sorted({ref for one in refs for ref in one})])}
    return [([keys[ref][0] for ref in one], [keys[ref][1] for ref in one]) for one in refs]


def _shown(place: House, client: Wire, tool: str, calls: Sequence[Call], empty: float) -> Figure:
    """Time a tool that shows one record, beside the row of that record."""
    asked_for = (list(calls) * RECORDS)[: max(RECORDS, len(calls))]
    _call(client, calls[0])
    times = timed([_calling(client, call) for call in asked_for])
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        least = timed([_ask(connection, _row_of(call), [_ref(call)]) for call in asked_for]).p50
    told = f"{BARE} {empty:.1f} + its row by key {least:.1f}"
    return Figure(f"{tool}, p50 of {len(times.taken)}", "ms", times.p50, RECORD, empty + least, told)


def _row_of(call: Call) -> sql.Composed:
    return sql.SQL("select * from {} where ref = %s").format(sql.Identifier(call.sort))


def _ref(call: Call) -> str:
    return str(next(iter(call.arguments.values())))


def _pages(client: Wire, cookie: str, pages: Sequence[tuple[str, Sequence[str]]], empty: float) -> list[Figure]:
    found: list[Figure] = []
    slowest, first = Times([]), 0.0
    for name, paths in pages:
        asked_for = [paths[at % len(paths)] for at in range(ROUNDS)]
        for path in dict.fromkeys(asked_for[:2]):
            began = time.perf_counter()
            if (status := client.page(path, cookie)[0]) not in {OK, 307}:
                raise Refused(f"{path} answered {status}.")
            first = max(first, (time.perf_counter() - began) * 1000)
        times = timed([_getting(client, path, cookie) for path in asked_for])
        slowest = max(slowest, times, key=lambda one: one.p95 if one.taken else 0.0)
        found.append(Figure(f"page {name}, p50", "ms", times.p50, PAGE, empty, BARE))
    return [
        *found,
        Figure("the slowest of these pages, p95", "ms", slowest.p95),
        Figure("the slowest of these pages when it is first asked for", "ms", first),
    ]


def _call(client: Wire, call: Call) -> dict[str, Any]:
    answer = client.call(call.tool, call.arguments)
    if answer.get("isError"):
        raise Refused(f"{call.tool} {call.arguments}: {answer}")
    told: dict[str, Any] = answer["structuredContent"]
    return told


def _calling(client: Wire, call: Call) -> Callable[[], object]:
    return lambda: client.call(call.tool, call.arguments)


def _getting(client: Wire, path: str, cookie: str) -> Callable[[], object]:
    return lambda: client.page(path, cookie)


def _ask(connection: psycopg.Connection[Any], statement: Any, values: Sequence[Any]) -> Callable[[], object]:
    return lambda: connection.execute(statement, values).fetchall()

"""How long the two most asked tools take over MCP, what they cost at the least, and where the time goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from sqlalchemy import event

from bench.bare import add
from bench.calls import Call
from bench.figures import Figure, Times, timed
from bench.house import House
from bench.plain import plain_rows
from bench.wire import over_client, over_http, wire
from netos_core.kernel.errors import NetosError
from netos_mcp.answers import Call as Asking
from netos_mcp.tools import PUBLISHED

P50, P95 = 15.0, 40.0
TOOLS = {one.name: one for one in PUBLISHED}
ADDING = [Call("add", add.__name__, {"a": 1, "b": at}) for at in range(212)]


def floors(port: int) -> tuple[Times, Times]:
    """Time the bare server as both clients see it."""
    return over_http(port, ADDING), over_client(port, ADDING)


def figures(place: House, port: int, calls: Sequence[Call], bare: tuple[Times, Times]) -> list[Figure]:
    """Time the calls of one tool as both clients see them, each beside the bare server plus the plain SQL."""
    rows = plain_rows(place, calls, _answered(port, calls))
    found: list[Figure] = []
    for name, floor, over in (("raw HTTP", bare[0], over_http), ("fastmcp Client", bare[1], over_client)):
        times = over(port, calls)
        for which, measured, least, sql, target in (
            ("p50", times.p50, floor.p50, rows.p50, P50),
            ("p95", times.p95, floor.p95, rows.p95, P95),
        ):
            told = f"bare server {least:.1f} + its rows by key {sql:.1f}"
            found.append(
                Figure(
                    f"{calls[0].tool}, {name}, {which} of {len(times.taken)}", "ms", measured, target, least + sql, told
                )
            )
    return found


def layers(place: House, port: int, calls: Sequence[Call]) -> list[str]:
    """Take each sort of call apart: its statements alone, the core, the adapter, the wire."""
    head = f"{'call':58}{'statements':>11}{'SQL':>8}{'core':>8}{'+adapter':>10}{'+HTTP':>8}{'p95':>8}   (p50, ms)"
    lines = [head, "-" * len(head)]
    for sort in dict.fromkeys(call.sort for call in calls):
        some = [call for call in calls if call.sort == sort]
        some = (some * (40 // len(some) + 1))[: max(40, len(some))]
        statements, sql = _replayed(place, some)
        core = timed([_in_core(place, call) for call in some])
        adapter = timed([_answer(place, call) for call in some])
        whole = over_http(port, some)
        lines.append(
            f"{some[0].tool + ' ' + sort:58}{statements:11.1f}{sql.p50:8.2f}{core.p50:8.2f}{adapter.p50:10.2f}"
            f"{whole.p50:8.2f}{whole.p95:8.2f}"
        )
    return lines


def _answered(port: int, calls: Sequence[Call]) -> list[list[str]]:
    """Return the refs each call answers with."""
    found = []
    with wire(port) as client:
        for call in calls:
            told = client.call(call.tool, call.arguments).get("structuredContent") or {}
            found.append([row[0] for row in told["rows"]] if "rows" in told else [told["ref"]] if "ref" in told else [])
    return found


def _in_core(place: House, call: Call) -> Callable[[], object]:
    tool, caller = TOOLS[call.tool], place.person()
    request = tool.parse(call.arguments)

    def work() -> object:
        try:
            return place.core.call(tool.operation, request, caller, "agent")  # type: ignore[arg-type]
        except NetosError as refusal:
            return refusal

    return work


def _answer(place: House, call: Call) -> Callable[[], object]:
    tool, asking = TOOLS[call.tool], Asking(place.person())

    def work() -> object:
        try:
            return tool.answer(place.core, call.arguments, asking)
        except NetosError as refusal:
            return refusal

    return work


def _replayed(place: House, calls: Sequence[Call]) -> tuple[float, Times]:
    """Note the statements of each call and send them again with nothing around them; returns their mean number."""
    sent: list[list[tuple[str, Any]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        sent[-1].append((statement, parameters))

    works = [_in_core(place, call) for call in calls]
    event.listen(place.core.engine, "before_cursor_execute", note)
    try:
        for work in works:
            sent.append([])
            work()
    finally:
        event.remove(place.core.engine, "before_cursor_execute", note)
    # One transaction: a setting that a statement makes for the next must hold.
    with psycopg.connect(place.conninfo) as connection:

        def replay(statements: Sequence[tuple[str, Any]]) -> Callable[[], object]:
            return lambda: [connection.execute(text, values).fetchall() for text, values in statements]

        return sum(map(len, sent)) / len(sent), timed([replay(statements) for statements in sent])

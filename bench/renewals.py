"""The renewal engine on a hundred thousand contracts, a year of nights, and the timeline; in a home of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta

import psycopg

from bench.bring import copy_floor
from bench.figures import Figure, Times, once, timed
from bench.house import House, house, uvicorn
from bench.pages import OK, sign_in
from bench.terms import plant
from bench.wire import Refused, wire
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel, Context
from netos_core.renewals import queries, records
from netos_core.renewals.schemas import ReplayRenewals
from netos_core.work.records import itself

SHOWN, OF_A_YEAR, OF_A_NIGHT = 2_000, 5_000, 100_000
NIGHTS, ROUNDS = 365, 72
SECONDS, MEGABYTES, YEAR_SECONDS, PAGE = 10.0, 300.0, 30.0, 150.0
PROGRAM = """
from pathlib import Path
from netos_mcp.cli import main
main()
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""
WRITTEN = ("standing", "renewal_transition", "work_item")
READ = """
select k.*, s.*, p.name, (select sum(c.mrc) from contract_circuit l join circuit c on c.id = l.circuit_id
                          where l.contract_id = k.id)
from contract k join provider p on p.id = k.provider_id left join standing s on s.contract_id = k.id order by k.id
"""
DRAWN = """
select k.*, s.*, p.name, (select array_agg(c.install_date) from contract_circuit l join circuit c
                          on c.id = l.circuit_id where l.contract_id = k.id)
from contract k join provider p on p.id = k.provider_id left join standing s on s.contract_id = k.id
order by lower(p.name), s.act_by limit 100
"""


def figures() -> list[Figure]:
    """Plant contracts in three portions, and measure the page, the year and the night as they grow."""
    with house() as place:
        now = utc_now()
        today = business_day(now, place.core.policy.zone)
        _, least = _night(place)
        plant(place.conninfo, 1, SHOWN, today)
        look(place, now)
        found = _page(place)
        plant(place.conninfo, SHOWN + 1, OF_A_YEAR - SHOWN, today)
        found += _year(place, now)
        with psycopg.connect(place.conninfo, autocommit=True) as connection:
            connection.execute("truncate " + ", ".join(WRITTEN))
        plant(place.conninfo, OF_A_YEAR + 1, OF_A_NIGHT - OF_A_YEAR, today)
        first = once(lambda: look(place, now))
        with psycopg.connect(place.conninfo, autocommit=True) as connection:
            connection.execute("vacuum analyze")
        seconds, peak = _night(place, "--dry-run")
        kept, kept_peak = _night(place)
        floor, floor_is = _read(place), "the same rows by one SELECT"
        head = f"{OF_A_NIGHT:,} contracts"
        return [
            *found,
            Figure(f"{head} seen for the first time, steps and findings kept", "s", first, None,
                   copy_floor(place, WRITTEN), "COPY of every row it wrote"),
            Figure(f"{head} evaluated, `netos renewals run --dry-run`", "s", seconds, SECONDS, floor, floor_is),
            Figure(f"{head} evaluated, standings and findings kept", "s", kept, None, floor, floor_is),
            Figure("peak memory of these processes", "MB", max(peak, kept_peak), MEGABYTES, least,
                   "the same with no contract"),
        ]  # fmt: skip


def look(place: House, now: datetime) -> None:
    """Bring what is due up to a night, as the job does."""
    with place.core.session() as session:
        caller = itself(session)
    after, more = None, True
    while more:
        with place.core.context(caller, Channel.JOB, now=now) as ctx:
            after = records.advance(ctx, after=after).looks.last
        more = after is not None


def _night(place: House, *more: str) -> tuple[float, float]:
    """Evaluate every contract in a process of its own; returns the seconds it took and its peak of memory."""
    argv = [sys.executable, "-c", PROGRAM, "renewals", "run", "--json", *more]
    said = subprocess.run(argv, env=place.environment, stdout=subprocess.PIPE, check=True).stdout
    told, peak = said.splitlines()
    return float(json.loads(told)["seconds"]), int(peak) / 1024


def _read(place: House) -> float:
    with psycopg.connect(place.conninfo) as connection, connection.cursor("rows") as cursor:
        cursor.itersize = 2_000
        return once(lambda: sum(1 for _ in cursor.execute(READ)))


def _year(place: House, now: datetime) -> list[Figure]:
    """Walk a year at once without a trace, then night by night for good."""
    with place.core.session() as session:
        caller = itself(session)
    with place.core.context(caller, Channel.JOB, now=now) as ctx:
        as_of = ctx.today + timedelta(days=NIGHTS)
        walked = once(lambda: _walk(ctx, as_of))
    kept = once(lambda: [look(place, now + timedelta(days=night)) for night in range(NIGHTS + 1)])
    floor = copy_floor(place, WRITTEN)
    head = f"a year of {OF_A_YEAR:,} contracts"
    return [
        Figure(f"{head} replayed without a trace", "s", walked, YEAR_SECONDS),
        Figure(f"{head}, night by night, kept", "s", kept, YEAR_SECONDS, floor, "COPY of every row it wrote"),
    ]


def _walk(ctx: Context, as_of: date) -> None:
    cursor, more = None, True
    while more:
        cursor = queries.replay(ctx, ReplayRenewals(as_of=as_of, limit=2_000, cursor=cursor)).next_cursor
        more = cursor is not None


def _page(place: House) -> list[Figure]:
    with uvicorn(place, "netos_mcp.app:app") as web, wire(web.port) as client:
        cookie = sign_in(web.port)

        def get(path: str) -> Callable[[], object]:
            if client.page(path, cookie)[0] != OK:
                raise Refused(f"{path} does not answer.")
            return lambda: client.page(path, cookie)

        one, many = (timed([get(path)] * ROUNDS) for path in ("/timeline", "/timeline?years=5"))
    with psycopg.connect(place.conninfo, autocommit=True) as connection:
        least: Times = timed([lambda: connection.execute(DRAWN).fetchall()] * ROUNDS)
    head, floor = f"page /timeline of {SHOWN:,} contracts", "its rows by plain SQL"
    return [
        Figure(f"{head}, p50", "ms", one.p50, PAGE, least.p50, floor),
        Figure(f"{head}, p95", "ms", one.p95, PAGE, least.p95, floor),
        Figure(f"{head}, five years of it, p50", "ms", many.p50),
    ]

"""Money by months at twenty thousand circuits: open months kept and read, circuits, assets, closing, the workbook."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from bench.data import SEED
from bench.figures import Figure, Times, once, timed
from bench.house import House, house
from bench.plant import plant
from netos_core.dashboard.operations import get_dashboard
from netos_core.dashboard.schemas import GetDashboard
from netos_core.finance import records
from netos_core.finance.operations import get_circuit_pl, get_infrastructure_pl, get_month_pack, get_pl_totals
from netos_core.finance.queries.closing import closing
from netos_core.finance.records import write_lines
from netos_core.finance.schemas import GetMonthPack, InfrastructureRequest, PlRequest, PlTotalsRequest
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel
from netos_core.kernel.operation import Operation
from netos_core.runtime.calls import Core
from web_min import month_pack

CIRCUITS, SITES, CLOSED = 20_000, 12_000, 23
REFRESH, TOTALS, CIRCUIT, ASSET, BOOK, MEGABYTES = 10.0, 500.0, 20.0, 100.0, 15.0, 300.0
BOARD, BOARD_KEPT = 500.0, 30.0
ROUNDS = 48

# A third of the sites with costs divide them, and one great site holds hundreds of others.
RULES = (
    """insert into allocation_rule (id, site_id, component, method)
       select gen_random_uuid(), site_id, 'facility', (array['equal', 'bandwidth', 'customers', 'revenue'])[1 + n % 4]
       from (select site_id, row_number() over (order by site_id) as n from site_cost group by 1) c where n % 3 = 0""",
    """insert into allocation_rule (id, site_id, component, method)
       select gen_random_uuid(), site_id, 'transport', 'equal' from site_circuit group by site_id""",
    """update site set parent_id = (select min(id::text)::uuid from site where kind = 'data_center')
       where id in (select id from site where parent_id is null and kind = 'endpoint' order by id limit 500)""",
    """insert into allocation_rule (id, site_id, component, method)
       select gen_random_uuid(), min(id::text)::uuid, 'power', 'equal' from site where kind = 'data_center'""",
)
LINES = "kept, number, circuit_id, site_id, customer_id, component, amount, currency, basis, source, item, how"
CLOSE = (
    f"""insert into period_line ({LINES}) select 'closed ' || m, {LINES.partition(", ")[2]}
        from period_line, generate_series(1, {CLOSED}) m where kept = %s""",  # noqa: S608 - put together from constants
    f"""insert into accounting_period (id, ref, month, kept, lines, totals)
        select gen_random_uuid(), 'PER-' || m, %s::date - make_interval(months => m), 'closed ' || m, 0, '{{}}'
        from generate_series(1, {CLOSED}) m""",  # noqa: S608 - put together from constants
)
SUM = """
select component, basis, currency, sum(amount) from period_line
where kept = (select kept from worked_month where month = %s and replaced_at is null) group by 1, 2, 3
"""
COPIED = """
create temporary table bare as select * from period_line
where kept = (select kept from worked_month where month = %s and replaced_at is null)
"""
LARGEST = "select p.ref from site s join site p on p.id = s.parent_id group by 1 order by count(*) desc limit 1"
SOME = "select ref from circuit order by md5(id::text) limit %s"
PROGRAM = """
import io, sys
from pathlib import Path
import xlsxwriter
from netos_core.finance.schemas import MonthPack
from web_min.month_pack import write
told = open(sys.argv[1], encoding="utf-8").read()
pack = MonthPack.model_validate_json(told)
del told
write(pack, io.BytesIO())
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def figures() -> list[Figure]:
    """Plant the installation, close two years, and ask."""
    with house() as place:
        today = business_day(utc_now(), place.core.policy.zone)
        plant(place.conninfo, CIRCUITS, SITES, today)
        month = today.replace(day=1)
        with psycopg.connect(place.conninfo, autocommit=True) as connection:
            for statement in RULES:
                connection.execute(statement)
            _refresh(place.core)
            _close(connection, month)
            connection.execute("delete from worked_month")
            connection.execute("vacuum analyze")
            found = _kept(place, connection, month)
            found += _read(place, connection, month)
            found += [_closing(place, month)]
        return [*found, *_book(place)]


def _refresh(core: Core) -> None:
    with core.itself() as ctx:
        records.refresh(ctx)


def _close(connection: psycopg.Connection[Any], month: date) -> None:
    (kept,) = connection.execute("select kept from worked_month where month = %s", [month]).fetchone() or ("",)
    connection.execute(CLOSE[0], [kept])
    connection.execute(CLOSE[1], [month])


def _kept(place: House, connection: psycopg.Connection[Any], month: date) -> list[Figure]:
    """Have the open month worked out as the worker does, for the first time and when nothing came out otherwise."""
    connection.execute("delete from period_line where kept not like 'closed %'")
    first = once(lambda: _refresh(place.core))
    least = once(lambda: connection.execute(COPIED, [month]))
    again = once(lambda: _refresh(place.core))
    name = f"open month of {CIRCUITS:,} circuits worked out and kept, {CLOSED} closed"
    return [
        Figure(name, "s", first, REFRESH, least, "its lines copied by the server"),
        Figure("the same when it comes out the same", "s", again, REFRESH),
    ]


def _read(place: House, connection: psycopg.Connection[Any], month: date) -> list[Figure]:
    core = Core(place.core.settings)  # no statement of it is prepared
    try:
        cold = once(_ask(core, place, get_pl_totals, PlTotalsRequest())) * 1000
        least = timed([lambda: connection.execute(SUM, [month]).fetchall()] * 24).p50
        warm = _times(core, place, get_pl_totals, [PlTotalsRequest()])
        found = [
            Figure("totals of the open month, cold", "ms", cold, TOTALS, least, "the plain sum over its lines"),
            Figure("totals of the open month, p50", "ms", warm.p50, TOTALS, least, "the plain sum over its lines"),
        ]
        closed = PlTotalsRequest(month=month.replace(year=month.year - 1))
        found.append(Figure("totals of a closed month, p50", "ms", _times(core, place, get_pl_totals, [closed]).p50))
        refs = [row[0] for row in connection.execute(SOME, [ROUNDS])]
        key = timed([lambda: connection.execute("select * from circuit where ref = %s", [refs[0]]).fetchall()] * 24).p50
        circuits = _times(core, place, get_circuit_pl, [PlRequest(ref=ref) for ref in refs])
        (largest,) = connection.execute(LARGEST).fetchone() or ("",)
        asset = InfrastructureRequest(ref=largest)
        fall = _times(core, place, get_infrastructure_pl, [asset])
        found += _board(place, core)
        with _keeping(place) as keeping:
            kept_fall = _times(keeping, place, get_infrastructure_pl, [asset])
        connection.execute("update circuit set mrc = mrc + 1 where ref in (select ref from circuit limit 3)")
        again = _times(core, place, get_pl_totals, [PlTotalsRequest()])
        found.append(Figure("totals when three circuits were changed since, p50", "ms", again.p50, TOTALS))
        connection.execute("update circuit set mrc = mrc + 1")
        every = once(_ask(core, place, get_pl_totals, PlTotalsRequest()))
        found.append(Figure("totals when every circuit was changed since", "s", every))
        return [
            *found,
            Figure("get_circuit_pl, p50", "ms", circuits.p50, CIRCUIT, key, "its row by key"),
            Figure("waterfall of the largest asset added up anew, p50", "ms", fall.p50),
            Figure("waterfall of the largest asset kept, p50", "ms", kept_fall.p50, ASSET),
        ]
    finally:
        core.close()


def _board(place: House, core: Core) -> list[Figure]:
    """Ask for the dashboard when nothing of it is kept, and when it is."""
    cold = once(_ask(core, place, get_dashboard, GetDashboard())) * 1000
    anew = _times(core, place, get_dashboard, [GetDashboard()])
    with _keeping(place) as keeping:
        kept = _times(keeping, place, get_dashboard, [GetDashboard()])
    return [
        Figure("dashboard, cold", "ms", cold, BOARD),
        Figure("dashboard added up anew, p50", "ms", anew.p50, BOARD),
        Figure("dashboard kept, p50", "ms", kept.p50, BOARD_KEPT),
    ]


@contextmanager
def _keeping(place: House) -> Iterator[Core]:
    """Open a core that keeps answers, as the web process does."""
    core = Core(place.core.settings.model_copy(update={"redis_url": place.environment["NETOS_REDIS_URL"]}))
    try:
        yield core
    finally:
        core.close()


def _ask(core: Core, place: House, operation: Operation[Any, Any], request: Any) -> Callable[[], object]:
    return lambda: core.call(operation, request, place.approver, Channel.PAGE)


def _times(core: Core, place: House, operation: Operation[Any, Any], requests: Sequence[Any]) -> Times:
    many = (list(requests) * ROUNDS)[:ROUNDS]
    random.Random(SEED).shuffle(many)  # noqa: S311 - the same order every time
    return timed([_ask(core, place, operation, request) for request in many])


def _closing(place: House, month: date) -> Figure:
    """Work a month out and keep its lines, as the proposal of its closing does."""

    def close() -> None:
        with place.core.itself() as ctx:
            ctx.session.execute(text("delete from period_line where kept not like 'closed %'"))
            write_lines(ctx.session, closing(ctx, month))

    return Figure("a month worked out to be closed, with its lines", "s", once(close), REFRESH)


def _book(place: House) -> list[Figure]:
    """Write the workbook in a process of its own, beside one of as many cells and nothing else."""
    _refresh(place.core)
    pack = place.core.call(get_month_pack, GetMonthPack(), place.approver, Channel.PAGE)
    read = once(lambda: place.core.call(get_month_pack, GetMonthPack(), place.approver, Channel.PAGE))
    write = once(lambda: month_pack.write(pack, io.BytesIO()))
    least = once(lambda: _bare(len(pack.lines)))
    told = Path(place.home.path, "pack.json")
    told.write_text(pack.model_dump_json(), encoding="utf-8")
    argv = [sys.executable, "-c", PROGRAM, str(told)]
    most = int(subprocess.run(argv, capture_output=True, text=True, check=True).stdout) / 1024
    name = f"workbook of a month with {len(pack.lines):,} lines"
    return [
        Figure(name, "s", read + write, BOOK, least, "the bare cells of Lines"),
        Figure("memory of a process that writes it", "MB", most, MEGABYTES),
    ]


def _bare(lines: int) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True})
    sheet = book.add_worksheet()
    for at in range(lines):
        for column in range(10):
            sheet.write_string(at, column, "CKT-12345")
        for column in range(10, 14):
            sheet.write_number(at, column, at)
    book.close()

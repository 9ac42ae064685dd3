"""Open months are worked out beside readers, other workers and whoever writes, and by a worker that is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest
from sqlalchemy import func, select, text, update

from jobs import months
from netos_core.access.rules import Role
from netos_core.finance import records
from netos_core.finance.model import MoneyTouch, PeriodLine, WorkedMonth
from netos_core.finance.operations import get_pl_totals
from netos_core.finance.schemas import PlTotals, PlTotalsRequest
from netos_core.kernel.clock import utc_now
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.factories import apply, make_circuit, make_ctx

REPOSITORY = Path(__file__).parents[2]
HANGING = """
import sys, time
from netos_core.finance import records
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
with Core(Settings(database_url=sys.argv[1])).itself() as ctx:
    print(records.refresh(ctx).months, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    made = Core(Settings(database_url=fresh_db))
    with made.session() as session:
        make_circuit(session, mrc="100.00")
    yield made
    made.close()


def totals(core: Core) -> PlTotals:
    with core.session() as session:
        session.execute(text("set local lock_timeout = '200ms'"))
        return get_pl_totals(make_ctx(session, Role.FINANCE, now=utc_now()), PlTotalsRequest())


def carrier(core: Core) -> str:
    return str(totals(core).whole[0].carrier)


def touched(core: Core) -> int:
    with core.session() as session:
        return session.scalar(select(func.count()).select_from(MoneyTouch)) or 0


def write(core: Core, mrc: str) -> None:
    with core.session() as session:
        ref = session.scalar(text("select ref from circuit"))
        apply(make_ctx(session, Role.ADMIN, now=utc_now()), "circuit", ref=ref, mrc=mrc)


def test_the_worker_keeps_open_months_and_works_them_out_again_when_it_is_time(core: Core) -> None:
    worker = {"core": core}
    anyio.run(months.refresh, worker)
    first = totals(core).worked_at
    assert first is not None
    write(core, "120.00")
    anyio.run(months.refresh, worker)
    view = totals(core)
    assert (view.worked_at, view.anew, str(view.whole[0].carrier)) == (first, 1, "120.00")
    with core.session() as session:
        session.execute(update(MoneyTouch).values(at=utc_now() - 2 * records.SOON))
    anyio.run(months.refresh, worker)
    view = totals(core)
    assert view.worked_at is not None
    assert (view.worked_at > first, view.anew, str(view.whole[0].carrier)) == (True, 0, "120.00")


def test_nobody_waits_for_a_refresh_and_what_is_written_meanwhile_stays_noted(core: Core) -> None:
    with core.itself() as ctx:
        records.refresh(ctx)
    write(core, "110.00")
    with core.itself() as ctx:
        assert records.refresh(ctx) is not None
        assert carrier(core) == "110.00"
        write(core, "120.00")
        assert carrier(core) == "120.00"
        with core.itself() as other:
            assert records.refresh(other) is None
    assert touched(core) > 0
    assert carrier(core) == "120.00"
    with core.itself() as ctx:
        records.refresh(ctx)
    assert (touched(core), carrier(core)) == (0, "120.00")


@pytest.mark.processes
def test_a_worker_that_is_killed_leaves_everything_as_it_was(core: Core) -> None:
    argv = [sys.executable, "-c", HANGING, str(core.settings.database_url)]
    with subprocess.Popen(argv, cwd=REPOSITORY, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"2\n"
        process.send_signal(signal.SIGKILL)
    with core.session() as session:
        for table in (WorkedMonth, PeriodLine):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    assert carrier(core) == "100.00"
    end = time.monotonic() + 10
    while time.monotonic() < end:  # the server notices within moments that its client is gone
        with core.itself() as ctx:
            if records.refresh(ctx) is not None:
                break
    assert (touched(core), carrier(core)) == (0, "100.00")

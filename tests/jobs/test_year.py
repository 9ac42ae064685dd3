"""A year of nights over the sample company: every step once, however often the process that runs it is killed."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel
from netos_core.renewals import queries, records
from netos_core.renewals.schemas import ReplayRenewals, RunRenewals
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work.records import itself
from tests.database import TestServer
from tests.jobs.conftest import REPOSITORY
from tests.jobs.year import NIGHTS, nights

pytestmark = pytest.mark.processes
SEED = "20261126"
PATIENCE = 120
STEPS = """
select c.ref, t.number, t.from_state, t.state, t.alarm, t."on", t.term_end_date, t.notice_deadline, t.act_by, t.missed,
       t.missed_cost, t.currency, t.why
from renewal_transition t join contract c on c.id = t.contract_id order by c.ref, t."on", t.at, t.id
"""
STANDINGS = "select * from standing order by contract_id"
WORK = "select kind, ref, why, amount, due_date, closed_at is null from work_item order by ref, kind, opened_at, id"


def noon() -> datetime:
    return datetime.combine(utc_now().date(), datetime.min.time(), UTC) + timedelta(hours=18)


def core_on(url: str) -> Core:
    return Core(Settings(database_url=url, log_level="error"))


def rows(core: Core, query: str) -> list[tuple[Any, ...]]:
    with core.session() as session:
        return [tuple(row) for row in session.execute(text(query))]


def everything(core: Core) -> dict[str, list[tuple[Any, ...]]]:
    return {query: rows(core, query) for query in (STEPS, STANDINGS, WORK)}


def killed_again_and_again(url: str, start: datetime, progress: Path) -> subprocess.Popen[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.year", url, start.isoformat(), SEED, str(progress)],
        env=kept | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_every_step_of_a_year_is_taken_once_however_often_the_process_is_killed(
    database_server: TestServer, tmp_path: Path
) -> None:
    start = noon()
    with (
        database_server.clone(of=database_server.sample) as calm,
        database_server.clone(of=database_server.sample) as rough,
    ):
        dying = killed_again_and_again(rough, start, tmp_path / "night")
        core, survived = core_on(calm), core_on(rough)
        told = replayed(core, start)
        before = len(rows(core, STEPS))
        nights(core, start)
        deaths, _ = dying.communicate(timeout=PATIENCE)
        assert dying.returncode == 0
        assert int(deaths) >= 5
        found = everything(core)
        assert everything(survived) == found
        assert len(found[STEPS]) > before + 50
        follow_one_another(found[STEPS])
        taken = [row for row in found[STEPS] if row[5] > start.date()]
        assert sorted(told, key=str) == sorted((row[:1] + row[2:11] for row in taken), key=str)
        again(survived, start + timedelta(days=NIGHTS))
        assert everything(survived) == found
        core.close()
        survived.close()


def replayed(core: Core, start: datetime) -> list[tuple[Any, ...]]:
    """Walk the year without a trace."""
    with core.session() as session:
        caller = itself(session)
    with core.context(caller, Channel.JOB, now=start) as ctx:
        request = ReplayRenewals(as_of=start.date() + timedelta(days=NIGHTS), limit=2000)
        told = queries.replay(ctx, request).transitions
    one_each = {(t.contract, t.on, t.state, t.alarm): t for t in told}  # a row for each circuit it governs
    return [
        (t.contract, t.from_state, t.state, t.alarm, t.on, t.term_end_date, t.notice_deadline, t.act_by, t.missed,
         t.missed_cost)
        for t in one_each.values()
    ]  # fmt: skip


def follow_one_another(steps: list[tuple[Any, ...]]) -> None:
    """Check that each step of a contract begins where the one before it led, and that none is there twice."""
    for before, after in pairwise(steps):
        if before[0] == after[0]:
            assert after[2] == before[3]
            assert (before[1], before[7], before[3], before[4]) != (after[1], after[7], after[3], after[4])


def again(core: Core, now: datetime) -> None:
    """Run the last night once more: what is due, and then every contract."""
    with core.session() as session:
        caller = itself(session)
    with core.context(caller, Channel.JOB, now=now) as ctx:
        assert not records.advance(ctx).looks.seen
        assert not records.run(ctx, RunRenewals(limit=2000)).transitions

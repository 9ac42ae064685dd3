"""The engine for every night of a year, in a process that is killed again and again and started anew.

Run as a program by `test_year.py`: a year takes seconds here, and a process that is forked starts in milliseconds.
"""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from netos_core.kernel.context import Channel
from netos_core.renewals import queries, records
from netos_core.renewals.schemas import ReplayRenewals
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work.records import itself

NIGHTS = 365
BATCH = 5
DEATHS, GAP = 8, 50
MOMENTS = ("before_cursor_execute", "after_cursor_execute", "commit", "checkin")
"""A write is on its way, or is made and not committed, or the commit is on its way, or is done."""


def nights(core: Core, start: datetime, first: int = 1, begin: Callable[[int], object] = lambda _: None) -> None:
    """Bring what is due up to each night in turn, in small batches, as the job does."""
    with core.session() as session:
        caller = itself(session)
    for night in range(first, NIGHTS + 1):
        begin(night)
        after, more = None, True
        while more:
            with core.context(caller, Channel.JOB, now=start + timedelta(days=night)) as ctx:
                after = records.advance(ctx, after=after, limit=BATCH).looks.last
            more = after is not None


def main(url: str, start: str, seed: str, progress: str) -> None:
    """Walk the year in one process after another; each but the last is killed at a point the seed gives."""
    core = _warm(url, datetime.fromisoformat(start))
    rng, night, deaths = random.Random(int(seed)), 1, 0
    while True:
        writes = rng.randint(1, GAP) if deaths < DEATHS else 0
        moment = rng.choice(MOMENTS)
        pid = os.fork()
        if pid == 0:
            if writes:
                _dies(core, writes, moment)
            nights(core, datetime.fromisoformat(start), night, lambda n: Path(progress).write_text(str(n)))
            os._exit(0)
        status = os.waitpid(pid, 0)[1]
        if os.WIFEXITED(status):
            sys.stdout.write(str(deaths))
            sys.exit(os.WEXITSTATUS(status))
        deaths += 1
        night = int(Path(progress).read_text())


def _warm(url: str, start: datetime) -> Core:
    """Do once what each process would do first: read the calendar, and make the statements up."""
    core = Core(Settings(database_url=url, log_level="error"))
    with core.session() as session:
        caller = itself(session)
    with core.context(caller, Channel.JOB, now=start) as ctx:
        queries.replay(ctx, ReplayRenewals(as_of=start.date() + timedelta(days=NIGHTS)))
    core.engine.dispose()
    return core


def _dies(core: Core, writes: int, moment: str) -> None:
    """Kill this process at a moment of the write that has that number."""
    seen = 0

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal seen
        seen += statement.startswith(("INSERT", "UPDATE"))

    def die(*_: Any) -> None:
        if seen >= writes:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(core.engine, "before_cursor_execute", count)
    event.listen(core.engine, moment, die)


if __name__ == "__main__":
    main(*sys.argv[1:])

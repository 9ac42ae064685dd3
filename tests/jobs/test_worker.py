"""The worker against a real queue and database: it delivers, seals, and what a killed one leaves is done after all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from sqlalchemy import func, select, text, update

from netos_core.access.rules import Role
from netos_core.changes import audit
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel
from netos_core.notices.model import OutboxMessage
from netos_core.notices.records import Notice, tell
from netos_core.notices.rules.delivery import KEPT_TRYING
from netos_core.notices.rules.kinds import NoticeKind
from netos_core.runtime.calls import Core
from netos_core.runtime.health import WORKER_KEY
from netos_core.runtime.valkey import Valkey
from netos_core.work import records
from netos_core.work.model import Job
from netos_core.work.rules import STRANDED_AFTER
from tests.factories import make_ctx, make_person, make_provider
from tests.jobs.conftest import REPOSITORY, Worker

pytestmark = pytest.mark.processes
Start = Callable[[], Worker]
Until = Callable[[Callable[[], object]], None]


def broken(number: int, **values: Any) -> Notice:
    return Notice(NoticeKind.TRAIL_BROKEN, f"trail_broken:{number}", "It does not hold", "trail_broken", values)


def job(core: Core, ref: str) -> dict[str, Any]:
    with core.session() as session:
        row = session.execute(select(Job.__table__).where(Job.ref == ref)).mappings().one()
        return dict(row)


def enqueue(core: Core, kind: str = "verify_trail") -> str:
    with core.session() as session:
        caller = make_ctx(session, Role.ADMIN).principal
    with core.context(caller, Channel.PAGE) as ctx:
        return records.enqueue(ctx, kind, {}).ref


def test_a_worker_delivers_buries_seals_and_works(
    core: Core, home: Path, queue: Valkey, start_worker: Start, until: Until
) -> None:
    with core.session() as session:
        ctx = make_ctx(session, Role.ADMIN, now=utc_now())
        make_provider(session)
        for number in (7, 8):
            tell(ctx, broken(number, seal=number, rows=40), [make_person(session, Role.ADMIN)])
        given_up = {"channel": "teams", "waits_since": utc_now() - KEPT_TRYING}
        eighth = OutboxMessage.delivery_key.startswith("trail_broken:8")
        session.execute(update(OutboxMessage).where(eighth).values(**given_up))
    ref = enqueue(core)
    started = time.monotonic()
    worker = start_worker()
    alive = Redis.from_url(queue.url)
    until(lambda: alive.exists(WORKER_KEY))
    ready = time.monotonic() - started
    alive.close()

    def states() -> dict[str, str]:
        with core.session() as session:
            rows = session.execute(select(OutboxMessage.delivery_key, OutboxMessage.state))
            return {row.delivery_key[:14]: row.state for row in rows if row.delivery_key.startswith("trail")}

    until(lambda: states() == {"trail_broken:7": "delivered", "trail_broken:8": "dead"})
    (mail,) = (home / "outbox").glob("trail_broken+7+*.eml")
    assert "admin.person@isp.example" in mail.read_text()
    until(lambda: job(core, ref)["state"] == "done")
    assert job(core, ref)["result"]["holds"]

    def sealed() -> bool:
        with core.session() as session:
            return audit.verify(session).unsealed_rows == 0

    until(sealed)
    peak = next(line for line in Path(f"/proc/{worker.process.pid}/status").read_text().splitlines() if "VmHWM" in line)
    assert int(peak.split()[1]) < 195_000
    assert ready < 10  # 2 s on an idle machine; tests share theirs
    assert worker.end(signal.SIGTERM) in (0, -signal.SIGTERM)
    for line in worker.log.read_text().splitlines():
        assert json.loads(line) if line.startswith("{") else True
    assert "Traceback" not in worker.log.read_text()


def test_what_a_killed_worker_was_doing_is_done_by_the_next(core: Core, start_worker: Start, until: Until) -> None:
    ref = enqueue(core)
    with core.session() as holding:
        holding.execute(text("lock table audit_seal in access exclusive mode"))  # the job waits in the middle
        first = start_worker()
        until(lambda: job(core, ref)["state"] == "running")
        assert first.end(signal.SIGKILL) == -signal.SIGKILL
    assert (job(core, ref)["state"], job(core, ref)["tries"]) == ("running", 1)
    with core.session() as session:  # as if the time had passed
        session.execute(update(Job).where(Job.ref == ref).values(beat_at=Job.beat_at - 2 * STRANDED_AFTER))
    start_worker()
    until(lambda: job(core, ref)["state"] == "done")
    assert job(core, ref)["tries"] == 2


def test_a_queue_that_lost_everything_is_filled_from_the_rows(
    core: Core, queue: Valkey, start_worker: Start, until: Until
) -> None:
    start_worker()
    alive = Redis.from_url(queue.url)
    until(lambda: alive.exists(WORKER_KEY))
    refs = [enqueue(core) for _ in range(3)]
    alive.flushall()
    alive.close()
    until(lambda: all(job(core, ref)["state"] == "done" for ref in refs))


def test_a_kind_nobody_knows_rests_with_an_error_and_stops_nothing(
    core: Core, start_worker: Start, until: Until
) -> None:
    unknown, known = enqueue(core, "make_coffee"), enqueue(core)
    start_worker()
    until(lambda: job(core, known)["state"] == "done" and job(core, unknown)["error"])
    assert job(core, unknown)["error"]["code"] == "internal"


def test_a_message_is_sent_once_however_many_workers_there_are(
    core: Core, home: Path, start_worker: Start, until: Until
) -> None:
    with core.session() as session:
        ctx = make_ctx(session, Role.ADMIN, now=utc_now())
        for n in range(40):
            tell(ctx, broken(n, seal=n, rows=40), [make_person(session, Role.ADMIN)])
    start_worker(), start_worker()

    def all_out() -> bool:
        with core.session() as session:
            waiting = select(func.count()).where(OutboxMessage.state == "waiting")
            return session.scalar(waiting) == 0

    until(all_out)
    with core.session() as session:
        assert set(session.scalars(select(OutboxMessage.tries))) == {1}
    assert len(list((home / "outbox").glob("*.eml"))) == 40


def test_the_worker_is_light() -> None:
    code = (
        "import pathlib, re, sys; import jobs.worker;"
        "print(sorted({'fastmcp', 'mcp', 'starlette', 'alembic', 'holidays'} & set(sys.modules)),"
        " re.search(r'VmHWM:\\s+(\\d+)', pathlib.Path('/proc/self/status').read_text())[1])"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("NETOS_")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True
    )
    heavy, peak = done.stdout.rsplit(" ", 1)
    assert heavy == "[]"
    assert int(peak) < 195_000

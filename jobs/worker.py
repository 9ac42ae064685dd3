"""What `arq` runs: the functions, their clock, and the core they share."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from arq.connections import RedisSettings
from arq.cron import CronJob, cron
from arq.typing import WorkerSettingsBase
from arq.worker import func

from jobs import (
    audit,
    delivery,
    documents,
    extractions,
    finance,
    letters,
    months,
    queue,
    renewals,
    report,
    revenue,
    search,
    spend,
    upkeep,
)
from netos_core.runtime import telemetry
from netos_core.runtime.calls import Core
from netos_core.runtime.garbage import keep_what_is_loaded
from netos_core.runtime.home import open_home
from netos_core.runtime.logs import configure_logging
from netos_core.runtime.post import Post
from netos_core.runtime.settings import load_settings

Worker = dict[str, Any]
LONGEST_JOB = 3600
FORGET_TICK_AFTER = 30


def every(seconds: int, of: int = 60) -> set[int]:
    return set(range(0, of, seconds))


def tick(family: Callable[[Worker], Awaitable[object]], **when: Any) -> CronJob:
    """Run a family by the clock, once however many workers there are."""
    return cron(family, unique=True, keep_result=FORGET_TICK_AFTER, **when)  # type: ignore[arg-type]


async def start(worker: Worker) -> None:
    settings = load_settings()
    configure_logging(settings.log_level)
    logging.getLogger("arq.worker").setLevel(logging.WARNING)  # it would write two lines for every tick
    worker["core"] = Core(settings)
    telemetry.configure(worker["core"], "worker", shown=False)
    keep_what_is_loaded()
    worker["home"] = open_home(settings.home)
    await search.begin(worker)
    await letters.begin(worker)
    worker["post"] = Post(worker["core"], worker["home"])
    await anyio.to_thread.run_sync(worker["post"].begin)


async def stop(worker: Worker) -> None:
    worker["post"].close()
    worker["core"].close()


def _queue_address() -> RedisSettings:
    return RedisSettings.from_dsn(load_settings().redis_url or "redis://127.0.0.1:6379")


class WorkerSettings(WorkerSettingsBase):
    """Settings of the worker process; rows in PostgreSQL say what is to be done, the queue only when."""

    redis_settings = _queue_address()
    functions = (func(queue.run_job, max_tries=1, timeout=LONGEST_JOB, keep_result=0),)  # type: ignore[arg-type]
    cron_jobs = (
        tick(queue.refill, second=every(1)),
        tick(delivery.deliver, second=every(3)),
        tick(delivery.digest, second=every(10)),
        tick(search.index, second=every(2)),
        tick(renewals.advance, second=every(5)),
        tick(renewals.advance_all, hour=6, minute=10, second=0),
        tick(documents.store, second=every(2)),
        tick(documents.sweep, minute={17}, second=40),
        tick(extractions.read, second=every(2), timeout=extractions.LONGEST),
        tick(extractions.tell, second=every(20)),
        tick(letters.work, second=every(2)),
        tick(letters.nightly, hour=7, minute=40, second=0),
        tick(report.weekly, second=every(20)),
        tick(report.write, second=every(3), timeout=report.LONGEST),
        tick(revenue.sync, second=every(5), timeout=revenue.LONGEST),
        tick(revenue.tell, second=every(20)),
        tick(spend.snapshot, minute=every(5), second=50),
        tick(spend.keep, minute=every(10), second=15, timeout=spend.LONGEST),
        tick(spend.keep_all, hour=6, minute=50, second=0, timeout=spend.LONGEST),
        tick(finance.tell, minute={12, 42}, second=10),
        tick(months.refresh, second=every(10), timeout=months.LONGEST),
        tick(audit.seal, second=every(10)),
        tick(upkeep.requeue, second=every(5)),
        tick(upkeep.tidy, minute=every(5), second=20),
        tick(upkeep.forget, hour=4, minute=20, second=0),
        tick(queue.nightly, hour=7, minute=30, second=0),
    )
    on_startup: Any = start  # arq would have its first argument called ctx
    on_shutdown: Any = stop
    health_check_interval = 5
    job_timeout = 120
    poll_delay = 0.2
    log_results = False

"""Runs the jobs that wait as rows in PostgreSQL. The queue carries their ids, so a lost one is filled again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import anyio
from arq import ArqRedis

from netos_core.changes import upkeep
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel, Context
from netos_core.runtime import telemetry
from netos_core.runtime.calls import Core
from netos_core.work import queries, records
from netos_core.work.rules import BEAT_EVERY, JobState

log = logging.getLogger(__name__)

Handler = Callable[[Context, Mapping[str, Any]], dict[str, Any]]

HANDLERS: dict[str, Handler] = {
    "verify_trail": upkeep.verify_trail,
}
"""What runs for each kind of job, in a transaction that ends with the job's own."""


async def refill(worker: dict[str, Any]) -> None:
    """Hand every due row to the queue; one that is there already is not added again."""
    core: Core = worker["core"]
    redis: ArqRedis = worker["redis"]
    for due in await anyio.to_thread.run_sync(_due, core):
        await redis.enqueue_job("run_job", str(due.job_id), _job_id=f"{due.job_id}:{due.tries}")


async def run_job(worker: dict[str, Any], job_id: str) -> None:
    """Try one job, telling the database all the while that it is alive."""
    core: Core = worker["core"]
    claim = await anyio.to_thread.run_sync(_claim, core, UUID(job_id))
    if claim is None:
        return
    async with anyio.create_task_group() as group:
        group.start_soon(_keep_beating, core, claim)
        await anyio.to_thread.run_sync(_run, core, claim)
        group.cancel_scope.cancel()


async def nightly(worker: dict[str, Any]) -> None:
    """Ask for the nightly check of the trail."""
    await anyio.to_thread.run_sync(_ask_for, worker["core"], "verify_trail")


async def _keep_beating(core: Core, claim: records.Claim) -> None:
    while True:
        await anyio.sleep(BEAT_EVERY.total_seconds())
        await anyio.to_thread.run_sync(_beat, core, claim)


def _due(core: Core) -> list[queries.Due]:
    with core.session() as session:
        return queries.due(session, utc_now())


def _claim(core: Core, job_id: UUID) -> records.Claim | None:
    with core.session() as session:
        return records.claim(session, job_id, utc_now())


def _beat(core: Core, claim: records.Claim) -> None:
    with core.session() as session:
        records.beat(session, claim, utc_now())


def _ask_for(core: Core, kind: str) -> None:
    with core.itself() as ctx:
        records.enqueue(ctx, kind, {})


def _run(core: Core, claim: records.Claim) -> None:
    started = time.perf_counter()
    try:
        with core.session() as session:
            caller = records.principal_of(session, claim)
        with (
            telemetry.span(f"job {claim.kind}", claim.request_id),
            core.context(caller, Channel.JOB, request=claim.request_id) as ctx,
        ):
            result = HANDLERS[claim.kind](ctx, claim.arguments)
            records.finish(ctx.session, claim, result, utc_now())
        state = JobState.DONE
    except Exception as failure:
        log.exception("job failed", extra={"job": claim.ref, "kind": claim.kind, "tries": claim.tries})
        with core.session() as session:
            state = records.fail(session, claim, failure, utc_now())
    telemetry.job_ran(claim.kind, str(state), time.perf_counter() - started)
    log.info("job", extra={"job": claim.ref, "kind": claim.kind, "tries": claim.tries, "state": str(state)})

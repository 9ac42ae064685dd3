"""Reads of jobs: one for the person it runs for, and the ones that are due or stranded for the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Interval, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.work.model import Job
from netos_core.work.rules import MAX_TRIES, STRANDED_AFTER, JobState, rest_after
from netos_core.work.schemas import JobView


class JobNotFound(NotFound):
    """No job of the caller has that reference."""


def get_job(ctx: Context, ref: str) -> JobView:
    """Return a job the caller may see: their own, or any for who runs the jobs.

    Raises:
        JobNotFound: There is none, or it is someone else's.
    """
    query = select(Job).where(Job.ref == ref.strip().upper())
    if not ctx.principal.may("run:jobs"):
        query = query.where(Job.person_id == ctx.principal.person_id)
    job = ctx.session.scalar(query.execution_options(populate_existing=True))
    if job is None:
        raise JobNotFound("You have no job with that ref.", field="ref", fix="Use the ref that started the job.")
    return JobView(**{name: getattr(job, name) for name in JobView.model_fields})


@dataclass(frozen=True, slots=True)
class Due:
    """A job to hand to the queue; the try is part of its name there, so a lost one never blocks the next."""

    job_id: UUID
    tries: int


def due(session: Session, now: datetime, limit: int = 200) -> list[Due]:
    """List queued jobs whose rest is over, oldest first."""
    rests = case({tries: rest_after(tries) for tries in range(1, MAX_TRIES + 1)}, value=Job.tries)
    rested = Job.beat_at + cast(rests, Interval) <= now
    rows = session.execute(
        select(Job.id, Job.tries)
        .where(Job.state == JobState.QUEUED, or_(Job.tries == 0, Job.beat_at.is_(None), rested))
        .order_by(Job.created_at)
        .limit(limit)
    )
    return [Due(row.id, row.tries) for row in rows]


@dataclass(frozen=True, slots=True)
class Backlog:
    """How the work stands: what waits, what runs, what lost its worker and what failed for good."""

    queued: int
    running: int
    stranded: int
    failed: int


def backlog(session: Session, now: datetime) -> Backlog:
    """Count the jobs by how they stand."""
    silent = and_(Job.state == JobState.RUNNING, Job.beat_at < now - STRANDED_AFTER)
    row = session.execute(
        select(
            func.count().filter(Job.state == JobState.QUEUED).label("queued"),
            func.count().filter(Job.state == JobState.RUNNING).label("running"),
            func.count().filter(silent).label("stranded"),
            func.count().filter(Job.state == JobState.FAILED).label("failed"),
        )
    ).one()
    return Backlog(row.queued, row.running, row.stranded, row.failed)

"""The life of a job's row. Each function runs in the caller's transaction; a claim is told by its try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.queries import principal
from netos_core.access.rules import PersonKind
from netos_core.kernel.context import Context, Principal
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from netos_core.work.model import Job
from netos_core.work.rules import MAX_TRIES, STRANDED_AFTER, JobState, state_after_failure

NETOS_ITSELF = UUID("00000000-0000-7000-8000-000000000001")
LASTING = (Invalid, NotFound, Forbidden)


class ClaimLost(Conflict):
    """Another worker has taken the job over; what this one did is rolled back."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One try at a job by one worker."""

    job_id: UUID
    ref: str
    kind: str
    arguments: dict[str, Any]
    person_id: UUID | None
    agent: str | None
    request_id: str
    tries: int


def enqueue(ctx: Context, kind: str, arguments: dict[str, Any]) -> Job:
    """Write a job for the caller; it starts once the caller's transaction is committed."""
    number = ctx.session.scalar(text("select nextval('ref_job')"))
    job = Job(
        id=new_id(),
        ref=f"JOB-{number}",
        kind=kind,
        arguments=arguments,
        person_id=ctx.principal.person_id,
        agent=ctx.principal.agent,
        request_id=ctx.request_id,
        state=JobState.QUEUED,
        tries=0,
        created_at=ctx.now,
    )
    ctx.session.add(job)
    ctx.session.flush()
    return job


def claim(session: Session, job_id: UUID, now: datetime) -> Claim | None:
    """Take a queued job; None where it is taken, done or gone."""
    row = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.QUEUED)
        .values(
            state=JobState.RUNNING,
            tries=Job.tries + 1,
            started_at=func.coalesce(Job.started_at, literal(now)),
            beat_at=now,
        )
        .returning(Job.id, Job.ref, Job.kind, Job.arguments, Job.person_id, Job.agent, Job.request_id, Job.tries)
    ).first()
    return Claim(*row) if row else None


def beat(session: Session, mine: Claim, now: datetime) -> bool:
    """Say that the worker still lives; False once the job is no longer its own."""
    return _update(session, mine, beat_at=now)


def finish(session: Session, mine: Claim, result: dict[str, Any], now: datetime) -> None:
    """Record what came of a job, in the transaction that did it.

    Raises:
        ClaimLost: Another worker has the job by now.
    """
    if not _update(session, mine, state=JobState.DONE, result=result, error=None, ended_at=now, beat_at=now):
        raise ClaimLost(f"{mine.ref} was taken over by another worker.")


def fail(session: Session, mine: Claim, failure: Exception, now: datetime) -> JobState:
    """Record why a try failed and return whether the job rests for another or is given up."""
    state = state_after_failure(mine.tries, lasting=isinstance(failure, LASTING))
    _update(
        session,
        mine,
        state=state,
        error=_told(mine, failure),
        beat_at=now,
        ended_at=now if state is JobState.FAILED else None,
    )
    return state


def requeue_stranded(session: Session, now: datetime) -> int:
    """Queue jobs again whose worker has died, or give them up after the last try; return how many."""
    given_up = Job.tries >= MAX_TRIES
    lost = {"code": "internal", "message": "The worker ended while it ran this job.", "field": None, "fix": None}
    moved = session.execute(
        update(Job)
        .where(Job.state == JobState.RUNNING, Job.beat_at < now - STRANDED_AFTER)
        .values(
            state=case((given_up, JobState.FAILED.value), else_=JobState.QUEUED.value),
            ended_at=case((given_up, literal(now)), else_=None),
            error=lost,
            beat_at=None,
        )
        .returning(Job.id)
    )
    return len(moved.all())


def principal_of(session: Session, mine: Claim) -> Principal:
    """Return who a job runs for: its person with the rights they hold today, or NetOS itself with none."""
    if mine.person_id is None:
        return itself(session)
    return principal(session.get_one(Person, mine.person_id), mine.agent)


def itself(session: Session) -> Principal:
    """Return the principal of what NetOS does unasked. Its row can not sign in; the trail names it."""
    session.execute(
        insert(Person)
        .values(
            id=NETOS_ITSELF,
            email="netos@localhost",
            name="NetOS",
            roles=[],
            active=False,
            kind=PersonKind.SYSTEM,
        )
        .on_conflict_do_nothing()
    )
    return principal(session.scalars(select(Person).where(Person.id == NETOS_ITSELF)).one())


def _update(session: Session, mine: Claim, **values: Any) -> bool:
    moved = session.execute(
        update(Job)
        .where(Job.id == mine.job_id, Job.tries == mine.tries, Job.state == JobState.RUNNING)
        .values(**values)
        .returning(Job.id)
    )
    return moved.first() is not None


def _told(mine: Claim, failure: Exception) -> dict[str, Any]:
    if isinstance(failure, NetosError):
        return failure.as_dict()
    message = f"An unexpected error ended this job; the worker's log has it under {mine.request_id}."
    return {"code": NetosError.code, "message": message, "field": None, "fix": None}

"""The life of a job: written with its cause, tried by one worker at a time, and never lost with a worker."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Invalid, NotFound, Unavailable
from netos_core.work import queries, records
from netos_core.work.model import Job
from netos_core.work.operations import get_job
from netos_core.work.records import Claim, ClaimLost
from netos_core.work.rules import MAX_TRIES, STRANDED_AFTER, JobState, rest_after, state_after_failure
from netos_core.work.schemas import GetJob
from tests.factories import NOW, make_ctx

SOON = timedelta(seconds=1)


def enqueue(session: Session, role: Role = Role.FINANCE) -> Job:
    return records.enqueue(make_ctx(session, role), "verify_trail", {"of": "us"})


def claim(session: Session, job: Job) -> Claim:
    claimed = records.claim(session, job.id, NOW)
    assert claimed is not None
    return claimed


@pytest.mark.parametrize(("tries", "seconds"), [(0, 5), (1, 5), (2, 20), (3, 80), (4, 320)])
def test_a_job_rests_longer_each_time(tries: int, seconds: int) -> None:
    assert rest_after(tries) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("tries", "lasting", "state"),
    [(1, False, "queued"), (1, True, "failed"), (MAX_TRIES - 1, False, "queued"), (MAX_TRIES, False, "failed")],
)
def test_a_failure_that_would_last_is_not_tried_again(tries: int, lasting: bool, state: str) -> None:
    assert state_after_failure(tries, lasting=lasting) == state


def test_a_person_sees_own_jobs_and_an_admin_all(session: Session) -> None:
    job = enqueue(session)
    for role in (Role.FINANCE, Role.ADMIN):
        seen = get_job(make_ctx(session, role), GetJob(ref=job.ref.lower()))
        assert (seen.ref, seen.state, seen.tries, seen.result) == (job.ref, "queued", 0, None)
    for role in (Role.EXEC, Role.NOC):
        with pytest.raises(NotFound):
            get_job(make_ctx(session, role), GetJob(ref=job.ref))
    with pytest.raises(NotFound):
        get_job(make_ctx(session, Role.ADMIN), GetJob(ref="JOB-1"))


def test_a_job_is_taken_once_and_ends_with_its_result(session: Session) -> None:
    job = enqueue(session)
    assert [d.job_id for d in queries.due(session, NOW)] == [job.id]
    mine = claim(session, job)
    assert (mine.kind, mine.arguments, mine.tries) == ("verify_trail", {"of": "us"}, 1)
    assert records.claim(session, job.id, NOW) is None
    assert records.claim(session, uuid4(), NOW) is None
    assert queries.due(session, NOW) == []
    assert records.beat(session, mine, NOW + SOON)
    records.finish(session, mine, {"holds": True}, NOW + SOON)
    seen = get_job(make_ctx(session, Role.ADMIN), GetJob(ref=job.ref))
    assert (seen.state, seen.result, seen.ended_at) == ("done", {"holds": True}, NOW + SOON)
    assert not records.beat(session, mine, NOW + SOON)


def test_a_failed_job_rests_and_is_due_again(session: Session) -> None:
    job = enqueue(session)
    failure = Unavailable("The carrier's portal is down.", fix="Try later.")
    assert records.fail(session, claim(session, job), failure, NOW) is JobState.QUEUED
    assert queries.due(session, NOW + rest_after(1) - SOON) == []
    assert [(d.job_id, d.tries) for d in queries.due(session, NOW + rest_after(1))] == [(job.id, 1)]
    seen = get_job(make_ctx(session, Role.ADMIN), GetJob(ref=job.ref))
    assert seen.error == failure.as_dict()


def test_a_job_is_given_up_after_its_last_try_and_a_bug_tells_nothing(session: Session) -> None:
    job = enqueue(session)
    for tried in range(1, MAX_TRIES + 1):
        state = records.fail(session, claim(session, job), RuntimeError("password=secret"), NOW)
        assert state is (JobState.FAILED if tried == MAX_TRIES else JobState.QUEUED)
    seen = get_job(make_ctx(session, Role.ADMIN), GetJob(ref=job.ref))
    assert (seen.state, seen.tries, seen.ended_at) == ("failed", MAX_TRIES, NOW)
    assert seen.error is not None
    assert seen.error["code"] == "internal"
    assert "secret" not in str(seen.error)


def test_wrong_input_is_not_tried_again(session: Session) -> None:
    job = enqueue(session)
    assert records.fail(session, claim(session, job), Invalid("No such sheet."), NOW) is JobState.FAILED


def test_a_job_whose_worker_died_runs_again_and_the_dead_worker_may_not_finish_it(session: Session) -> None:
    job = enqueue(session)
    dead = claim(session, job)
    assert records.requeue_stranded(session, NOW + STRANDED_AFTER) == 0
    after = NOW + STRANDED_AFTER + SOON
    assert queries.backlog(session, after).stranded == 1
    assert records.requeue_stranded(session, after) == 1
    assert [d.tries for d in queries.due(session, after)] == [1]
    second = records.claim(session, job.id, after)
    assert second is not None
    with pytest.raises(ClaimLost):
        records.finish(session, dead, {}, after)
    records.finish(session, second, {"by": "second"}, after)
    assert get_job(make_ctx(session, Role.ADMIN), GetJob(ref=job.ref)).result == {"by": "second"}


def test_a_job_that_kills_its_workers_is_given_up(session: Session) -> None:
    job = enqueue(session)
    at = NOW
    for _ in range(MAX_TRIES):
        assert records.claim(session, job.id, at) is not None
        at += STRANDED_AFTER + SOON
        records.requeue_stranded(session, at)
    seen = get_job(make_ctx(session, Role.ADMIN), GetJob(ref=job.ref))
    assert (seen.state, seen.ended_at) == ("failed", at)
    assert queries.backlog(session, at).failed == 1


def test_a_job_runs_for_its_person_with_todays_rights(session: Session) -> None:
    mine = claim(session, enqueue(session))
    assert records.principal_of(session, mine) == make_ctx(session, Role.FINANCE).principal
    unasked = records.itself(session)
    assert (unasked.name, unasked.rights) == ("NetOS", frozenset())
    assert records.itself(session) == unasked
    assert records.principal_of(session, Claim(**{**vars_of(mine), "person_id": None})) == unasked


def vars_of(mine: Claim) -> dict[str, object]:
    return {name: getattr(mine, name) for name in Claim.__slots__}

"""The house is kept: old proposals expire, ended sessions go, the nightly check is asked for."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import anyio
import pytest
from sqlalchemy import select, update

from jobs import queue, upkeep
from netos_core.access import sessions
from netos_core.access.model import Person, WebSession
from netos_core.access.rules import Role
from netos_core.changes.model import AuditRow, Proposal
from netos_core.kernel.clock import utc_now
from netos_core.runtime.calls import Core
from netos_core.work import spending
from netos_core.work.model import Job, ModelAnswer, ModelCall
from netos_core.work.records import NETOS_ITSELF
from tests.factories import make_ctx, make_provider, propose


@pytest.fixture
def worker(core: Core) -> dict[str, Any]:
    return {"core": core}


def test_old_proposals_expire_by_themselves_with_a_row_in_the_trail(core: Core, worker: dict[str, Any]) -> None:
    now = utc_now()
    with core.session() as session:
        ref = make_provider(session)
        asked = propose(make_ctx(session, Role.FINANCE, now=now), "provider", ref=ref, website="https://a.example")
        fresh = propose(make_ctx(session, Role.FINANCE, now=now), "provider", ref=ref, website="https://b.example")
        old = update(Proposal).where(Proposal.ref == asked.change_id)
        session.execute(old.values(expires_at=now - timedelta(seconds=1)))
    for _ in range(2):
        anyio.run(upkeep.tidy, worker)
    with core.session() as session:
        found = {p.ref: p.status for p in session.scalars(select(Proposal))}
        assert (found[asked.change_id], found[fresh.change_id]) == ("expired", "open")
        rows = session.scalars(select(AuditRow).where(AuditRow.action == "expire")).all()
        assert [(r.ref, r.person_id, r.channel) for r in rows] == [(asked.change_id, NETOS_ITSELF, "job")]
        assert not session.get_one(Person, NETOS_ITSELF).active


def test_browser_sessions_that_are_over_are_forgotten(core: Core, worker: dict[str, Any]) -> None:
    now = utc_now()
    with core.session() as session:
        person = session.get_one(Person, make_ctx(session, Role.NOC).principal.person_id)
        sessions.start(session, person, now - sessions.ABSOLUTE)
        sessions.start(session, person, now - sessions.IDLE - timedelta(minutes=1))
        live = sessions.start(session, person, now)
    anyio.run(upkeep.tidy, worker)
    with core.session() as session:
        assert len(session.scalars(select(WebSession)).all()) == 1
        assert sessions.find(session, live, now) is not None


def test_the_nightly_check_is_asked_for_in_the_name_of_netos(core: Core, worker: dict[str, Any]) -> None:
    anyio.run(queue.nightly, worker)
    with core.session() as session:
        (job,) = session.scalars(select(Job)).all()
        assert (job.kind, job.person_id, job.state) == ("verify_trail", NETOS_ITSELF, "queued")
    anyio.run(queue.run_job, worker, str(job.id))
    with core.session() as session:
        done = session.get_one(Job, job.id)
        assert (done.state, done.result and done.result["holds"]) == ("done", True)
    anyio.run(queue.run_job, worker, str(job.id))


def test_old_answers_of_a_model_are_deleted_and_what_they_cost_stays(core: Core, worker: dict[str, Any]) -> None:
    now = utc_now()
    kept = timedelta(days=core.settings.claude_answer_days)
    with core.session() as session:
        for about, age in (("old", kept + timedelta(hours=1)), ("fresh", kept - timedelta(hours=1))):
            asked = spending.Asked(spending.Purpose.EXTRACTION, "claude", about)
            spending.begin(session, asked, Decimal(1), Decimal(50), now - age, core.policy.zone)
            spending.keep_answer(session, asked, "p1", {"fields": []}, now - age)
    anyio.run(upkeep.forget, worker)
    with core.session() as session:
        assert session.scalars(select(ModelAnswer.about)).all() == ["fresh"]
        assert sorted(session.scalars(select(ModelCall.about))) == ["fresh", "old"]

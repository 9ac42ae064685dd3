"""The trail: rows are written with what they tell of, sealed later in batches, and never altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from netos_core.changes.model import AuditRow, AuditSeal, Proposal
from netos_core.changes.rules import as_json_value
from netos_core.kernel.context import Context

WRITERS_LOCK = 7_301_114  # writers hold it shared; the sealer takes it alone, and only if nobody has it
BATCH = 50_000


def record(
    ctx: Context,
    action: str,
    *,
    entity: str,
    ref: str,
    entity_id: UUID | None = None,
    proposal: Proposal | None = None,
    reason: str | None = None,
    after: dict[str, Any] | None = None,
    approved_by: Sequence[UUID] = (),
) -> None:
    """Write one row about something that happened by itself: a proposal, a decision, a sign-in, what an act led to."""
    _join_writers(ctx.session)
    ctx.session.execute(
        insert(AuditRow).values(
            at=ctx.now,
            action=action,
            entity=entity,
            entity_id=entity_id,
            ref=ref,
            part="",
            before={},
            after=after or {},
            labels={},
            person_id=ctx.principal.person_id,
            proposed_by=proposal.person_id if proposal else None,
            approved_by=[str(person) for person in approved_by],
            agent=ctx.principal.agent,
            channel=ctx.channel,
            reason=reason if reason is not None else (proposal.reason if proposal else None),
            proposal_id=proposal.id if proposal else None,
            request_id=ctx.request_id,
            address=ctx.address,
            client=ctx.principal.client,
        )
    )


def record_changes(ctx: Context, proposal: Proposal, approved_by: Sequence[UUID]) -> None:
    """Write one row for each change of a committed proposal, naming proposer, agent and approvers."""
    _join_writers(ctx.session)
    ctx.session.execute(
        text(
            "insert into audit (at, action, entity, entity_id, ref, part, before, after, labels, person_id,"
            " proposed_by, approved_by, agent, channel, reason, proposal_id, request_id, address, client)"
            " select :at, action, entity, entity_id, ref, part, before, after, labels, :person, :proposed_by,"
            " cast(:approved_by as jsonb), :agent, :channel, :reason, proposal_id, :request, :address, :client"
            " from proposal_change where proposal_id = :proposal order by seq"
        ),
        {
            "at": ctx.now,
            "person": ctx.principal.person_id,
            "proposed_by": proposal.person_id,
            "approved_by": json.dumps([str(p) for p in approved_by]),
            "agent": proposal.agent,
            "channel": ctx.channel,
            "reason": proposal.reason,
            "request": ctx.request_id,
            "address": ctx.address,
            "client": proposal.client,
            "proposal": proposal.id,
        },
    )


def _join_writers(session: Session) -> None:
    session.execute(text("select pg_advisory_xact_lock_shared(:lock)"), {"lock": WRITERS_LOCK})


def seal(session: Session, now: Any) -> int:
    """Seal the rows written since the last seal and return how many; 0 when a writer is at work.

    Ids are given before a transaction commits, so a run of ids is complete only when no writer is
    under way. The sealer asks for that moment and never waits for it: the next round comes soon.
    """
    if not session.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": WRITERS_LOCK}):
        return 0
    before = session.execute(select(AuditSeal.last_id, AuditSeal.sha256).order_by(AuditSeal.id.desc()).limit(1)).first()
    last_id, chain = (before.last_id, before.sha256) if before else (None, "")
    run = _hash_run(session, last_id, None, chain)
    if run.rows:
        session.execute(
            insert(AuditSeal).values(
                first_id=run.first_id, last_id=run.last_id, rows=run.rows, sha256=run.sha256, at=now
            )
        )
    return run.rows


@dataclass(frozen=True, slots=True)
class Run:
    first_id: int
    last_id: int
    rows: int
    sha256: str


_COLUMNS = [c.name for c in AuditRow.__table__.columns]
_LATER = frozenset({"client"})  # columns of a later release: absent from a hash where they are empty, as they were then


def _hash_run(session: Session, after_id: int | None, upto_id: int | None, chain: str) -> Run:
    """Hash the rows after one; None begins with the very first, below 1 too, where only a forger puts a row."""
    hasher = hashlib.sha256(chain.encode())
    query = select(AuditRow.__table__).order_by(AuditRow.id)
    query = query.where(AuditRow.id > after_id) if after_id is not None else query
    query = query.where(AuditRow.id <= upto_id) if upto_id is not None else query.limit(BATCH)
    first = last = rows = 0
    for row in session.execute(query.execution_options(yield_per=2_000)).mappings():
        told = {n: as_json_value(row[n]) for n in _COLUMNS if n not in _LATER or row[n] is not None}
        hasher.update(json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
        first, last, rows = first if rows else row["id"], row["id"], rows + 1
    return Run(first, last, rows, hasher.hexdigest())


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal as it is kept outside of the database."""

    id: int
    first_id: int
    last_id: int
    rows: int
    sha256: str
    at: str


def seals_after(session: Session, last: int | None) -> list[Seal]:
    """List the seals after one, or all of them, oldest first; times in UTC."""
    query = select(AuditSeal).order_by(AuditSeal.id)
    rows = session.scalars(query.where(AuditSeal.id > last) if last is not None else query)
    return [
        Seal(row.id, row.first_id, row.last_id, row.rows, row.sha256, row.at.astimezone(UTC).isoformat())
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking the trail found: sealed and unsealed rows, and the first seal that does not hold."""

    seals: int
    sealed_rows: int
    unsealed_rows: int
    broken_seal: int | None

    @property
    def holds(self) -> bool:
        return self.broken_seal is None


def verify(session: Session) -> Verification:
    """Compute every seal anew from the rows it covers; a changed, missing or added row breaks its seal."""
    chain, last_id, rows, seals = "", None, 0, 0
    for kept in session.scalars(select(AuditSeal).order_by(AuditSeal.id)).all():
        run = _hash_run(session, last_id, kept.last_id, chain)
        if (run.sha256, run.rows, run.first_id, run.last_id) != (kept.sha256, kept.rows, kept.first_id, kept.last_id):
            return Verification(seals, rows, 0, kept.id)
        chain, last_id, rows, seals = kept.sha256, kept.last_id, rows + run.rows, seals + 1
    waiting = select(func.count()).select_from(AuditRow)
    unsealed = session.scalar(waiting.where(AuditRow.id > last_id) if last_id is not None else waiting) or 0
    return Verification(seals, rows, unsealed, None)

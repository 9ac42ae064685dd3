"""What is written of extractions: queued, taken up by a worker, read, decided, ended. None of it is the domain's.

A worker claims one for a while, reads with no transaction open, tells how far it is, and records what came of it. A
claim that ran out is taken up again; a file that ends every worker is left alone after a few tries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, exists, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.changes.plans import take_refs
from netos_core.contracts.model import Contract
from netos_core.documents.model import Document, Extraction, StoredFile
from netos_core.documents.queries import INFECTED, STORED
from netos_core.documents.rules.kinds import DocumentKind, Sensitivity
from netos_core.extractions.rules.states import DISMISSED, FAILED, PROPOSED, READ, READING, WAITING
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.providers.model import Provider

HOLD = timedelta(minutes=1)
"""How long a worker may be silent before another takes its file up; one that lives renews its claim every second."""

MOST_TRIES = 3
PDF = "application/pdf"
SHORTEST_NUMBER = 5  # of a contract, to be known again by


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file this worker reads for now; `tries` tells it from a later worker."""

    id: UUID
    ref: str
    sha256: str
    tries: int


def queue(
    ctx: Context,
    sha256: str,
    file_name: str,
    *,
    sensitivity: str = Sensitivity.MONEY,
    document_id: UUID | None = None,
    contract_id: UUID | None = None,
) -> Extraction:
    """Keep a file to be read; earlier readings of it stay."""
    ctx.session.execute(select(StoredFile.sha256).where(StoredFile.sha256 == sha256).with_for_update())
    before = ctx.session.scalar(select(func.count()).where(Extraction.sha256 == sha256)) or 0
    made = Extraction(
        id=new_id(),
        ref=take_refs(ctx.session, "extraction")[0],
        sha256=sha256,
        document_id=document_id,
        contract_id=contract_id,
        file_name=file_name,
        sensitivity=sensitivity,
        number=before + 1,
        state=WAITING,
        person_id=ctx.principal.person_id,
        agent=ctx.principal.agent,
        created_at=ctx.now,
        decisions={},
    )
    ctx.session.add(made)
    ctx.session.flush()
    return made


def queue_attached(session: Session, now: datetime, limit: int = 50) -> int:
    """Queue the PDFs that are attached as contracts and were never read; one whose paper is read already is named.

    A document is there from the transaction that applied its change, so none is ever missed.
    """
    session.execute(
        update(Extraction)
        .where(
            Extraction.document_id.is_(None),
            Extraction.sha256 == Document.sha256,
            Document.kind == DocumentKind.CONTRACT,
            Document.retired_at.is_(None),
        )
        .values(document_id=Document.id, sensitivity=Document.sensitivity)
        .execution_options(synchronize_session=False)
    )
    due = session.execute(
        select(Document.id, Document.sha256, Document.file_name, Document.sensitivity, Document.uploaded_by,
               Document.agent)
        .join(StoredFile, StoredFile.sha256 == Document.sha256)
        .where(
            Document.kind == DocumentKind.CONTRACT,
            Document.retired_at.is_(None),
            StoredFile.content_type == PDF,
            ~exists().where(Extraction.sha256 == Document.sha256),
        )
        .order_by(Document.id)
        .limit(limit)
    ).all()  # fmt: skip
    once = {row.sha256: row for row in due}
    refs = take_refs(session, "extraction", len(once)) if once else []
    rows = [
        {
            "id": new_id(), "ref": ref, "sha256": row.sha256, "document_id": row.id, "file_name": row.file_name,
            "sensitivity": row.sensitivity, "number": 1, "state": WAITING, "person_id": row.uploaded_by,
            "agent": row.agent, "created_at": now,
        }
        for ref, row in zip(refs, once.values(), strict=True)
    ]  # fmt: skip
    if rows:  # another worker may queue them at the same moment
        session.execute(insert(Extraction).on_conflict_do_nothing(), rows)
    return len(rows)


def claim(session: Session, now: datetime) -> Claimed | None:
    """Take the file that has waited longest and is in the store, so was scanned; None where none waits."""
    working = Extraction.state.in_((WAITING, READING))
    free = or_(Extraction.claimed_until.is_(None), Extraction.claimed_until < now)
    over = {"state": FAILED, "claimed_until": None, "problem": f"It was not read in {MOST_TRIES} tries."}
    session.execute(update(Extraction).where(working, free, Extraction.tries >= MOST_TRIES).values(**over))
    bad = exists().where(StoredFile.sha256 == Extraction.sha256, StoredFile.state == INFECTED)
    session.execute(
        update(Extraction).where(working, bad).values(state=FAILED, problem="A virus was found in it.")
    )  # fmt: skip
    due = (
        select(Extraction.id)
        .join(StoredFile, StoredFile.sha256 == Extraction.sha256)
        .where(working, free, StoredFile.state == STORED)
        .order_by(Extraction.created_at)
        .limit(1)
        .with_for_update(of=Extraction, skip_locked=True)
    )
    row = session.execute(
        update(Extraction)
        .where(Extraction.id == due.scalar_subquery())
        .values(state=READING, tries=Extraction.tries + 1, claimed_until=now + HOLD, pages_read=0)
        .returning(Extraction.id, Extraction.ref, Extraction.sha256, Extraction.tries)
    ).first()
    return Claimed(*row) if row else None


def advance(session: Session, mine: Claimed, pages_read: int, now: datetime) -> bool:
    """Tell how far the reading is; False once another worker has taken it up."""
    return _mine(session, mine, pages_read=pages_read, claimed_until=now + HOLD)


def put_back(session: Session, mine: Claimed, now: datetime) -> bool:
    """Let it rest a little: the store or the reader is away, which the file need not be to blame for."""
    return _mine(session, mine, state=WAITING, claimed_until=now + timedelta(seconds=10 * 3**mine.tries))


def fail(session: Session, mine: Claimed, why: str) -> bool:
    """Note that the file can not be read, and why, in words of ours."""
    return _mine(session, mine, state=FAILED, claimed_until=None, problem=why)


def finish(
    session: Session, mine: Claimed, result: dict[str, Any], extractor: str, texts: list[str], now: datetime
) -> bool:
    """Keep what was read; False where another worker was first."""
    done = _mine(
        session,
        mine,
        state=READ,
        claimed_until=None,
        problem=None,
        result=result,
        texts=texts,
        extractor=extractor,
        pages_read=len(result["pages"]),
        read_at=now,
    )
    if done and (known := _named_in(session, "\n".join(texts))) is not None:
        session.execute(
            update(Extraction)
            .where(Extraction.id == mine.id, Extraction.contract_id.is_(None))
            .values(contract_id=known)
        )
    return done


def _named_in(session: Session, text: str) -> UUID | None:
    """Find the one contract whose number and provider both stand in the text."""
    said = text.lower()
    named = session.scalars(select(Provider.id).where(func.strpos(said, func.lower(Provider.name)) > 0)).all()
    found = session.scalars(
        select(Contract.id)
        .where(
            Contract.provider_id.in_(named),  # these first: a long text is not searched for every number there is
            Contract.retired_at.is_(None),
            func.length(Contract.number) >= SHORTEST_NUMBER,
            func.strpos(said, func.lower(Contract.number)) > 0,
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _mine(session: Session, mine: Claimed, **values: object) -> bool:
    done = session.execute(
        update(Extraction)
        .where(Extraction.id == mine.id, Extraction.state == READING, Extraction.tries == mine.tries)
        .values(**values)
    )
    return isinstance(done, CursorResult) and done.rowcount == 1


def save_decisions(ctx: Context, row: Extraction, decisions: dict[str, dict[str, Any] | None]) -> None:
    """Keep what a person decided; a field that is reopened is undecided again."""
    kept = dict(row.decisions)
    for name, decision in decisions.items():
        if decision is None:
            kept.pop(name, None)
        else:
            kept[name] = {**decision, "by": ctx.principal.name, "at": ctx.now.isoformat()}
    row.decisions = kept
    row.version += 1
    ctx.session.flush()


def propose(ctx: Context, row: Extraction, proposal_id: UUID) -> None:
    _end(ctx, row, PROPOSED, None)
    row.proposal_id = proposal_id
    ctx.session.flush()


def dismiss(ctx: Context, row: Extraction, reason: str) -> None:
    _end(ctx, row, DISMISSED, reason)
    ctx.session.flush()


def _end(ctx: Context, row: Extraction, state: str, reason: str | None) -> None:
    row.state, row.reason = state, reason
    row.ended_by, row.ended_at = ctx.principal.person_id, ctx.now
    row.version += 1

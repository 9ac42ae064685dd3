"""How the signature of a letter fares: facts the system derives, written as the service tells them.

A piece of work is claimed for a while, the transaction ends, the service is asked, and what came of it is written by
who still holds the claim. A claim that ran out is taken up again, so a killed worker leaves nothing undone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.changes.model import Proposal, ProposalChange
from netos_core.changes.rules import Status
from netos_core.kernel.db import new_id
from netos_core.letters.model import Letter, LetterSigning
from netos_core.letters.rules.states import Sending, SigningState

CLAIM = timedelta(minutes=4)
"""Longer than all tries of one call to the service, so that two workers never ask for the same signature at once."""

LONGEST_REST = timedelta(hours=1)
FIRST_REST = timedelta(seconds=60)
"""Longer than a request may still be under way after we stopped waiting for its answer."""

MOST_OF_A_TOLD = 500


@dataclass(frozen=True, slots=True)
class Claimed:
    """A request this worker works on until then; `wanted` is whether its letter still asks for it."""

    id: UUID
    letter_id: UUID
    sending_key: str
    state: SigningState
    submission_id: str | None
    tries: int
    since: datetime
    until: datetime
    wanted: bool


def take_up(session: Session, now: datetime) -> int:
    """Write a request for each letter whose sending was applied and that has none; returns how many.

    Who approved it is who applied the change: in their name the work is done.
    """
    asked = (
        select(Letter.id, Letter.sending_key, Letter.serve_to, Proposal.id.label("proposal_id"), Proposal.ended_by)
        .join(ProposalChange, ProposalChange.entity_id == Letter.id)
        .join(Proposal, Proposal.id == ProposalChange.proposal_id)
        .where(
            Letter.sending == Sending.DOCUSEAL,
            Letter.retired_at.is_(None),
            ProposalChange.after["sending_key"].astext == Letter.sending_key,
            Proposal.status == Status.COMMITTED,
            ~exists().where(LetterSigning.sending_key == Letter.sending_key),
        )
        .order_by(Proposal.ended_at.desc())
    )
    made = 0
    for row in session.execute(asked):
        done = session.execute(
            insert(LetterSigning)
            .values(
                id=new_id(),
                letter_id=row.id,
                sending_key=row.sending_key,
                proposal_id=row.proposal_id,
                approved_by=row.ended_by,
                serve_to=row.serve_to,
                state=SigningState.QUEUED,
                queued_at=now,
                due_at=now,
            )
            .on_conflict_do_nothing(index_elements=["sending_key"])
            .returning(LetterSigning.id)
        )
        made += len(done.all())
    session.execute(_no_longer_wanted(now))
    return made


def _no_longer_wanted(now: datetime) -> Any:
    """Make due what a letter no longer asks for: withdrawn, undone, retired, or sent anew."""
    return (
        update(LetterSigning)
        .where(
            LetterSigning.state.in_([SigningState.QUEUED, SigningState.OUT]),
            LetterSigning.due_at.is_(None),
            ~_WANTED,
        )
        .values(due_at=now)
    )


_WANTED = (
    select(Letter.id)
    .where(
        Letter.id == LetterSigning.letter_id,
        Letter.sending_key == LetterSigning.sending_key,
        Letter.retired_at.is_(None),
    )
    .correlate(LetterSigning)
    .exists()
)


def claim(session: Session, now: datetime, limit: int = 4) -> list[Claimed]:
    """Take requests that are due, oldest first."""
    due = (
        select(LetterSigning.id)
        .where(
            LetterSigning.due_at <= now,
            or_(LetterSigning.claimed_until.is_(None), LetterSigning.claimed_until < now),
        )
        .order_by(LetterSigning.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(LetterSigning)
        .where(LetterSigning.id.in_(due.scalar_subquery()))
        .values(claimed_until=now + CLAIM, tries=LetterSigning.tries + 1)
        .returning(
            LetterSigning.id, LetterSigning.letter_id, LetterSigning.sending_key, LetterSigning.state,
            LetterSigning.submission_id, LetterSigning.tries, _WANTED,
        )
    )  # fmt: skip
    until = now + CLAIM
    return [Claimed(r[0], r[1], r[2], SigningState(r[3]), r[4], r[5], now, until, r[6]) for r in rows]


def settle(session: Session, mine: Claimed, now: datetime, **values: Any) -> bool:
    """Write what came of a piece of work and let go of it; False where another worker has taken it over.

    What asked for a look meanwhile is not lost: the request is due again at once.
    """
    again = and_(LetterSigning.asked_at.is_not(None), LetterSigning.asked_at > mine.since)
    due = values.pop("due_at", None)
    told = {"problem": None, "tries": 0, **values}
    return _update(session, mine, **told, claimed_until=None, due_at=case((again, literal(now)), else_=due))


def note(session: Session, mine: Claimed, **values: Any) -> bool:
    """Write a fact and keep the claim; False where another worker has taken it over."""
    return _update(session, mine, **values)


def hold(session: Session, mine: Claimed) -> bool:
    """Lock a request for the rest of the transaction; False where another worker has taken it over."""
    row = session.scalar(
        select(LetterSigning.id)
        .where(LetterSigning.id == mine.id, LetterSigning.claimed_until == mine.until)
        .with_for_update()
    )
    return row is not None


def put_back(session: Session, mine: Claimed, problem: str, now: datetime) -> bool:
    """Let a piece of work rest, longer after each try that failed, up to an hour; it is never given up."""
    rest: timedelta = min(LONGEST_REST, FIRST_REST * 2 ** min(mine.tries - 1, 10))
    return _update(session, mine, claimed_until=None, due_at=now + rest, problem=problem)


def _update(session: Session, mine: Claimed, **values: Any) -> bool:
    moved = session.execute(
        update(LetterSigning)
        .where(LetterSigning.id == mine.id, LetterSigning.claimed_until == mine.until)
        .values(**values)
        .returning(LetterSigning.id)
    )
    return moved.first() is not None


def ask(session: Session, submission_id: str | None, external_ids: Iterable[str], now: datetime) -> int:
    """Note that there is news of a request, by its id there or by our own name; returns how many are known.

    Only requests that are under way are looked at again: what is settled stays so.
    """
    named = LetterSigning.sending_key.in_(list(external_ids))
    which = named if submission_id is None else or_(named, LetterSigning.submission_id == submission_id)
    return _look(session, now, which)


def ask_all(session: Session, now: datetime) -> int:
    """Have every request that is under way looked at: what a lost webhook would have told."""
    return _look(session, now, LetterSigning.state == SigningState.OUT)


def wake(session: Session, now: datetime) -> int:
    """Try at once what rests after a failure: the settings may have been corrected."""
    moved = session.execute(
        update(LetterSigning)
        .where(LetterSigning.problem.is_not(None), LetterSigning.due_at > now)
        .values(due_at=now)
        .returning(LetterSigning.id)
    )
    return len(moved.all())


def _look(session: Session, now: datetime, which: Any) -> int:
    under_way = or_(
        LetterSigning.state.in_([SigningState.QUEUED, SigningState.OUT]),
        and_(LetterSigning.state == SigningState.SIGNED, LetterSigning.filed_at.is_(None)),
    )
    moved = session.execute(
        update(LetterSigning)
        .where(which, under_way)
        .values(asked_at=now, due_at=func.least(func.coalesce(LetterSigning.due_at, now), now))
        .returning(LetterSigning.id)
    )
    return len(moved.all())

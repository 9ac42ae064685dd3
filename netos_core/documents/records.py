"""What becomes of a file's bytes: staged with the upload, then scanned, stored and pictured by the worker.

A piece of work is claimed for a while, the transaction ends, the outside is asked, and what came of it is written.
A claim that ran out is taken up again, so a killed worker leaves nothing undone; every step may be done twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from netos_core.changes.model import Proposal, ProposalChange
from netos_core.changes.rules import Status
from netos_core.documents.model import Document, Extraction, StoredFile
from netos_core.documents.queries import INFECTED, LEAVING, NONE, STAGED, STORED, WAITING

CLAIM = timedelta(minutes=3)
"""Longer than any call of a store may take."""

UNATTACHED = timedelta(hours=24)
MOST_TRIES = 5  # to draw a picture: a file that kills the worker is left alone then
MADE, FAILED = "made", "failed"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A file this worker works on for now."""

    sha256: str
    content_type: str
    thumbnail_sha256: str | None = None
    preview_sha256: str | None = None


def claim_staged(session: Session, now: datetime, limit: int = 4) -> list[Claimed]:
    """Take files that the store does not have yet, oldest first."""
    return _claim(session, StoredFile.state == STAGED, now, limit)


def claim_unpictured(session: Session, now: datetime, limit: int = 4) -> list[Claimed]:
    """Take files whose small pictures are to be made; they are in the store."""
    gone_wrong = (StoredFile.pictured == WAITING, StoredFile.tries >= MOST_TRIES, StoredFile.state == STORED)
    over = {"pictured": FAILED, "tries": 0, "problem": f"It was not drawn in {MOST_TRIES} tries."}
    session.execute(update(StoredFile).where(*gone_wrong, _free(now)).values(**over))
    return _claim(session, (StoredFile.state == STORED) & (StoredFile.pictured == WAITING), now, limit)


def claim_unattached(session: Session, now: datetime, limit: int = 20) -> list[Claimed]:
    """Take files that no document names, no extraction stands on and no open proposal asks for, sent a day ago."""
    named = exists().where(Document.sha256 == StoredFile.sha256)
    read = exists().where(Extraction.sha256 == StoredFile.sha256)
    asked = exists().where(
        ProposalChange.entity == "document",
        ProposalChange.after["sha256"].astext == StoredFile.sha256,
        Proposal.id == ProposalChange.proposal_id,
        Proposal.status == Status.OPEN,
        Proposal.expires_at > now,
    )
    idle = StoredFile.seen_at < now - UNATTACHED
    claimed = _claim(session, or_(StoredFile.state == LEAVING, idle & ~named & ~read & ~asked), now, limit)
    names = [one.sha256 for one in claimed]
    session.execute(update(StoredFile).where(StoredFile.sha256.in_(names)).values(state=LEAVING, content=None))
    return claimed


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(StoredFile.claimed_until.is_(None), StoredFile.claimed_until < now)


def _claim(session: Session, which: ColumnElement[bool], now: datetime, limit: int) -> list[Claimed]:
    due = (
        select(StoredFile.sha256)
        .where(which, _free(now))
        .order_by(StoredFile.seen_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(StoredFile)
        .where(StoredFile.sha256.in_(due.scalar_subquery()))
        .values(claimed_until=now + CLAIM, tries=StoredFile.tries + 1)
        .returning(
            StoredFile.sha256, StoredFile.content_type, StoredFile.thumbnail_sha256, StoredFile.preview_sha256
        )
    )  # fmt: skip
    return [Claimed(*row) for row in rows]


def stored(session: Session, sha256: str, now: datetime) -> None:
    """Note that the store has the bytes; the database lets go of them."""
    _settle(session, sha256, STAGED, state=STORED, content=None, stored_at=now, tries=0, problem=None)


def infected(session: Session, sha256: str, virus: str) -> None:
    """Note that a virus was found; the bytes go, the record of them stays."""
    _settle(session, sha256, STAGED, state=INFECTED, content=None, pictured=NONE, tries=0, problem=virus)


def pictured(session: Session, sha256: str, thumbnail: str, preview: str) -> None:
    """Note under which names the store has the small pictures of a file."""
    names = {"thumbnail_sha256": thumbnail, "preview_sha256": preview}
    _settle(session, sha256, STORED, pictured=MADE, tries=0, **names)


def not_pictured(session: Session, sha256: str, why: str) -> None:
    """Note that no picture can be made of a file, and why; the file itself stays as it is."""
    _settle(session, sha256, STORED, pictured=FAILED, tries=0, problem=why)


def put_back(session: Session, sha256: str, now: datetime) -> None:
    """Let a piece of work rest: longer after each try that failed, up to five minutes."""
    rest = func.least(300, func.power(3, func.least(StoredFile.tries, 6)))
    session.execute(
        update(StoredFile)
        .where(StoredFile.sha256 == sha256)
        .values(claimed_until=now + func.make_interval(0, 0, 0, 0, 0, 0, rest))
    )


def gone(session: Session, sha256: str) -> None:
    """Forget a file that the store no longer has, unless it was sent again meanwhile."""
    session.execute(delete(StoredFile).where(StoredFile.sha256 == sha256, StoredFile.state == LEAVING))


def is_shared(session: Session, picture: str, of: str) -> bool:
    """Tell whether a small picture is also that of another file, or a file of its own."""
    other = aliased(StoredFile)
    mine = or_(other.thumbnail_sha256 == picture, other.preview_sha256 == picture, other.sha256 == picture)
    return session.scalar(select(exists().where(other.sha256 != of, mine))) or False


def _settle(session: Session, sha256: str, was: str, **values: object) -> None:
    session.execute(
        update(StoredFile)
        .where(StoredFile.sha256 == sha256, StoredFile.state == was)
        .values(claimed_until=None, **values)
    )

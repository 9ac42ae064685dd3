"""Browser sessions: a random id in the cookie, its hash in the database, rotated at sign-in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from netos_core.access.model import Person, WebSession

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
RENEWAL_TAKES = timedelta(seconds=60)
"""How long a renewal is left to who began it; after that somebody else may try."""

MOST_BROWSER = 120


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: whose it is, the token every form must carry, and whether its roles are to be asked for anew."""

    person: Person
    csrf: str
    renewal_due: bool


@dataclass(frozen=True, slots=True)
class Grant:
    """What an identity provider gave at sign-in: its refresh token, sealed, and when the roles behind it are old."""

    refresh_sealed: str | None
    renew_at: datetime


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def start(
    session: Session,
    person: Person,
    now: datetime,
    *,
    address: str | None = None,
    browser: str | None = None,
    grant: Grant | None = None,
) -> str:
    """Sign a person in and return the cookie's value, which is stored nowhere."""
    cookie = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            id_sha256=_hash(cookie),
            person_id=person.id,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE,
            address=address,
            browser=browser[:MOST_BROWSER] if browser else None,
            refresh_sealed=grant.refresh_sealed if grant else None,
            renew_at=grant.renew_at if grant else None,
        )
    )
    person.seen_at = now
    session.flush()
    return cookie


def find(session: Session, cookie: str, now: datetime) -> SignedIn | None:
    """Return the live session of a cookie; None where it is unknown, idle for too long or over."""
    row = session.execute(
        select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(WebSession.id_sha256 == _hash(cookie), WebSession.expires_at > now, Person.active)
    ).first()
    if row is None or row.WebSession.seen_at < now - IDLE:
        return None
    found: WebSession = row.WebSession
    if found.seen_at < now - SEEN_EVERY:
        session.execute(update(WebSession).where(WebSession.id_sha256 == found.id_sha256).values(seen_at=now))
    return SignedIn(row.Person, found.csrf, renewal_due=found.renew_at is not None and found.renew_at <= now)


def begin_renewal(session: Session, cookie: str, now: datetime) -> WebSession | None:
    """Take the renewal of a session that is due; None where somebody else is at it, or it is not due."""
    taken = session.scalars(
        update(WebSession)
        .where(
            WebSession.id_sha256 == _hash(cookie),
            WebSession.renew_at <= now,
            or_(WebSession.renewing_at.is_(None), WebSession.renewing_at < now - RENEWAL_TAKES),
        )
        .values(renewing_at=now)
        .returning(WebSession)
    )
    return taken.first()


def renewed(session: Session, cookie: str, grant: Grant) -> None:
    """Note that the roles behind a session are fresh; the newest refresh token is the one that counts."""
    session.execute(
        update(WebSession)
        .where(WebSession.id_sha256 == _hash(cookie))
        .values(refresh_sealed=grant.refresh_sealed, renew_at=grant.renew_at, renewing_at=None)
    )


def end(session: Session, cookie: str) -> UUID | None:
    """End the session of a cookie and return whose it was."""
    ended = delete(WebSession).where(WebSession.id_sha256 == _hash(cookie)).returning(WebSession.person_id)
    return session.scalar(ended)


def end_all(session: Session, person_id: UUID) -> int:
    """Sign a person out of every browser and return how many there were."""
    ended = delete(WebSession).where(WebSession.person_id == person_id).returning(WebSession.id_sha256)
    return len(session.scalars(ended).all())


def forget_ended(session: Session, now: datetime) -> None:
    """Delete the sessions that are over or were idle for too long."""
    session.execute(delete(WebSession).where((WebSession.expires_at <= now) | (WebSession.seen_at < now - IDLE)))

"""Browser sessions: a random id in the cookie, its hash in the database, rotated at sign-in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from netos_core.access.model import Person, WebSession

ABSOLUTE = timedelta(hours=12)
IDLE = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session: whose it is, and the token every form must carry."""

    person: Person
    csrf: str


def _hash(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


def start(session: Session, person: Person, now: datetime) -> str:
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
        )
    )
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
    if row.WebSession.seen_at < now - timedelta(minutes=1):
        session.execute(update(WebSession).where(WebSession.id_sha256 == row.WebSession.id_sha256).values(seen_at=now))
    return SignedIn(row.Person, row.WebSession.csrf)


def end(session: Session, cookie: str) -> None:
    session.execute(delete(WebSession).where(WebSession.id_sha256 == _hash(cookie)))


def forget_ended(session: Session, now: datetime) -> None:
    """Delete the sessions that are over or were idle for too long."""
    session.execute(delete(WebSession).where((WebSession.expires_at <= now) | (WebSession.seen_at < now - IDLE)))

"""Reads of the outbox, of what people have set, and of who is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.queries import list_people
from netos_core.access.rules import Role
from netos_core.notices.model import NoticePreference, OutboxMessage, RefusedAddress, RestingWay
from netos_core.notices.rules.delivery import MessageState
from netos_core.notices.rules.kinds import CHOSEN, PERSONAL, Audience, reached
from netos_core.notices.rules.wishes import Preferences, Quiet, Timing, Wish


def counts(session: Session) -> dict[MessageState, int]:
    """Count the messages in each state."""
    rows = session.execute(select(OutboxMessage.state, func.count().label("n")).group_by(OutboxMessage.state))
    found = {row.state: row.n for row in rows}
    return {state: found.get(state, 0) for state in MessageState}


def people(session: Session, ids: Collection[UUID]) -> Mapping[UUID, Person]:
    """Return people by id, those who were shut out too."""
    return {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))} if ids else {}


def admins(session: Session) -> list[Person]:
    return [person for person in list_people(session) if Role.ADMIN in person.roles]


def audience(session: Session, wanted: Audience, owner: Person | None = None) -> list[Person]:
    """Return the people a step of a ladder reaches; the admins where it would reach nobody.

    Args:
        session: Where people are.
        wanted: The step, as `rules.kinds.escalate` says it.
        owner: Who owns the record, if anybody does; one who was shut out counts as nobody.
    """
    owner_id = owner.id if owner is not None and owner.active else None
    found = [
        person
        for person in list_people(session)
        if reached(wanted, frozenset(person.roles), owner=person.id == owner_id, owned=owner_id is not None)
    ]
    return found or admins(session)


def preferences(session: Session, ids: Collection[UUID]) -> dict[UUID, Preferences]:
    """Return what each of these people has set; who has set nothing has the usual."""
    found = {}
    if ids:
        rows = session.scalars(select(NoticePreference).where(NoticePreference.person_id.in_(ids)))
        found = {row.person_id: _preferences(row) for row in rows}
    return {person_id: found.get(person_id, Preferences()) for person_id in ids}


def _preferences(row: NoticePreference) -> Preferences:
    return Preferences(
        wishes={
            kind: Wish(tuple(way for way in PERSONAL if way in wish["ways"]), Timing(wish["timing"]))
            for kind, wish in row.wishes.items()
            if kind in CHOSEN
        },
        quiet=Quiet(row.quiet_from, row.quiet_until) if row.quiet_from and row.quiet_until else None,
        digest_at=row.digest_at,
    )


def busy_ways(session: Session, now: datetime) -> list[str]:
    """List the ways with something to send, and those whose credential was refused: it may be another one now."""
    due = select(OutboxMessage.channel).where(
        OutboxMessage.state == MessageState.WAITING, OutboxMessage.next_try_at <= now
    )
    shut = select(RestingWay.channel).where(RestingWay.shut)
    return list(session.scalars(due.union(shut)))


def rest_of(session: Session, channel: str) -> RestingWay | None:
    return session.get(RestingWay, channel, populate_existing=True)


def rests(session: Session) -> list[RestingWay]:
    """List the ways that rest, or are about to be tried again, with why."""
    return list(session.scalars(select(RestingWay).order_by(RestingWay.channel)))


def refused_address(session: Session, address: str) -> RefusedAddress | None:
    """Return when and how a mail address was refused, if it was and nothing has got through since."""
    return session.get(RefusedAddress, address.lower(), populate_existing=True)

"""The life of a message once it is due: claimed, sent outside any transaction, settled; or sent again by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.queries import rights_held
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.redaction import MONEY
from netos_core.notices import queries
from netos_core.notices.model import OutboxMessage, RefusedAddress, RestingWay
from netos_core.notices.rules.delivery import (
    LEASE,
    LONGEST_REST,
    MessageState,
    Outcome,
    Verdict,
    rest_after,
    state_after,
)
from netos_core.notices.rules.kinds import Way
from netos_core.notices.rules.wishes import quiet_until

MOST_OF_AN_ERROR = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed message as a way needs it; `tries` tells one claim from the next.

    `repeat` says that an earlier try may have got through, `thread` what the first one about its subject is called
    where it went.
    """

    id: UUID
    ref: str
    delivery_key: str
    kind: str
    channel: str
    recipient: str
    person_id: UUID | None
    about: str | None
    title: str
    link: str | None
    template: str
    values: dict[str, Any]
    due: str | None
    tries: int
    repeat: bool
    thread: str | None
    created_at: datetime
    waits_since: datetime


def claim(session: Session, channel: str, now: datetime, zone: ZoneInfo) -> Letter | None:
    """Take the message of a way that is due first; commit before sending it, so nothing is locked meanwhile.

    One at a time: a worker that dies leaves one message of which nobody knows whether it got through. It is due
    again when the lease is over, and marked as a possible repeat. On the way, messages in somebody's quiet hours are
    put off, and those to people who were shut out are withdrawn.
    """
    due = (
        select(OutboxMessage)
        .where(
            OutboxMessage.channel == channel,
            OutboxMessage.state == MessageState.WAITING,
            OutboxMessage.next_try_at <= now,
        )
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    while (row := session.scalar(due)) is not None:
        reader = session.get(Person, row.person_id) if row.person_id else None
        if reader is not None and not reader.active:
            row.state = MessageState.WITHDRAWN
        elif reader is not None and not row.urgent and (until := _quiet_until(session, reader, now, zone)):
            row.next_try_at = until
        else:
            row.repeat = row.repeat or row.claimed_at is not None
            row.tries, row.claimed_at, row.next_try_at = row.tries + 1, now, now + LEASE
            session.flush()
            return _letter(session, row, reader)
        session.flush()
    return None


def _quiet_until(session: Session, reader: Person, now: datetime, zone: ZoneInfo) -> datetime | None:
    return quiet_until(queries.preferences(session, {reader.id})[reader.id].quiet, now, zone)


def _letter(session: Session, row: OutboxMessage, reader: Person | None) -> Letter:
    sees = reader is None or MONEY.right in rights_held(reader)  # a role may have gone while it waited
    return Letter(
        id=row.id,
        ref=row.ref,
        delivery_key=row.delivery_key,
        kind=row.kind,
        channel=row.channel,
        recipient=row.recipient,
        person_id=row.person_id,
        about=row.about,
        title=row.title,
        link=row.link,
        template=row.payload["template"],
        values=values_of(row, sees_money=sees),
        due=row.payload.get("due"),
        tries=row.tries,
        repeat=row.repeat,
        thread=_thread(session, row),
        created_at=row.created_at,
        waits_since=row.waits_since,
    )


def values_of(row: OutboxMessage, *, sees_money: bool) -> dict[str, Any]:
    """Return what the text of a message may say: amounts are None for who may not see them."""
    amounts = (row.money if sees_money else None) or dict.fromkeys(row.payload.get("amounts", ()))
    return {**row.payload["values"], **amounts}


def _thread(session: Session, row: OutboxMessage) -> str | None:
    if row.about is None:
        return None
    return session.scalar(
        select(OutboxMessage.vendor_ref)
        .where(
            OutboxMessage.about == row.about,
            OutboxMessage.recipient == row.recipient,
            OutboxMessage.channel == row.channel,
            OutboxMessage.vendor_ref.is_not(None),
        )
        .order_by(OutboxMessage.id)
        .limit(1)
    )


def settle(session: Session, letter: Letter, outcome: Outcome, now: datetime) -> MessageState:
    """Record how sending went: delivered, to be tried again after a rest, or dead; and whether its way rests.

    A worker whose lease has run out meanwhile changes nothing: the message is another's.
    """
    mine = (OutboxMessage.id == letter.id, OutboxMessage.tries == letter.tries)
    if outcome.verdict is None:
        values: dict[str, Any] = {"delivered_at": now, "error": None, "vendor_ref": outcome.vendor_ref}
        session.execute(
            update(OutboxMessage).where(*mine).values(state=MessageState.DELIVERED, claimed_at=None, **values)
        )
        session.execute(delete(RestingWay).where(RestingWay.channel == letter.channel))
        session.execute(delete(RefusedAddress).where(RefusedAddress.address == letter.recipient.lower()))
        return MessageState.DELIVERED
    told = (outcome.told or "It went wrong.")[:MOST_OF_AN_ERROR]
    state = state_after(outcome.verdict, now - letter.waits_since)
    rest = rest_after(letter.tries, outcome.retry_after)
    if outcome.verdict in {Verdict.AWAY, Verdict.SHUT}:
        rest = _rest(session, letter.channel, outcome, told, now)
    moved = session.execute(
        update(OutboxMessage)
        .where(*mine, OutboxMessage.state == MessageState.WAITING)
        .values(
            state=state,
            error=told,
            next_try_at=now + rest,
            claimed_at=None,
            repeat=OutboxMessage.repeat | outcome.maybe_done,
        )
        .returning(OutboxMessage.id)
    )
    if moved.first() is not None and state is MessageState.DEAD:
        _bury(session, letter, outcome, told, now)
    return state


def _rest(session: Session, channel: str, outcome: Outcome, told: str, now: datetime) -> Any:
    """Let a way rest, longer each time it fails in a row; returns for how long."""
    known = session.get(RestingWay, channel, with_for_update=True)
    failures = known.failures + 1 if known else 1
    shut = outcome.verdict is Verdict.SHUT
    rest = LONGEST_REST if shut else rest_after(failures, outcome.retry_after)
    values = {"failures": failures, "rests_until": now + rest, "shut": shut, "told": told}
    session.execute(
        insert(RestingWay)
        .values(channel=channel, since=now, **values)
        .on_conflict_do_update(index_elements=["channel"], set_=values)
    )
    return rest


def _bury(session: Session, letter: Letter, outcome: Outcome, told: str, now: datetime) -> None:
    """Mark a refused address; what Slack can not bring to a person goes to them by mail instead."""
    if outcome.address_refused:
        values = {"told": told, "since": now}
        session.execute(
            insert(RefusedAddress)
            .values(address=letter.recipient.lower(), **values)
            .on_conflict_do_update(index_elements=["address"], set_=values)
        )
    if letter.channel == Way.DIRECT and letter.person_id is not None:
        copied = ("kind", "recipient", "person_id", "about", "title", "link", "urgent", "payload", "money")
        key = letter.delivery_key.removesuffix(f":{Way.DIRECT}") + f":{Way.MAIL}"
        given = {"id": new_id(), "delivery_key": key, "channel": Way.MAIL, "created_at": now}
        given |= {"waits_since": now, "next_try_at": now}
        dead = session.get_one(OutboxMessage, letter.id)
        session.execute(
            insert(OutboxMessage)
            .values(**given, **{name: getattr(dead, name) for name in copied})
            .on_conflict_do_nothing(index_elements=["delivery_key"])
        )


def resume(session: Session, *, channel: str | None = None) -> int:
    """End the rest of a way whose credential may be another one now, or of all such ways; return how many.

    What waits for it is due at once.
    """
    wanted = [RestingWay.shut] if channel is None else [RestingWay.channel == channel]
    ended = session.scalars(delete(RestingWay).where(*wanted).returning(RestingWay.channel)).all()
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.channel.in_(ended),
            OutboxMessage.state == MessageState.WAITING,
            OutboxMessage.claimed_at.is_(None),
            OutboxMessage.error.is_not(None),
        )
        .values(next_try_at=func.least(OutboxMessage.next_try_at, func.now()))
    )
    return len(ended)


def send_again(ctx: Context, dead: list[OutboxMessage]) -> None:
    """Let dead messages be tried anew, to where their reader or their place is now."""
    readers = queries.people(ctx.session, {row.person_id for row in dead if row.person_id})
    for row in dead:
        row.state, row.waits_since, row.next_try_at = MessageState.WAITING, ctx.now, ctx.now
        reader = readers.get(row.person_id) if row.person_id else None
        if reader is not None:
            row.recipient = reader.email
        else:
            here = (room.name for room in ctx.policy.rooms if room.channel == row.channel and row.kind in room.kinds)
            row.recipient = next(here, row.recipient)
    ctx.session.flush()

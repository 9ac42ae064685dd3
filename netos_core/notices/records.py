"""The outbox: messages are put with their cause, claimed, sent outside any transaction, and settled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.notices.model import OutboxMessage
from netos_core.notices.rules import LEASE, MessageState, rest_after, state_after_failure

MOST_OF_AN_ERROR = 500


@dataclass(frozen=True, slots=True)
class Letter:
    """A claimed message as a channel needs it; `tries` tells one claim from the next."""

    id: UUID
    delivery_key: str
    channel: str
    recipient: str
    payload: dict[str, Any]
    tries: int
    created_at: datetime


def put(ctx: Context, delivery_key: str, channel: str, recipient: str, payload: dict[str, Any]) -> bool:
    """Write a message in the transaction of its cause; False where one with that key was written before.

    Args:
        ctx: The call that causes it.
        delivery_key: What it tells whom, such as `approval:CHG-2207:<person>`.
        channel: How it travels, such as `mail`.
        recipient: Address on that channel.
        payload: The name of its template and the values in it.
    """
    made = ctx.session.execute(
        insert(OutboxMessage)
        .values(
            id=new_id(),
            delivery_key=delivery_key,
            channel=channel,
            recipient=recipient,
            payload=payload,
            created_at=ctx.now,
            next_try_at=ctx.now,
        )
        .on_conflict_do_nothing(index_elements=["delivery_key"])
        .returning(OutboxMessage.id)
    )
    return made.first() is not None


def withdraw(ctx: Context, beginning: str) -> int:
    """Take back messages that nobody needs any more and that have not gone out; return how many.

    Args:
        ctx: The call that makes them needless.
        beginning: What their delivery keys begin with.
    """
    moved = ctx.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.delivery_key.startswith(beginning, autoescape=True),
            OutboxMessage.state == MessageState.WAITING,
        )
        .values(state=MessageState.WITHDRAWN)
        .returning(OutboxMessage.id)
    )
    return len(moved.all())


def claim(session: Session, now: datetime, limit: int = 20) -> list[Letter]:
    """Take the messages that are due; commit before sending, so nothing is locked meanwhile.

    A worker that dies with a claim loses it when the lease is over, and the message is due again.
    """
    picked = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state == MessageState.WAITING, OutboxMessage.next_try_at <= now)
        .order_by(OutboxMessage.next_try_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(picked))
        .values(tries=OutboxMessage.tries + 1, next_try_at=now + LEASE)
        .returning(
            OutboxMessage.id,
            OutboxMessage.delivery_key,
            OutboxMessage.channel,
            OutboxMessage.recipient,
            OutboxMessage.payload,
            OutboxMessage.tries,
            OutboxMessage.created_at,
        )
    )
    return sorted((Letter(*row) for row in rows), key=lambda letter: letter.id)


def settle(session: Session, letter: Letter, error: str | None, now: datetime) -> MessageState:
    """Record how sending went: delivered, to be tried again after a rest, or dead."""
    values: dict[str, Any] = {"delivered_at": now, "error": None}
    state = MessageState.DELIVERED
    if error is not None:
        values = {"error": error[:MOST_OF_AN_ERROR], "next_try_at": now + rest_after(letter.tries)}
        state = state_after_failure(letter.tries)
    session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.id == letter.id,
            OutboxMessage.tries == letter.tries,
            OutboxMessage.state != MessageState.DELIVERED,
        )
        .values(state=state, **values)
    )
    return state

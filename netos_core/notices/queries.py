"""Reads of the outbox."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from netos_core.notices.model import OutboxMessage
from netos_core.notices.rules import MessageState
from netos_core.notices.schemas import OutboxRow


def list_messages(session: Session, *, state: MessageState | None = None, limit: int = 100) -> list[OutboxRow]:
    """List messages newest first, the dead with the reason of their last try."""
    query = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    if state is not None:
        query = query.where(OutboxMessage.state == state)
    return [
        OutboxRow(**{name: getattr(message, name) for name in OutboxRow.model_fields})
        for message in session.scalars(query)
    ]


def counts(session: Session) -> dict[MessageState, int]:
    """Count the messages in each state."""
    rows = session.execute(select(OutboxMessage.state, func.count().label("n")).group_by(OutboxMessage.state))
    found = {row.state: row.n for row in rows}
    return {state: found.get(state, 0) for state in MessageState}

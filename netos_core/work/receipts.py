"""Calls from outside are taken once: each is remembered by its signature until it would be refused as too old."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.work.model import WebhookReceipt

REMEMBERED = timedelta(days=3)
"""Longer than a system repeats a call that it believes to be lost."""


def take(session: Session, system: str, signature: str, now: datetime) -> bool:
    """Remember a call; False where it was taken before.

    Args:
        session: The transaction that also does what the call asks for, so that a failure forgets it.
        system: Who called.
        signature: What tells the call from any other: it is kept as a hash.
        now: When it came.
    """
    session.execute(delete(WebhookReceipt).where(WebhookReceipt.at < now - REMEMBERED))
    mark = hashlib.sha256(signature.encode()).hexdigest()
    made = session.execute(
        insert(WebhookReceipt)
        .values(system=system, mark=mark, at=now)
        .on_conflict_do_nothing()
        .returning(WebhookReceipt.mark)
    )
    return made.first() is not None

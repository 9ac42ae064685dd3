"""What calls of a model cost: one row each, written before it is asked and settled when it has answered.

The row of a call that is under way holds the most it may cost, so that many workers at once stay below the limit of the
month, and what a killed worker had asked for is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Unavailable
from netos_core.work.model import ModelAnswer, ModelCall
from netos_core.work.prices import Tokens

_LOCK = 0x6E65_746F_7301  # any number that no other lock of ours has


class Purpose(StrEnum):
    REPORT = "report"
    EXTRACTION = "extraction"


class Outcome(StrEnum):
    """How a call ended; one without an answer keeps the most it may have cost, unless it was refused."""

    ASKING = "asking"
    ANSWERED = "answered"
    MALFORMED = "malformed"
    DECLINED = "declined"
    REFUSED = "refused"
    SILENT = "silent"


class SpendingReached(Unavailable):
    """The limit of the month does not leave enough for this call."""

    code = "spending_limit"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call is for: `about` is the SHA-256 of a document, or the ref of a report."""

    purpose: Purpose
    model: str
    about: str


def spent(session: Session, now: datetime, zone: ZoneInfo) -> Decimal:
    """Give the US dollars of this month, by the clock of the business."""
    month = now.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return session.scalar(select(func.coalesce(func.sum(ModelCall.cost), 0)).where(ModelCall.at >= month)) or Decimal(0)


def begin(session: Session, asked: Asked, most: Decimal, limit: Decimal, now: datetime, zone: ZoneInfo) -> UUID:
    """Note that a model is about to be asked, for at most so much.

    Raises:
        SpendingReached: Together with what the month has cost it would be more than the limit.
    """
    session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if spent(session, now, zone) + most > limit:
        raise SpendingReached(
            f"The limit of {limit} USD a month for Claude does not leave enough for this.",
            fix="Raise NETOS_CLAUDE_MONTHLY_LIMIT, or wait for the next month.",
        )
    call = ModelCall(
        id=new_id(), at=now, purpose=asked.purpose, model=asked.model, about=asked.about, outcome=Outcome.ASKING,
        tokens_read=0, tokens_written=0, tokens_from_cache=0, tokens_into_cache=0, cost=most,
    )  # fmt: skip
    session.add(call)
    return call.id


def settle(session: Session, call: UUID, outcome: Outcome, tokens: Tokens | None, cost: Decimal | None) -> None:
    """Note how a call ended; without a cost the most it may have cost stays."""
    values: dict[str, Any] = {"outcome": outcome}
    if tokens is not None:
        values |= {
            "tokens_read": tokens.read, "tokens_written": tokens.written,
            "tokens_from_cache": tokens.from_cache, "tokens_into_cache": tokens.into_cache,
        }  # fmt: skip
    if cost is not None:
        values["cost"] = cost
    session.execute(update(ModelCall).where(ModelCall.id == call).values(**values))


def find_answer(session: Session, asked: Asked, prompt: str) -> dict[str, Any] | None:
    """Return what a model has answered to the same bytes and the same prompt before."""
    return session.scalar(
        select(ModelAnswer.answer).where(
            ModelAnswer.about == asked.about, ModelAnswer.model == asked.model, ModelAnswer.prompt == prompt
        )
    )


def forget_answers(session: Session, before: datetime) -> int:
    """Delete answers that were given before a time; what they cost stays noted."""
    done = session.execute(delete(ModelAnswer).where(ModelAnswer.at < before))
    return done.rowcount if isinstance(done, CursorResult) else 0


def keep_answer(session: Session, asked: Asked, prompt: str, answer: dict[str, Any], now: datetime) -> None:
    session.execute(
        insert(ModelAnswer)
        .values(about=asked.about, model=asked.model, prompt=prompt, answer=answer, at=now)
        .on_conflict_do_nothing()
    )

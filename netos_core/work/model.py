"""Jobs, how the outside systems they talk to stand, and what a model was asked and what that cost."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, ref_column


class Job(Base):
    """One piece of background work: what, for whom, how far, and how it ended."""

    __tablename__ = "job"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = ref_column()
    kind: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]
    request_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default=text("'queued'"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    progress: Mapped[str | None]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    started_at: Mapped[datetime | None]
    beat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_job_open", "created_at", postgresql_where=text("state in ('queued', 'running')")),)


class OutsideSystem(Base):
    """How an outside system answered last; written when that changes. `setting` is the one to correct."""

    __tablename__ = "outside_system"

    system: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    setting: Mapped[str | None]
    told: Mapped[str | None]
    since: Mapped[datetime]


class WebhookReceipt(Base):
    """A call of an outside system that was taken, by its signature: the same call again does nothing."""

    __tablename__ = "webhook_receipt"

    system: Mapped[str] = mapped_column(primary_key=True)
    mark: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class ModelCall(Base):
    """One call of a model and its US dollars; while it is under way `cost` is the most it may be."""

    __tablename__ = "model_call"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    purpose: Mapped[str]
    model: Mapped[str]
    about: Mapped[str]
    outcome: Mapped[str]
    tokens_read: Mapped[int]
    tokens_written: Mapped[int]
    tokens_from_cache: Mapped[int]
    tokens_into_cache: Mapped[int]
    cost: Mapped[Decimal] = mapped_column(Numeric(14, 6))


class ModelAnswer(Base):
    """What a model answered about a document, by its SHA-256 and the version of what it was asked."""

    __tablename__ = "model_answer"

    about: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    prompt: Mapped[str] = mapped_column(primary_key=True)
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]

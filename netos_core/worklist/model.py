"""Findings that are open, and those that were."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, MoneyColumn

OPEN = text("closed_at is null")


class WorkItem(Base):
    """A finding about a record. A record has one open finding of a kind; what is done is closed, and stays."""

    __tablename__ = "work_item"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    ref: Mapped[str]
    title: Mapped[str]
    why: Mapped[str]
    amount: Mapped[MoneyColumn | None]
    currency: Mapped[str]
    due_date: Mapped[date | None]
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_work_item_open", "entity", "entity_id", "kind", unique=True, postgresql_where=OPEN),
        Index("ix_work_item_due_date", "due_date", postgresql_where=OPEN),
    )

"""Reports as they were made, and what was written about them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, ref_column


class Report(Base):
    """One report on renewals: its data by rules, made at once, and its text where a model was asked for one.

    `week` is set for the weekly one, once for each week. `since` is from when changes are told; `recent` are the steps
    of its last minutes, so that the next one neither tells them again nor leaves out one that was committed late.
    `evidence` is what the tools answered whose figures the text cites. `due_at` is when the text is to be written, None
    where nothing is left to do.
    """

    __tablename__ = "report"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = ref_column()
    week: Mapped[str | None] = mapped_column(unique=True)
    as_of: Mapped[date]
    since: Mapped[datetime]
    recent: Mapped[list[str]]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    content: Mapped[dict[str, Any]]
    state: Mapped[str]
    writer: Mapped[str]
    note: Mapped[str | None]
    problems: Mapped[list[str]]
    narrative: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    evidence: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB(none_as_null=True))
    model: Mapped[str | None]
    tokens_in: Mapped[int] = mapped_column(server_default=text("0"))
    tokens_out: Mapped[int] = mapped_column(server_default=text("0"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    due_at: Mapped[datetime | None]
    made_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_report_due", "due_at", postgresql_where=text("due_at is not null")),
        Index("ix_report_made_at", "made_at", "id"),
    )

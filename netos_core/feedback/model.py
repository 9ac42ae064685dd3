"""Reports of bugs and wishes, and the comments that tell their progress."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, ref_column, search_column, trigram_index


class Feedback(Entity, Base):
    """A bug or a wish, in the words of who reports it; `source` is the page or the tool it is about."""

    __tablename__ = "feedback"

    ref: Mapped[str] = ref_column()
    kind: Mapped[str]
    title: Mapped[str]
    text: Mapped[str | None]
    priority: Mapped[str]
    status: Mapped[str]
    source: Mapped[str | None]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "title", "text", "source")

    __table_args__ = (Index("ix_feedback_status", "status"), trigram_index("feedback"))


class FeedbackComment(Entity, Base):
    __tablename__ = "feedback_comment"

    feedback_id: Mapped[UUID] = mapped_column(ForeignKey("feedback.id"), index=True)
    text: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]

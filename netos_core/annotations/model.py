"""Notes and tags, each pointing at one record by kind and id."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from netos_core.kernel.db import Base, Entity, search_column, trigram_index

LIVE = text("retired_at is null")


class Note(Entity, Base):
    """A remark by a person or their agent. Its text is theirs, and shown as such."""

    __tablename__ = "note"

    entity: Mapped[str]
    entity_id: Mapped[UUID]
    text: Mapped[str]
    author_id: Mapped[UUID]
    agent: Mapped[str | None]
    search_text: Mapped[str] = search_column("text")

    __table_args__ = (Index("ix_note_entity", "entity", "entity_id"), trigram_index("note"))


class Tag(Entity, Base):
    __tablename__ = "tag"

    entity: Mapped[str]
    entity_id: Mapped[UUID]
    name: Mapped[str]

    __table_args__ = (
        Index("uq_tag_live", "entity", "entity_id", "name", unique=True, postgresql_where=LIVE),
        Index("ix_tag_name", "name", postgresql_where=LIVE),
    )

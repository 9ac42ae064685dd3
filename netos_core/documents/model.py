"""Documents on records, and the files whose bytes they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, ref_column, search_column, trigram_index

Content: TypeAlias = bytes


class StoredFile(Base):
    """Bytes known by their SHA-256, and what they say of themselves.

    `content` holds them from the upload until the store has them, so neither a dead store nor a killed process
    loses one. `taken_at` is what the camera's clock said. `seen_at` is when they were last sent.
    """

    __tablename__ = "stored_file"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    bytes: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str]
    content: Mapped[Content | None] = mapped_column(LargeBinary)
    state: Mapped[str]
    pages: Mapped[int | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    taken_at: Mapped[str | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    pictured: Mapped[str]
    thumbnail_sha256: Mapped[str | None]
    preview_sha256: Mapped[str | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_until: Mapped[datetime | None]
    problem: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    stored_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_stored_file_work", "seen_at", postgresql_where=text("state <> 'stored' or pictured = 'waiting'")),
        Index("ix_stored_file_thumbnail", "thumbnail_sha256"),
        Index("ix_stored_file_preview", "preview_sha256"),
    )


class Document(Entity, Base):
    """A file on one record: what it is, what it shows, and who brought it."""

    __tablename__ = "document"

    ref: Mapped[str] = ref_column()
    entity: Mapped[str]
    entity_id: Mapped[UUID]
    kind: Mapped[str]
    title: Mapped[str]
    caption: Mapped[str | None]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    sensitivity: Mapped[str]
    uploaded_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]
    search_text: Mapped[str] = search_column("title", "file_name", "caption")

    __table_args__ = (
        Index("ix_document_entity", "entity", "entity_id"),
        Index("ix_document_sha256", "sha256"),
        Index(
            "uq_document_live", "entity", "entity_id", "sha256", unique=True,
            postgresql_where=text("retired_at is null"),
        ),
        trigram_index("document"),
    )  # fmt: skip


class Extraction(Base):
    """What was read out of the PDF of a contract, and what people decided of it; `extractions` reads and writes it.

    It stands on the stored file, for a contract's paper comes before the contract. `number` counts the readings of the
    same bytes, so that a later one takes nothing away. A claim that ran out is taken up again. `result` is the
    extraction as it was checked, `texts` are the words of each page, read when a page is; `decisions` holds by field
    what was decided, by whom and when.
    """

    __tablename__ = "extraction"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = ref_column()
    sha256: Mapped[str] = mapped_column(ForeignKey("stored_file.sha256"))
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"), index=True)
    file_name: Mapped[str]
    sensitivity: Mapped[str]
    number: Mapped[int]
    state: Mapped[str]
    claimed_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    problem: Mapped[str | None]
    pages_read: Mapped[int] = mapped_column(server_default=text("0"))
    extractor: Mapped[str | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    texts: Mapped[list[str] | None] = mapped_column(ARRAY(Text), deferred=True, deferred_raiseload=True)
    decisions: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey("contract.id"))
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposal.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    __table_args__ = (
        Index("uq_extraction_number", "sha256", "number", unique=True),
        Index("ix_extraction_work", "created_at", postgresql_where=text("state in ('waiting', 'reading')")),
    )

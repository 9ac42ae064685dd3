"""A file that was brought in: its cells as they stood, how its columns were read, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, ref_column


class ImportBatch(Base):
    """One sheet of one file. Its rows are read anew from their cells whenever a mapping or a cell changes."""

    __tablename__ = "import_batch"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = ref_column()
    file_name: Mapped[str]
    sha256: Mapped[str]
    kind: Mapped[str]
    kind_why: Mapped[str]
    sheet: Mapped[str]
    sheets: Mapped[list[str]]
    header: Mapped[dict[str, Any]]
    mapping: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    notes: Mapped[list[str]]
    counts: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default=text("'staged'"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposal.id"))
    created_at: Mapped[datetime]


class ImportRow(Base):
    """One row of the sheet: its cells, its problems and what it would do."""

    __tablename__ = "import_row"

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("import_batch.id"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[Any]] = mapped_column(JSONB)
    outcome: Mapped[str]
    ref: Mapped[str | None]
    problems: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)

    __table_args__ = (Index("ix_import_row_outcome", "batch_id", "outcome", "row"),)

"""Saved views of lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base

SHARED = text("shared")
OWN = text("not shared")


class SavedView(Base):
    """A named way to look at a list. `query` holds the arguments of the list's operation."""

    __tablename__ = "saved_view"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    list: Mapped[str]
    name: Mapped[str]
    query: Mapped[dict[str, Any]]
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    shared: Mapped[bool]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("uq_saved_view_shared", "list", text("lower(name)"), unique=True, postgresql_where=SHARED),
        Index("uq_saved_view_own", "owner_id", "list", text("lower(name)"), unique=True, postgresql_where=OWN),
    )

"""The index of the search: what each record is called and says. Derived, and made anew from the records at any time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import Computed, Index, Label, Text, literal_column
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, trigram_index

DIMENSIONS = 384
"""Room for a larger model: shorter vectors are filled up with zeros, which changes no distance."""

SIGNS: Label[Any] = literal_column(f"(binary_quantize(embedding)::bit({DIMENSIONS}))").label("signs")
"""The signs of a vector, one bit a dimension: quick to compare and to index. The nearest by them are then measured."""


class SearchEntry(Base):
    """One record as the search knows it.

    Args:
        kind: The record's kind as agents name it; a note's owner is another entity than its own.
        keys: Ids and names it answers to exactly, letters and digits only.
        names: Its title and ids, for words spelled nearly like them.
        words: All it says, for words that must all occur.
        needs: The right without which nobody learns of it; None where whoever searches may.
        embedding: What it means, by the model named beside it.
    """

    __tablename__ = "search_entry"

    entity: Mapped[str] = mapped_column(primary_key=True)
    entity_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    ref: Mapped[str]
    title: Mapped[str]
    detail: Mapped[str | None]
    keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    names: Mapped[str]
    words: Mapped[str]
    needs: Mapped[str | None]
    model: Mapped[str | None]
    embedding: Mapped[Any | None] = mapped_column(HALFVEC(DIMENSIONS))
    found_by: Mapped[Any] = mapped_column(
        TSVECTOR,
        Computed("setweight(to_tsvector('english', names), 'A') || to_tsvector('english', words)", persisted=True),
    )

    __table_args__ = (
        Index("ix_search_entry_keys", "keys", postgresql_using="gin"),
        Index("ix_search_entry_found_by", "found_by", postgresql_using="gin"),
        trigram_index("search_entry", "names"),
        Index("ix_search_entry_meaning", SIGNS, postgresql_using="hnsw", postgresql_ops={"signs": "bit_hamming_ops"},
              postgresql_with={"m": 8, "ef_construction": 32}, info={"unmanaged": True}),
    )  # fmt: skip

"""The index of the search, and the rows that commits touched and it has not taken up yet.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP, TSVECTOR

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEXED = (
    "circuit",
    "site",
    "provider",
    "customer",
    "contract",
    "note",
    "interface",
    "handoff_port",
    "vlan",
    "bgp_session",
    "ip_block",
)
PROPOSALS = "insert into touched select 'proposal', id, now() from proposal"


def upgrade() -> None:
    op.execute("create extension if not exists vector")
    op.execute("create extension if not exists fuzzystrmatch")
    op.create_table(
        "touched",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entity", "entity_id", name=op.f("pk_touched")),
    )
    op.create_table(
        "search_entry",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("keys", ARRAY(sa.Text()), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("needs", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("embedding", HALFVEC(384), nullable=True),
        sa.Column(
            "found_by",
            TSVECTOR(),
            sa.Computed(
                "setweight(to_tsvector('english', names), 'A') || to_tsvector('english', words)", persisted=True
            ),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("entity", "entity_id", name=op.f("pk_search_entry")),
    )
    op.create_index("ix_search_entry_keys", "search_entry", ["keys"], postgresql_using="gin")
    op.create_index("ix_search_entry_found_by", "search_entry", ["found_by"], postgresql_using="gin")
    op.create_index(
        "ix_search_entry_names_trgm", "search_entry", ["names"], postgresql_using="gin",
        postgresql_ops={"names": "gin_trgm_ops"},
    )  # fmt: skip
    op.execute(
        "create index ix_search_entry_meaning on search_entry using hnsw"
        " ((binary_quantize(embedding)::bit(384)) bit_hamming_ops) with (m = 8, ef_construction = 32)"
    )
    for entity in INDEXED:  # what a former release holds is found as soon as the worker has taken it up
        op.execute(f"insert into touched select '{entity}', id, now() from {entity} where retired_at is null")
    op.execute(PROPOSALS)


def downgrade() -> None:
    op.drop_table("search_entry")
    op.drop_table("touched")

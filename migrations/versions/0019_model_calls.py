"""What a model was asked, what that cost, and what it answered about documents.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    tokens = ("tokens_read", "tokens_written", "tokens_from_cache", "tokens_into_cache")
    op.create_table(
        "model_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("purpose", "model", "about", "outcome")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in tokens),
        sa.Column("cost", sa.Numeric(14, 6), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_call")),
    )
    op.create_index(op.f("ix_model_call_at"), "model_call", ["at"])
    op.create_table(
        "model_answer",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("about", "model", "prompt")),
        sa.Column("answer", JSONB(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("about", "model", "prompt", name=op.f("pk_model_answer")),
    )


def downgrade() -> None:
    op.drop_table("model_answer")
    op.drop_table("model_call")

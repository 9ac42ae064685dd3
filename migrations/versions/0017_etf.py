"""What leaving a contract early costs, and how its rate moves.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("etf", "escalator"):
        op.add_column("contract", sa.Column(name, JSONB(), nullable=True))
    op.create_table(
        "exposure",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("etf", sa.Numeric(14, 2), nullable=True),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_exposure_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_exposure")),
    )


def downgrade() -> None:
    op.drop_table("exposure")
    for name in ("escalator", "etf"):
        op.drop_column("contract", name)

"""The amendments of a contract are found without a look at the orders under it.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_contract_amending", "contract", ["parent_id"],
        postgresql_where=text("kind = 'amendment' and retired_at is null"),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_contract_amending", "contract")

"""What leaving a contract early costs, and how its rate moves.

Revision ID: 0017
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("etf", "escalator"):
        op.add_column("contract", sa.Column(name, JSONB(), nullable=True))


def downgrade() -> None:
    for name in ("escalator", "etf"):
        op.drop_column("contract", name)

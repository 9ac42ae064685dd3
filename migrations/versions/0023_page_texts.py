"""The words of each page of a contract that was read, for who hears or copies them.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("extraction", sa.Column("texts", ARRAY(sa.Text()), nullable=True))


def downgrade() -> None:
    op.drop_column("extraction", "texts")

"""Sites of which little is known are counted without a look at all others.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_site_stub", "site", ["id"], postgresql_where=text("stub and retired_at is null"))


def downgrade() -> None:
    op.drop_index("ix_site_stub", "site")

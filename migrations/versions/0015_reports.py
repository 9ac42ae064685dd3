"""Renewal reports.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def words(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def data(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, JSONB(), nullable=not needed)


def moment(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=not needed)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(24), nullable=False),
        words("week"),
        sa.Column("as_of", sa.Date(), nullable=False),
        moment("since", needed=True),
        data("recent", needed=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        data("content", needed=True),
        words("state", needed=True),
        words("writer", needed=True),
        words("note"),
        data("problems", needed=True),
        data("narrative"),
        data("evidence"),
        words("model"),
        count("tokens_in"),
        count("tokens_out"),
        count("tries"),
        moment("due_at"),
        moment("made_at", needed=True),
        moment("done_at"),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_report_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("ref", name=op.f("uq_report_ref")),
        sa.UniqueConstraint("week", name=op.f("uq_report_week")),
    )
    op.create_index("ix_report_due", "report", ["due_at"], postgresql_where=sa.text("due_at is not null"))
    op.create_index("ix_report_made_at", "report", ["made_at", "id"])
    op.execute(sa.schema.CreateSequence(sa.Sequence("ref_report", start=1001)))


def downgrade() -> None:
    op.execute("drop sequence ref_report")
    op.drop_table("report")

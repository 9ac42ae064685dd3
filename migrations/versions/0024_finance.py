"""Rules that divide shared costs, closed months and the lines they keep.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

LIVE = sa.text("retired_at is null")


def entity() -> list[sa.Column[object]]:
    now = sa.text("now()")
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=now, nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=now, nullable=False),
        sa.Column("retired_at", TIMESTAMP(timezone=True), nullable=True),
    ]


def words(name: str, *, needed: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def upgrade() -> None:
    op.create_table(
        "allocation_rule",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        words("component"),
        words("method"),
        sa.Column("shares", JSONB(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        words("description", needed=False),
        *entity(),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_allocation_rule_ends_after_start")),
        sa.CheckConstraint("extract(day from starts_on) = 1", name=op.f("ck_allocation_rule_begins_with_a_month")),
        sa.CheckConstraint("extract(day from ends_on + 1) = 1", name=op.f("ck_allocation_rule_ends_with_a_month")),
        sa.CheckConstraint(
            "(method = 'fixed') = (shares is not null)", name=op.f("ck_allocation_rule_fixed_has_shares")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_allocation_rule_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allocation_rule")),
    )
    op.create_index(op.f("ix_allocation_rule_site_id"), "allocation_rule", ["site_id"])
    op.create_table(
        "accounting_period",
        sa.Column("ref", sa.String(24), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        words("kept"),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("totals", JSONB(), nullable=False),
        words("description", needed=False),
        *entity(),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_accounting_period_month_by_first_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_period")),
        sa.UniqueConstraint("ref", name=op.f("uq_accounting_period_ref")),
    )
    op.create_index("uq_accounting_period_live", "accounting_period", ["month"], unique=True, postgresql_where=LIVE)
    op.create_table(
        "period_line",
        words("kept"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("circuit_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        words("component"),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        words("currency"),
        words("basis"),
        words("source"),
        words("item"),
        words("how"),
        sa.CheckConstraint(
            "(circuit_id is null) <> (site_id is null)", name=op.f("ck_period_line_of_a_circuit_or_a_site")
        ),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_period_line_circuit_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_period_line_site_id")),
        sa.PrimaryKeyConstraint("kept", "number", name=op.f("pk_period_line")),
    )
    for name in ("circuit", "site"):
        op.create_index(
            f"ix_period_line_{name}", "period_line", [f"{name}_id", "kept"],
            postgresql_where=sa.text(f"{name}_id is not null"),
        )  # fmt: skip
    op.execute(sa.schema.CreateSequence(sa.Sequence("ref_accounting_period", start=1001)))


def downgrade() -> None:
    op.execute("drop sequence ref_accounting_period")
    op.drop_table("period_line")
    op.drop_table("accounting_period")
    op.drop_table("allocation_rule")

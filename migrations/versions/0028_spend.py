"""Fees of months to come, and snapshots of what circuits cost.

Revision ID: 0028
Revises: 0027
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

MONEY = sa.Numeric(14, 2)


def upgrade() -> None:
    op.create_table(
        "exposure_ahead",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("worked_out_from", sa.Text(), nullable=False),
        sa.Column("fees", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_exposure_ahead_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_exposure_ahead")),
    )
    op.create_table(
        "spend_snapshot",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("taken_at", TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_spend_snapshot_month_by_first_day")),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_spend_snapshot")),
    )
    op.create_table(
        "spend_line",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("circuit_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("market", sa.Text(), nullable=True),
        sa.Column("service_type", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("mrc", MONEY, nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["month"], ["spend_snapshot.month"], name=op.f("fk_spend_line_month")),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_spend_line_circuit_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_spend_line_provider_id")),
        sa.PrimaryKeyConstraint("month", "circuit_id", name=op.f("pk_spend_line")),
    )
    op.create_table(
        "spend_sum",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("market", sa.Text(), nullable=False),
        sa.Column("service_type", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("circuits", sa.Integer(), nullable=False),
        sa.Column("unpriced", sa.Integer(), nullable=False),
        sa.Column("mrc", MONEY, nullable=False),
        sa.ForeignKeyConstraint(["month"], ["spend_snapshot.month"], name=op.f("fk_spend_sum_month")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_spend_sum_provider_id")),
        sa.PrimaryKeyConstraint(
            "month", "provider_id", "market", "service_type", "currency", name=op.f("pk_spend_sum")
        ),
    )
    op.create_index("ix_spend_sum_provider", "spend_sum", ["provider_id", "month"])


def downgrade() -> None:
    for table in ("spend_sum", "spend_line", "spend_snapshot", "exposure_ahead"):
        op.drop_table(table)

"""Revenue: the mirror of the billing system, its history, and what its services belong to.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def words(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def moment(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=not needed)


def money(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Numeric(14, 2), nullable=not needed)


def count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False)


def upgrade() -> None:
    op.create_table(
        "revenue_product",
        words("source", needed=True),
        words("key", needed=True),
        words("name", needed=True),
        money("amount"),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("credit", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_revenue_product")),
    )
    op.create_table(
        "revenue_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        words("source", needed=True),
        words("key", needed=True),
        words("name", needed=True),
        words("number", needed=True),
        words("status"),
        sa.Column("active", sa.Boolean(), nullable=False),
        words("line1"),
        words("city"),
        words("state"),
        words("postal_code"),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=False),
        moment("gone_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_account")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_revenue_account_source_key")),
    )
    op.create_table(
        "revenue_service",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(24), nullable=False),
        words("source", needed=True),
        words("key", needed=True),
        words("account_key", needed=True),
        words("product_key", needed=True),
        words("name"),
        sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
        money("price"),
        sa.Column("seen_by", sa.Uuid(), nullable=False),
        moment("gone_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_service")),
        sa.UniqueConstraint("ref", name=op.f("uq_revenue_service_ref")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_revenue_service_source_key")),
    )
    op.create_index("ix_revenue_service_account", "revenue_service", ["source", "account_key"])
    op.execute(sa.schema.CreateSequence(sa.Sequence("ref_revenue_service", start=1001)))
    op.create_table(
        "revenue_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        money("mrr", needed=True),
        words("currency", needed=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_revenue_price_ends_after_start")),
        sa.ForeignKeyConstraint(["service_id"], ["revenue_service.id"], name=op.f("fk_revenue_price_service_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_price")),
    )
    op.create_index(
        "uq_revenue_price_now",
        "revenue_price",
        ["service_id"],
        unique=True,
        postgresql_where=sa.text("ends_on is null"),
        postgresql_include=["mrr", "currency"],
    )
    op.create_index("ix_revenue_price_service", "revenue_price", ["service_id", "starts_on"])
    op.create_table(
        "revenue_sync",
        sa.Column("id", sa.Uuid(), nullable=False),
        words("source", needed=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        moment("since"),
        sa.Column("day", sa.Date(), nullable=False),
        words("step", needed=True),
        words("after"),
        count("tries"),
        moment("claimed_until", needed=True),
        moment("started_at", needed=True),
        moment("done_at"),
        words("problem"),
        sa.Column("losses_accepted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        count("accounts"),
        count("services"),
        count("gone"),
        count("repriced"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_sync")),
    )
    op.create_index(
        "uq_revenue_sync_open", "revenue_sync", ["source"], unique=True, postgresql_where=sa.text("done_at is null")
    )
    op.create_index("ix_revenue_sync_done", "revenue_sync", ["source", "done_at"])
    attribution()


def attribution() -> None:
    op.create_table(
        "revenue_attribution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        moment("retired_at"),
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("circuit_id", sa.Uuid(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=True),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        words("basis", needed=True),
        words("reason"),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_revenue_attribution_ends_after_start")),
        sa.CheckConstraint(
            "num_nonnulls(circuit_id, site_id, customer_id) > 0", name=op.f("ck_revenue_attribution_of_something")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["revenue_service.id"], name=op.f("fk_revenue_attribution_service_id")),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_revenue_attribution_circuit_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_revenue_attribution_site_id")),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_revenue_attribution_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revenue_attribution")),
    )
    op.create_index(
        "uq_revenue_attribution_open",
        "revenue_attribution",
        ["service_id"],
        unique=True,
        postgresql_where=sa.text("retired_at is null and ends_on is null"),
    )
    for column in ("service_id", "circuit_id", "site_id", "customer_id"):
        op.create_index(op.f(f"ix_revenue_attribution_{column}"), "revenue_attribution", [column])


def downgrade() -> None:
    op.drop_table("revenue_attribution")
    op.drop_table("revenue_sync")
    op.drop_table("revenue_price")
    op.execute("drop sequence ref_revenue_service")
    for table in ("revenue_service", "revenue_account", "revenue_product"):
        op.drop_table(table)

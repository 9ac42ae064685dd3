"""RF links, subtended circuits, leases of sites, electrical accounts and bills, customer contacts, feedback.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFS = ("rf_link", "electrical_account", "feedback")


def upgrade() -> None:
    for kind in REFS:
        op.execute(f"create sequence ref_{kind} start with 1001")
    op.create_table(
        "customer_contact",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], name=op.f("fk_customer_contact_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_contact")),
    )
    op.create_index(op.f("ix_customer_contact_customer_id"), "customer_contact", ["customer_id"], unique=False)
    op.create_table(
        "feedback",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(title, '') || ' ' || coalesce(text, '') || ' ' || coalesce(source, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_feedback_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("ref", name=op.f("uq_feedback_ref")),
    )
    op.create_index(
        "ix_feedback_search_text_trgm",
        "feedback",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index("ix_feedback_status", "feedback", ["status"], unique=False)
    op.create_table(
        "contract_site",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_contract_site_ends_after_start")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_contract_site_contract_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_contract_site_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_site")),
    )
    op.create_index(op.f("ix_contract_site_contract_id"), "contract_site", ["contract_id"], unique=False)
    op.create_index(op.f("ix_contract_site_site_id"), "contract_site", ["site_id"], unique=False)
    op.create_index(
        "uq_contract_site_live",
        "contract_site",
        ["contract_id", "site_id"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "electrical_account",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("provider_id", sa.Uuid(), nullable=False),
        sa.Column("account_number", sa.Text(), nullable=True),
        sa.Column("meter_number", sa.Text(), nullable=True),
        sa.Column("voltage", sa.Text(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("amperage", sa.Integer(), nullable=True),
        sa.Column("tariff", sa.Text(), nullable=True),
        sa.Column("monitoring_url", sa.Text(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(account_number, '') || ' ' || coalesce(meter_number, '') || ' ' || coalesce(tariff, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_electrical_account_ends_after_start")),
        sa.ForeignKeyConstraint(["provider_id"], ["provider.id"], name=op.f("fk_electrical_account_provider_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_electrical_account_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_electrical_account")),
        sa.UniqueConstraint("ref", name=op.f("uq_electrical_account_ref")),
    )
    op.create_index(
        "ix_electrical_account_number_lower",
        "electrical_account",
        [sa.literal_column("lower(account_number)")],
        unique=False,
    )
    op.create_index(op.f("ix_electrical_account_provider_id"), "electrical_account", ["provider_id"], unique=False)
    op.create_index(
        "ix_electrical_account_search_text_trgm",
        "electrical_account",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_electrical_account_site_id"), "electrical_account", ["site_id"], unique=False)
    op.create_table(
        "feedback_comment",
        sa.Column("feedback_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_feedback_comment_author_id")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name=op.f("fk_feedback_comment_feedback_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_comment")),
    )
    op.create_index(op.f("ix_feedback_comment_feedback_id"), "feedback_comment", ["feedback_id"], unique=False)
    op.create_table(
        "electrical_bill",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("kwh", sa.Numeric(precision=14, scale=3), nullable=True),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("extract(day from month) = 1", name=op.f("ck_electrical_bill_month_by_first_day")),
        sa.ForeignKeyConstraint(["account_id"], ["electrical_account.id"], name=op.f("fk_electrical_bill_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_electrical_bill")),
    )
    op.create_index(
        "uq_electrical_bill_live",
        "electrical_bill",
        ["account_id", "month"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_table(
        "rf_link",
        sa.Column("ref", sa.String(length=24), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("a_site_id", sa.Uuid(), nullable=False),
        sa.Column("z_site_id", sa.Uuid(), nullable=False),
        sa.Column("circuit_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("band", sa.Text(), nullable=True),
        sa.Column("frequency_mhz", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("channel_width_mhz", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("capacity_mbps", sa.Numeric(precision=12, scale=3), nullable=True),
        sa.Column("licensing", sa.Text(), nullable=True),
        sa.Column("call_sign", sa.Text(), nullable=True),
        sa.Column("licence_expires_on", sa.Date(), nullable=True),
        sa.Column("radio_vendor", sa.Text(), nullable=True),
        sa.Column("radio_model", sa.Text(), nullable=True),
        sa.Column("monthly_cost", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(name, '') || ' ' || coalesce(band, '') || ' ' || coalesce(call_sign, '') || ' ' || coalesce(radio_vendor, '') || ' ' || coalesce(radio_model, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("a_site_id <> z_site_id", name=op.f("ck_rf_link_two_ends")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_rf_link_ends_after_start")),
        sa.ForeignKeyConstraint(["a_site_id"], ["site.id"], name=op.f("fk_rf_link_a_site_id")),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_rf_link_circuit_id")),
        sa.ForeignKeyConstraint(["z_site_id"], ["site.id"], name=op.f("fk_rf_link_z_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rf_link")),
        sa.UniqueConstraint("ref", name=op.f("uq_rf_link_ref")),
    )
    op.create_index(op.f("ix_rf_link_a_site_id"), "rf_link", ["a_site_id"], unique=False)
    op.create_index(op.f("ix_rf_link_circuit_id"), "rf_link", ["circuit_id"], unique=False)
    op.create_index(
        "ix_rf_link_search_text_trgm",
        "rf_link",
        ["search_text"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.create_index(op.f("ix_rf_link_z_site_id"), "rf_link", ["z_site_id"], unique=False)
    op.create_table(
        "site_circuit",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("circuit_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_site_circuit_ends_after_start")),
        sa.ForeignKeyConstraint(["circuit_id"], ["circuit.id"], name=op.f("fk_site_circuit_circuit_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_circuit_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_circuit")),
    )
    op.create_index(op.f("ix_site_circuit_circuit_id"), "site_circuit", ["circuit_id"], unique=False)
    op.create_index(op.f("ix_site_circuit_site_id"), "site_circuit", ["site_id"], unique=False)


def downgrade() -> None:
    op.drop_table("site_circuit")
    op.drop_table("rf_link")
    op.drop_table("electrical_bill")
    op.drop_table("feedback_comment")
    op.drop_table("electrical_account")
    op.drop_table("contract_site")
    op.drop_table("feedback")
    op.drop_table("customer_contact")
    for kind in REFS:
        op.execute(f"drop sequence ref_{kind}")

"""Quotes and their terms, orders and their steps, and drafts of quotes that wait for a person.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

REFS = ("quote", "circuit_order", "quote_draft")


def entity(name: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", TIMESTAMP(timezone=True), nullable=True),
        *columns,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def words(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def money(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Numeric(14, 2), nullable=True)


def day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=True)


def number(name: str, *, needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not needed)


def link(table: str, column: str, target: str, *, needed: bool = False) -> tuple[sa.Column[object], sa.Constraint]:
    key = sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
    return sa.Column(column, sa.Uuid(), nullable=not needed), key


def upgrade() -> None:
    entity(
        "quote",
        sa.Column("ref", sa.String(24), nullable=False),
        *link("quote", "provider_id", "provider", needed=True),
        words("number"),
        *link("quote", "a_site_id", "site"),
        words("a_place"),
        *link("quote", "z_site_id", "site"),
        words("z_place"),
        words("service_type", needed=True),
        sa.Column("bandwidth_mbps", sa.Numeric(12, 3), nullable=True),
        words("level"),
        words("state", needed=True),
        day("received_date"),
        day("valid_until"),
        words("serviceability", needed=True),
        words("currency", needed=True),
        *link("quote", "replaces_id", "circuit"),
        words("requested_by"),
        words("source"),
        words("description"),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(number, '') || ' ' || coalesce(service_type, '') || ' ' "
                "|| coalesce(a_place, '') || ' ' || coalesce(z_place, '') || ' ' || coalesce(requested_by, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("bandwidth_mbps > 0", name=op.f("ck_quote_bandwidth_positive")),
        sa.CheckConstraint("valid_until >= received_date", name=op.f("ck_quote_valid_after_received")),
        sa.UniqueConstraint("ref", name=op.f("uq_quote_ref")),
    )
    for column in ("provider_id", "a_site_id", "z_site_id", "replaces_id"):
        op.create_index(op.f(f"ix_quote_{column}"), "quote", [column])
    op.create_index(
        "ix_quote_search_text_trgm", "quote", ["search_text"],
        postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"},
    )  # fmt: skip
    entity(
        "quote_term",
        *link("quote_term", "quote_id", "quote", needed=True),
        number("term_months", needed=True),
        money("mrc"),
        money("nrc"),
        money("etf"),
        words("etf_terms"),
        money("special_build"),
        number("install_days"),
        sa.Column("escalator_percent", sa.Numeric(6, 3), nullable=True),
        money("tax_monthly"),
        words("currency", needed=True),
        sa.CheckConstraint("term_months > 0", name=op.f("ck_quote_term_term_positive")),
    )
    op.create_index(
        "uq_quote_term_live", "quote_term", ["quote_id", "term_months"], unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )  # fmt: skip
    entity(
        "circuit_order",
        sa.Column("ref", sa.String(24), nullable=False),
        *link("circuit_order", "quote_id", "quote", needed=True),
        number("term_months"),
        *link("circuit_order", "circuit_id", "circuit"),
        words("number"),
        number("acceptance_days"),
        day("cancelled_date"),
        words("description"),
        sa.CheckConstraint("acceptance_days >= 0", name=op.f("ck_circuit_order_acceptance_not_negative")),
        sa.UniqueConstraint("ref", name=op.f("uq_circuit_order_ref")),
    )
    for column in ("quote_id", "circuit_id"):
        op.create_index(op.f(f"ix_circuit_order_{column}"), "circuit_order", [column])
    entity(
        "order_step",
        *link("order_step", "order_id", "circuit_order", needed=True),
        words("stage", needed=True),
        day("planned_date"),
        day("actual_date"),
        day("released_date"),
        words("who"),
        words("reason"),
        money("charge"),
        words("currency", needed=True),
        words("description"),
        sa.CheckConstraint("released_date >= actual_date", name=op.f("ck_order_step_released_after_held")),
    )
    op.create_index("ix_order_step_order_id", "order_step", ["order_id"])
    op.create_index(
        "uq_order_step_live", "order_step", ["order_id", "stage"], unique=True,
        postgresql_where=sa.text("retired_at is null and stage <> 'held'"),
    )  # fmt: skip
    op.create_table(
        "quote_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(24), nullable=False),
        words("kind", needed=True),
        words("title"),
        words("sha256", needed=True),
        words("source_text", needed=True),
        sa.Column("fields", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        *link("quote_draft", "person_id", "person", needed=True),
        words("agent"),
        words("client"),
        sa.Column("created_at", TIMESTAMP(timezone=True), nullable=False),
        *link("quote_draft", "decided_by", "person"),
        sa.Column("decided_at", TIMESTAMP(timezone=True), nullable=True),
        words("reason"),
        *link("quote_draft", "proposal_id", "proposal"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote_draft")),
        sa.UniqueConstraint("ref", name=op.f("uq_quote_draft_ref")),
        sa.UniqueConstraint("sha256", name=op.f("uq_quote_draft_sha256")),
    )
    op.create_index("ix_quote_draft_state", "quote_draft", ["state", "id"])
    for name in REFS:
        op.execute(sa.schema.CreateSequence(sa.Sequence(f"ref_{name}", start=1001)))


def downgrade() -> None:
    for name in REFS:
        op.execute(f"drop sequence ref_{name}")
    for table in ("quote_draft", "order_step", "circuit_order", "quote_term", "quote"):
        op.drop_table(table)

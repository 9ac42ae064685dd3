"""Notice letters, their signing, and the calls of webhooks that were taken.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def words(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def day(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=not needed)


def moment(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=not needed)


def link(table: str, column: str, target: str, *, needed: bool = False) -> tuple[sa.Column[object], sa.Constraint]:
    key = sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))
    return sa.Column(column, sa.Uuid(), nullable=not needed), key


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        moment("retired_at"),
        sa.Column("ref", sa.String(24), nullable=False),
        *link("letter", "contract_id", "contract", needed=True),
        *link("letter", "decision_id", "renewal_decision"),
        words("kind", needed=True),
        words("method"),
        day("letter_date", needed=True),
        words("recipient_name"),
        words("recipient_address"),
        words("recipient_email"),
        day("effective_date"),
        sa.Column("circuits", JSONB(), nullable=False),
        words("opening"),
        words("extra"),
        words("signer_name"),
        words("signer_title"),
        words("signer_email"),
        day("sign_by"),
        words("sending"),
        words("sending_key"),
        sa.Column("wording", JSONB(), nullable=True),
        words("pdf_sha256"),
        *link("letter", "pdf_document_id", "document"),
        words("serve_to"),
        day("signed_date"),
        day("served_date"),
        words("served_method"),
        words("tracking_number"),
        *link("letter", "proof_document_id", "document"),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(ref, '') || ' ' || coalesce(recipient_name, '') || ' ' || coalesce(signer_name, '') "
                "|| ' ' || coalesce(tracking_number, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("(sending is null) = (pdf_sha256 is null)", name=op.f("ck_letter_sent_as_approved")),
        sa.CheckConstraint(
            "(served_date is null) = (served_method is null)", name=op.f("ck_letter_served_by_a_method")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("ref", name=op.f("uq_letter_ref")),
    )
    op.create_index(op.f("ix_letter_contract_id"), "letter", ["contract_id"])
    op.create_index(op.f("ix_letter_decision_id"), "letter", ["decision_id"])
    op.create_index("uq_letter_sending_key", "letter", ["sending_key"], unique=True)
    op.create_index(
        "ix_letter_sending", "letter", ["sending"], postgresql_where=sa.text("sending = 'docuseal'")
    )  # fmt: skip
    op.create_index(
        "ix_letter_search_text_trgm", "letter", ["search_text"],
        postgresql_using="gin", postgresql_ops={"search_text": "gin_trgm_ops"},
    )  # fmt: skip
    op.create_table(
        "letter_signing",
        sa.Column("id", sa.Uuid(), nullable=False),
        *link("letter_signing", "letter_id", "letter", needed=True),
        words("sending_key", needed=True),
        *link("letter_signing", "proposal_id", "proposal", needed=True),
        *link("letter_signing", "approved_by", "person", needed=True),
        words("serve_to"),
        words("state", needed=True),
        words("submission_id"),
        words("through"),
        moment("queued_at", needed=True),
        moment("out_at"),
        moment("opened_at"),
        moment("ended_at"),
        words("told"),
        moment("filed_at"),
        *link("letter_signing", "signed_document_id", "document"),
        *link("letter_signing", "record_document_id", "document"),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        moment("claimed_until"),
        moment("due_at"),
        moment("asked_at"),
        words("problem"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_signing")),
        sa.UniqueConstraint("sending_key", name=op.f("uq_letter_signing_sending_key")),
    )
    op.create_index(op.f("ix_letter_signing_letter_id"), "letter_signing", ["letter_id"])
    op.create_index(op.f("ix_letter_signing_submission_id"), "letter_signing", ["submission_id"])
    op.create_index(
        "ix_letter_signing_due", "letter_signing", ["due_at"], postgresql_where=sa.text("due_at is not null")
    )  # fmt: skip
    op.create_table(
        "webhook_receipt",
        words("system", needed=True),
        words("mark", needed=True),
        moment("at", needed=True),
        sa.PrimaryKeyConstraint("system", "mark", name=op.f("pk_webhook_receipt")),
    )
    op.create_index(op.f("ix_webhook_receipt_at"), "webhook_receipt", ["at"])
    op.execute(sa.schema.CreateSequence(sa.Sequence("ref_letter", start=1001)))


def downgrade() -> None:
    op.execute("drop sequence ref_letter")
    op.drop_table("webhook_receipt")
    op.drop_table("letter_signing")
    op.drop_table("letter")

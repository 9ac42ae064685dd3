"""Documents and photos on records, and the files whose bytes they are.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def instant(name: str, *, nullable: bool = False, now: bool = False) -> sa.Column[object]:
    default = sa.text("now()") if now else None
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable, server_default=default)


def words(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "stored_file",
        words("sha256"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        words("content_type"),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        words("state"),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        words("taken_at", nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        words("pictured"),
        words("thumbnail_sha256", nullable=True),
        words("preview_sha256", nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        instant("claimed_until", nullable=True),
        words("problem", nullable=True),
        instant("created_at", now=True),
        instant("seen_at", now=True),
        instant("stored_at", nullable=True),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_file")),
    )
    op.execute("alter table stored_file alter column content set storage external")  # photos and PDFs pack no further
    op.create_index(
        "ix_stored_file_work",
        "stored_file",
        ["seen_at"],
        postgresql_where=sa.text("state <> 'stored' or pictured = 'waiting'"),
    )
    op.create_index("ix_stored_file_thumbnail", "stored_file", ["thumbnail_sha256"])
    op.create_index("ix_stored_file_preview", "stored_file", ["preview_sha256"])
    op.create_table(
        "document",
        sa.Column("ref", sa.String(24), nullable=False),
        words("entity"),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        words("kind"),
        words("title"),
        words("caption", nullable=True),
        words("file_name"),
        words("sha256"),
        words("sensitivity"),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        words("agent", nullable=True),
        sa.Column(
            "search_text",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(title, '') || ' ' || coalesce(file_name, '') || ' ' || coalesce(caption, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        instant("created_at", now=True),
        instant("updated_at", now=True),
        instant("retired_at", nullable=True),
        sa.ForeignKeyConstraint(["sha256"], ["stored_file.sha256"], name=op.f("fk_document_sha256")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_document_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("ref", name=op.f("uq_document_ref")),
    )
    op.create_index("ix_document_entity", "document", ["entity", "entity_id"])
    op.create_index("ix_document_sha256", "document", ["sha256"])
    op.create_index(
        "uq_document_live",
        "document",
        ["entity", "entity_id", "sha256"],
        unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )
    op.create_index(
        "ix_document_search_text_trgm",
        "document",
        ["search_text"],
        postgresql_using="gin",
        postgresql_ops={"search_text": "gin_trgm_ops"},
    )
    op.execute(sa.schema.CreateSequence(sa.Sequence("ref_document", start=1001)))


def downgrade() -> None:
    op.execute("drop sequence ref_document")
    op.drop_table("document")
    op.drop_table("stored_file")

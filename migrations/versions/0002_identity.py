"""Who people are for the identity provider, personal tokens, agents and their last use, outside systems.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NETOS_ITSELF = "00000000-0000-7000-8000-000000000001"


def instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.add_column("person", sa.Column("kind", sa.Text(), server_default=sa.text("'person'"), nullable=False))
    op.add_column("person", sa.Column("directory_id", sa.Text(), nullable=True))
    op.add_column("person", instant("roles_at", nullable=True))
    op.add_column("person", instant("seen_at", nullable=True))
    op.create_unique_constraint(op.f("uq_person_directory_id"), "person", ["directory_id"])
    op.execute(f"update person set kind = 'system' where id = '{NETOS_ITSELF}'")

    for name in ("address", "browser", "refresh_sealed"):
        op.add_column("web_session", sa.Column(name, sa.Text(), nullable=True))
    for name in ("renew_at", "renewing_at"):
        op.add_column("web_session", instant(name, nullable=True))
    op.create_index(op.f("ix_web_session_person_id"), "web_session", ["person_id"])

    op.create_table(
        "access_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        instant("created_at"),
        instant("expires_at"),
        instant("used_at", nullable=True),
        sa.Column("used_from", sa.Text(), nullable=True),
        instant("revoked_at", nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_access_token_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_token")),
        sa.UniqueConstraint("ref", name=op.f("uq_access_token_ref")),
        sa.UniqueConstraint("sha256", name=op.f("uq_access_token_sha256")),
    )
    op.create_index(op.f("ix_access_token_person_id"), "access_token", ["person_id"])
    op.create_table(
        "agent_use",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        instant("first_at"),
        instant("last_at"),
        sa.Column("address", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_agent_use_person_id")),
        sa.PrimaryKeyConstraint("person_id", "client", name=op.f("pk_agent_use")),
    )
    op.create_table(
        "outside_system",
        sa.Column("system", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("setting", sa.Text(), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        instant("since"),
        sa.PrimaryKeyConstraint("system", name=op.f("pk_outside_system")),
    )
    op.add_column("proposal", sa.Column("client", sa.Text(), nullable=True))
    op.add_column("audit", sa.Column("client", sa.Text(), nullable=True))
    op.create_index(op.f("ix_audit_request"), "audit", ["request_id"])
    op.execute(sa.schema.CreateSequence(sa.Sequence("ref_token", start=1001)))


def downgrade() -> None:
    op.execute("drop sequence ref_token")
    op.drop_index(op.f("ix_audit_request"), table_name="audit")
    op.drop_column("audit", "client")
    op.drop_column("proposal", "client")
    op.drop_table("outside_system")
    op.drop_table("agent_use")
    op.drop_table("access_token")
    op.drop_index(op.f("ix_web_session_person_id"), table_name="web_session")
    for name in ("renewing_at", "renew_at", "refresh_sealed", "browser", "address"):
        op.drop_column("web_session", name)
    op.drop_constraint(op.f("uq_person_directory_id"), "person", type_="unique")
    for name in ("seen_at", "roles_at", "directory_id", "kind"):
        op.drop_column("person", name)

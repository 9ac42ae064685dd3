"""What is read out of contracts.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def words(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def key(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), nullable=not needed)


def moment(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, TIMESTAMP(timezone=True), nullable=not needed)


def count(name: str, start: str | None = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default=start and sa.text(start), nullable=False)


def upgrade() -> None:
    points = {
        "sha256": "stored_file.sha256",
        "document_id": "document.id",
        "contract_id": "contract.id",
        "proposal_id": "proposal.id",
        "person_id": "person.id",
        "ended_by": "person.id",
    }
    op.create_table(
        "extraction",
        key("id", needed=True),
        sa.Column("ref", sa.String(24), nullable=False),
        words("sha256", needed=True),
        key("document_id"),
        words("file_name", needed=True),
        words("sensitivity", needed=True),
        count("number", None),
        words("state", needed=True),
        moment("claimed_until"),
        count("tries"),
        words("problem"),
        count("pages_read"),
        words("extractor"),
        sa.Column("result", JSONB(), nullable=True),
        sa.Column("decisions", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        count("version", "1"),
        key("contract_id"),
        key("proposal_id"),
        key("person_id", needed=True),
        words("agent"),
        moment("created_at", needed=True),
        moment("read_at"),
        key("ended_by"),
        moment("ended_at"),
        words("reason"),
        *(
            sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_extraction_{name}"))
            for name, target in points.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extraction")),
        sa.UniqueConstraint("ref", name=op.f("uq_extraction_ref")),
    )
    op.create_index("uq_extraction_number", "extraction", ["sha256", "number"], unique=True)
    op.create_index(
        "ix_extraction_work", "extraction", ["created_at"], postgresql_where=sa.text("state in ('waiting', 'reading')")
    )
    for name in ("document_id", "proposal_id"):
        op.create_index(f"ix_extraction_{name}", "extraction", [name])
    op.execute(sa.schema.CreateSequence(sa.Sequence("ref_extraction", start=1001)))


def downgrade() -> None:
    op.execute("drop sequence ref_extraction")
    op.drop_table("extraction")

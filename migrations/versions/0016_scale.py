"""Indices for a hundred thousand circuits: every name a record answers to, and what figures are added up from.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LIVE = text("retired_at is null")
NAMES = (
    ("site", "external_id"), ("site", "clli"), ("customer", "account_number"), ("contract", "number"),
    ("rf_link", "name"), ("rf_link", "call_sign"), ("electrical_account", "meter_number"), ("quote", "number"),
    ("circuit_order", "number"),
)  # fmt: skip
GOVERNS = text("governs and retired_at is null")


def upgrade() -> None:
    for table, column in NAMES:
        op.create_index(f"ix_{table}_{column}_lower", table, [text(f"lower({column})")], postgresql_where=LIVE)
    op.create_index(
        "ix_circuit_figures", "circuit", ["provider_id", "status"], postgresql_where=LIVE,
        postgresql_include=["service_type", "currency", "mrc", "stub", "id"],
    )  # fmt: skip
    op.drop_index("ix_termination_site_id", "termination")
    op.create_index(
        "ix_termination_site_id", "termination", ["site_id", "circuit_id"], postgresql_include=["retired_at"]
    )
    op.drop_index("uq_contract_circuit_governs", "contract_circuit")
    op.create_index(
        "uq_contract_circuit_governs", "contract_circuit", ["circuit_id"], unique=True, postgresql_where=GOVERNS,
        postgresql_include=["contract_id"],
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("uq_contract_circuit_governs", "contract_circuit")
    op.create_index(
        "uq_contract_circuit_governs", "contract_circuit", ["circuit_id"], unique=True, postgresql_where=GOVERNS
    )
    op.drop_index("ix_termination_site_id", "termination")
    op.create_index("ix_termination_site_id", "termination", ["site_id"])
    op.drop_index("ix_circuit_figures", "circuit")
    for table, column in reversed(NAMES):
        op.drop_index(f"ix_{table}_{column}_lower", table)

"""Each circuit carries the contract that governs it, kept by the database from the links of contracts to circuits.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

LIVE = sa.text("retired_at is null")
FIGURES = ["service_type", "currency", "mrc", "stub", "id"]
KEEP = """
    create function netos_governing() returns trigger language plpgsql as $$
    begin
        if tg_op <> 'INSERT' and old.governs and old.retired_at is null then
            update circuit set contract_id = null where id = old.circuit_id and contract_id = old.contract_id;
        end if;
        if tg_op <> 'DELETE' and new.governs and new.retired_at is null then
            update circuit set contract_id = new.contract_id
            where id = new.circuit_id and contract_id is distinct from new.contract_id;
        end if;
        return null;
    end $$
"""
WHENEVER = """
    create trigger governing after insert or delete or update of contract_id, circuit_id, governs, retired_at
    on contract_circuit for each row execute function netos_governing()
"""
UNTIL_NOW = """
    update circuit set contract_id = l.contract_id from contract_circuit l
    where l.circuit_id = circuit.id and l.governs and l.retired_at is null
"""


def upgrade() -> None:
    op.add_column("circuit", sa.Column("contract_id", sa.Uuid(), nullable=True))
    op.execute(UNTIL_NOW)
    op.execute(KEEP)
    op.execute(WHENEVER)
    op.create_index(
        "ix_circuit_contract_id",
        "circuit",
        ["contract_id"],
        postgresql_include=["currency", "mrc"],
        postgresql_where=LIVE,
    )
    op.drop_index("ix_circuit_figures", table_name="circuit")
    op.create_index(
        "ix_circuit_figures",
        "circuit",
        ["provider_id", "status"],
        postgresql_include=[*FIGURES, "contract_id"],
        postgresql_where=LIVE,
    )


def downgrade() -> None:
    op.drop_index("ix_circuit_figures", table_name="circuit")
    op.create_index(
        "ix_circuit_figures",
        "circuit",
        ["provider_id", "status"],
        postgresql_include=FIGURES,
        postgresql_where=LIVE,
    )
    op.drop_index("ix_circuit_contract_id", table_name="circuit")
    op.execute("drop trigger governing on contract_circuit")
    op.execute("drop function netos_governing()")
    op.drop_column("circuit", "contract_id")

"""A stamp that changes with whatever answers are added up from, so that an answer that is kept is never behind.

Revision ID: 0029
Revises: 0028
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# The trail knows every write to a record; these are worked out or read in without one.
UNTRAILED = (
    "standing", "exposure", "work_item", "extraction", "quote_draft", "letter_signing", "revenue_service",
    "revenue_price",
)  # fmt: skip
STAMP = """
    create function netos_written() returns trigger language plpgsql as $$
    declare
        this text := pg_current_xact_id()::text;
    begin
        if current_setting('netos.written', true) is distinct from this then
            insert into written default values on conflict (one) do update set stamp = gen_random_uuid();
            perform set_config('netos.written', this, true);
        end if;
        return null;
    end $$
"""
# At the very end of a transaction: who commits at the same time waits for no longer than that.
WHENEVER = """
    create constraint trigger written after {events} on {table}
    deferrable initially deferred for each row {when} execute function netos_written()
"""


def upgrade() -> None:
    op.create_table(
        "written",
        sa.Column("one", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("stamp", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_written_one_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_written")),
    )
    op.execute(STAMP)
    op.execute(WHENEVER.format(events="insert", table="audit", when="when (new.action <> 'read')"))
    for table in UNTRAILED:
        op.execute(WHENEVER.format(events="insert or update or delete", table=table, when=""))


def downgrade() -> None:
    for table in ("audit", *UNTRAILED):
        op.execute(f"drop trigger written on {table}")
    op.execute("drop function netos_written()")
    op.drop_table("written")

"""Open months that are worked out, and what was written since: each table with money says so by itself.

Revision ID: 0027
Revises: 0026
"""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

DAYS = ("starts_on", "ends_on", "retired_at")
TERMS = ("term_start_date", "signed_date", "term_end_date", "term_months", "co_terminus", "evergreen", "retired_at")
GONE = ("gone", "case when r.retired_at is not null then r.id end")
"""What is retired, or was: what was billed for it is something else's then."""


class Watched(NamedTuple):
    """What of a table money follows from, and which records a row of it touches: what they are, and an expression."""

    columns: tuple[str, ...]
    touches: tuple[tuple[str, str], ...]
    on: tuple[str, ...] = ("insert", "update", "delete")
    key: tuple[str, ...] = ("id",)
    more: str = ""


WATCHED = {
    "circuit": Watched(
        (
            "mrc", "currency", "status", "contract_id", "bandwidth_mbps", "billing_start_date", "install_date",
            "disconnect_date", "retired_at",
        ),
        (("circuit", "id"), ("contract", "contract_id"), GONE),
    ),
    "circuit_customer": Watched(
        ("circuit_id", "customer_id", "mrr", "currency", *DAYS), (("circuit", "circuit_id"), ("customer", "customer_id"))
    ),
    "customer": Watched(("name", "retired_at"), (("customer", "id"), GONE), ("update", "delete")),
    "termination": Watched(
        ("circuit_id", "site_id", "retired_at"), (("circuit", "circuit_id"), ("around", "site_id"))
    ),
    "site_circuit": Watched(
        ("circuit_id", "site_id", "role", *DAYS), (("circuit", "circuit_id"), ("around", "site_id"))
    ),
    "site": Watched(("parent_id", "retired_at"), (("tree", "id"), ("around", "parent_id"), GONE), ("update", "delete")),
    "site_cost": Watched(("site_id", "kind", "amount", "currency", "cadence", *DAYS), (("site", "site_id"),)),
    "rf_link": Watched(
        ("name", "monthly_cost", "currency", "status", "a_site_id", "circuit_id", *DAYS),
        (("site", "a_site_id"), ("circuit", "circuit_id")),
    ),
    "electrical_account": Watched(("site_id", *DAYS), (("site", "site_id"),)),
    "electrical_bill": Watched(
        ("account_id", "month", "amount", "currency", "retired_at"),
        (("site", "(select a.site_id from electrical_account a where a.id = r.account_id)"),),
    ),
    "contract": Watched(
        ("kind", "parent_id", "currency", "mrc", "escalator", *TERMS),
        (("contract", "id"), ("contract", "case when r.kind = 'amendment' then r.parent_id end")),
    ),
    "allocation_rule": Watched(("site_id", "component", "method", "shares", *DAYS), (("tree", "site_id"),)),
    "revenue_service": Watched(("ref", "name", "gone_at"), (("service", "id"),), ("update", "delete")),
    "revenue_product": Watched(
        ("name",), (("service", "s.id"),), ("update", "delete"), ("source", "key"),
        "join revenue_service s on s.source = r.source and s.product_key = r.key",
    ),
    "revenue_price": Watched(("service_id", "mrr", "currency", "starts_on", "ends_on"), (("service", "service_id"),)),
    "revenue_attribution": Watched(
        ("service_id", "circuit_id", "site_id", "customer_id", *DAYS), (("attributed", "service_id"),)
    ),
}  # fmt: skip

ROWS = {
    "insert": "select * from new_rows",
    "delete": "select * from old_rows",
    "update": """select o.* from old_rows o join new_rows n using ({key}) where ({old}) is distinct from ({new})
        union all
        select n.* from old_rows o join new_rows n using ({key}) where ({old}) is distinct from ({new})""",
}
REFERENCING = {
    "insert": "new table as new_rows", "delete": "old table as old_rows",
    "update": "old table as old_rows new table as new_rows",
}  # fmt: skip


def expression(said: str) -> str:
    return said if "." in said else f"r.{said}"


def function_of(table: str, watched: Watched) -> str:
    """Write what notes the touched records of a statement; a restore brings its notes along, and makes none."""
    values = ", ".join(f"('{what}', {expression(said)})" for what, said in watched.touches)
    old, new = (", ".join(f"{side}.{name}" for name in watched.columns) for side in "on")
    branches = " els".join(
        f"""if tg_op = '{one.upper()}' then
            insert into money_touch (what, row_id)
            select distinct t.what, t.row_id from ({ROWS[one].format(old=old, new=new, key=", ".join(watched.key))}) r {watched.more}
            cross join lateral (values {values}) t (what, row_id) where t.row_id is not null;
        """
        for one in watched.on
    )
    return f"""
        create function netos_money_{table}() returns trigger language plpgsql as $$
        begin
            if current_setting('netos.restoring', true) = 'on' then
                return null;
            end if;
            {branches} end if;
            return null;
        end $$
    """


def upgrade() -> None:
    op.drop_constraint(op.f("fk_period_line_circuit_id"), "period_line", type_="foreignkey")
    op.drop_constraint(op.f("fk_period_line_site_id"), "period_line", type_="foreignkey")
    op.drop_constraint(op.f("fk_period_line_customer_id"), "period_line", type_="foreignkey")
    op.create_table(
        "worked_month",
        sa.Column("kept", sa.Text(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("under", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("worked_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("replaced_at", TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kept", name=op.f("pk_worked_month")),
    )
    op.create_index(
        "uq_worked_month_current", "worked_month", ["month"], unique=True, postgresql_where=sa.text("replaced_at is null")
    )  # fmt: skip
    op.create_table(
        "money_touch",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_touch")),
    )
    for table, watched in WATCHED.items():
        op.execute(function_of(table, watched))
        for one in watched.on:
            op.execute(
                f"create trigger money_{one} after {one} on {table} referencing {REFERENCING[one]}"
                f" for each statement execute function netos_money_{table}()"
            )


def downgrade() -> None:
    for table, watched in WATCHED.items():
        for one in watched.on:
            op.execute(f"drop trigger money_{one} on {table}")
        op.execute(f"drop function netos_money_{table}()")
    op.drop_table("money_touch")
    op.drop_table("worked_month")
    for name in ("circuit", "site", "customer"):
        op.create_foreign_key(op.f(f"fk_period_line_{name}_id"), "period_line", name, [f"{name}_id"], ["id"])

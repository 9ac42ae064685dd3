"""Lines of months know whose revenue they are, and may be of a customer alone or of nothing.

Revision ID: 0026
Revises: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

OLD = "ck_period_line_of_a_circuit_or_a_site"
NOT_TWO = "ck_period_line_not_of_two"
COSTS = "ck_period_line_costs_of_a_circuit_or_a_site"


def upgrade() -> None:
    op.add_column("period_line", sa.Column("customer_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f("fk_period_line_customer_id"), "period_line", "customer", ["customer_id"], ["id"])
    op.drop_constraint(op.f(OLD), "period_line", type_="check")
    op.create_check_constraint(op.f(NOT_TWO), "period_line", "circuit_id is null or site_id is null")
    op.create_check_constraint(
        op.f(COSTS),
        "period_line",
        "component = 'revenue' or (customer_id is null and (circuit_id is null) <> (site_id is null))",
    )
    # Until now the item of a customer's revenue was their ref.
    op.execute(
        "update period_line l set customer_id = c.id from customer c"
        " where l.component = 'revenue' and l.item <> '' and c.ref = l.item"
    )


def downgrade() -> None:
    """Go back: a month that was closed with revenue of no circuit is opened, for its lines can not be kept."""
    op.execute(
        "update accounting_period set retired_at = now() where retired_at is null and kept in"
        " (select kept from period_line where circuit_id is null and (site_id is null or component = 'revenue'))"
    )
    op.execute("delete from period_line where circuit_id is null and site_id is null")
    op.drop_constraint(op.f(COSTS), "period_line", type_="check")
    op.drop_constraint(op.f(NOT_TWO), "period_line", type_="check")
    op.drop_constraint(op.f("fk_period_line_customer_id"), "period_line", type_="foreignkey")
    op.drop_column("period_line", "customer_id")
    op.create_check_constraint(op.f(OLD), "period_line", "(circuit_id is null) <> (site_id is null)")

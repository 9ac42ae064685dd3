"""Decisions about terms, where contracts stand, their steps; windows, renewal notices and ends that go together.

What was decided so far stood in two columns of the contract, and becomes a decision about its term.

Revision ID: 0011
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TIMESTAMP

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

NOTICES = ("notice_opens", "renewal_notice")


def words(name: str, *, needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=not needed)


def day(name: str, *, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=not needed)


def number(name: str, *, needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not needed)


def link(table: str, column: str, target: str, *, needed: bool = False) -> tuple[sa.Column[object], sa.Constraint]:
    key = sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"))
    return sa.Column(column, sa.Uuid(), nullable=not needed), key


def upgrade() -> None:
    op.add_column("contract", sa.Column("co_terminus", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for name in NOTICES:
        op.add_column("contract", number(f"{name}_count"))
        op.add_column("contract", words(f"{name}_unit"))
        op.create_check_constraint(
            op.f(f"ck_contract_{name}_is_whole"), "contract", f"({name}_count is null) = ({name}_unit is null)"
        )
    op.execute("create sequence ref_renewal_decision start with 1001")
    op.create_table(
        "renewal_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("retired_at", TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ref", sa.String(24), nullable=False),
        *link("renewal_decision", "contract_id", "contract", needed=True),
        day("term_end_date"),
        words("choice", needed=True),
        day("decided_date", needed=True),
        *link("renewal_decision", "owner_id", "person"),
        day("due_date"),
        words("reasoning"),
        day("served_date"),
        words("served_method"),
        words("served_reference"),
        *link("renewal_decision", "proof_id", "document"),
        day("confirmed_date"),
        words("confirmation"),
        *link("renewal_decision", "successor_id", "contract"),
        sa.CheckConstraint("confirmed_date >= served_date", name=op.f("ck_renewal_decision_confirmed_after_served")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_decision")),
        sa.UniqueConstraint("ref", name=op.f("uq_renewal_decision_ref")),
    )
    op.create_index(op.f("ix_renewal_decision_contract_id"), "renewal_decision", ["contract_id"])
    op.create_index(
        "uq_renewal_decision_term_live", "renewal_decision",
        ["contract_id", sa.text("coalesce(term_end_date, '9999-12-31'::date)")], unique=True,
        postgresql_where=sa.text("retired_at is null"),
    )  # fmt: skip
    op.create_table(
        "standing",
        *link("standing", "contract_id", "contract", needed=True),
        number("contract_version", needed=True),
        number("decisions", needed=True),
        number("number", needed=True),
        day("term_start_date"),
        day("term_end_date"),
        day("notice_deadline"),
        day("act_by"),
        sa.Column("evergreen", sa.Boolean(), nullable=False),
        words("state", needed=True),
        words("alarm"),
        day("since", needed=True),
        day("next_on"),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_standing")),
    )
    op.create_index("ix_standing_next_on", "standing", ["next_on"], postgresql_where=sa.text("next_on is not null"))
    op.create_table(
        "renewal_transition",
        sa.Column("id", sa.Uuid(), nullable=False),
        *link("renewal_transition", "contract_id", "contract", needed=True),
        number("number", needed=True),
        words("from_state"),
        words("state", needed=True),
        words("alarm"),
        day("on", needed=True),
        day("term_end_date"),
        day("notice_deadline"),
        day("act_by"),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("missed_cost", sa.Numeric(14, 2), nullable=True),
        words("currency"),
        words("why", needed=True),
        sa.Column("at", TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewal_transition")),
        sa.UniqueConstraint(
            "contract_id", "number", "notice_deadline", "state", "alarm", name="uq_renewal_transition_step",
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_renewal_transition_contract_id"), "renewal_transition", ["contract_id"])
    op.create_index("ix_renewal_transition_on", "renewal_transition", ["on", "id"])
    op.create_table(
        "work_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        words("kind", needed=True),
        words("entity", needed=True),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        words("ref", needed=True),
        words("title", needed=True),
        words("why", needed=True),
        sa.Column("amount", sa.Numeric(14, 2), nullable=True),
        words("currency", needed=True),
        day("due_date"),
        *link("work_item", "owner_id", "person"),
        sa.Column("opened_at", TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_item")),
    )
    open_ones = sa.text("closed_at is null")
    op.create_index(
        "uq_work_item_open", "work_item", ["entity", "entity_id", "kind"], unique=True, postgresql_where=open_ones
    )
    op.create_index("ix_work_item_due_date", "work_item", ["due_date"], postgresql_where=open_ones)
    op.execute(
        "insert into renewal_decision (id, ref, contract_id, term_end_date, choice, decided_date, created_at, updated_at)"
        " select gen_random_uuid(), 'DEC-' || nextval('ref_renewal_decision'), id, term_end_date, decision,"
        " coalesce(decided_date, cast(updated_at as date)), updated_at, updated_at"
        " from contract where decision is not null and retired_at is null order by id"
    )
    op.drop_column("contract", "decided_date")
    op.drop_column("contract", "decision")


def downgrade() -> None:
    op.add_column("contract", words("decision"))
    op.add_column("contract", day("decided_date"))
    op.execute(
        "update contract c set decision = d.choice, decided_date = d.decided_date from renewal_decision d"
        " where d.contract_id = c.id and d.retired_at is null and d.term_end_date is not distinct from c.term_end_date"
    )
    op.drop_table("work_item")
    op.drop_table("renewal_transition")
    op.drop_table("standing")
    op.drop_table("renewal_decision")
    op.execute("drop sequence ref_renewal_decision")
    for name in NOTICES:
        op.drop_constraint(op.f(f"ck_contract_{name}_is_whole"), "contract")
        op.drop_column("contract", f"{name}_unit")
        op.drop_column("contract", f"{name}_count")
    op.drop_column("contract", "co_terminus")

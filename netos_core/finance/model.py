"""Rules that divide shared costs, closed months, open ones that are worked out, and the lines both keep."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, ref_column

LIVE = text("retired_at is null")


class AllocationRule(Entity, Base):
    """How one shared cost of a site is divided among the circuits there, from one month to another.

    `shares` are percentages by the ref of a circuit, for fixed ones; they make one hundred. The rules of a site for one
    component never meet in a month.
    """

    __tablename__ = "allocation_rule"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    component: Mapped[str]
    method: Mapped[str]
    shares: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    description: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("extract(day from starts_on) = 1", name="begins_with_a_month"),
        CheckConstraint("extract(day from ends_on + 1) = 1", name="ends_with_a_month"),
        CheckConstraint("(method = 'fixed') = (shares is not null)", name="fixed_has_shares"),
    )


class AccountingPeriod(Entity, Base):
    """A closed month, by its first day. It is retired when the month is opened again.

    `kept` names the lines it was closed with, by the digest of them all; `lines` is their number, and `totals` is what
    they come to by currency: revenue, modeled revenue and cost.
    """

    __tablename__ = "accounting_period"

    ref: Mapped[str] = ref_column()
    month: Mapped[date]
    kept: Mapped[str]
    lines: Mapped[int]
    totals: Mapped[dict[str, Any]]
    description: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month_by_first_day"),
        Index("uq_accounting_period_live", "month", unique=True, postgresql_where=LIVE),
    )


class PeriodLine(Base):
    """A line of a month as it was worked out, for a closing or while the month is open; written once, never changed.

    It is of a circuit; or of a site, where it is what nobody bears of a shared cost, or revenue of the site. Revenue of
    neither is of its customer, and without one of nothing that is known. Records
    are retired and never deleted, so no foreign key is needed, and looking each one up would take longer than writing.
    """

    __tablename__ = "period_line"

    kept: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    circuit_id: Mapped[UUID | None]
    site_id: Mapped[UUID | None]
    customer_id: Mapped[UUID | None]
    component: Mapped[str]
    amount: Mapped[MoneyColumn]
    currency: Mapped[str]
    basis: Mapped[str]
    source: Mapped[str]
    item: Mapped[str]
    how: Mapped[str]

    __table_args__ = (
        CheckConstraint("circuit_id is null or site_id is null", name="not_of_two"),
        CheckConstraint(
            "component = 'revenue' or (customer_id is null and (circuit_id is null) <> (site_id is null))",
            name="costs_of_a_circuit_or_a_site",
        ),
        Index("ix_period_line_circuit", "circuit_id", "kept", postgresql_where=text("circuit_id is not null")),
        Index("ix_period_line_site", "site_id", "kept", postgresql_where=text("site_id is not null")),
    )


class WorkedMonth(Base):
    """An open month and the digest of its lines. Of each month one is current; a replaced one goes after a while.

    `under` is what else the lines follow from: which month ran, how days are counted, and which rules these were.
    """

    __tablename__ = "worked_month"

    kept: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[date]
    under: Mapped[str]
    lines: Mapped[int]
    worked_at: Mapped[datetime]
    replaced_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_worked_month_current", "month", unique=True, postgresql_where=text("replaced_at is null")),
    )


class MoneyTouch(Base):
    """A record with money that was written since the open months were worked out. Triggers of the tables write it.

    So no way to write is forgotten, and it is committed with the write itself. `what` says what `row_id` is an id of.
    """

    __tablename__ = "money_touch"

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    what: Mapped[str]
    row_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(server_default=text("now()"))

"""Accounts of electrical service and their monthly bills."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, name_index, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")


class ElectricalAccount(Entity, Base):
    """A utility's account for one meter or more at a site."""

    __tablename__ = "electrical_account"

    ref: Mapped[str] = ref_column()
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"), index=True)
    account_number: Mapped[str | None]
    meter_number: Mapped[str | None]
    voltage: Mapped[str | None]
    phase: Mapped[str | None]
    amperage: Mapped[int | None]
    tariff: Mapped[str | None]
    monitoring_url: Mapped[str | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    description: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "account_number", "meter_number", "tariff")

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("ix_electrical_account_number_lower", text("lower(account_number)")),
        name_index("electrical_account", "meter_number"),
        trigram_index("electrical_account"),
    )


class ElectricalBill(Entity, Base):
    """What a utility billed for one month, known by its first day."""

    __tablename__ = "electrical_bill"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("electrical_account.id"))
    month: Mapped[date]
    kwh: Mapped[Decimal | None] = mapped_column(Numeric(14, 3))
    amount: Mapped[MoneyColumn]
    currency: Mapped[str]

    __table_args__ = (
        CheckConstraint("extract(day from month) = 1", name="month_by_first_day"),
        Index("uq_electrical_bill_live", "account_id", "month", unique=True, postgresql_where=LIVE),
    )

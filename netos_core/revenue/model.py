"""The mirror of a billing system, how far its sync is, and what people decided its services belong to."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, ref_column

OPEN = text("done_at is null")


class RevenueProduct(Base):
    """What the billing system sells."""

    __tablename__ = "revenue_product"

    source: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    amount: Mapped[MoneyColumn | None]
    months: Mapped[int | None]
    credit: Mapped[bool]


class RevenueAccount(Base):
    """Who the billing system bills, as it says."""

    __tablename__ = "revenue_account"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    key: Mapped[str]
    name: Mapped[str]
    number: Mapped[str]
    status: Mapped[str | None]
    active: Mapped[bool]
    line1: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    postal_code: Mapped[str | None]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    seen_by: Mapped[UUID]
    gone_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("source", "key"),)


class RevenueService(Base):
    """What an account is billed for, as the billing system says. It is kept when it is gone: its history counts.

    Its account and product are known by their keys, for a piece may name one that is read only later.
    """

    __tablename__ = "revenue_service"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = ref_column()
    source: Mapped[str]
    key: Mapped[str]
    account_key: Mapped[str]
    product_key: Mapped[str]
    name: Mapped[str | None]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, 3))
    price: Mapped[MoneyColumn | None]
    seen_by: Mapped[UUID]
    gone_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("source", "key"),
        Index("ix_revenue_service_account", "source", "account_key"),
    )


class RevenuePrice(Base):
    """What a service earned a month, for which days; open at the end for what it earns now."""

    __tablename__ = "revenue_price"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_id: Mapped[UUID] = mapped_column(ForeignKey("revenue_service.id"))
    mrr: Mapped[MoneyColumn]
    currency: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        Index("uq_revenue_price_now", "service_id", unique=True, postgresql_where=text("ends_on is null"),
              postgresql_include=["mrr", "currency"]),
        Index("ix_revenue_price_service", "service_id", "starts_on"),
    )  # fmt: skip


class RevenueSync(Base):
    """One reading of a billing system: how far it is, so that whoever takes it up goes on there."""

    __tablename__ = "revenue_sync"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    source: Mapped[str]
    whole: Mapped[bool]
    since: Mapped[datetime | None]
    day: Mapped[date]
    step: Mapped[str]
    after: Mapped[str | None]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_until: Mapped[datetime]
    started_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    problem: Mapped[str | None]
    losses_accepted: Mapped[bool] = mapped_column(server_default=text("false"))
    accounts: Mapped[int] = mapped_column(server_default=text("0"))
    services: Mapped[int] = mapped_column(server_default=text("0"))
    gone: Mapped[int] = mapped_column(server_default=text("0"))
    repriced: Mapped[int] = mapped_column(server_default=text("0"))

    __table_args__ = (
        Index("uq_revenue_sync_open", "source", unique=True, postgresql_where=OPEN),
        Index("ix_revenue_sync_done", "source", "done_at"),
    )


class RevenueAttribution(Entity, Base):
    """Which circuit, site or customer a service is of, for some days; at most one holds on a day."""

    __tablename__ = "revenue_attribution"

    service_id: Mapped[UUID] = mapped_column(ForeignKey("revenue_service.id"), index=True)
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    basis: Mapped[str]
    reason: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("num_nonnulls(circuit_id, site_id, customer_id) > 0", name="of_something"),
        Index("uq_revenue_attribution_open", "service_id", unique=True,
              postgresql_where=text("retired_at is null and ends_on is null")),
    )  # fmt: skip

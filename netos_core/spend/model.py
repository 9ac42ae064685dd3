"""Fees of months to come that are kept, and snapshots of what circuits cost."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, MoneyColumn


class ExposureAhead(Base):
    """What leaving a contract costs at the end of each month from `first_month` on, as text; None is unknown.

    `worked_out_from` names the papers, decisions and prices it was worked out from: where they are others by now it
    does not count, and is worked out anew.
    """

    __tablename__ = "exposure_ahead"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), primary_key=True)
    first_month: Mapped[date]
    worked_out_from: Mapped[str]
    fees: Mapped[list[str | None]] = mapped_column(JSONB)


class SpendSnapshot(Base):
    """A month that a snapshot was taken of: what circuits cost on its first day, as was on file at `taken_at`."""

    __tablename__ = "spend_snapshot"

    month: Mapped[date] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("extract(day from month) = 1", name="month_by_first_day"),)


class SpendLine(Base):
    """A circuit in a snapshot: whose it is, where, of which service, and its MRC on the first day of the month."""

    __tablename__ = "spend_line"

    month: Mapped[date] = mapped_column(ForeignKey("spend_snapshot.month"), primary_key=True)
    circuit_id: Mapped[UUID] = mapped_column(ForeignKey("circuit.id"), primary_key=True)
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"))
    market: Mapped[str | None]
    service_type: Mapped[str]
    currency: Mapped[str]
    mrc: Mapped[MoneyColumn | None]
    contract_id: Mapped[UUID | None]


class SpendSum(Base):
    """The lines of a snapshot added up, so that years are read at once."""

    __tablename__ = "spend_sum"

    month: Mapped[date] = mapped_column(ForeignKey("spend_snapshot.month"), primary_key=True)
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"), primary_key=True)
    market: Mapped[str] = mapped_column(primary_key=True)
    service_type: Mapped[str] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    circuits: Mapped[int]
    unpriced: Mapped[int]
    mrc: Mapped[MoneyColumn]

    __table_args__ = (Index("ix_spend_sum_provider", "provider_id", "month"),)

"""RF links between sites, circuits that hang off an asset, and the sites a lease is for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, name_index, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")
IN_ORDER = "ends_on >= starts_on"


class RfLink(Entity, Base):
    """A radio path between two sites. Its length is worked out from their points, never stored."""

    __tablename__ = "rf_link"

    ref: Mapped[str] = ref_column()
    name: Mapped[str]
    a_site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    z_site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    status: Mapped[str]
    band: Mapped[str | None]
    frequency_mhz: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    channel_width_mhz: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    capacity_mbps: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    licensing: Mapped[str | None]
    call_sign: Mapped[str | None]
    licence_expires_on: Mapped[date | None]
    radio_vendor: Mapped[str | None]
    radio_model: Mapped[str | None]
    monthly_cost: Mapped[MoneyColumn | None]
    currency: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    description: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "name", "band", "call_sign", "radio_vendor", "radio_model")

    __table_args__ = (
        CheckConstraint("a_site_id <> z_site_id", name="two_ends"),
        CheckConstraint(IN_ORDER, name="ends_after_start"),
        *(name_index("rf_link", column) for column in ("name", "call_sign")),
        trigram_index("rf_link"),
    )


class SiteCircuit(Entity, Base):
    """A circuit that hangs off an asset, whether or not it ends there, for some days."""

    __tablename__ = "site_circuit"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    circuit_id: Mapped[UUID] = mapped_column(ForeignKey("circuit.id"), index=True)
    role: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    description: Mapped[str | None]

    __table_args__ = (CheckConstraint(IN_ORDER, name="ends_after_start"),)


class ContractSite(Entity, Base):
    """A site that a contract, such as a lease, is for; for some days."""

    __tablename__ = "contract_site"

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contract.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    __table_args__ = (
        Index("uq_contract_site_live", "contract_id", "site_id", unique=True, postgresql_where=LIVE),
        CheckConstraint(IN_ORDER, name="ends_after_start"),
    )

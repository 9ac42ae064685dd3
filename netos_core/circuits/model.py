"""Circuits, their two ends, the customers on them and what happened to them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, Numeric, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")


class Circuit(Entity, Base):
    """A carrier service between two ends, or from one end to the internet.

    `contract_id` is the contract that governs it. The database keeps it from the links of contracts to circuits, so
    that what is added up over a whole plant by contract needs no look at them; nothing else writes it, and it is no
    reference of its own.
    """

    __tablename__ = "circuit"

    ref: Mapped[str] = ref_column()
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"), index=True)
    provider_circuit_id: Mapped[str | None]
    provider_circuit_key: Mapped[str | None] = mapped_column(
        Computed("upper(regexp_replace(provider_circuit_id, '[^A-Za-z0-9]', '', 'g'))", persisted=True)
    )
    service_type: Mapped[str]
    bandwidth_mbps: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    port_speed_mbps: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    status: Mapped[str]
    mrc: Mapped[MoneyColumn | None]
    nrc: Mapped[MoneyColumn | None]
    currency: Mapped[str]
    contract_id: Mapped[UUID | None]
    billing_account_id: Mapped[UUID | None] = mapped_column(ForeignKey("billing_account.id"))
    order_number: Mapped[str | None]
    legacy_circuit_id: Mapped[str | None]
    customer_circuit_id: Mapped[str | None]
    market: Mapped[str | None]
    ordered_date: Mapped[date | None]
    foc_date: Mapped[date | None]
    install_date: Mapped[date | None]
    billing_start_date: Mapped[date | None]
    disconnect_date: Mapped[date | None]
    description: Mapped[str | None]
    stub: Mapped[bool] = mapped_column(server_default=text("false"))
    search_text: Mapped[str] = search_column(
        "ref",
        "provider_circuit_id",
        "legacy_circuit_id",
        "customer_circuit_id",
        "service_type",
        "order_number",
        "market",
        "description",
    )

    __table_args__ = (
        CheckConstraint("mrc >= 0", name="mrc_not_negative"),
        CheckConstraint("nrc >= 0", name="nrc_not_negative"),
        CheckConstraint("bandwidth_mbps > 0", name="bandwidth_positive"),
        Index("uq_circuit_provider_circuit_id_live", "provider_id", "provider_circuit_key", unique=True,
              postgresql_where=LIVE),
        Index("ix_circuit_provider_circuit_key", "provider_circuit_key"),
        Index("ix_circuit_status", "status", postgresql_where=LIVE),
        Index("ix_circuit_mrc", "mrc", "id", postgresql_where=LIVE),
        # What figures over the whole plant are added up from, without a look at the rows.
        Index("ix_circuit_figures", "provider_id", "status", postgresql_where=LIVE,
              postgresql_include=["service_type", "currency", "mrc", "stub", "id", "contract_id"]),
        Index("ix_circuit_contract_id", "contract_id", postgresql_include=["currency", "mrc"], postgresql_where=LIVE),
        Index("ix_circuit_market", "market", postgresql_where=LIVE),
        trigram_index("circuit"),
        trigram_index("circuit", "provider_circuit_key"),
    )  # fmt: skip


class Termination(Entity, Base):
    """One end of a circuit. No site means the end is elsewhere, as `place` says (such as Internet)."""

    __tablename__ = "termination"

    circuit_id: Mapped[UUID] = mapped_column(ForeignKey("circuit.id"))
    side: Mapped[str]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"))
    place: Mapped[str | None]
    handoff: Mapped[str | None]
    demarc: Mapped[str | None]
    cross_connect_id: Mapped[str | None]
    patch_panel_port: Mapped[str | None]
    vlan: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("side in ('A', 'Z')", name="side_a_or_z"),
        Index("uq_termination_side_live", "circuit_id", "side", unique=True, postgresql_where=LIVE),
        Index("ix_termination_site_id", "site_id", "circuit_id", postgresql_include=["retired_at"]),
    )


class CircuitCustomer(Entity, Base):
    """A customer served by a circuit, and the revenue billed for it where it is known."""

    __tablename__ = "circuit_customer"

    circuit_id: Mapped[UUID] = mapped_column(ForeignKey("circuit.id"))
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    mrr: Mapped[MoneyColumn | None]
    currency: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    __table_args__ = (
        Index("uq_circuit_customer_live", "circuit_id", "customer_id", unique=True, postgresql_where=LIVE),
    )


class CircuitEvent(Entity, Base):
    """Something that happened to a circuit: ordered, installed, re-rated, an outage, maintenance."""

    __tablename__ = "circuit_event"

    circuit_id: Mapped[UUID] = mapped_column(ForeignKey("circuit.id"))
    kind: Mapped[str]
    impact: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    summary: Mapped[str]
    cause: Mapped[str | None]
    ticket: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("ends_at >= starts_at", name="ends_after_start"),
        Index("ix_circuit_event_circuit", "circuit_id", "starts_at"),
    )

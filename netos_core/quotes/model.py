"""Quotes with their terms, orders with their steps, and drafts, which are no records until a person has decided."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, MoneyColumn, name_index, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")


class Quote(Entity, Base):
    """What a provider offered for a place or between two. Its prices are in its terms."""

    __tablename__ = "quote"

    ref: Mapped[str] = ref_column()
    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"), index=True)
    number: Mapped[str | None]
    a_site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"), index=True)
    a_place: Mapped[str | None]
    z_site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"), index=True)
    z_place: Mapped[str | None]
    service_type: Mapped[str]
    bandwidth_mbps: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    level: Mapped[str | None]
    state: Mapped[str]
    received_date: Mapped[date | None]
    valid_until: Mapped[date | None]
    serviceability: Mapped[str]
    currency: Mapped[str]
    replaces_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    requested_by: Mapped[str | None]
    source: Mapped[str | None]
    description: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "number", "service_type", "a_place", "z_place", "requested_by")

    __table_args__ = (
        CheckConstraint("bandwidth_mbps > 0", name="bandwidth_positive"),
        CheckConstraint("valid_until >= received_date", name="valid_after_received"),
        name_index("quote", "number"),
        trigram_index("quote"),
    )


class QuoteTerm(Entity, Base):
    """The prices of a quote for one length of term, in the quote's currency."""

    __tablename__ = "quote_term"

    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quote.id"))
    term_months: Mapped[int]
    mrc: Mapped[MoneyColumn | None]
    nrc: Mapped[MoneyColumn | None]
    etf: Mapped[MoneyColumn | None]
    etf_terms: Mapped[str | None]
    special_build: Mapped[MoneyColumn | None]
    install_days: Mapped[int | None]
    escalator_percent: Mapped[Decimal | None] = mapped_column(Numeric(6, 3))
    tax_monthly: Mapped[MoneyColumn | None]
    currency: Mapped[str]

    __table_args__ = (
        CheckConstraint("term_months > 0", name="term_positive"),
        Index("uq_quote_term_live", "quote_id", "term_months", unique=True, postgresql_where=LIVE),
    )


class CircuitOrder(Entity, Base):
    """An accepted quote on its way to a circuit."""

    __tablename__ = "circuit_order"

    ref: Mapped[str] = ref_column()
    quote_id: Mapped[UUID] = mapped_column(ForeignKey("quote.id"), index=True)
    term_months: Mapped[int | None]
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    number: Mapped[str | None]
    acceptance_days: Mapped[int | None]
    cancelled_date: Mapped[date | None]
    description: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("acceptance_days >= 0", name="acceptance_not_negative"),
        name_index("circuit_order", "number"),
    )


class OrderStep(Entity, Base):
    """One step of an order, planned and as it happened. An order may be on hold more than once."""

    __tablename__ = "order_step"

    order_id: Mapped[UUID] = mapped_column(ForeignKey("circuit_order.id"))
    stage: Mapped[str]
    planned_date: Mapped[date | None]
    actual_date: Mapped[date | None]
    released_date: Mapped[date | None]
    who: Mapped[str | None]
    reason: Mapped[str | None]
    charge: Mapped[MoneyColumn | None]
    currency: Mapped[str]
    description: Mapped[str | None]

    __table_args__ = (
        CheckConstraint("released_date >= actual_date", name="released_after_held"),
        Index("ix_order_step_order_id", "order_id"),
        Index("uq_order_step_live", "order_id", "stage", unique=True,
              postgresql_where=text("retired_at is null and stage <> 'held'")),
    )  # fmt: skip


class QuoteDraft(Base):
    """What an agent read out of a source, with the words that prove each value. A person decides what becomes of it."""

    __tablename__ = "quote_draft"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = ref_column()
    kind: Mapped[str]
    title: Mapped[str | None]
    sha256: Mapped[str] = mapped_column(unique=True)
    source_text: Mapped[str]
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(server_default=text("'draft'"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    agent: Mapped[str | None]
    client: Mapped[str | None]
    created_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("proposal.id"))

    __table_args__ = (Index("ix_quote_draft_state", "state", "id"),)

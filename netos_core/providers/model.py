"""Providers, the names they go by, their accounts and the people to call."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")


class Provider(Entity, Base):
    __tablename__ = "provider"

    ref: Mapped[str] = ref_column()
    name: Mapped[str]
    legal_name: Mapped[str | None]
    website: Mapped[str | None]
    portal_url: Mapped[str | None]
    noc_phone: Mapped[str | None]
    noc_email: Mapped[str | None]
    asn: Mapped[int | None] = mapped_column(BigInteger)
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("provider.id", deferrable=True))
    succeeded_on: Mapped[date | None]
    remittance_address: Mapped[str | None]
    bank_name: Mapped[str | None]
    bank_routing: Mapped[str | None]
    bank_account: Mapped[str | None]
    stub: Mapped[bool] = mapped_column(server_default=text("false"))
    search_text: Mapped[str] = search_column("ref", "name", "legal_name")

    __table_args__ = (
        Index("uq_provider_name_live", text("lower(name)"), unique=True, postgresql_where=LIVE),
        trigram_index("provider"),
    )


class ProviderAlias(Entity, Base):
    """Another name of a provider: brand, legal entity, billing name, former name or mail domain."""

    __tablename__ = "provider_alias"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"), index=True)
    alias: Mapped[str]
    kind: Mapped[str]

    __table_args__ = (Index("uq_provider_alias_live", text("lower(alias)"), unique=True, postgresql_where=LIVE),)


class BillingAccount(Entity, Base):
    """An account a provider bills us under (BAN): the key invoices are matched by."""

    __tablename__ = "billing_account"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"))
    ban: Mapped[str]
    name: Mapped[str | None]

    __table_args__ = (Index("uq_billing_account_live", "provider_id", "ban", unique=True, postgresql_where=LIVE),)


class ProviderContact(Entity, Base):
    """A person or desk at a provider; `level` orders the escalation list."""

    __tablename__ = "provider_contact"

    provider_id: Mapped[UUID] = mapped_column(ForeignKey("provider.id"), index=True)
    kind: Mapped[str]
    level: Mapped[int | None]
    name: Mapped[str]
    title: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    hours: Mapped[str | None]

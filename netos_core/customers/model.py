"""Customers and the people to reach there."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base, Entity, name_index, ref_column, search_column, trigram_index


class Customer(Entity, Base):
    __tablename__ = "customer"

    ref: Mapped[str] = ref_column()
    name: Mapped[str]
    account_number: Mapped[str | None]
    kind: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    stub: Mapped[bool] = mapped_column(server_default=text("false"))
    search_text: Mapped[str] = search_column("ref", "name", "account_number", "city")

    __table_args__ = (
        Index("uq_customer_name_live", text("lower(name)"), unique=True, postgresql_where=text("retired_at is null")),
        name_index("customer", "account_number"),
        trigram_index("customer"),
    )


class CustomerContact(Entity, Base):
    """A person or desk at a customer."""

    __tablename__ = "customer_contact"

    customer_id: Mapped[UUID] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str]
    role: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]

"""Sites, their place in the tree, and what they cost."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.geo.tables import point_indices
from netos_core.kernel.db import Base, Entity, MoneyColumn, name_index, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")


class Site(Entity, Base):
    """An endpoint or an infrastructure asset. Coordinates are both known or both unknown."""

    __tablename__ = "site"

    ref: Mapped[str] = ref_column()
    name: Mapped[str]
    kind: Mapped[str]
    external_id: Mapped[str | None]
    building_name: Mapped[str | None]
    address: Mapped[str | None]
    street_number: Mapped[str | None]
    street_name: Mapped[str | None]
    floor: Mapped[str | None]
    suite: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    postal_code: Mapped[str | None]
    postal_code_plus4: Mapped[str | None]
    country: Mapped[str | None]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    clli: Mapped[str | None]
    lata: Mapped[str | None]
    market: Mapped[str | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id", deferrable=True), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    provider_id: Mapped[UUID | None] = mapped_column(ForeignKey("provider.id"), index=True)
    description: Mapped[str | None]
    stub: Mapped[bool] = mapped_column(server_default=text("false"))
    search_text: Mapped[str] = search_column(
        "ref", "name", "external_id", "building_name", "address", "city", "state", "postal_code", "clli", "market"
    )

    __table_args__ = (
        CheckConstraint("(lon is null) = (lat is null)", name="point_is_whole"),
        CheckConstraint("lon between -180 and 180 and lat between -90 and 90", name="point_on_earth"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        *(name_index("site", column) for column in ("name", "external_id", "clli")),
        Index("uq_site_external_id_live", "external_id", unique=True, postgresql_where=LIVE),
        Index("ix_site_state_lower", text("lower(state)")),
        Index("ix_site_city_lower", text("lower(city)")),
        Index("ix_site_stub", "id", postgresql_where=text("stub and retired_at is null")),
        trigram_index("site"),
        *point_indices("site"),
    )


class SiteCost(Entity, Base):
    """What a site costs: rent, power, cross-connects; effective-dated, in the cadence it is billed."""

    __tablename__ = "site_cost"

    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    kind: Mapped[str]
    description: Mapped[str | None]
    amount: Mapped[MoneyColumn]
    currency: Mapped[str]
    cadence: Mapped[str]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]

"""Interfaces, ports, VLANs, sessions and blocks; what may not overlap is kept apart by the database itself."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, literal_column, text
from sqlalchemy.dialects.postgresql import CIDR, INET, ExcludeConstraint
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from netos_core.kernel.db import Base, Entity, ref_column, search_column, trigram_index

LIVE = text("retired_at is null")


class NetworkColumn(TypeDecorator[str]):
    """A block of addresses, read as text."""

    impl = CIDR
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's shape
        return None if value is None else str(value)


class AddressColumn(TypeDecorator[str]):
    """One address, read as text."""

    impl = INET
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's shape
        return None if value is None else str(value).partition("/")[0]


class Interface(Entity, Base):
    """An interface of a router; the router is a name, for there is no inventory of devices."""

    __tablename__ = "interface"

    ref: Mapped[str] = ref_column()
    router: Mapped[str]
    name: Mapped[str]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"), index=True)
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    description: Mapped[str | None]
    speed_mbps: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    media: Mapped[str | None]
    lag: Mapped[str | None]
    mtu: Mapped[int | None]
    search_text: Mapped[str] = search_column("ref", "router", "name", "lag", "media", "description")

    __table_args__ = (
        CheckConstraint("speed_mbps > 0", name="speed_positive"),
        Index("uq_interface_name_live", text("lower(router)"), text("lower(name)"), unique=True, postgresql_where=LIVE),
        trigram_index("interface"),
    )


class HandoffPort(Entity, Base):
    """A port of a site where a circuit is or can be handed over."""

    __tablename__ = "handoff_port"

    ref: Mapped[str] = ref_column()
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    rack: Mapped[str | None]
    panel: Mapped[str | None]
    port: Mapped[str]
    connector: Mapped[str | None]
    media: Mapped[str | None]
    speed_mbps: Mapped[Decimal | None] = mapped_column(Numeric(12, 3))
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    status: Mapped[str]
    description: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "rack", "panel", "port", "connector", "media", "description")

    __table_args__ = (
        CheckConstraint("status <> 'free' or circuit_id is null", name="free_has_no_circuit"),
        Index("uq_handoff_port_live", "site_id", text("lower(coalesce(rack, ''))"), text("lower(coalesce(panel, ''))"),
              text("lower(port)"), unique=True, postgresql_where=LIVE),
        trigram_index("handoff_port"),
    )  # fmt: skip


class Vlan(Entity, Base):
    """One VLAN number or a range, inside an outer tag or none; numbers are unique within their scope."""

    __tablename__ = "vlan"

    ref: Mapped[str] = ref_column()
    scope: Mapped[str]
    outer_tag: Mapped[int | None]
    first_number: Mapped[int]
    last_number: Mapped[int]
    name: Mapped[str | None]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"), index=True)
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    interface_id: Mapped[UUID | None] = mapped_column(ForeignKey("interface.id"), index=True)
    description: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "scope", "name", "description")

    __table_args__ = (
        CheckConstraint(
            "first_number between 1 and 4094 and last_number between first_number and 4094", name="numbers"
        ),
        CheckConstraint("outer_tag between 1 and 4094", name="outer_tag"),
        ExcludeConstraint(
            (literal_column("lower(scope)"), "="),
            (literal_column("coalesce(outer_tag, 0)"), "="),
            (literal_column("int4range(first_number, last_number, '[]')"), "&&"),
            name="ex_vlan_numbers_live",
            using="gist",
            where=LIVE,
        ),
        trigram_index("vlan"),
    )


class BgpSession(Entity, Base):
    """A BGP session over a circuit or an interface. `md5_key` is sealed; the open key is never stored."""

    __tablename__ = "bgp_session"

    ref: Mapped[str] = ref_column()
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    interface_id: Mapped[UUID | None] = mapped_column(ForeignKey("interface.id"), index=True)
    local_asn: Mapped[int] = mapped_column(BigInteger)
    peer_asn: Mapped[int] = mapped_column(BigInteger)
    local_ip: Mapped[str | None] = mapped_column(AddressColumn)
    peer_ip: Mapped[str] = mapped_column(AddressColumn)
    family: Mapped[str]
    description: Mapped[str | None]
    md5_key: Mapped[str | None]
    max_prefix: Mapped[int | None]
    search_text: Mapped[str] = search_column("ref", "description")

    __table_args__ = (
        CheckConstraint("circuit_id is not null or interface_id is not null", name="on_something"),
        CheckConstraint("local_asn between 1 and 4294967294 and peer_asn between 1 and 4294967294", name="asn"),
        CheckConstraint("md5_key like 'sealed:%'", name="key_is_sealed"),
        Index("uq_bgp_session_live", "peer_ip", text("coalesce(local_ip, '0.0.0.0'::inet)"), unique=True,
              postgresql_where=LIVE),
        Index("ix_bgp_session_peer_asn", "peer_asn"),
        trigram_index("bgp_session"),
    )  # fmt: skip


class IpBlock(Entity, Base):
    """A block of addresses. Its parent is the smallest larger block around it, worked out and not stored."""

    __tablename__ = "ip_block"

    ref: Mapped[str] = ref_column()
    network: Mapped[str] = mapped_column(NetworkColumn)
    role: Mapped[str]
    status: Mapped[str]
    site_id: Mapped[UUID | None] = mapped_column(ForeignKey("site.id"), index=True)
    circuit_id: Mapped[UUID | None] = mapped_column(ForeignKey("circuit.id"), index=True)
    customer_id: Mapped[UUID | None] = mapped_column(ForeignKey("customer.id"), index=True)
    gateway: Mapped[str | None] = mapped_column(AddressColumn)
    description: Mapped[str | None]
    search_text: Mapped[str] = search_column("ref", "role", "description")

    __table_args__ = (
        CheckConstraint("gateway << network or gateway = host(network)::inet", name="gateway_inside"),
        Index("uq_ip_block_live", "network", "role", unique=True, postgresql_where=LIVE),
        Index("ix_ip_block_network", "network", postgresql_using="gist", postgresql_ops={"network": "inet_ops"}),
        ExcludeConstraint(
            (literal_column("network inet_ops"), "&&"),
            (literal_column("role"), "="),
            name="ex_ip_block_leaf",
            using="gist",
            where=text("role in ('p2p', 'loopback') and retired_at is null"),
        ),
        ExcludeConstraint(
            (literal_column("network inet_ops"), "&&"),
            (literal_column("customer_id"), "<>"),
            name="ex_ip_block_customer",
            using="gist",
            where=text("role = 'customer' and retired_at is null"),
        ),
        trigram_index("ip_block"),
    )

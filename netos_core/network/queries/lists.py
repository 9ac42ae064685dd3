"""The lists: interfaces, handoff ports, VLANs, BGP sessions and IP blocks, filtered, ordered and paged alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, cast, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.circuits.queries import get_circuit_id
from netos_core.customers.model import Customer
from netos_core.customers.queries import get_customer_id
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like, words_of
from netos_core.kernel.page import ListRequest, columns_of
from netos_core.kernel.redaction import View
from netos_core.network import rules
from netos_core.network import schemas as s
from netos_core.network.model import AddressColumn, BgpSession, HandoffPort, Interface, IpBlock, NetworkColumn, Vlan
from netos_core.sites.model import Site
from netos_core.sites.queries import get_site_id, within

INTERFACES = ("ref", "router", "name", "site", "circuit", "speed_mbps", "lag")
PORTS = ("ref", "site", "rack", "panel", "port", "status", "circuit")
VLANS = ("ref", "numbers", "scope", "name", "circuit", "interface", "site")
SESSIONS = ("ref", "peer_asn", "local_asn", "peer_ip", "local_ip", "circuit", "interface", "key_set")
BLOCKS = ("ref", "network", "role", "status", "parent", "used_percent", "circuit", "customer", "site")

Rows = Select[*tuple[Any, ...]]

Outer, Inner, Between = aliased(IpBlock), aliased(IpBlock), aliased(IpBlock)


def _in(one: Any, other: Any) -> ColumnElement[bool]:
    """Match blocks that lie within another, smaller than it."""
    found: ColumnElement[bool] = one.op("<<", is_comparison=True)(other)
    return found


def within_or_equal(one: Any, other: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = one.op("<<=", is_comparison=True)(other)
    return found


def net(text: str) -> ColumnElement[Any]:
    return cast(literal(text), NetworkColumn)


def _parent() -> ColumnElement[str | None]:
    return (
        select(Outer.ref)
        .where(Outer.retired_at.is_(None), _in(IpBlock.network, Outer.network))
        .order_by(func.masklen(Outer.network).desc(), Outer.id)
        .limit(1)
        .correlate(IpBlock)
        .scalar_subquery()
    )


_INTERFACE_NAME = Interface.router + " " + Interface.name
INTERFACE_ROWS: Rows = (
    select(
        Interface.ref, Interface.router, Interface.name, Site.name.label("site"), Site.ref.label("site_ref"),
        Circuit.ref.label("circuit"), Interface.speed_mbps, Interface.media, Interface.lag, Interface.mtu,
        Interface.description,
    )
    .outerjoin(Site, Site.id == Interface.site_id)
    .outerjoin(Circuit, Circuit.id == Interface.circuit_id)
)  # fmt: skip
PORT_ROWS: Rows = (
    select(
        HandoffPort.ref, Site.name.label("site"), Site.ref.label("site_ref"), HandoffPort.rack, HandoffPort.panel,
        HandoffPort.port, HandoffPort.status, Circuit.ref.label("circuit"), HandoffPort.connector, HandoffPort.media,
        HandoffPort.speed_mbps, HandoffPort.description,
    )
    .join(Site, Site.id == HandoffPort.site_id)
    .outerjoin(Circuit, Circuit.id == HandoffPort.circuit_id)
)  # fmt: skip
VLAN_ROWS: Rows = (
    select(
        Vlan.ref, Vlan.first_number, Vlan.last_number, Vlan.outer_tag, Vlan.scope, Vlan.name,
        Circuit.ref.label("circuit"), _INTERFACE_NAME.label("interface"), Interface.ref.label("interface_ref"),
        Site.name.label("site"), Site.ref.label("site_ref"), Vlan.description,
    )
    .outerjoin(Site, Site.id == Vlan.site_id)
    .outerjoin(Circuit, Circuit.id == Vlan.circuit_id)
    .outerjoin(Interface, Interface.id == Vlan.interface_id)
)  # fmt: skip
SESSION_ROWS: Rows = (
    select(
        BgpSession.ref, BgpSession.peer_asn, BgpSession.local_asn, BgpSession.peer_ip, BgpSession.local_ip,
        BgpSession.family, Circuit.ref.label("circuit"), _INTERFACE_NAME.label("interface"),
        Interface.ref.label("interface_ref"), BgpSession.max_prefix, BgpSession.md5_key.is_not(None).label("key_set"),
        BgpSession.description,
    )
    .outerjoin(Circuit, Circuit.id == BgpSession.circuit_id)
    .outerjoin(Interface, Interface.id == BgpSession.interface_id)
)  # fmt: skip
BLOCK_ROWS: Rows = (
    select(
        IpBlock.id.label("block_id"), IpBlock.ref, IpBlock.network, IpBlock.role, IpBlock.status,
        _parent().label("parent"), Site.name.label("site"), Site.ref.label("site_ref"), Circuit.ref.label("circuit"),
        Customer.name.label("customer"), Customer.ref.label("customer_ref"), IpBlock.gateway, IpBlock.description,
    )
    .outerjoin(Site, Site.id == IpBlock.site_id)
    .outerjoin(Circuit, Circuit.id == IpBlock.circuit_id)
    .outerjoin(Customer, Customer.id == IpBlock.customer_id)
)  # fmt: skip


def _text(column: Any) -> ColumnElement[str]:
    return func.coalesce(column, "")


_SITE, _CIRCUIT = _text(Site.name), _text(Circuit.ref)
_NUMBERS = func.coalesce(Vlan.outer_tag, 0) * 5000 + Vlan.first_number  # as they are said: by S-tag, then C-tag

SOURCES: Mapping[str, listing.ListSource] = {
    "interface": listing.ListSource(
        "interfaces", INTERFACE_ROWS,
        {"ref": Interface.id, "router": func.lower(Interface.router), "name": func.lower(Interface.name),
         "site": _SITE, "circuit": _CIRCUIT},
        Interface.id, "router",
    ),
    "handoff_port": listing.ListSource(
        "handoff_ports", PORT_ROWS,
        {"ref": HandoffPort.id, "site": Site.name, "rack": _text(HandoffPort.rack), "port": HandoffPort.port,
         "status": HandoffPort.status, "circuit": _CIRCUIT},
        HandoffPort.id, "site",
    ),
    "vlan": listing.ListSource(
        "vlans", VLAN_ROWS,
        {"ref": Vlan.id, "numbers": _NUMBERS, "scope": func.lower(Vlan.scope), "name": _text(Vlan.name),
         "circuit": _CIRCUIT, "site": _SITE},
        Vlan.id, "numbers",
    ),
    "bgp_session": listing.ListSource(
        "bgp_sessions", SESSION_ROWS,
        {"ref": BgpSession.id, "peer_asn": BgpSession.peer_asn, "local_asn": BgpSession.local_asn,
         "peer_ip": BgpSession.peer_ip, "circuit": _CIRCUIT},
        BgpSession.id, "peer_asn",
    ),
    "ip_block": listing.ListSource(
        "ip_blocks", BLOCK_ROWS,
        {"ref": IpBlock.id, "network": IpBlock.network, "role": IpBlock.role, "status": IpBlock.status,
         "site": _SITE, "circuit": _CIRCUIT, "customer": _text(Customer.name)},
        IpBlock.id, "network",
    ),
}  # fmt: skip


def blocks_named(word: str) -> ColumnElement[bool]:
    """Match blocks by a word: the addresses it names, else what it says of the block."""
    network = rules.find_network(word)
    if network is not None:
        meets: ColumnElement[bool] = IpBlock.network.op("&&", is_comparison=True)(net(str(network)))
        return meets
    return or_(IpBlock.search_text.like(like(word)), func.text(IpBlock.network).like(like(word)))


def sessions_named(word: str) -> ColumnElement[bool]:
    """Match sessions by an AS number, an address of either side, or words."""
    number, address = rules.find_asn(word), rules.find_address(word)
    found: list[ColumnElement[bool]] = [BgpSession.search_text.like(like(word))]
    if number is not None:
        found += [BgpSession.peer_asn == number, BgpSession.local_asn == number]
    if address is not None:
        one = cast(literal(str(address)), AddressColumn)
        found += [BgpSession.peer_ip == one, BgpSession.local_ip == one]
    return or_(*found)


def _page(
    ctx: Context, kind: str, request: ListRequest, wanted: list[ColumnElement[bool]], model: Any, words: Any
) -> listing.Found:
    asked = [words(word) for word in words_of(request.query or "")]
    return listing.page(ctx, SOURCES[kind], request, [model.retired_at.is_(None), *wanted, *asked])


def _shared(found: listing.Found, columns: list[str], what: str) -> dict[str, Any]:
    hint = None if found.total else f"No {what} matches. Leave filters out one by one, or search other words."
    return {"total": found.total, "shown": len(found.rows), "next_cursor": found.next_cursor, "columns": columns,
            "hint": hint}  # fmt: skip


def _at(ctx: Context, model: Any, request: Any) -> list[ColumnElement[bool]]:
    """Keep what is at a site, or at one inside it, or on a circuit."""
    wanted: list[ColumnElement[bool]] = []
    if getattr(request, "site", None):
        wanted.append(model.site_id.in_(within(get_site_id(ctx, request.site).id)))
    if request.circuit:
        wanted.append(model.circuit_id == get_circuit_id(ctx, request.circuit, "circuit").id)
    return wanted


def _columns(request: ListRequest, row: type[View], concise: Sequence[str]) -> list[str]:
    return columns_of(request, row, tuple(concise))


def interfaces(ctx: Context, request: s.SearchInterfaces) -> s.InterfaceList:
    """Return one page of router interfaces."""
    wanted = _at(ctx, Interface, request)
    if request.router:
        wanted.append(func.lower(Interface.router) == request.router.lower())
    words = lambda word: Interface.search_text.like(like(word))  # noqa: E731 - one expression, used once
    found = _page(ctx, "interface", request, wanted, Interface, words)
    rows = [s.InterfaceRow(**listing.plain(row)) for row in found.rows]
    return s.InterfaceList(rows=rows, **_shared(found, _columns(request, s.InterfaceRow, INTERFACES), "interface"))


def ports(ctx: Context, request: s.SearchPorts) -> s.PortList:
    """Return one page of handoff ports."""
    wanted = _at(ctx, HandoffPort, request)
    if request.status:
        wanted.append(HandoffPort.status.in_(request.status))
    words = lambda word: or_(HandoffPort.search_text.like(like(word)), Site.search_text.like(like(word)))  # noqa: E731
    found = _page(ctx, "handoff_port", request, wanted, HandoffPort, words)
    rows = [s.PortRow(**listing.plain(row)) for row in found.rows]
    return s.PortList(rows=rows, **_shared(found, _columns(request, s.PortRow, PORTS), "port"))


def vlan_row(row: Mapping[str, Any]) -> s.VlanRow:
    own = {name: value for name, value in row.items() if name in s.VlanRow.model_fields}
    return s.VlanRow(**own, numbers=rules.vlan_words(row["first_number"], row["last_number"]))


def vlans_with(number: int) -> ColumnElement[bool]:
    return or_(literal(number).between(Vlan.first_number, Vlan.last_number), Vlan.outer_tag == number)


def vlans(ctx: Context, request: s.SearchVlans) -> s.VlanList:
    """Return one page of VLANs."""
    wanted = _at(ctx, Vlan, request)
    if request.number is not None:
        wanted.append(vlans_with(request.number))
    if request.scope:
        wanted.append(func.lower(Vlan.scope) == request.scope.lower())
    words = lambda word: or_(Vlan.search_text.like(like(word)), cast(Vlan.first_number, Text) == word)  # noqa: E731
    found = _page(ctx, "vlan", request, wanted, Vlan, words)
    rows = [vlan_row(listing.plain(row)) for row in found.rows]
    return s.VlanList(rows=rows, **_shared(found, _columns(request, s.VlanRow, VLANS), "VLAN"))


def sessions(ctx: Context, request: s.SearchBgpSessions) -> s.BgpList:
    """Return one page of BGP sessions."""
    wanted = _at(ctx, BgpSession, request)
    if request.asn:
        number = rules.asn(request.asn, "asn")
        wanted.append(or_(BgpSession.peer_asn == number, BgpSession.local_asn == number))
    if request.ip:
        one = cast(literal(str(rules.address(request.ip, "ip"))), AddressColumn)
        wanted.append(or_(BgpSession.peer_ip == one, BgpSession.local_ip == one))
    if request.family:
        wanted.append(BgpSession.family == request.family)
    found = _page(ctx, "bgp_session", request, wanted, BgpSession, sessions_named)
    rows = [s.BgpRow(**listing.plain(row)) for row in found.rows]
    return s.BgpList(rows=rows, **_shared(found, _columns(request, s.BgpRow, SESSIONS), "BGP session"))


def blocks(ctx: Context, request: s.SearchIpBlocks) -> s.BlockList:
    """Return one page of IP blocks, each with its parent and how much of it is taken."""
    wanted = [*_at(ctx, IpBlock, request), *_block_filters(ctx, request)]
    found = _page(ctx, "ip_block", request, wanted, IpBlock, blocks_named)
    rows = block_rows(ctx, [listing.plain(row) for row in found.rows])
    return s.BlockList(rows=rows, **_shared(found, _columns(request, s.BlockRow, BLOCKS), "IP block"))


def _block_filters(ctx: Context, request: s.SearchIpBlocks) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if request.contains:
        inner = rules.find_network(request.contains) or rules.network(request.contains, "contains")
        wanted.append(within_or_equal(net(str(inner)), IpBlock.network))
    if request.within:
        outer = rules.find_network(request.within) or rules.network(request.within, "within")
        wanted.append(within_or_equal(IpBlock.network, net(str(outer))))
    if request.role:
        wanted.append(IpBlock.role.in_(request.role))
    if request.status:
        wanted.append(IpBlock.status.in_(request.status))
    if request.family:
        wanted.append(func.family(IpBlock.network) == int(request.family[-1]))
    if request.customer:
        wanted.append(IpBlock.customer_id == get_customer_id(ctx, request.customer).id)
    return wanted


def block_rows(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> list[s.BlockRow]:
    used = _used(ctx, rows)
    return [
        s.BlockRow(**{n: v for n, v in row.items() if n != "block_id"}, used_percent=used.get(row["block_id"]))
        for row in rows
    ]


def _used(ctx: Context, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, Decimal]:
    """Return how much of each block the blocks right inside it take; none for a block that holds none."""
    networks = {row["block_id"]: row["network"] for row in rows}
    between = exists().where(
        Between.retired_at.is_(None), _in(Inner.network, Between.network), _in(Between.network, IpBlock.network)
    )
    inside = ctx.session.execute(
        select(IpBlock.id, Inner.network)
        .join(Inner, _in(Inner.network, IpBlock.network))
        .where(IpBlock.id.in_(list(networks)), Inner.retired_at.is_(None), ~between)
    )
    parts: dict[UUID, list[rules.Network]] = {}
    for block_id, network in inside:
        parts.setdefault(block_id, []).append(ip_network(network))
    return {block_id: rules.utilisation(ip_network(networks[block_id]), kept) for block_id, kept in parts.items()}

"""From what is asked of network detail to the exact rows that would change. Plans many as one, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Table, func

from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.customers import queries as customers
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Invalid
from netos_core.kernel.lookup import Names
from netos_core.kernel.sealing import is_sealed
from netos_core.network import rules
from netos_core.network.queries import planning as queries
from netos_core.network.rules import Block, BlockStatus, Overlap, PortStatus, Role, Tags
from netos_core.network.schemas import BgpSessionEdit, HandoffPortEdit, InterfaceEdit, IpBlockEdit, VlanEdit
from netos_core.sites import queries as sites

Values = dict[str, Any]
LINKS = ("site", "circuit", "customer", "interface")


@dataclass(slots=True)
class Item:
    """One request on its way: the row it is about, what is asked, and the row as it would be."""

    id: UUID
    ref: str
    row: Mapping[str, Any] | None
    edit: Any
    values: Values = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def after(self) -> Mapping[str, Any]:
        return {**(self.row or {}), **self.values}

    def given(self, name: str) -> bool:
        return name in self.edit.model_fields_set

    def claims(self, *columns: str) -> bool:
        """Tell whether it takes any of these values anew."""
        return self.row is None or any(c in self.values and self.values[c] != self.row[c] for c in columns)


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of network detail: its table, what it needs, how its fields are read, what it may not meet."""

    entity: str
    table: Table
    plain: tuple[str, ...]
    needed: tuple[str, ...]
    shown: tuple[str, ...]
    read: Callable[[Item], None]
    check: Callable[[Context, Sequence[Item]], None]

    @property
    def word(self) -> str:
        return {"vlan": "VLAN", "bgp_session": "BGP session", "ip_block": "IP block"}.get(
            self.entity, self.entity.replace("_", " ")
        )

    @property
    def a(self) -> str:
        return f"An {self.word}" if self.word[0] in "iI" else f"A {self.word}"


def _plan(ctx: Context, noun: Noun, wanted: Sequence[Wanted[Any]]) -> list[Change]:
    """Plan a batch of one kind.

    Raises:
        NotFound: A name in it means nothing we have.
        Invalid: A field is missing or wrong.
        Overlap: It would hold what another record holds.
        Conflict: The same record is asked for twice.
    """
    found = queries.names(ctx, noun.entity, {w.ref for w in wanted if w.ref})
    named = [None if w.action is Action.CREATE else found.get(w.ref or "", "ref") for w in wanted]
    refuse_doubles((n.id, n.ref) for n in named if n)
    rows = queries.rows_by_id(ctx, noun.table, {n.id for n in named if n})
    fresh = iter(next_refs(ctx.session, noun.entity, named.count(None)))
    items = [
        Item(n.id, n.ref, rows[n.id], w.edit) if n else Item(new_id(), next(fresh), None, w.edit)
        for n, w in zip(named, wanted, strict=True)
    ]
    kept = [item for item, w in zip(items, wanted, strict=True) if w.action is not Action.RETIRE]
    _link(ctx, noun, kept)
    for item in kept:
        item.values |= {name: getattr(item.edit, name) for name in noun.plain if item.given(name)}
        noun.read(item)
        _whole(noun, item)
    noun.check(ctx, kept)
    made = [_change(noun, item, w.action) for item, w in zip(items, wanted, strict=True)]
    return [change for change in made if change is not None]


def _change(noun: Noun, item: Item, action: Action) -> Change | None:
    if item.row is None:
        values = {"ref": item.ref, **item.values}
        return created(noun.entity, values, ref=item.ref, labels=item.labels, row_id=item.id)
    if action is Action.RETIRE:
        return retired(noun.entity, item.row, ref=item.ref, shown=("ref", *noun.shown))
    return changed(noun.entity, item.row, item.values, ref=item.ref, labels=item.labels)


def _whole(noun: Noun, item: Item) -> None:
    for column in noun.needed:
        if item.after.get(column) is None:
            name = {"first_number": "numbers"}.get(column, column).removesuffix("_id")
            raise Invalid(f"{noun.a} needs its {name.replace('_', ' ')}.", field=name)


def _link(ctx: Context, noun: Noun, items: Sequence[Item]) -> None:
    """Turn the names of other records into their ids, with words for the old and the new ones."""
    look_up: Mapping[str, Callable[[set[str]], Names]] = {
        "site": lambda keys: sites.names(ctx, keys),
        "circuit": lambda keys: circuits.names(ctx, keys),
        "customer": lambda keys: customers.names(ctx, keys),
        "interface": lambda keys: queries.names(ctx, "interface", keys),
    }
    for name in LINKS:
        column = f"{name}_id"
        if column not in noun.table.c:
            continue
        asked = {key for item in items if item.given(name) and (key := getattr(item.edit, name))}
        found = look_up[name](asked) if asked else None
        old = _labels(ctx, name, {item.row[column] for item in items if item.row and item.row[column]})
        for item in items:
            item.labels |= old
            if item.given(name):
                key = getattr(item.edit, name)
                one = found.get(key, name) if found and key else None
                item.values[column] = one.id if one else None
                if one:
                    item.labels[str(one.id)] = one.name


def _labels(ctx: Context, name: str, ids: set[UUID]) -> dict[str, str]:
    if not ids:
        return {}
    if name == "interface":
        return queries.interface_labels(ctx, ids)
    if name == "circuit":
        return {str(i): row["ref"] for i, row in circuits.rows_by_id(ctx, ids).items()}
    kept = sites.rows_by_id(ctx, ids) if name == "site" else customers.rows_by_id(ctx, ids)
    return {str(i): row["name"] for i, row in kept.items()}


def _refuse_taken(ctx: Context, noun: Noun, columns: Mapping[str, Any], claims: Mapping[UUID, tuple[Any, ...]],
                  what: str, where: str) -> None:  # fmt: skip
    """Refuse a natural key that another record has, here or in the same batch."""
    taken: dict[Any, tuple[UUID, str]] = queries.owners(ctx, noun.table, columns, claims.values()) if claims else {}
    for row_id, key in claims.items():
        owner, ref = taken.setdefault(key, (row_id, "Another item of this change"))
        if owner != row_id:
            raise Overlap(f"{ref} already is {what}.", field=where, fix=f"Correct that one, or give another {where}.")


# Interfaces


def _read_interface(item: Item) -> None:
    if item.edit.name:
        item.values["name"] = rules.interface_name(item.edit.name)
    if item.edit.lag:
        item.values["lag"] = rules.interface_name(item.edit.lag)


def _check_interfaces(ctx: Context, items: Sequence[Item]) -> None:
    claims = {i.id: (i.after["router"].lower(), i.after["name"].lower()) for i in items if i.claims("router", "name")}
    columns = {"router": func.lower(queries.INTERFACE.c.router), "name": func.lower(queries.INTERFACE.c.name)}
    _refuse_taken(ctx, INTERFACE, columns, claims, "that interface of that router", "name")


INTERFACE = Noun(
    "interface", queries.INTERFACE, ("router", "name", "description", "speed_mbps", "media", "lag", "mtu"),
    ("router", "name"), ("router", "name"), _read_interface, _check_interfaces,
)  # fmt: skip


def plan_interfaces(ctx: Context, wanted: Sequence[Wanted[InterfaceEdit]]) -> list[Change]:
    """Plan router interfaces; names are kept in one spelling."""
    return _plan(ctx, INTERFACE, wanted)


# Handoff ports


def _read_port(item: Item) -> None:
    circuit = item.after.get("circuit_id")
    if item.given("status"):
        item.values["status"] = item.edit.status
    elif item.row is None or item.claims("circuit_id"):
        reserved = item.row is not None and item.row["status"] == PortStatus.RESERVED and circuit is None
        item.values["status"] = PortStatus.RESERVED if reserved else PortStatus.USED if circuit else PortStatus.FREE
    if item.values.get("status") == PortStatus.FREE and circuit is not None:
        raise Invalid("A free port has no circuit.", field="status", fix="Clear the circuit, or say used.")


def _check_ports(ctx: Context, items: Sequence[Item]) -> None:
    keyed = ("rack", "panel", "port")
    claims = {
        i.id: (i.after["site_id"], *((i.after.get(c) or "").lower() for c in keyed))
        for i in items
        if i.claims("site_id", *keyed)
    }
    columns = {"site_id": queries.PORT.c.site_id} | {c: func.lower(func.coalesce(queries.PORT.c[c], "")) for c in keyed}
    _refuse_taken(ctx, PORT, columns, claims, "that port of that site", "port")


PORT = Noun(
    "handoff_port", queries.PORT, ("rack", "panel", "port", "connector", "media", "speed_mbps", "description"),
    ("site_id", "port", "status"), ("rack", "panel", "port", "status"), _read_port, _check_ports,
)  # fmt: skip


def plan_ports(ctx: Context, wanted: Sequence[Wanted[HandoffPortEdit]]) -> list[Change]:
    """Plan handoff ports; a port with a circuit is used, one without is free, unless said otherwise."""
    return _plan(ctx, PORT, wanted)


# VLANs


def _read_vlan(item: Item) -> None:
    if item.given("numbers"):
        first, last = rules.vlan_range(item.edit.numbers or "", "numbers")
        item.values |= {"first_number": first, "last_number": last}
    if item.given("scope") or item.row is None:
        linked = (item.after.get(f"{name}_id") for name in ("interface", "site", "circuit"))
        scope = item.edit.scope or next((item.labels[str(i)] for i in linked if i), None)
        if scope is None:
            raise Invalid("A VLAN needs a scope: its numbers are unique there.", field="scope",
                          fix="Name the scope, or the interface, site or circuit it is on.")  # fmt: skip
        item.values["scope"] = scope


def _check_vlans(ctx: Context, items: Sequence[Item]) -> None:
    tags = [
        Tags(i.id, i.ref, i.after["scope"], i.after.get("outer_tag"), i.after["first_number"], i.after["last_number"])
        for i in items
        if i.claims("scope", "outer_tag", "first_number", "last_number")
    ]
    if tags:
        rules.refuse_same_tags(tags, queries.tags_in(ctx, {t.scope for t in tags}))


VLAN = Noun(
    "vlan", queries.VLAN, ("outer_tag", "name", "description"), ("first_number", "scope"),
    ("scope", "first_number", "name"), _read_vlan, _check_vlans,
)  # fmt: skip


def plan_vlans(ctx: Context, wanted: Sequence[Wanted[VlanEdit]]) -> list[Change]:
    """Plan VLANs; within a scope and an outer tag no number is held twice."""
    return _plan(ctx, VLAN, wanted)


# BGP sessions


def _read_session(item: Item) -> None:
    edit = item.edit
    for name in ("local_asn", "peer_asn"):
        if item.given(name):
            given = getattr(edit, name)
            item.values[name] = rules.asn(given, name) if given else None
    for name in ("local_ip", "peer_ip"):
        if item.given(name):
            given = getattr(edit, name)
            item.values[name] = str(rules.address(given, name)) if given else None
    if item.given("md5_key"):
        if edit.md5_key is not None and not is_sealed(edit.md5_key):
            raise TypeError("a key reached its plan unsealed")
        item.values["md5_key"] = edit.md5_key
    if item.after.get("circuit_id") is None and item.after.get("interface_id") is None:
        raise Invalid("A BGP session runs over a circuit or an interface.", field="circuit", fix="Name one of them.")
    _read_sides(item)


def _read_sides(item: Item) -> None:
    peer, local = (rules.find_address(item.after.get(n) or "") for n in ("peer_ip", "local_ip"))
    if peer is not None:
        if local is not None and local.version != peer.version:
            raise Invalid(
                "Both addresses are of one family.", field="local_ip", fix=f"Give an {rules.family(peer)} one."
            )
        if local == peer:
            raise Invalid("The two sides have different addresses.", field="peer_ip")
        item.values["family"] = rules.family(peer)


def _check_sessions(ctx: Context, items: Sequence[Item]) -> None:
    claims = {i.id: (i.after["peer_ip"], i.after.get("local_ip")) for i in items if i.claims("peer_ip", "local_ip")}
    columns = {"peer_ip": queries.BGP.c.peer_ip, "local_ip": queries.BGP.c.local_ip}
    _refuse_taken(ctx, SESSION, columns, claims, "a session between those addresses", "peer_ip")


SESSION = Noun(
    "bgp_session", queries.BGP, ("description", "max_prefix"), ("local_asn", "peer_asn", "peer_ip"),
    ("peer_asn", "peer_ip"), _read_session, _check_sessions,
)  # fmt: skip


def plan_sessions(ctx: Context, wanted: Sequence[Wanted[BgpSessionEdit]]) -> list[Change]:
    """Plan BGP sessions. A key comes sealed; the plan never sees it open."""
    return _plan(ctx, SESSION, wanted)


# IP blocks


def _read_block(item: Item) -> None:
    edit = item.edit
    if item.given("network"):
        item.values["network"] = str(rules.network(edit.network or "", "network"))
    if item.given("gateway"):
        item.values["gateway"] = str(rules.address(edit.gateway, "gateway")) if edit.gateway else None
    if item.given("role"):
        item.values["role"] = edit.role
    if item.given("status") or item.row is None:
        item.values["status"] = edit.status or BlockStatus.ACTIVE
    network, gateway = item.after.get("network"), item.after.get("gateway")
    if network and gateway and rules.find_address(gateway) not in ip_network(network):
        raise Invalid(f"The gateway lies outside of {network}.", field="gateway", fix="Give an address inside of it.")


def _check_blocks(ctx: Context, items: Sequence[Item]) -> None:
    blocks = [
        Block(i.id, i.ref, ip_network(i.after["network"]), Role(i.after["role"]), i.after.get("customer_id"))
        for i in items
        if i.claims("network", "role", "customer_id")
    ]
    rules.refuse_clashes(blocks, queries.blocks_meeting(ctx, [b.network for b in blocks]))


BLOCK = Noun(
    "ip_block", queries.BLOCK, ("description",), ("network", "role"), ("network", "role"), _read_block, _check_blocks,
)  # fmt: skip


def plan_blocks(ctx: Context, wanted: Sequence[Wanted[IpBlockEdit]]) -> list[Change]:
    """Plan blocks of addresses; one that clashes with another is refused by that one's name."""
    return _plan(ctx, BLOCK, wanted)


KINDS: Mapping[str, tuple[type[BaseModel], Callable[[Context, Sequence[Wanted[Any]]], list[Change]]]] = {
    "interface": (InterfaceEdit, plan_interfaces),
    "handoff_port": (HandoffPortEdit, plan_ports),
    "vlan": (VlanEdit, plan_vlans),
    "bgp_session": (BgpSessionEdit, plan_sessions),
    "ip_block": (IpBlockEdit, plan_blocks),
}

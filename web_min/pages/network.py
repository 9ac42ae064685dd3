"""Network detail: five lists under one head, the page of one record, its forms, and the key of a BGP session."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from netos_core.network import operations as network
from netos_core.network.rules import BlockStatus, PortStatus, Role
from netos_core.network.schemas import (
    BgpSessionEdit,
    GetBgpKey,
    HandoffPortEdit,
    InterfaceEdit,
    IpBlockEdit,
    VlanEdit,
)
from netos_core.overview.operations import get_network_record
from netos_core.overview.schemas import GetOne, NetworkRecord
from web_min.export import as_csv_of, as_xlsx_of
from web_min.fields import Layout, as_input
from web_min.pages import edit, records, views
from web_min.pages.bulk_kinds import BY_PATH
from web_min.site import Site, Visit, get, post
from web_min.table import Column, Filter, Spec, choices, rows_of

SITE, CIRCUIT = Filter("site", "Site"), Filter("circuit", "Circuit")
FAMILIES = (("ipv4", "IPv4"), ("ipv6", "IPv6"))


BLOCKS = Spec(
    "IP blocks", "/network/blocks", "IP block", network.search_ip_blocks, rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("network", "Block", "address", sort="network"),
        Column("role", "Role", "words", "at-s", sort="role"),
        Column("status", "Status", "words", "at-l", sort="status"),
        Column("parent", "Inside", "net", "at-m"),
        Column("used_percent", "Used %", "number"),
        Column("circuit", "Circuit", "net", "at-s", sort="circuit"),
        Column("customer", "Customer", "clip", "at-m", sort="customer"),
        Column("site", "Site", "clip", "at-l", sort="site"),
    ),
    (
        Filter("contains", "Holds address"), Filter("within", "Inside block"),
        Filter("role", "Role", "many", choices(Role)),
        Filter("status", "Status", "many", choices(BlockStatus)), Filter("family", "Family", "one", FAMILIES),
        CIRCUIT, Filter("customer", "Customer"), SITE,
    ),
    "network", "/network/blocks",
)  # fmt: skip
VLANS = Spec(
    "VLANs", "/network/vlans", "VLAN", network.search_vlans, rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("numbers", "Numbers", "address", sort="numbers"),
        Column("outer_tag", "S-tag", "code", "at-s"),
        Column("scope", "Scope", "clip", "at-s", sort="scope"),
        Column("name", "Name", "clip", "at-m", sort="name"),
        Column("circuit", "Circuit", "net", sort="circuit"),
        Column("interface", "Interface", "clip", "at-m"),
        Column("site", "Site", "clip", "at-l", sort="site"),
    ),
    (Filter("number", "Number", "number"), Filter("scope", "Scope"), CIRCUIT, SITE),
    "numbers", "/network/vlans",
)  # fmt: skip
SESSIONS = Spec(
    "BGP sessions", "/network/bgp", "BGP session", network.search_bgp_sessions, rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("peer_asn", "ASN of peer", "code", sort="peer_asn"),
        Column("peer_ip", "Peer address", "address", "at-s", sort="peer_ip"),
        Column("local_asn", "ASN of ours", "code", "at-m", sort="local_asn"),
        Column("local_ip", "Our address", "address", "at-m"),
        Column("circuit", "Circuit", "net", sort="circuit"),
        Column("interface", "Interface", "clip", "at-l"),
        Column("max_prefix", "Prefixes", "number", "at-l"),
        Column("key_set", "Key", "yes", "at-s"),
    ),
    (Filter("asn", "AS number"), Filter("ip", "Address"), Filter("family", "Family", "one", FAMILIES), CIRCUIT),
    "peer_asn", "/network/bgp",
)  # fmt: skip
INTERFACES = Spec(
    "Interfaces", "/network/interfaces", "interface", network.search_interfaces, rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("router", "Router", "text", "at-s", sort="router"),
        Column("name", "Interface", "address", sort="name"),
        Column("speed_mbps", "Speed", "bandwidth", "at-s"),
        Column("lag", "Bundle", "mono", "at-l"),
        Column("mtu", "MTU", "code", "at-l"),
        Column("circuit", "Circuit", "net", "at-s", sort="circuit"),
        Column("site", "Site", "clip", "at-m", sort="site"),
    ),
    (Filter("router", "Router"), CIRCUIT, SITE),
    "router", "/network/interfaces",
)  # fmt: skip
PORTS = Spec(
    "Handoff ports", "/network/ports", "port", network.search_handoff_ports, rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("site", "Site", "clip", "at-s", sort="site"),
        Column("rack", "Rack", "mono", "at-s", sort="rack"),
        Column("panel", "Panel", "mono", "at-s"),
        Column("port", "Port", "address", sort="port"),
        Column("status", "Status", "words", sort="status"),
        Column("circuit", "Circuit", "net", "at-s", sort="circuit"),
        Column("connector", "Connector", "clip", "at-m"),
        Column("media", "Media", "clip", "at-l"),
        Column("speed_mbps", "Speed", "bandwidth", "at-l"),
    ),
    (Filter("status", "Status", "many", choices(PortStatus)), SITE, CIRCUIT),
    "site", "/network/ports",
)  # fmt: skip

SPECS = (BLOCKS, VLANS, SESSIONS, INTERFACES, PORTS)
TABS = tuple((spec.title, spec.path) for spec in SPECS)
LINKED = {"site": "site_ref", "customer": "customer_ref", "interface": "interface_ref"}
# From the page of a circuit, a site or another record, a form already names it.
GIVEN = ("circuit", "site", "interface", "customer")


def _known(view: NetworkRecord) -> Mapping[str, str]:
    row = getattr(view, view.kind)
    known = {name: as_input(getattr(row, name)) for name in type(row).model_fields}
    return known | {name: known[ref] for name, ref in LINKED.items() if ref in known}


def _kind(name: str, spec: Spec, model: Any, layout: Layout, word: str) -> edit.Kind:
    return edit.Kind(name, spec.path, model, get_network_record, layout, _known, word, spec.title, GIVEN)


KINDS = {
    "ip_block": _kind(
        "ip_block", BLOCKS, IpBlockEdit,
        Layout({"Block": ("network", "role", "status", "gateway"), "For": ("customer", "circuit", "site"),
                "More": ("description",)}, frozenset({"network", "role"})),
        "IP block",
    ),
    "vlan": _kind(
        "vlan", VLANS, VlanEdit,
        Layout({"VLAN": ("numbers", "outer_tag", "name", "scope"), "On": ("interface", "circuit", "site"),
                "More": ("description",)}, frozenset({"numbers"})),
        "VLAN",
    ),
    "bgp_session": _kind(
        "bgp_session", SESSIONS, BgpSessionEdit,
        Layout({"Over": ("circuit", "interface"), "Peer": ("peer_asn", "peer_ip"),
                "Our side": ("local_asn", "local_ip"),
                "Guard": ("md5_key", "max_prefix"), "More": ("description",)},
               frozenset({"peer_asn", "peer_ip", "local_asn"})),
        "BGP session",
    ),
    "interface": _kind(
        "interface", INTERFACES, InterfaceEdit,
        Layout({"Interface": ("router", "name", "speed_mbps", "media", "lag", "mtu"), "Serves": ("circuit", "site"),
                "More": ("description",)}, frozenset({"router", "name"})),
        "interface",
    ),
    "handoff_port": _kind(
        "handoff_port", PORTS, HandoffPortEdit,
        Layout({"Port": ("site", "rack", "panel", "port"), "Plug": ("connector", "media", "speed_mbps"),
                "Use": ("status", "circuit"), "More": ("description",)}, frozenset({"site", "port"})),
        "handoff port",
    ),
}  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    made: list[BaseRoute] = [get(site, "/network", _first, "network")]
    for spec in SPECS:
        name = spec.path.strip("/").replace("/", "_")
        made += [
            get(site, spec.path, partial(_list, spec=spec), name),
            get(site, f"{spec.path}.csv", partial(as_csv_of, spec=spec), f"{name}_csv"),
            get(site, f"{spec.path}.xlsx", partial(as_xlsx_of, spec=spec), f"{name}_xlsx"),
        ]
    made.append(post(site, "/network/bgp/{ref}/key", _key, "bgp_key"))
    for kind in KINDS.values():
        made += edit.kind_routes(site, kind)
        made.append(get(site, f"{kind.path}/{{ref}}", _record, f"one_{kind.name}"))
    return made


def _first(_visit: Visit) -> Response:
    return RedirectResponse(BLOCKS.path, 303)


def _list(visit: Visit, spec: Spec) -> Response:
    kind = next(kind for kind in KINDS.values() if kind.path == spec.path)
    selects = BY_PATH[spec.path] if visit.may("propose:changes") else None
    return views.listed(visit, spec, (), tabs=TABS, add=f"Propose {kind.one}", selects=selects)


def _record(visit: Visit) -> Response:
    return _show(visit, str(visit.request.path_params["ref"])[:200])


def _show(visit: Visit, ref: str, *, key: str | None = None, opened: bool = False) -> Response:
    view = visit.call(get_network_record, GetOne(ref=ref))
    kind = KINDS[view.kind]
    return visit.page(
        "network.html", n=view, row=getattr(view, view.kind), kind=kind, key=key, opened=opened,
        sees_keys=visit.may("see:keys"), **records.shared(visit, view.ref),
    )  # fmt: skip


def _key(visit: Visit) -> Response:
    """Show a session's key on its page; asked for by a form, so that no link or crawler opens one."""
    ref = str(visit.request.path_params["ref"])[:200]
    opened = visit.call(network.get_bgp_key, GetBgpKey(ref=ref))
    return _show(visit, opened.ref, key=opened.md5_key, opened=True)

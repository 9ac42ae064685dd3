"""How the search over everything finds network detail: by address, AS number, VLAN number, name or words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, false, func, literal, or_, select

from netos_core.circuits.model import Circuit
from netos_core.kernel.errors import Invalid
from netos_core.kernel.lookup import like, words_of
from netos_core.network import rules
from netos_core.network.model import BgpSession, HandoffPort, Interface, IpBlock, Vlan
from netos_core.network.queries import lists
from netos_core.sites.model import Site


@dataclass(frozen=True, slots=True)
class Finding:
    """How one kind is found, what a hit shows of it, and which of equal hits comes first."""

    rows: Select[*tuple[Any, ...]]
    text: SQLColumnExpression[str]
    exact: ColumnElement[bool]
    all_words: ColumnElement[bool]
    rank: SQLColumnExpression[Any]


def found_by(query: str) -> Mapping[str, Finding]:
    """Say for each kind what some words find.

    An address finds the blocks that hold it, the most specific first, and the sessions it is an end of; a prefix the
    blocks that overlap it; an AS number its sessions; a VLAN number the VLANs that hold it.
    """
    ref, words = query.strip().upper(), words_of(query)
    return {
        "interface": _interfaces(query, ref, words),
        "handoff_port": _ports(ref, words),
        "vlan": _vlans(query, ref, words),
        "bgp_session": _sessions(query, ref, words),
        "ip_block": _blocks(query, ref, words),
    }


def _interfaces(query: str, ref: str, words: list[str]) -> Finding:
    named = rules.interface_name(query).lower()
    return Finding(
        select(
            Interface.ref.label("ref"),
            (Interface.router + " " + Interface.name).label("title"),
            func.concat_ws(", ", Circuit.ref, Site.name, Interface.media).label("detail"),
        )
        .outerjoin(Circuit, Circuit.id == Interface.circuit_id)
        .outerjoin(Site, Site.id == Interface.site_id)
        .where(Interface.retired_at.is_(None)),
        Interface.search_text,
        or_(Interface.ref == ref, func.lower(Interface.name) == named),
        and_(*(Interface.search_text.like(like(word)) for word in words)),
        Interface.id,
    )


def _ports(ref: str, words: list[str]) -> Finding:
    return Finding(
        select(
            HandoffPort.ref.label("ref"),
            func.concat_ws(" ", Site.name, HandoffPort.rack, HandoffPort.panel, HandoffPort.port).label("title"),
            func.concat_ws(", ", HandoffPort.status, Circuit.ref, HandoffPort.connector).label("detail"),
        )
        .join(Site, Site.id == HandoffPort.site_id)
        .outerjoin(Circuit, Circuit.id == HandoffPort.circuit_id)
        .where(HandoffPort.retired_at.is_(None)),
        HandoffPort.search_text,
        HandoffPort.ref == ref,
        and_(*(HandoffPort.search_text.like(like(word)) for word in words)),
        HandoffPort.id,
    )


# Written as rules.vlan_words writes it: VLAN 120, VLAN 100-199, VLAN 2001.120.
_LAST = case((Vlan.last_number > Vlan.first_number, func.concat("-", Vlan.last_number)), else_="")
_OUTER = case((Vlan.outer_tag.is_not(None), func.concat(Vlan.outer_tag, ".")), else_="")
_NUMBERS = func.concat("VLAN ", _OUTER, Vlan.first_number, _LAST)


def _vlans(query: str, ref: str, words: list[str]) -> Finding:
    try:
        first, last = rules.vlan_range(query, "query")
        holds: ColumnElement[bool] = and_(Vlan.first_number <= last, Vlan.last_number >= first)
    except Invalid:
        holds = false()
    return Finding(
        select(
            Vlan.ref.label("ref"),
            _NUMBERS.label("title"),
            func.concat_ws(", ", Vlan.scope, Vlan.name, Circuit.ref).label("detail"),
        )
        .outerjoin(Circuit, Circuit.id == Vlan.circuit_id)
        .where(Vlan.retired_at.is_(None)),
        Vlan.search_text,
        Vlan.ref == ref,
        or_(holds, and_(*(Vlan.search_text.like(like(word)) for word in words))),
        Vlan.first_number,
    )


def _sessions(query: str, ref: str, words: list[str]) -> Finding:
    return Finding(
        select(
            BgpSession.ref.label("ref"),
            func.concat("AS", BgpSession.local_asn, " to AS", BgpSession.peer_asn).label("title"),
            func.concat_ws(", ", func.host(BgpSession.local_ip), func.host(BgpSession.peer_ip), Circuit.ref).label(
                "detail"
            ),
        )
        .outerjoin(Circuit, Circuit.id == BgpSession.circuit_id)
        .where(BgpSession.retired_at.is_(None)),
        BgpSession.search_text,
        BgpSession.ref == ref,
        or_(lists.sessions_named(query), and_(*(lists.sessions_named(word) for word in words))),
        BgpSession.peer_asn,
    )


def _blocks(query: str, ref: str, words: list[str]) -> Finding:
    network = rules.find_network(query)
    same: ColumnElement[bool] = IpBlock.network == lists.net(str(network)) if network else literal(value=False)
    return Finding(
        select(
            IpBlock.ref.label("ref"),
            func.text(IpBlock.network).label("title"),
            func.concat_ws(", ", IpBlock.role, Circuit.ref, Site.name).label("detail"),
        )
        .outerjoin(Circuit, Circuit.id == IpBlock.circuit_id)
        .outerjoin(Site, Site.id == IpBlock.site_id)
        .where(IpBlock.retired_at.is_(None)),
        IpBlock.search_text,
        or_(IpBlock.ref == ref, same),
        and_(*(lists.blocks_named(word) for word in words)),
        -func.masklen(IpBlock.network),
    )

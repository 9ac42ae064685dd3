"""What the index holds of network detail; addresses and numbers are found by what holds them (`network.queries`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from netos_core.circuits.model import Circuit
from netos_core.network.model import BgpSession, HandoffPort, Interface, IpBlock, Vlan
from netos_core.search.sources.frame import Source, one_each, said, tags_of
from netos_core.sites.model import Site


def _of(kind: str, model: Any, title: Any, detail: Any, ids: ColumnElement[str], about: Any, words: Any) -> Source:
    rows: Select[Any] = (
        select(
            model.id,
            model.ref,
            title.label("title"),
            detail.label("detail"),
            ids.label("ids"),
            said(title, model.ref).label("names"),
            said(about, model.description, tags_of(model, model.__tablename__)).label("about"),
            words.label("words"),
        )
        .outerjoin(Circuit, Circuit.id == model.circuit_id)
        .where(model.retired_at.is_(None))
    )
    if hasattr(model, "site_id"):
        rows = rows.outerjoin(Site, Site.id == model.site_id)
    return Source(kind, rows, model.id)


# Written as rules.vlan_words writes it: VLAN 120, VLAN 100-199, VLAN 2001.120.
_LAST = case((Vlan.last_number > Vlan.first_number, func.concat("-", Vlan.last_number)), else_="")
_OUTER = case((Vlan.outer_tag.is_not(None), func.concat(Vlan.outer_tag, ".")), else_="")
_NUMBERS = func.concat("VLAN ", _OUTER, Vlan.first_number, _LAST)
_PEERS = func.concat("AS", BgpSession.local_asn, " to AS", BgpSession.peer_asn)

NETWORK: Mapping[str, Source] = {
    "interface": _of(
        "interface", Interface, said(Interface.router, Interface.name),
        func.concat_ws(", ", Circuit.ref, Site.name, Interface.media),
        one_each(Interface.ref, Interface.name, said(Interface.router, Interface.name)),
        said("router interface", Site.name), said(Interface.lag, Interface.media, Circuit.provider_circuit_id),
    ),
    "handoff_port": _of(
        "handoff_port", HandoffPort, said(Site.name, HandoffPort.rack, HandoffPort.panel, HandoffPort.port),
        func.concat_ws(", ", HandoffPort.status, Circuit.ref, HandoffPort.connector),
        one_each(HandoffPort.ref), said("handoff port panel", Site.name),
        said(HandoffPort.status, HandoffPort.connector, HandoffPort.media, Circuit.provider_circuit_id),
    ),
    "vlan": _of(
        "vlan", Vlan, _NUMBERS, func.concat_ws(", ", Vlan.scope, Vlan.name, Circuit.ref),
        one_each(Vlan.ref, _NUMBERS), said("VLAN", Vlan.name), said(Vlan.scope, Site.name),
    ),
    "bgp_session": _of(
        "bgp_session", BgpSession, _PEERS,
        func.concat_ws(", ", func.host(BgpSession.local_ip), func.host(BgpSession.peer_ip), Circuit.ref),
        one_each(BgpSession.ref, func.concat("AS", BgpSession.peer_asn), func.concat("AS", BgpSession.local_asn)),
        said("BGP peering session"), said(Circuit.provider_circuit_id),
    ),
    "ip_block": _of(
        "ip_block", IpBlock, func.text(IpBlock.network),
        func.concat_ws(", ", IpBlock.role, Circuit.ref, Site.name),
        one_each(IpBlock.ref, func.text(IpBlock.network)), said("IP addresses", IpBlock.role),
        said(IpBlock.status, Site.name),
    ),
}  # fmt: skip

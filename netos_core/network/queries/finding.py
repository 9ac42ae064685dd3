"""What an address, a prefix, an AS number or a VLAN number finds, for the search over everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, func, literal, select

from netos_core.kernel.errors import Invalid
from netos_core.network import rules
from netos_core.network.model import BgpSession, Interface, IpBlock, Vlan
from netos_core.network.queries import lists


def numbered(query: str) -> Iterator[Select[Any]]:
    """Select the table and the ids of what holds a number, nearest first.

    An address finds the blocks that hold it, the most specific first, and the sessions it is an end of; a prefix the
    blocks that overlap it; an AS number its sessions; a VLAN number the VLANs that hold it. An interface is
    known by any way of writing its name.
    """
    if rules.find_network(query) is not None:
        yield _ids(IpBlock).where(lists.blocks_named(query)).order_by(func.masklen(IpBlock.network).desc(), IpBlock.id)
    if rules.find_address(query) is not None or rules.find_asn(query) is not None:
        yield _ids(BgpSession).where(lists.sessions_named(query)).order_by(BgpSession.peer_asn, BgpSession.id)
    yield (
        _ids(Interface).where(func.lower(Interface.name) == rules.interface_name(query).lower()).order_by(Interface.id)
    )
    try:
        first, last = rules.vlan_range(query, "query")
    except Invalid:
        return
    holds = and_(Vlan.first_number <= last, Vlan.last_number >= first)
    yield _ids(Vlan).where(holds).order_by(Vlan.last_number - Vlan.first_number, Vlan.id)


def _ids(model: Any) -> Select[Any]:
    entity = literal(model.__tablename__).label("entity")
    return select(entity, model.id.label("entity_id")).where(model.retired_at.is_(None))

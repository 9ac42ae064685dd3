"""What planning looks up: records by their names, whole rows, and what already holds some numbers or addresses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Table, Text, bindparam, cast, func, or_, select, true

from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Names, fill, nearest
from netos_core.network.model import BgpSession, HandoffPort, Interface, IpBlock, NetworkColumn, Vlan
from netos_core.network.rules import Block, Network, Role, Tags

INTERFACE: Table = Interface.__table__  # type: ignore[assignment]
PORT: Table = HandoffPort.__table__  # type: ignore[assignment]
VLAN: Table = Vlan.__table__  # type: ignore[assignment]
BGP: Table = BgpSession.__table__  # type: ignore[assignment]
BLOCK: Table = IpBlock.__table__  # type: ignore[assignment]

INTERFACE_NAME = INTERFACE.c.router + " " + INTERFACE.c.name
WORDS: Mapping[str, tuple[Table, str, Any]] = {
    "interface": (INTERFACE, "search_interfaces", INTERFACE_NAME),
    "handoff_port": (PORT, "search_handoff_ports", PORT.c.port),
    "vlan": (VLAN, "search_vlans", VLAN.c.ref),
    "bgp_session": (BGP, "search_bgp_sessions", BGP.c.ref),
    "ip_block": (BLOCK, "search_ip_blocks", func.text(BLOCK.c.network)),
}
ALSO: Mapping[str, Any] = {"interface": INTERFACE_NAME, "ip_block": func.text(BLOCK.c.network)}


def names(ctx: Context, entity: str, keys: Iterable[str]) -> Names:
    """Look records of a kind up by their refs; interfaces by router and name too, blocks by their network."""
    table, tool, shown = WORDS[entity]
    found = Names(entity.replace("_", " "), tool, lambda key: nearest(ctx.session, table, key, name=shown))
    fill(ctx.session, found, table, list(keys), by=[ALSO[entity]] if entity in ALSO else [], name=shown)
    return found


def rows_by_id(ctx: Context, table: Table, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live rows, for planning."""
    rows = ctx.session.execute(select(table).where(table.c.id.in_(list(ids)), table.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


def interface_labels(ctx: Context, ids: Iterable[UUID]) -> dict[str, str]:
    rows = ctx.session.execute(
        select(INTERFACE.c.id, INTERFACE_NAME.label("name")).where(INTERFACE.c.id.in_(list(ids)))
    )
    return {str(row.id): row.name for row in rows}


def blocks_meeting(ctx: Context, networks: Iterable[Network]) -> list[Block]:
    """Return the live blocks that share addresses with any of these."""
    asked = [str(network) for network in networks]
    if not asked:
        return []
    given = select(cast(func.unnest(bindparam("asked", asked, ARRAY(Text))), NetworkColumn).label("network")).subquery(
        "given"
    )
    meets = BLOCK.c.network.op("&&", is_comparison=True)(given.c.network)
    rows = ctx.session.execute(
        select(BLOCK.c.id, BLOCK.c.ref, BLOCK.c.network, BLOCK.c.role, BLOCK.c.customer_id)
        .join(given, meets)
        .where(BLOCK.c.retired_at.is_(None))
        .distinct()
    )
    return [Block(row.id, row.ref, ip_network(row.network), Role(row.role), row.customer_id) for row in rows]


def tags_in(ctx: Context, scopes: Iterable[str]) -> list[Tags]:
    """Return the live VLANs of these scopes."""
    wanted = sorted({scope.lower() for scope in scopes})
    rows = ctx.session.execute(
        select(VLAN.c.id, VLAN.c.ref, VLAN.c.scope, VLAN.c.outer_tag, VLAN.c.first_number, VLAN.c.last_number).where(
            func.lower(VLAN.c.scope).in_(wanted), VLAN.c.retired_at.is_(None)
        )
    )
    return [Tags(row.id, row.ref, row.scope, row.outer_tag, row.first_number, row.last_number) for row in rows]


def owners(ctx: Context, table: Table, columns: Mapping[str, Any], keys: Iterable[tuple[Any, ...]]) -> dict[Any, Any]:
    """Return the live rows that already have a natural key, by that key.

    Args:
        ctx: The call.
        table: Their table.
        columns: The expressions of the key, by a name of their own.
        keys: The keys asked for; their first part is looked up, the rest compared.
    """
    wanted = list(keys)
    first = next(iter(columns.values()))
    rows = ctx.session.execute(
        select(table.c.id, table.c.ref, *(c.label(name) for name, c in columns.items())).where(
            or_(*(first == key[0] for key in wanted)) if wanted else ~true(), table.c.retired_at.is_(None)
        )
    )
    return {tuple(getattr(row, name) for name in columns): (row.id, row.ref) for row in rows}

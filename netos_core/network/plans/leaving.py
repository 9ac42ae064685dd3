"""What circuits and sites leave behind in the network when they end: numbers and ports that can be taken again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from netos_core.changes.plans import changed, retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits.rules import ENDED
from netos_core.kernel.context import Context
from netos_core.network.plans.kinds import BLOCK, INTERFACE, PORT, SESSION, VLAN, Noun
from netos_core.network.rules import PortStatus, Role

Gone = Mapping[UUID, str]  # the records that end, and what they are called

# Blocks that are there for the link alone; any other serves on without it.
OF_THE_LINK = (Role.P2P, Role.LOOPBACK)


def plan_gone(ctx: Context, changes: Sequence[Change]) -> list[Change]:
    """Plan what becomes of network detail when circuits end and sites are retired.

    A circuit ends by its retirement, or by becoming decommissioned or cancelled. Its VLANs, its BGP sessions and the
    blocks of its link are retired, so that their numbers and addresses can be taken again; its ports become free;
    interfaces and other blocks stay without it. A site takes its ports along; all else stays without it.
    """
    circuits = {c.id: c.ref for c in changes if c.entity == "circuit" and _ends(c)}
    sites = {c.id: c.ref for c in changes if c.entity == "site" and c.action is Action.RETIRE}
    if not circuits and not sites:
        return []
    planned = (
        _left(noun, row, circuits, sites)
        for noun in (SESSION, VLAN, PORT, INTERFACE, BLOCK)
        for row in _rows(ctx, noun, circuits, sites)
    )
    return [change for change in planned if change is not None]


def _ends(change: Change) -> bool:
    return change.action is Action.RETIRE or change.after.get("status") in ENDED


def _rows(ctx: Context, noun: Noun, circuits: Gone, sites: Gone) -> list[dict[str, Any]]:
    columns = noun.table.c
    named = [
        columns[name].in_(list(gone))
        for name, gone in (("circuit_id", circuits), ("site_id", sites))
        if name in columns and gone
    ]
    if not named:
        return []
    query = select(noun.table).where(or_(*named), columns.retired_at.is_(None)).order_by(columns.id)
    return [dict(row) for row in ctx.session.execute(query).mappings()]


def _left(noun: Noun, row: Mapping[str, Any], circuits: Gone, sites: Gone) -> Change | None:
    """Plan what becomes of one row that names a circuit or a site that ends."""
    circuit, site = row["circuit_id"] in circuits, row.get("site_id") in sites
    of_circuit = noun in (SESSION, VLAN) or (noun is BLOCK and row["role"] in OF_THE_LINK)
    if (circuit and of_circuit) or (site and noun is PORT):
        return retired(noun.entity, row, ref=row["ref"], shown=("ref", *noun.shown))
    values = {
        **({"circuit_id": None} if circuit else {}),
        **({"status": PortStatus.FREE} if circuit and noun is PORT else {}),
        **({"site_id": None} if site else {}),
    }
    words = {str(row_id): name for gone in (circuits, sites) for row_id, name in gone.items() if row_id in row.values()}
    return changed(noun.entity, row, values, ref=row["ref"], labels=words)

"""One piece of network detail with what waits on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netos_core.kernel.context import Context
from netos_core.kernel.redaction import View
from netos_core.network.queries import details, lists
from netos_core.network.schemas import BgpRow, InterfaceRow, PortRow
from netos_core.overview.queries import parts
from netos_core.overview.schemas import NetworkRecord

ADDED = ("id", "version", "updated_at")
KINDS = ("interface", "handoff_port", "vlan", "bgp_session", "ip_block")
PLAIN: Mapping[str, type[View]] = {"interface": InterfaceRow, "handoff_port": PortRow, "bgp_session": BgpRow}


def record(ctx: Context, ref: str) -> NetworkRecord:
    """Read one piece of network detail."""
    kind = details.kind_of(ref)
    row = details.one(ctx, ref)
    own = {name: value for name, value in row.items() if name not in ADDED}
    shown = _shown(ctx, kind, own)
    block = kind == "ip_block"
    return NetworkRecord(
        ref=row["ref"],
        version=row["version"],
        kind=kind,
        name=details.name_of(kind, row),
        **{name: shown if name == kind else None for name in KINDS},
        around=details.around(ctx, row["network"]) if block else [],
        inside=details.inside(ctx, row["network"]) if block else [],
        runs_over=details.over_interface(ctx, row["id"]) if kind == "interface" else [],
        tags=parts.tags(ctx, kind, row["id"]),
        notes=parts.notes(ctx, kind, row["id"]),
        open_changes=parts.open_changes(ctx, row["ref"], row["id"]),
        updated_at=row["updated_at"],
    )


def _shown(ctx: Context, kind: str, own: dict[str, Any]) -> View:
    if kind == "ip_block":
        return lists.block_rows(ctx, [own])[0]
    return lists.vlan_row(own) if kind == "vlan" else PLAIN[kind](**own)

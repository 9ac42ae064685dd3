"""What the page of a piece of network detail shows."""

from __future__ import annotations

from datetime import datetime

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.kernel.redaction import View
from netos_core.network.schemas import BgpRow, BlockRow, InterfaceRow, NetworkLine, PortRow, VlanRow


class NetworkRecord(View):
    """One piece of network detail: the row of its kind, and of a block those around and inside it."""

    ref: str
    version: int
    kind: str
    name: str
    interface: InterfaceRow | None
    handoff_port: PortRow | None
    vlan: VlanRow | None
    bgp_session: BgpRow | None
    ip_block: BlockRow | None
    around: list[BlockRow]
    inside: list[BlockRow]
    runs_over: list[NetworkLine]
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime

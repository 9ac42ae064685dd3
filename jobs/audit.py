"""Seals what was added to the audit trail, and keeps the seals outside of the database too."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.changes import audit
from netos_core.kernel.clock import utc_now
from netos_core.runtime import seals
from netos_core.runtime.calls import Core


async def seal(worker: dict[str, Any]) -> None:
    """Seal the rows written since the last seal, batch by batch."""
    while await anyio.to_thread.run_sync(_seal, worker["core"]) == audit.BATCH:
        pass
    await anyio.to_thread.run_sync(seals.export, worker["core"], worker["home"])


def _seal(core: Core) -> int:
    with core.session() as session:
        return audit.seal(session, utc_now())

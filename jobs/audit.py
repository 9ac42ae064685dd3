"""Seals what was added to the audit trail, and keeps the seals outside of the database too."""

from __future__ import annotations

import logging
from typing import Any

import anyio

from netos_core.changes import audit
from netos_core.kernel.clock import utc_now
from netos_core.runtime import seals
from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)
TOLD = "seals_not_kept"
"""Why the file could not be written when it was last tried: said once, not every few seconds."""


async def seal(worker: dict[str, Any]) -> None:
    """Seal the rows written since the last seal, batch by batch; a file that refuses is said and tried again."""
    while await anyio.to_thread.run_sync(_seal, worker["core"]) == audit.BATCH:
        pass
    try:
        await anyio.to_thread.run_sync(seals.export, worker["core"], worker["home"])
    except seals.SealsNotKept as refused:
        if worker.get(TOLD) != refused.message:
            log.error("seals are not kept", extra={"why": refused.message, "fix": refused.fix})  # noqa: TRY400 - no bug
        worker[TOLD] = refused.message
    else:
        if worker.pop(TOLD, None) is not None:
            log.info("seals are kept again")


def _seal(core: Core) -> int:
    with core.session() as session:
        return audit.seal(session, utc_now())

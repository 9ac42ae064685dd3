"""Reads what customers are billed from the billing system, a piece at a time, and goes on where a worker was killed."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.revenue.telling import tell_unattributed
from netos_core.runtime import revenue
from netos_core.runtime.calls import Core

LONGEST = 3000
"""Seconds one run may take; what is left then is taken up by the next one."""


async def sync(worker: dict[str, Any]) -> None:
    """Sync when it is time, or go on with what was left; safe to run twice, late or after a gap."""
    await anyio.to_thread.run_sync(revenue.sync_due, worker["core"])


async def tell(worker: dict[str, Any]) -> None:
    """Bring the worklist up to what is not attributed."""
    await anyio.to_thread.run_sync(_tell, worker["core"])


def _tell(core: Core) -> None:
    with core.itself() as ctx:
        tell_unattributed(ctx)

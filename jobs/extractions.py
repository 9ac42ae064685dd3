"""Reads the contracts that wait, one after the other; a killed worker's is taken up again."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.runtime import extracting

LONGEST = 3000
"""Seconds a batch may take; what is left then waits for the next tick."""


async def read(worker: dict[str, Any]) -> None:
    """Read what waits; safe to run twice, late or after a gap."""
    while await anyio.to_thread.run_sync(extracting.read_next, worker["core"]):
        pass

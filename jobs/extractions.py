"""Reads the contracts that wait, one after the other, and says which of them wait for a person."""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

import anyio

from netos_core.extractions.telling import tell_waiting
from netos_core.runtime import extracting
from netos_core.runtime.calls import Core

LONGEST = 3000
"""Seconds a tick may take: more than a batch and the longest document together."""

BATCH = 600
"""Seconds after which a tick takes no further file up; the next tick does."""

_TURN = Lock()  # a reading uses every core as it is, so a worker reads one file at a time


async def read(worker: dict[str, Any]) -> None:
    """Read what waits; safe to run twice, late or after a gap."""
    if not _TURN.acquire(blocking=False):
        return
    try:
        until = time.monotonic() + BATCH
        while time.monotonic() < until and await anyio.to_thread.run_sync(extracting.read_next, worker["core"]):
            pass
    finally:
        _TURN.release()


async def tell(worker: dict[str, Any]) -> None:
    """Bring the worklist up to what waits for a person."""
    await anyio.to_thread.run_sync(_tell, worker["core"])


def _tell(core: Core) -> None:
    with core.itself() as ctx:
        tell_waiting(ctx)

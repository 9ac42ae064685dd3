"""Looks ahead and back at spend: takes the snapshot of a month, and keeps what leaving contracts will cost."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any
from uuid import UUID

import anyio

from netos_core.runtime.calls import Core
from netos_core.spend import records
from netos_core.spend.telling import tell_spend

log = logging.getLogger(__name__)

LONGEST = 1800
"""Seconds one run may take; what is left then is taken up by the next one."""


async def snapshot(worker: dict[str, Any]) -> None:
    """Take the snapshots that are due, and say what is to be looked at; the first run of a month takes its own."""
    await anyio.to_thread.run_sync(_snapshot, worker["core"])


async def keep(worker: dict[str, Any]) -> None:
    """Keep the fees of contracts that are others than those kept."""
    await _walk(worker["core"], every=False)


async def keep_all(worker: dict[str, Any]) -> None:
    """Keep the fees of every contract, as of today."""
    await _walk(worker["core"], every=True)


def _snapshot(core: Core) -> None:
    with core.itself() as ctx:
        taken = records.take_snapshots(ctx)
        if taken:
            log.info("snapshots of spend", extra={"months": len(taken), "last": str(taken[-1])})
        tell_spend(ctx)


async def _walk(core: Core, *, every: bool) -> None:
    last: UUID | None = None
    while (last := await anyio.to_thread.run_sync(partial(_batch, core, last, every=every))) is not None:
        pass


def _batch(core: Core, after: UUID | None, *, every: bool) -> UUID | None:
    with core.itself() as ctx:
        return records.keep_exposure(ctx, every=every, after=after)

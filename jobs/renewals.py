"""Moves contracts along the renewal ladder: what changed within seconds, and every one of them each night.

What a contract puts at risk hangs on the prices of its circuits too; the look of the night brings that up to date.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any
from uuid import UUID

import anyio

from netos_core.renewals import records
from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)


async def advance(worker: dict[str, Any]) -> None:
    """Look at contracts that changed or whose day has come; each batch is kept before the next begins."""
    await _walk(worker["core"], every=False)


async def advance_all(worker: dict[str, Any]) -> None:
    """Look at every contract, due or not."""
    await _walk(worker["core"], every=True)


async def _walk(core: Core, *, every: bool) -> None:
    last: UUID | None = None
    while (last := await anyio.to_thread.run_sync(partial(_batch, core, last, every=every))) is not None:
        pass


def _batch(core: Core, after: UUID | None, *, every: bool) -> UUID | None:
    with core.itself() as ctx:
        done = records.advance(ctx, every=every, after=after)
    if done.fresh or done.notices:
        log.info(
            "contracts moved",
            extra={"looked_at": len(done.looks.seen), "steps": len(done.fresh), "notices": done.notices},
        )
    return done.looks.last

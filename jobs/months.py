"""Keeps open months worked out, so that nobody waits who looks at them."""

from __future__ import annotations

import logging
from typing import Any

import anyio

from netos_core.finance import records
from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)
LONGEST = 900


async def refresh(worker: dict[str, Any]) -> None:
    """Work open months out where that is due; safe to run twice, late or after a gap."""
    await anyio.to_thread.run_sync(_refresh, worker["core"])


def _refresh(core: Core) -> None:
    with core.itself() as ctx:
        made = records.refresh(ctx) if records.due(ctx) else None
    if made is not None:
        log.info("open months", extra={"months": made.months, "changed": made.changed, "touched": made.touched})
        with core.itself() as ctx:
            records.forget(ctx)

"""Takes up into the index of the search what commits have touched."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.kernel.clock import utc_now
from netos_core.runtime.calls import Core
from netos_core.search import records


async def index(worker: dict[str, Any]) -> None:
    """Take up batch after batch until nothing waits."""
    while await anyio.to_thread.run_sync(_batch, worker["core"]):
        pass


def _batch(core: Core) -> int:
    with core.session() as session:
        return records.take_up(session, utc_now())


async def begin(worker: dict[str, Any]) -> None:
    """Ask for what an earlier release's model has read."""
    await anyio.to_thread.run_sync(_outdated, worker["core"])


def _outdated(core: Core) -> None:
    with core.session() as session:
        records.touch_outdated(session, utc_now())

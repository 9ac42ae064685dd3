"""Brings uploaded files into the store, makes their small pictures, and takes away what nobody attached."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.runtime import files


async def store(worker: dict[str, Any]) -> None:
    """Store what was uploaded, then picture it; safe to run twice, late or after a gap."""
    while await anyio.to_thread.run_sync(files.store_staged, worker["core"]):
        pass
    while await anyio.to_thread.run_sync(files.make_pictures, worker["core"]):
        pass


async def sweep(worker: dict[str, Any]) -> None:
    """Take away files that were sent and never attached to a record."""
    while await anyio.to_thread.run_sync(files.sweep, worker["core"]):
        pass

"""Sends what waits in the outbox, each way by itself, and writes the daily digests."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.runtime.post import Post


async def deliver(worker: dict[str, Any]) -> None:
    """Send every message that is due; what holds up one way holds up no other."""
    post: Post = worker["post"]
    busy = await anyio.to_thread.run_sync(post.busy)
    async with anyio.create_task_group() as group:
        for way in busy:
            group.start_soon(anyio.to_thread.run_sync, post.deliver, way)


async def digest(worker: dict[str, Any]) -> None:
    """Write the digests that are due; safe to run at any time and twice."""
    await anyio.to_thread.run_sync(worker["post"].gather)

"""How the threads of the web process take turns: as many calls work at once as keep Python busy, and no more."""

from __future__ import annotations

import sys
import time

import anyio
from anyio import CapacityLimiter

LEAST = 2
"""Calls that work at once in any case: Python computes one of them while the other is at the database.

While Python is busy, none is done sooner for having more in hand: each waits for its turn after every answer of the
database, and all end late.
"""

LOOK_SECONDS = 0.02
IDLE, BUSY = 0.7, 0.9
"""The share of a look that the process computed, below which it lets in one more and above which one fewer."""

TURN_SECONDS = 0.001
"""How long one thread computes before another has its turn; with Python's own five milliseconds all wait longer."""


async def share(limiter: CapacityLimiter, most: int) -> None:
    """Let in calls that wait while those in hand leave Python idle: at a slow statement, or at another system.

    Args:
        limiter: What every call takes a token of while it has a thread.
        most: The threads there are.
    """
    sys.setswitchinterval(TURN_SECONDS)
    limiter.total_tokens = LEAST
    looked, computed = time.monotonic(), time.process_time()
    while True:
        await anyio.sleep(LOOK_SECONDS)
        now, so_far = time.monotonic(), time.process_time()
        share_computed = (so_far - computed) / (now - looked)
        looked, computed = now, so_far
        if share_computed > BUSY:
            limiter.total_tokens = max(int(limiter.total_tokens) - 1, LEAST)
        elif share_computed < IDLE and limiter.statistics().tasks_waiting:
            limiter.total_tokens = min(int(limiter.total_tokens) + 1, most)

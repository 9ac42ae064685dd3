"""How the threads of the web process take turns: few work at once, and who waits for long keeps nobody else waiting."""

from __future__ import annotations

import sys
from collections.abc import Hashable, Mapping

import anyio
from anyio import CapacityLimiter

AT_ONCE = 2
"""Calls that work at once: Python computes one of them while the other is at the database.

With more in hand none is done sooner: each waits for its turn after every answer of the database, and all end late.
"""

LONG_SECONDS = 0.25
"""After which a call is taken for one that waits, for a slow statement or for another system, and no longer counts.

Well above what a page takes: a busy process must not take its own calls for waiting ones, let in more, and so go on.
"""

LOOK_SECONDS = 0.02
TURN_SECONDS = 0.001
"""How long one thread computes before another has its turn; with Python's own five milliseconds all wait longer."""


async def share(limiter: CapacityLimiter, most: int) -> None:
    """Keep so many tokens in the limiter of the threads that few calls work beside those that take long.

    Args:
        limiter: What every call takes a token of while it has a thread.
        most: The threads there are.
    """
    sys.setswitchinterval(TURN_SECONDS)
    since: Mapping[Hashable, float] = {}
    while True:
        now = anyio.current_time()
        since = {call: since.get(call, now) for call in limiter.statistics().borrowers}
        long = sum(now - began > LONG_SECONDS for began in since.values())
        limiter.total_tokens = min(AT_ONCE + long, most)
        await anyio.sleep(LOOK_SECONDS)

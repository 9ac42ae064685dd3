"""How calls share the threads of the web process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial

import anyio
import anyio.lowlevel
import anyio.to_thread
from anyio import CapacityLimiter

from netos_mcp import turns

THREADS = 8
PATIENCE = 30


def run(calls: list[Callable[[], object]]) -> None:
    """Give each call a thread as the web process would."""

    async def all_of_them() -> None:
        limiter = CapacityLimiter(THREADS)
        async with anyio.create_task_group() as beside:
            beside.start_soon(turns.share, limiter, THREADS)
            await anyio.lowlevel.checkpoint()  # the first look, as at a start
            async with anyio.create_task_group() as group:
                for call in calls:
                    group.start_soon(partial(anyio.to_thread.run_sync, call, limiter=limiter))
            beside.cancel_scope.cancel()

    anyio.run(all_of_them)


def test_few_calls_work_at_once_while_python_is_busy() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def computes() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        until = time.thread_time() + turns.LOOK_SECONDS
        while time.thread_time() < until:
            pass
        with lock:
            now -= 1

    run([computes] * 12)

    assert most <= turns.LEAST + 2  # it takes a look or two to see that what was let in first computes


def test_calls_that_take_long_keep_nobody_waiting() -> None:
    done = threading.Event()

    def waits() -> None:
        assert done.wait(PATIENCE)

    run([*[waits] * (THREADS - 1), done.set])

    assert done.is_set()


def test_there_are_never_more_than_there_are_connections() -> None:
    done = threading.Event()
    lock, now, most = threading.Lock(), 0, 0

    def waits() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
            if now == THREADS:
                done.set()
        assert done.wait(PATIENCE)

    run([waits] * THREADS * 2)

    assert most <= THREADS * 2
    assert done.is_set()

"""Sends approved letters for their signature, looks at those that are out, and files the signed ones."""

from __future__ import annotations

from typing import Any

import anyio

from netos_core.runtime import letters


async def work(worker: dict[str, Any]) -> None:
    """Do what is due, until nothing is; safe to run twice, late or after a gap, for the service is asked first."""
    while await anyio.to_thread.run_sync(letters.do_due, worker["core"]):
        pass


async def nightly(worker: dict[str, Any]) -> None:
    """Look at every letter that is out for signature: a webhook may have been lost."""
    await anyio.to_thread.run_sync(letters.ask_all, worker["core"])


async def begin(worker: dict[str, Any]) -> None:
    """Try again at once what failed before: the settings may have been corrected."""
    await anyio.to_thread.run_sync(letters.wake, worker["core"])

"""Sends what waits in the outbox: claim, commit, send, record."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import anyio

from netos_core.kernel.clock import utc_now
from netos_core.notices import records
from netos_core.notices.channels import Send, attempt
from netos_core.runtime.calls import Core

log = logging.getLogger(__name__)


async def deliver(worker: dict[str, Any]) -> None:
    """Send every message that is due; safe to run twice or after a gap, for a key is sent to one place."""
    while await anyio.to_thread.run_sync(_round, worker["core"], worker["ways"]):
        pass


def _round(core: Core, ways: Mapping[str, Send]) -> int:
    with core.session() as session:
        letters = records.claim(session, utc_now())
    for letter in letters:
        error = attempt(ways, letter)
        with core.session() as session:
            state = records.settle(session, letter, error, utc_now())
        if error is not None:
            log.warning(
                "not delivered", extra={"delivery_key": letter.delivery_key, "state": str(state), "error": error}
            )
    return len(letters)

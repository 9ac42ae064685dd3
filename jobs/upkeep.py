"""Keeps the house: jobs whose worker died run again, old proposals expire, ended browser sessions go."""

from __future__ import annotations

import logging
from typing import Any

import anyio

from netos_core.access import sessions
from netos_core.changes import upkeep
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.work import records

log = logging.getLogger(__name__)


async def requeue(worker: dict[str, Any]) -> None:
    """Queue jobs again whose worker no longer beats."""
    await anyio.to_thread.run_sync(_requeue, worker["core"])


async def tidy(worker: dict[str, Any]) -> None:
    """Expire proposals nobody decided, and forget browser sessions that are over."""
    await anyio.to_thread.run_sync(_tidy, worker["core"])


def _requeue(core: Core) -> None:
    with core.session() as session:
        if found := records.requeue_stranded(session, utc_now()):
            log.warning("jobs lost their worker and run again", extra={"jobs": found})


def _tidy(core: Core) -> None:
    with core.session() as session:
        sessions.forget_ended(session, utc_now())
        itself = records.itself(session)
    with core.context(itself, Channel.JOB) as ctx:
        upkeep.expire_due(ctx)

"""Keeps the house: jobs whose worker died run again; old proposals, ended sessions and old answers go."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import anyio

from netos_core.access import sessions
from netos_core.changes import upkeep
from netos_core.kernel.clock import utc_now
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.work import records, spending

log = logging.getLogger(__name__)


async def requeue(worker: dict[str, Any]) -> None:
    """Queue jobs again whose worker no longer beats."""
    await anyio.to_thread.run_sync(_requeue, worker["core"])


async def tidy(worker: dict[str, Any]) -> None:
    """Expire proposals nobody decided, and forget browser sessions that are over."""
    await anyio.to_thread.run_sync(_tidy, worker["core"])


async def forget(worker: dict[str, Any]) -> None:
    """Delete what a model answered about documents longer ago than it is to be kept; what it cost stays."""
    await anyio.to_thread.run_sync(_forget, worker["core"])


def _forget(core: Core) -> None:
    before = utc_now() - timedelta(days=core.settings.claude_answer_days)
    with core.session() as session:
        if gone := spending.forget_answers(session, before):
            log.info("answers of a model were deleted", extra={"answers": gone})


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

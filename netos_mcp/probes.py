"""What watches NetOS from outside: is it alive, is it ready, what does it measure."""

from __future__ import annotations

import functools
import hmac
import logging
import threading
import time
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from netos_core.runtime.calls import Core
from netos_core.runtime.settings_words import LOOPBACK
from netos_core.work.systems import SystemState, standings

QUEUE_PATIENCE = 2.0
FRESH_SECONDS = 1.0
"""A flood of probes asks the database once a second."""

log = logging.getLogger(__name__)


def routes(core: Core) -> list[BaseRoute]:
    """Return the probes' routes."""
    return [
        Route("/healthz", _alive),
        Route("/readyz", Ready(core)),
        Route("/metrics", functools.partial(_metrics, core)),
    ]


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


class Ready:
    """Tells whether work can be done: database, its schema and the queue.

    An outside system that refuses our credential makes it degraded, never unready: everything else goes on.
    """

    def __init__(self, core: Core) -> None:
        self._core = core
        self._lock = threading.Lock()
        self._told: tuple[float, dict[str, Any]] = (0.0, {})

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.concurrency import run_in_threadpool

        told = await run_in_threadpool(self._now)
        await JSONResponse(told, status_code=200 if told["ready"] else 503)(scope, receive, send)

    def _now(self) -> dict[str, Any]:
        with self._lock:
            until, told = self._told
            if time.monotonic() >= until:
                told = self._look()
                self._told = (time.monotonic() + FRESH_SECONDS, told)
            return told

    def _look(self) -> dict[str, Any]:
        checks = {"database": _schema(self._core), "queue": _queue(self._core)}
        ready = all(state == "ok" for state in checks.values())
        return {"ready": ready, **checks, "degraded": _degraded(self._core) if checks["database"] == "ok" else []}


def _schema(core: Core) -> str:
    try:
        with core.session() as session:
            found = session.scalar(text("select version_num from alembic_version"))
    except SQLAlchemyError:
        log.warning("not ready: no database", exc_info=True)
        return "not reachable"
    return "ok" if found == _newest_schema() else f"at schema {found}, not {_newest_schema()}: run `netos migrate`"


@functools.cache
def _newest_schema() -> str | None:
    from netos_core.runtime import migrate  # lazy: only this check needs Alembic

    return migrate.head()


def _queue(core: Core) -> str:
    if core.settings.redis_url is None:
        return "not configured"
    try:
        with Redis.from_url(core.settings.redis_url, socket_timeout=QUEUE_PATIENCE) as queue:
            answered: Any = queue.ping()
    except (RedisError, OSError):
        log.warning("not ready: no queue", exc_info=True)
        return "not reachable"
    return "ok" if answered else "not answering"


def _degraded(core: Core) -> list[dict[str, str | None]]:
    from netos_core.runtime.integrations import unused  # lazy: it knows of every system, and this file of none

    left_out = unused(core.settings)
    with core.session() as session:
        return [
            {"system": one.system, "state": str(one.state), "setting": one.setting}
            for one in standings(session)
            if one.state is not SystemState.OK and one.system not in left_out
        ]


def _metrics(core: Core, request: Request) -> Response:
    """Show the metrics to this machine, or to who has the token; for others there is nothing here."""
    if not _may_look(core, request):
        return PlainTextResponse("Not Found\n", status_code=404)
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _may_look(core: Core, request: Request) -> bool:
    token = core.settings.metrics_token
    given = request.headers.get("authorization", "")
    if token is not None and hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return True
    proxied = any(name in request.headers for name in ("forwarded", "x-forwarded-for"))
    return request.client is not None and request.client.host in LOOPBACK and not proxied

"""The one ASGI application: MCP at /mcp, health, and the web pages (`uvicorn --factory netos_mcp.app:app`)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastmcp import FastMCP
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from netos_core.runtime import telemetry
from netos_core.runtime.calls import Core
from netos_core.runtime.garbage import keep_what_is_loaded
from netos_core.runtime.logs import configure_logging
from netos_core.runtime.settings import load_settings
from netos_mcp import probes, turns
from netos_mcp.auth import Gate, HttpDoor
from netos_mcp.offer import READ_ONLY_PATH, ReadOnlyAddress
from netos_mcp.server import make_server

if TYPE_CHECKING:
    from netos_mcp.oauth import Interactive

PATH = "/mcp"

log = logging.getLogger(__name__)


def app() -> Starlette:
    """Make the application from the environment."""
    from web_min.app import exception_handlers, make_routes, middleware

    settings = load_settings()
    configure_logging(settings.log_level)
    use_our_logs()
    core = Core(settings)
    telemetry.configure(core, "web", shown=True)
    handlers: dict[Any, Any] = dict(exception_handlers(core))
    pages = Starlette(routes=make_routes(core), exception_handlers=handlers)
    made = make_app(core, [Mount("/", pages)], shell=middleware(core))
    keep_what_is_loaded()
    return made


def make_app(
    core: Core,
    pages: Sequence[BaseRoute] = (),
    *,
    shell: Sequence[Middleware] = (),
    server: FastMCP[Any] | None = None,
) -> Starlette:
    """Join the MCP endpoint, the sign-in of its clients, the health checks and the pages.

    MCP stands before the pages, so that a page for unknown addresses can not hide it.

    Args:
        core: The core of this process.
        pages: The routes of the pages and the JSON API.
        shell: What every request passes, whatever it asks for: host, size and time of a body, headers.
        server: A server of `make_server` that has been given more than ours: what the conformance suite calls.
    """
    interactive = _interactive(core)
    gate = Middleware(Gate, core=core, path=PATH, interactive=interactive)
    mcp = (server or make_server(core, HttpDoor())).http_app(
        path=PATH,
        # Clients of 2026-07-28 need no session and get none. Those of the handshake era can be asked a question
        # and told of progress only within one, which lives in the process that began it.
        stateless_http=False,
        json_response=False,
        host_origin_protection=True,
        allowed_hosts=sorted(core.settings.hosts),
        middleware=[Middleware(ReadOnlyAddress, path=PATH), gate],
    )

    @contextlib.asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncIterator[None]:
        async with mcp.lifespan(application), anyio.create_task_group() as beside:
            # As many threads as connections at most: neither waits for the other.
            beside.start_soon(turns.share, anyio.to_thread.current_default_thread_limiter(), core.settings.pool_size)
            yield
            beside.cancel_scope.cancel()
        if interactive is not None:
            await interactive.close()
        core.close()

    routes: list[BaseRoute] = [
        *probes.routes(core),
        Route(PATH, mcp),
        Route(PATH + READ_ONLY_PATH, mcp),
        *(interactive.routes if interactive is not None else ()),
        *pages,
    ]
    return Starlette(routes=routes, lifespan=lifespan, middleware=list(shell))


def _interactive(core: Core) -> Interactive | None:
    if core.entra is None:
        return None
    from netos_mcp.oauth import Interactive  # lazy: its parts are slow to import, and a demo needs none

    return Interactive(core, PATH)


def use_our_logs() -> None:
    """Take away the frameworks' own handlers and chatter, so that one log format is left."""
    framework = logging.getLogger("fastmcp")
    framework.handlers.clear()
    framework.propagate = True
    logging.getLogger("alembic").setLevel(logging.WARNING)

"""The least a tool call can cost here: FastMCP with one tool that adds, mounted and served as ours is."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastmcp import FastMCP
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def _alive(_: Request) -> Response:
    return PlainTextResponse("ok\n")


def app() -> Starlette:
    """Make the application."""
    server: FastMCP[Any] = FastMCP("bare")
    server.tool(add)
    mcp = server.http_app(path="/mcp", stateless_http=True, json_response=True)

    @contextlib.asynccontextmanager
    async def lifespan(application: Starlette) -> AsyncIterator[None]:
        async with mcp.lifespan(application):
            yield

    return Starlette(routes=[Route("/healthz", _alive), Route("/mcp", mcp)], lifespan=lifespan)

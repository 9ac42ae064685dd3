"""Which tools are listed: two dozen for everyone, more by toolset, reads alone where that is asked for.

What is listed follows the address and a header of the very request, never what was called before. Whatever is
listed, every tool answers to its name, and what a person may do is decided by their rights alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastmcp.exceptions import ToolError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools.base import Tool, ToolResult
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, CallToolRequestParams, ListToolsRequest
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from netos_core.kernel.errors import Forbidden, Invalid, NetosError, one_of
from netos_core.kernel.operation import Effect
from netos_mcp.errors import refusal_text
from netos_mcp.tool import request_of
from netos_mcp.tools import BY_NAME, TOOLSETS

HEADER = "X-NetOS-Toolsets"
ALL = "all"
READ_ONLY_PATH = "/readonly"
READ_ONLY = "netos.read-only"


class ReadsOnly(Forbidden):
    """This way in lists and answers reads alone."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What one client is shown.

    Args:
        toolsets: Toolsets listed beside the tools that always are.
        read_only: Whether tools that propose, decide or start work are left out and refused.
    """

    toolsets: frozenset[str] = frozenset()
    read_only: bool = False

    @classmethod
    def of_words(cls, words: str, *, read_only: bool = False) -> Offer:
        """Read names of toolsets between commas.

        Raises:
            Invalid: There is no such toolset; the valid ones are named.
        """
        names = {word.strip().lower() for word in words.split(",")} - {""}
        for name in sorted(names - {ALL, *TOOLSETS}):
            raise one_of(name, [*TOOLSETS, ALL], what="toolset", field="toolsets")
        return cls(frozenset(TOOLSETS) if ALL in names else frozenset(names), read_only)

    def lists(self, tool: str) -> bool:
        """Tell whether a tool is listed; one that is not ours always is."""
        known = BY_NAME.get(tool)
        return known is None or (self.takes(tool) and (not known.toolset or known.toolset in self.toolsets))

    def takes(self, tool: str) -> bool:
        """Tell whether a tool may be called this way."""
        known = BY_NAME.get(tool)
        return known is None or not self.read_only or known.operation.effect is Effect.READ


def offer_of(request: HTTPConnection | None, own: Offer) -> Offer:
    """Return what a request asks for; without one, what the process was started with.

    Raises:
        Invalid: The header names a toolset there is not.
    """
    if request is None:
        return own
    return Offer.of_words(
        ",".join(request.headers.getlist(HEADER)), read_only=own.read_only or READ_ONLY in request.scope
    )


class Offered(Middleware):
    """Lists what the request asks for and refuses what a reading client may not call."""

    def __init__(self, own: Offer) -> None:
        self._own = own

    async def on_list_tools(
        self, context: MiddlewareContext[ListToolsRequest], call_next: CallNext[ListToolsRequest, Sequence[Tool]]
    ) -> Sequence[Tool]:
        try:
            offer = self._offer(context)
        except Invalid as refusal:  # a list has no place for a remark, and a wrong one would be kept for minutes
            raise MCPError(INVALID_PARAMS, f"{HEADER}: {refusal.message} {refusal.fix}") from refusal
        return [tool for tool in await call_next(context) if offer.lists(tool.name)]

    async def on_call_tool(
        self, context: MiddlewareContext[CallToolRequestParams], call_next: CallNext[CallToolRequestParams, ToolResult]
    ) -> ToolResult:
        name = context.message.name
        try:
            refusal: NetosError | None = None if self._offer(context).takes(name) else reads_only(name)
        except Invalid as wrong:
            refusal = wrong
        if refusal is not None:
            raise ToolError(refusal_text(refusal, name), log_level=logging.DEBUG)
        return await call_next(context)

    def _offer(self, context: MiddlewareContext[Any]) -> Offer:
        current = context.fastmcp_context
        return offer_of(request_of(current) if current is not None else None, self._own)


def reads_only(tool: str) -> NetosError:
    return ReadsOnly(
        f"{tool} does more than read, and this connection only reads.",
        fix="Tell the person; one that proposes connects to /mcp, or runs netos mcp without --read-only.",
    )


class ReadOnlyAddress:
    """Serves the MCP endpoint a second time, for reading, under an address of its own."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path + READ_ONLY_PATH:
            scope = {**scope, "path": self._path, "raw_path": self._path.encode(), READ_ONLY: True}
        await self._app(scope, receive, send)

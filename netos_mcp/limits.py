"""The limit of calls a second, as MCP tells it: a refusal of the tool or resource, with a time to wait."""

from __future__ import annotations

import logging
from typing import Any

from fastmcp.exceptions import ResourceError, ToolError
from fastmcp.server.context import Context
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools.base import ToolResult
from mcp_types import CallToolRequestParams, ReadResourceRequestParams

from netos_core.runtime.limits import Buckets, RateLimited
from netos_core.runtime.settings import Settings
from netos_mcp.auth import Door
from netos_mcp.errors import refusal_text
from netos_mcp.tool import request_of


class RateLimit(Middleware):
    """A token bucket for each principal."""

    def __init__(self, settings: Settings, door: Door) -> None:
        self._door = door
        self._buckets = Buckets(settings)

    async def on_call_tool(
        self, context: MiddlewareContext[CallToolRequestParams], call_next: CallNext[CallToolRequestParams, ToolResult]
    ) -> ToolResult:
        if (refusal := self._refusal(context)) is not None:
            raise ToolError(refusal_text(refusal, context.message.name), log_level=logging.DEBUG)
        return await call_next(context)

    async def on_read_resource(
        self,
        context: MiddlewareContext[ReadResourceRequestParams],
        call_next: CallNext[ReadResourceRequestParams, Any],
    ) -> Any:
        if (refusal := self._refusal(context)) is not None:
            raise ResourceError(refusal_text(refusal, "the same resource"), log_level=logging.DEBUG)
        return await call_next(context)

    def refuses(self, context: Context) -> bool:
        """Take one call of a principal that no middleware sees: a completion."""
        return self._buckets.refusal(self._door.key(request_of(context))) is not None

    def _refusal(self, context: MiddlewareContext[Any]) -> RateLimited | None:
        current = context.fastmcp_context
        return self._buckets.refusal(self._door.key(request_of(current) if current is not None else None))

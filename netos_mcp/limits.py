"""How many calls a second the agents of one person may make; a refusal is an answer with a time to wait."""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from typing import Any

from fastmcp.exceptions import ResourceError, ToolError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools.base import ToolResult
from mcp_types import CallToolRequestParams, ReadResourceRequestParams

from netos_core.runtime.settings import Settings
from netos_mcp.auth import Door
from netos_mcp.errors import RateLimited, refusal_text
from netos_mcp.tool import request_of

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class Bucket:
    """What one principal has left, as of an instant."""

    left: float
    at: float


class RateLimit(Middleware):
    """A token bucket for each principal."""

    def __init__(self, settings: Settings, door: Door) -> None:
        self._settings = settings
        self._door = door
        self._buckets: dict[str, Bucket] = {}

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

    def _refusal(self, context: MiddlewareContext[Any]) -> RateLimited | None:
        current = context.fastmcp_context
        key = self._door.key(request_of(current) if current is not None else None)
        wait = self.take(key, time.monotonic())
        if wait <= 0:
            return None
        return RateLimited("Too many calls at once.", fix=f"retry_after: {math.ceil(wait)} s.")

    def take(self, key: str, now: float) -> float:
        """Take one call from a principal's bucket; returns the seconds to wait where it is empty."""
        rate, most = self._settings.calls_per_second, self._settings.calls_at_once
        bucket = self._buckets.setdefault(key, Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / rate
        bucket.left -= 1
        if len(self._buckets) > MOST_BUCKETS:
            self._forget_the_full(now)
        return 0

    def _forget_the_full(self, now: float) -> None:
        rate, most = self._settings.calls_per_second, self._settings.calls_at_once
        self._buckets = {k: b for k, b in self._buckets.items() if b.left + (now - b.at) * rate < most}

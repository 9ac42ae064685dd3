"""How a resource is read: as the tool of the same record would answer, refusals included."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from fastmcp.exceptions import ResourceError
from fastmcp.server.dependencies import get_context

from netos_core.kernel.context import new_request_id
from netos_core.kernel.errors import NetosError
from netos_mcp.answers import Call
from netos_mcp.errors import refusal_text, unexpected
from netos_mcp.tool import Service, in_thread

T = TypeVar("T")


async def read(service: Service, tool: str, work: Callable[[Call], T]) -> T:
    """Read in a worker thread for the caller of this request.

    Raises:
        ResourceError: The refusal, in the same four parts as a tool's.
    """
    request_id = new_request_id()
    try:
        call = await service.call(get_context(), request_id)
        return await in_thread(work, call)
    except NetosError as refusal:
        raise ResourceError(refusal_text(refusal, tool, service.tools), log_level=logging.DEBUG) from refusal
    except Exception as bug:  # noqa: BLE001 - the edge is where a bug becomes an answer
        raise ResourceError(
            refusal_text(unexpected(bug, tool, request_id), tool, service.tools), log_level=logging.DEBUG
        ) from None

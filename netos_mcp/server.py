"""The MCP server: tools, resources, and what holds for all of them."""

from __future__ import annotations

import importlib.metadata
import logging
from typing import Any

from fastmcp import FastMCP
from fastmcp.exceptions import NotFoundError, ToolError
from fastmcp.server.middleware import CallNext, Middleware, MiddlewareContext
from fastmcp.tools.base import ToolResult
from mcp.server.context import ServerRequestContext
from mcp.server.request_state import RequestStateSecurity
from mcp_types import CallToolRequestParams

from netos_core.runtime.calls import Core
from netos_mcp.auth import Door
from netos_mcp.completions import Completions
from netos_mcp.confirm import ConfirmTool
from netos_mcp.errors import refusal_text, unknown_tool
from netos_mcp.limits import RateLimit
from netos_mcp.offer import Offer, Offered
from netos_mcp.prompts import add_prompts
from netos_mcp.resources import add_resources
from netos_mcp.tool import OperationTool, Service, names_of
from netos_mcp.tools import BY_NAME, EVERY, PUBLISHED, TOOLSETS

log = logging.getLogger(__name__)

NAME = "NetOS"
STATE = "request-state"
CACHE_SECONDS = 300
INSTRUCTIONS = """\
NetOS holds an ISP's carrier circuits, contracts, sites, providers and customers. You act for one signed-in \
person, with that person's rights (netos://me).
Find with search or search_*, read with get_*. Refs look like CKT-1042; a carrier's circuit id works too. \
Lists return total and next_cursor: page on with the same filters.
Change nothing directly: propose_change shows the exact diff (fields: netos://schema/circuit), a person approves it, \
and confirm_change applies it. On needs_approval give the person the link and stop.
More: netos://guide."""


NO_PAGES = "\nNo approval page is served now: before giving a link, ask the person to start `netos up` on this home."


def make_server(core: Core, door: Door, *, pages: bool = True, offer: Offer | None = None) -> FastMCP[Any]:
    """Make the server.

    Args:
        core: The core of this process.
        door: How this transport knows its callers.
        pages: Whether the approval pages are being served; an agent is told where they are not.
        offer: What is listed where no HTTP request says so: on stdio.
    """
    service = Service(core, door, names_of(PUBLISHED), {name: names_of(tools) for name, tools in TOOLSETS.items()})
    limit = RateLimit(core.settings, door)

    def bound_to(context: ServerRequestContext[Any, Any]) -> str:
        return door.key(context.request)

    server: FastMCP[Any] = FastMCP(
        NAME,
        instructions=INSTRUCTIONS if pages else INSTRUCTIONS + NO_PAGES,
        version=_version(),
        mask_error_details=True,
        cache_ttl=CACHE_SECONDS,
        cache_scope="private",
        request_state_security=RequestStateSecurity(
            keys=core.keys.derive(STATE), bind_principal=bound_to, audience="netos"
        ),
        middleware=[UnknownTools(), limit, Offered(offer or Offer())],
        tools=[(ConfirmTool if one.name == "confirm_change" else OperationTool).make(one, service) for one in EVERY],
    )
    # Left to itself the framework lists every tool on each call, to find the schema of one.
    schemas = {one.name: one.input_schema for one in EVERY}
    server._mcp_server.get_tool_input_schema = schemas.get  # noqa: SLF001 - the low-level server's own option
    add_resources(server, service)
    add_prompts(server)
    server.add_completion_handler(Completions(service, limit))
    return server


def _version() -> str:
    try:
        return importlib.metadata.version("netos")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "0"


class UnknownTools(Middleware):
    """Answers a call of a tool that does not exist with the ones that do."""

    async def on_call_tool(
        self, context: MiddlewareContext[CallToolRequestParams], call_next: CallNext[CallToolRequestParams, ToolResult]
    ) -> ToolResult:
        try:
            return await call_next(context)
        except NotFoundError:
            refusal = unknown_tool(context.message.name, BY_NAME)
            log.info("unknown tool", extra={"tool": context.message.name[:60]})
            raise ToolError(refusal_text(refusal, context.message.name, BY_NAME), log_level=logging.DEBUG) from None

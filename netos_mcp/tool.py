"""Turns a published operation into an MCP tool: one adapter, so every tool behaves alike."""

import dataclasses
import functools
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self, TypeVar

import anyio.to_thread
from fastmcp.exceptions import ToolError
from fastmcp.server.context import Context
from fastmcp.server.dependencies import get_context
from fastmcp.tools.base import Tool, ToolResult
from mcp_types import TextContent, ToolAnnotations
from mcp_types import Tool as WireTool
from pydantic import PrivateAttr
from starlette.requests import Request

from netos_core.kernel.context import new_request_id
from netos_core.kernel.errors import NetosError
from netos_core.kernel.operation import Effect
from netos_core.runtime.calls import Core
from netos_mcp.answers import Answer, Call, Published
from netos_mcp.auth import Door
from netos_mcp.errors import refusal_text, unexpected

T = TypeVar("T")
LONGEST_NAME = 60
UNNAMED = "unnamed agent"


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """What every tool and resource of a server works with.

    Args:
        core: The core of this process.
        door: How its callers are known.
        tools: Names of the tools that are always listed.
        beside: Names of the tools of each toolset.
    """

    core: Core
    door: Door
    tools: frozenset[str]
    beside: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)

    async def call(self, context: Context, request_id: str) -> Call:
        """Say who makes this call, through which agent and from where."""
        request = request_of(context)
        caller = self.door.caller(request) if self.door.at_hand else await in_thread(self.door.caller, request)
        address = request.client.host if request is not None and request.client else None
        return Call(dataclasses.replace(caller, agent=agent_name(context)), request_id, address)


class OperationTool(Tool):
    """One operation as a tool; its body runs in a worker thread, in a transaction of its own."""

    _published: Published = PrivateAttr()
    _service: Service = PrivateAttr()

    @classmethod
    def make(cls, published: Published, service: Service) -> Self:
        tool = cls(
            name=published.name,
            description=published.description,
            parameters=published.input_schema,
            output_schema=published.output_schema,
            annotations=hints_of(published),
        )
        tool._published = published
        tool._service = service
        return tool

    def to_mcp_tool(self, **overrides: Any) -> WireTool:
        """List the tool without the framework's own remarks, which cost tokens and say nothing."""
        return super().to_mcp_tool(**{"_meta": None, **overrides})

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Answer one call.

        Raises:
            ToolError: The refusal, in its four parts.
        """
        request_id = new_request_id()
        try:
            context = get_context()
            return await self.respond(context, arguments, await self._service.call(context, request_id))
        except NetosError as refusal:
            raise ToolError(refusal_text(refusal, self.name, self._known()), log_level=logging.DEBUG) from refusal
        except Exception as bug:  # noqa: BLE001 - the edge is where a bug becomes an answer
            masked = unexpected(bug, self.name, request_id)
            raise ToolError(refusal_text(masked, self.name, self._known()), log_level=logging.DEBUG) from None

    def _known(self) -> frozenset[str]:
        """Name the tools its client is sure to see: the ones that are always listed, and those beside this one."""
        return self._service.tools | self._service.beside.get(self._published.toolset, frozenset())

    async def respond(self, context: Context, arguments: dict[str, Any], call: Call) -> ToolResult:  # noqa: ARG002
        return result(await in_thread(self._published.answer, self._service.core, arguments, call))


def result(answer: Answer) -> ToolResult:
    return ToolResult(
        content=[TextContent(type="text", text=answer.text)],
        structured_content=answer.structured,
    )


def hints_of(published: Published) -> ToolAnnotations:
    """Hint what a call may do, from the effect; everything is ours, so no world is open."""
    if published.operation.effect is Effect.READ:
        return ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    return ToolAnnotations(
        read_only_hint=False, destructive_hint=published.destructive, idempotent_hint=True, open_world_hint=False
    )


async def in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Run a part of the synchronous core without holding up other calls."""
    return await anyio.to_thread.run_sync(functools.partial(work, *arguments))


def request_of(context: Context) -> Request | None:
    """Return the HTTP request of a call; None on stdio and in memory."""
    current = context.request_context
    return current.request if current is not None else None


def agent_name(context: Context) -> str:
    """Say which agent calls, as the client introduces it; a name to show, never one to trust."""
    current = context.request_context
    told = current.session.client_params if current is not None else None
    name = re.sub(r"[^\w.:/()@+-]", " ", told.client_info.name if told else "")
    return " ".join(name.split())[:LONGEST_NAME] or UNNAMED


def names_of(published: Iterable[Published]) -> frozenset[str]:
    return frozenset(one.name for one in published)

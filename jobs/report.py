"""Makes the weekly report, and has Claude write about it as a client of our own MCP endpoint, signed in to read."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.from_thread

from netos_core.kernel.errors import NetosError
from netos_core.reports.records import Claimed
from netos_core.reports.writing import BY_RULES, Answer, ToolWords, Written
from netos_core.runtime import reports
from netos_core.runtime.calls import Core

if TYPE_CHECKING:
    from fastmcp import Client

log = logging.getLogger(__name__)

LONGEST = 3000
"""Seconds a text may take at the very most: more than the largest `report_minutes`."""

TOOLSET = {"X-NetOS-Toolsets": "renewals"}
TOOLS = ("get_report", "get_pipeline", "list_renewals", "get_worklist", "get_contract", "get_decision")
"""What the model is told of; with fewer tools it wanders less, and each costs tokens in every turn."""

CALL_WITHIN = 60.0
NAME = "NetOS reports"


async def weekly(worker: dict[str, Any]) -> None:
    """Make the report of the week when it is due; safe to run at any time."""
    await anyio.to_thread.run_sync(reports.make_weekly, worker["core"])


async def write(worker: dict[str, Any]) -> None:
    """Have the reports written that wait for it, one after the other, and tell their readers."""
    core: Core = worker["core"]
    while (mine := await anyio.to_thread.run_sync(reports.take_up, core)) is not None:
        note = await anyio.to_thread.run_sync(reports.unwritten, core, mine)
        written = await _written(core, mine) if note is None else Written(note=note)
        await anyio.to_thread.run_sync(reports.finish, core, mine, written)


async def _written(core: Core, mine: Claimed) -> Written:
    """Have one written; a report whose tools can not be reached goes out by rules, and says so."""
    sign_in = reports.signed_in(core, mine)
    try:
        secret = await anyio.to_thread.run_sync(sign_in.__enter__)
    except NetosError as refusal:
        return Written(note=f"{refusal.message} {BY_RULES}")
    try:
        return await _through(core, mine, secret)
    except Exception as away:
        log.exception("report's tools can not be reached", extra={"report": mine.ref})
        told = f"The tools of NetOS could not be reached ({type(away).__name__})."
        return Written(note=f"{told} {BY_RULES}")
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(sign_in.__exit__, None, None, None)


async def _through(core: Core, mine: Claimed, secret: str) -> Written:
    # Imported here and nowhere else in the worker: it is large, and is needed once a week.
    from fastmcp import Client
    from fastmcp.client.transports import StreamableHttpTransport
    from mcp_types import Implementation

    headers = {**TOOLSET, "Authorization": f"Bearer {secret}"}
    transport = StreamableHttpTransport(reports.mcp_url(core.settings), headers=headers)
    itself = Implementation(name=NAME, version="1")  # what it calls itself, as the trail and the logs have it
    async with Client(transport, client_info=itself, timeout=CALL_WITHIN) as client:
        listed = [
            ToolWords(tool.name, tool.description or "", tool.input_schema)
            for tool in await client.list_tools()
            if tool.name in TOOLS
        ]
        return await anyio.to_thread.run_sync(partial(reports.write, core, mine, Hands(client, listed)))


class Hands:
    """The tools of our endpoint, called from the thread the model is asked in."""

    def __init__(self, client: Client[Any], listed: Sequence[ToolWords]) -> None:
        self._client = client
        self._listed = listed

    def tools(self) -> Sequence[ToolWords]:
        return self._listed

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Answer:
        return anyio.from_thread.run(self._call, tool, dict(arguments))

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Answer:
        result = await self._client.call_tool_mcp(tool, arguments, timeout=timedelta(seconds=CALL_WITHIN))
        text = "\n".join(block.text for block in result.content if block.type == "text")
        return Answer(text, result.structured_content, wrong=bool(result.is_error))

"""Two clients of an MCP endpoint: JSON-RPC over one kept connection, and the framework's own."""

from __future__ import annotations

import asyncio
import http.client
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from bench.calls import Call
from bench.figures import WARM_UP, Times, timed
from bench.house import HOST

VERSION = "2026-07-28"


class Refused(RuntimeError):
    """The server answered with something else than a result."""


class Wire:
    """A client that does no more than it must: the server's own cost is what is left."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=30)

    def close(self) -> None:
        self._connection.close()

    def request(self, method: str, params: dict[str, Any], name: str | None = None) -> dict[str, Any]:
        """Send one request of the current protocol and return its result.

        Raises:
            Refused: There is none.
        """
        meta = {
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        headers = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "MCP-Protocol-Version": VERSION,
            "Mcp-Method": method,
        }
        if name is not None:
            headers["Mcp-Name"] = name
        self._connection.request("POST", "/mcp", json.dumps(body), headers)
        answer: dict[str, Any] = json.loads(self._connection.getresponse().read())
        if "result" not in answer:
            raise Refused(str(answer)[:500])
        result: dict[str, Any] = answer["result"]
        return result

    def call(self, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return self.request("tools/call", {"name": tool, "arguments": arguments}, tool)

    def page(self, path: str, cookie: str = "") -> tuple[int, str, bytes]:
        """Get a page; returns its status, the cookie it sets and its text."""
        self._connection.request("GET", path, headers={"Cookie": cookie} if cookie else {})
        answer = self._connection.getresponse()
        return answer.status, answer.headers.get("Set-Cookie", ""), answer.read()

    def form(self, path: str, fields: dict[str, str], cookie: str) -> tuple[int, list[str]]:
        """Send a form; returns its status and the cookies it sets."""
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", path, urlencode(fields), headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get_all("Set-Cookie") or []


@contextmanager
def wire(port: int) -> Iterator[Wire]:
    made = Wire(port)
    try:
        yield made
    finally:
        made.close()


def over_http(port: int, calls: Sequence[Call]) -> Times:
    with wire(port) as client:
        return timed([lambda call=call: client.call(call.tool, call.arguments) for call in calls])  # type: ignore[misc]


def over_client(port: int, calls: Sequence[Call]) -> Times:
    return asyncio.run(_over_client(port, calls))


async def _over_client(port: int, calls: Sequence[Call]) -> Times:
    from fastmcp import Client

    taken = []
    async with Client(f"http://{HOST}:{port}/mcp") as client:
        for at, call in enumerate(calls):
            started = time.perf_counter()
            await client.call_tool_mcp(call.tool, call.arguments)
            if at >= WARM_UP:
                taken.append((time.perf_counter() - started) * 1000)
    return Times(taken)

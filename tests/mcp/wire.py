"""A client that says on the wire exactly what it is told to, honest or not."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.applications import Starlette

VERSION = "2026-07-28"
ASKS = {"elicitation": {}}
ASKS_BY_PAGE = {"elicitation": {"form": {}, "url": {}}}


@dataclass(frozen=True)
class Wire:
    """Raw requests of the current protocol to a running application."""

    http: httpx2.AsyncClient

    async def post(
        self, method: str, params: Mapping[str, Any], *, can: Mapping[str, Any] | None = None, **headers: str
    ) -> httpx2.Response:
        meta = {
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientInfo": {"name": "hostile <b>client</b>" + "!" * 90, "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": can or {},
        }
        sent = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": VERSION,
            "Mcp-Method": method,
            **({"Mcp-Name": str(params["name"])} if "name" in params else {}),
            **headers,
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        return await self.http.post("/mcp", json=body, headers=sent)

    async def raw_call(self, tool: str, arguments: str) -> str:
        """Call a tool with arguments as they are written, which need not be what JSON can write; returns the answer."""
        mark = "the arguments"
        meta = {
            "io.modelcontextprotocol/protocolVersion": VERSION,
            "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        params = {"name": tool, "arguments": mark, "_meta": meta}
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
        sent = {
            "Accept": "application/json, text/event-stream",
            "Content-Type": "application/json",
            "MCP-Protocol-Version": VERSION,
            "Mcp-Method": "tools/call",
            "Mcp-Name": tool,
        }
        answer = await self.http.post("/mcp", content=body.replace(json.dumps(mark), arguments), headers=sent)
        return answer.text

    async def call(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        *,
        can: Mapping[str, Any] | None = None,
        person: str | None = None,
        **more: Any,
    ) -> dict[str, Any]:
        """Call a tool; returns the JSON-RPC answer."""
        headers = {"Authorization": f"Bearer demo:{person}"} if person else {}
        response = await self.post("tools/call", {"name": tool, "arguments": arguments, **more}, can=can, **headers)
        answer: dict[str, Any] = response.json()
        return answer


def text_of(answer: Mapping[str, Any]) -> str:
    return str(answer["result"]["content"][0]["text"])


@contextlib.asynccontextmanager
async def wired(app: Starlette) -> AsyncIterator[Wire]:
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8420") as http,
    ):
        yield Wire(http)

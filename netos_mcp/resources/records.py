"""Records by address: the same text as the tool of the same name gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastmcp import FastMCP

from netos_mcp.resources.reading import read
from netos_mcp.tool import Service
from netos_mcp.tools import BY_NAME

TEXT = "text/plain"


def add(server: FastMCP[Any], service: Service) -> None:
    async def answer(tool: str, arguments: Mapping[str, Any]) -> str:
        return await read(service, tool, lambda call: BY_NAME[tool].answer(service.core, arguments, call).text)

    @server.resource("netos://circuit/{ref}", mime_type=TEXT, description="One circuit, as get_circuit shows it.")
    async def circuit(ref: str) -> str:
        return await answer("get_circuit", {"ref": ref})

    @server.resource("netos://contract/{ref}", mime_type=TEXT, description="One contract, as get_contract shows it.")
    async def contract(ref: str) -> str:
        return await answer("get_contract", {"ref": ref})

    @server.resource("netos://site/{ref}", mime_type=TEXT, description="One site, as get_site shows it.")
    async def site(ref: str) -> str:
        return await answer("get_site", {"ref": ref})

    @server.resource(
        "netos://views", mime_type=TEXT, description="Views of lists people saved: call operation with query."
    )
    async def saved_views() -> str:
        return await answer("list_views", {})

    @server.resource("netos://renewals", mime_type=TEXT, description="Contracts to decide on now, most urgent first.")
    async def renewals() -> str:
        return await answer("list_renewals", {})

    @server.resource(
        "netos://report/{ref}",
        mime_type=TEXT,
        description="One renewal report (latest: the newest), as get_report shows.",
    )
    async def report(ref: str) -> str:
        return await answer("get_report", {"ref": ref})

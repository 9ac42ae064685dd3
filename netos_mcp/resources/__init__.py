"""What agents may read beside the tools: records by address, the fields of each kind, the caller, the guide."""

from __future__ import annotations

from typing import Any

from fastmcp import FastMCP

from netos_mcp.resources import documents, guide, records
from netos_mcp.tool import Service


def add_resources(server: FastMCP[Any], service: Service) -> None:
    records.add(server, service)
    documents.add(server, service)
    guide.add(server, service)

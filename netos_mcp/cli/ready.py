"""What `netos up --demo` says when it is ready: where the pages are, who you are, how a client connects."""

from __future__ import annotations

import http.client
import json
import shutil
import sys
from pathlib import Path
from typing import Any

from netos_core.demo.people import DEFAULT_PERSON, DEMO_PEOPLE
from netos_core.kernel.errors import Unavailable
from netos_core.runtime.home import Runtime

VERSION = "2026-07-28"
TOOL = "get_dashboard"
PATIENCE = 20
MOST_LINES = 12


def banner(runtime: Runtime) -> str:
    """Write the text; its last part is the answer of a real tool call over HTTP.

    Raises:
        Unavailable: The MCP endpoint does not answer.
    """
    if runtime.web_url is None or runtime.port is None:
        raise Unavailable("Nothing serves on this home.", fix="Start it with `netos up`.")
    url = f"{runtime.web_url}/mcp"
    people = "\n".join(
        f"  {person.email:34} {', '.join(person.roles)}{'  (you)' if person.email == DEFAULT_PERSON else ''}"
        for person in DEMO_PEOPLE
    )
    return "\n".join(
        (
            f"NetOS runs at {runtime.web_url} with its home in {runtime.home}. Ctrl-C stops it.",
            "",
            f"Approvals   {runtime.web_url}/approvals",
            f"Signed in   as {DEFAULT_PERSON}; on the pages and with --as or a header as anyone of:",
            people,
            "",
            "MCP over HTTP (the header chooses a person; leave it out to be the default one):",
            _indented({"mcpServers": {"netos": _http(url)}}),
            "",
            "MCP over stdio:",
            _indented({"mcpServers": {"netos": _stdio(runtime.home)}}),
            "",
            f"{TOOL} answers, asked just now over {url}:",
            *(f"  {line}" for line in call_over_http(runtime, TOOL).splitlines()[:MOST_LINES]),
        )
    )


def _http(url: str) -> dict[str, Any]:
    return {"type": "http", "url": url, "headers": {"Authorization": f"Bearer demo:{DEFAULT_PERSON}"}}


def _stdio(home: Path) -> dict[str, Any]:
    """Name the command with its whole path: a client starts it from any folder, with any environment."""
    beside = Path(sys.executable).with_name("netos")
    command = str(beside) if beside.exists() else shutil.which("netos") or "netos"
    return {"command": command, "args": ["mcp", "--home", str(home)], "env": {"NETOS_DEMO": "true"}}


def _indented(configuration: dict[str, Any]) -> str:
    return "\n".join(f"  {line}" for line in json.dumps(configuration, indent=2).splitlines())


def call_over_http(runtime: Runtime, tool: str) -> str:
    """Call a tool without arguments as a client of the current protocol does; returns the text of its answer.

    The framework's own client would cost this process more than a second to import.

    Raises:
        Unavailable: The answer is no result.
    """
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientInfo": {"name": "netos up", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": tool, "arguments": {}, "_meta": meta},
    }
    headers = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
        "MCP-Protocol-Version": VERSION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": tool,
    }
    connection = http.client.HTTPConnection("localhost", runtime.port, timeout=PATIENCE)
    try:
        connection.request("POST", "/mcp", json.dumps(body), headers)
        answer = json.loads(connection.getresponse().read())
        return str(answer["result"]["content"][0]["text"])
    except (OSError, ValueError, KeyError, IndexError) as failed:
        raise Unavailable(
            "The MCP endpoint does not answer.", fix=f"See {runtime.home / 'logs' / 'web.log'}."
        ) from failed
    finally:
        connection.close()

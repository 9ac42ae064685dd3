"""The MCP Inspector, strict, finds nothing in what NetOS lists, in both protocol eras."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from netos_mcp.prompts import PROMPTS
from netos_mcp.tools import EVERY
from tests.conformance.conftest import PACKAGES, PATIENCE

pytestmark = pytest.mark.processes

INSPECTOR = PACKAGES / "@modelcontextprotocol/inspector/clients/launcher/build/index.js"
ERAS = ("modern", "legacy")


@pytest.fixture
def inspector(node: str, tmp_path: Path) -> Inspector:
    if not INSPECTOR.is_file():
        pytest.skip("the MCP Inspector is not installed: `npm ci` in tests/conformance")
    return Inspector(node, tmp_path)


class Inspector:
    """The command line of the Inspector."""

    def __init__(self, node: str, home: Path) -> None:
        self._node = node
        self._environment = {**os.environ, "HOME": str(home)}

    def ask(self, url: str, era: str, method: str, *more: str) -> tuple[dict[str, Any], str]:
        """Ask a server; returns its answer and what the Inspector remarks on it."""
        asked = [
            self._node, str(INSPECTOR), "--cli", url, "--transport", "http", "--protocol-era", era, "--method", method,
            "--format", "json", *more,
        ]  # fmt: skip
        run = subprocess.run(
            asked, capture_output=True, text=True, check=False, timeout=PATIENCE, env=self._environment
        )
        assert run.returncode == 0, (asked, run.stdout[-2000:], run.stderr[-4000:])
        answer: dict[str, Any] = json.loads(run.stdout)["result"]
        return answer, run.stderr


def test_the_inspector_finds_nothing_in_what_is_listed(inspector: Inspector, served: str) -> None:
    for era in ERAS:
        every = ("--strict", "--header", "X-NetOS-Toolsets: all")
        tools, remarks = inspector.ask(served, era, "tools/list", *every)
        assert {one.name for one in EVERY} <= {tool["name"] for tool in tools["tools"]}, era
        assert remarks.strip() == "", era
        prompts, _ = inspector.ask(served, era, "prompts/list")
        assert set(PROMPTS) <= {prompt["name"] for prompt in prompts["prompts"]}, era
        resources, _ = inspector.ask(served, era, "resources/list")
        assert {"netos://guide", "netos://me", "netos://renewals"} <= {one["uri"] for one in resources["resources"]}

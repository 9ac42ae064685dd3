"""The write path as its users walk it: an agent over MCP, people on the pages, one running `netos up --demo`."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastmcp import Client

pytestmark = pytest.mark.processes

MAIN = "import sys; from netos_mcp.cli import main; sys.exit(main(sys.argv[1:]))"
PATIENCE = 90


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start everything as `make demo` does and return its address; stop it as Ctrl-C does."""
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-c", MAIN, "up", "--demo", "--home", str(home), "--port", "8620"]
    with (home / "printed").open("w+") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.STDOUT, cwd=Path(__file__).parents[2])
        try:
            yield _address(process, home / "printed")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def _address(process: subprocess.Popen[bytes], printed: Path) -> str:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, printed.read_text()
        found = re.search(r"NetOS runs at (http://\S+)", printed.read_text())
        if found:
            return found[1]
        time.sleep(0.2)
    raise AssertionError(printed.read_text())


@contextlib.contextmanager
def signed_in(base: str, email: str) -> Iterator[Person]:
    with httpx2.Client(base_url=base, follow_redirects=True, timeout=30) as client:
        person = Person(client)
        person.post("/sign-in", page="/sign-in", person=email, next="/")
        yield person


@dataclass(frozen=True)
class Person:
    """Someone signed in on the pages."""

    client: httpx2.Client

    def post(self, path: str, *, page: str, status: int = 200, **fields: str) -> httpx2.Response:
        token = re.search(r'name="csrf" value="([^"]+)"', self.client.get(page).text)
        assert token
        answer = self.client.post(path, data={"csrf": token[1], **fields})
        assert answer.status_code == status, answer.text[:2000]
        return answer


async def call(client: Client[Any], tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool_mcp(tool, arguments)
    assert not result.is_error, result.content[0].text
    return result.structured_content


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_an_agent_proposes_a_person_approves_and_the_trail_names_both(running: str, mode: str) -> None:
    async with Client(f"{running}/mcp", mode=mode) as agent:
        circuit = (await call(agent, "search_circuits", query="zayo", limit=1))["rows"][0][0]
        old = (await call(agent, "get_circuit", ref=circuit))["mrc"]
        asked = {"kind": "circuit", "ref": circuit, "set": {"mrc": "777.25"}, "reason": f"Amendment 3, {mode}"}
        proposed = await call(agent, "propose_change", **asked)
        change, digest = proposed["change_id"], proposed["digest"]
        assert proposed["diff"][0]["new"] == "777.25"

        refused = await agent.call_tool_mcp("confirm_change", {"change_id": change, "digest": digest})
        assert refused.is_error
        assert "needs_approval" in refused.content[0].text
        assert (await call(agent, "get_circuit", ref=circuit))["mrc"] == old

        with signed_in(running, "dana.whitfield@xiber.example") as dana:
            page = dana.client.get(f"/approvals/{change}").text
            assert "777.25" in page
            assert "High risk: money" in page
            assert "do not approve money" in page
            dana.post(f"/approvals/{change}/approve", page=f"/approvals/{change}", digest=digest, status=403)

        with signed_in(running, "marcus.oyelaran@xiber.example") as marcus:
            marcus.post(f"/approvals/{change}/approve", page=f"/approvals/{change}", digest=digest, comment="Checked.")
            assert (await call(agent, "get_circuit", ref=circuit))["mrc"] == "777.25"
            again = await call(agent, "confirm_change", change_id=change, digest=digest)
            assert again["already_applied"] is True
            (entry,) = (await call(agent, "search_audit", ref=change, entity="circuit"))["entries"]
            assert (entry["proposed_by"], entry["person"]) == ("Dana Whitfield", "Marcus Oyelaran")
            undone = marcus.post(f"/approvals/{change}/undo", page=f"/approvals/{change}", reason="Wrong circuit")
            undo = undone.url.path.rsplit("/", 1)[1]

        with signed_in(running, "elena.voss@xiber.example") as elena:
            shown = elena.client.get(f"/approvals/{undo}").text
            turned = re.search(r'name="digest" value="([0-9a-f]{64})"', shown)
            assert turned
            elena.post(f"/approvals/{undo}/approve", page=f"/approvals/{undo}", digest=turned[1], comment="")
            assert (await call(agent, "get_circuit", ref=circuit))["mrc"] == old

"""`netos call`, `netos mcp` and the banner, as processes against a running home."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from netos_core.runtime.home import Runtime
from netos_mcp.cli.ready import banner
from tests.mcp.conftest import MODES, TOM, AtTheClient, Plant, answered, tokens
from tests.standins.serving import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.processes]
REPOSITORY = Path(__file__).parents[2]
MAIN = "import sys; from netos_mcp.cli import main; sys.exit(main())"
SERVE = """
import sys, uvicorn
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import load_settings
from netos_mcp.app import make_app
uvicorn.run(make_app(Core(load_settings()), b"k" * 32), port=int(sys.argv[1]))
"""


@pytest.fixture
def environment(plant: Plant, tmp_path: Path) -> dict[str, str]:
    """External services, so that a command starts none."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NETOS_")}
    url = plant.core.settings.database_url or ""
    return kept | {
        "PYTHONPATH": str(REPOSITORY), "NETOS_DATABASE_URL": url, "NETOS_REDIS_URL": "redis://127.0.0.1:9",
        "NETOS_DEMO": "true", "NETOS_HOME": str(tmp_path), "NETOS_LOG_LEVEL": "error",
    }  # fmt: skip


def netos(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", MAIN, *arguments], env=environment, capture_output=True, text=True, check=False
    )


def test_a_call_prints_the_structured_result_and_nothing_else(plant: Plant, environment: dict[str, str]) -> None:
    done = netos(environment, "call", "get_circuit", json.dumps({"ref": plant.circuit}))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["mrc"] == "1200.00"
    asked_by_tom = netos(environment, "call", "get_circuit", json.dumps({"ref": plant.circuit}), "--as", TOM)
    assert json.loads(asked_by_tom.stdout)["mrc"] is None


async def test_a_call_answers_as_the_tool_does(plant: Plant, environment: dict[str, str]) -> None:
    arguments = {"limit": 7, "sort": "-mrc"}
    async with Client(plant.server()) as client:
        listed = await answered(client, "search_circuits", **arguments)
    assert json.loads(netos(environment, "call", "search_circuits", json.dumps(arguments)).stdout) == listed


@pytest.mark.parametrize(
    ("arguments", "code", "field"),
    [
        (("get_circuit", '{"ref": "CKT-99999"}'), "not_found", "ref"),
        (("get_circuit", "{}"), "invalid_argument", "ref"),
        (("get_circuit", "no json"), "invalid_argument", "arguments"),
        (("get_circuit", "[1]"), "invalid_argument", "arguments"),
        (("no_such_tool",), "not_found", "tool"),
        (("get_dashboard", "{}", "--as", "nobody@xiber.example"), "forbidden_scope", None),
    ],
)
def test_a_refusal_is_one_json_object_on_standard_error(
    environment: dict[str, str], arguments: tuple[str, ...], code: str, field: str | None
) -> None:
    done = netos(environment, "call", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    told = json.loads(done.stderr)
    assert set(told) == {"code", "message", "field", "fix"}
    assert (told["code"], told["field"]) == (code, field)
    assert told["fix"]


def test_outside_demo_mode_nobody_is_named_on_the_command_line(environment: dict[str, str]) -> None:
    done = netos({**environment, "NETOS_DEMO": "false"}, "call", "get_dashboard", "{}", "--as", TOM)
    assert done.returncode == 1
    assert json.loads(done.stderr)["code"] == "forbidden_scope"


@pytest.mark.parametrize("mode", MODES)
async def test_stdio_serves_both_eras_and_asks_the_person(plant: Plant, environment: dict[str, str], mode: str) -> None:
    transport = StdioTransport(sys.executable, ["-c", MAIN, "mcp", "--as", TOM], env=environment)
    person = AtTheClient()
    async with Client(transport, mode=mode, elicitation_handler=person) as client:
        assert len(await client.list_tools()) == 23
        wish = {"kind": "circuit", "ref": plant.new_circuit(), "set": {"market": f"Indy {mode}"}, "reason": "by stdio"}
        change = await answered(client, "propose_change", **wish)
        keyed = {"change_id": change["change_id"], "digest": change["digest"]}
        assert (await answered(client, "confirm_change", **keyed))["status"] == "committed"
        assert len(person.asked) == 1
        assert change["proposed_by"] == "Tom Kessler"


@pytest.fixture
def running(plant: Plant, environment: dict[str, str], tmp_path: Path) -> Iterator[Runtime]:
    """A real web server on a free port."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)], env=environment, stderr=subprocess.DEVNULL
    ) as server:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield Runtime(
            home=tmp_path, pid=server.pid, started=datetime.now(UTC), database_url="", redis_url="", demo=True,
            web_url=url, port=port,
        )  # fmt: skip
        server.terminate()


@pytest.mark.parametrize("mode", MODES)
async def test_http_serves_both_eras_over_a_socket(plant: Plant, running: Runtime, mode: str) -> None:
    async with Client(f"{running.web_url}/mcp", mode=mode) as client:
        circuit = await answered(client, "get_circuit", ref=plant.circuit)
    assert circuit["ref"] == plant.circuit


@pytest.mark.parametrize("mode", MODES)
async def test_over_http_the_person_at_the_client_is_asked_in_both_eras(
    plant: Plant, running: Runtime, mode: str
) -> None:
    person = AtTheClient()
    async with Client(f"{running.web_url}/mcp", mode=mode, elicitation_handler=person) as client:
        wish = {"kind": "circuit", "ref": plant.new_circuit(), "set": {"market": "Indy"}, "reason": "told by the NOC"}
        change = await answered(client, "propose_change", **wish)
        done = await answered(client, "confirm_change", change_id=change["change_id"], digest=change["digest"])
    assert done["status"] == "committed"
    assert len(person.asked) == 1


def test_the_banner_shows_configurations_that_parse_and_a_real_answer(running: Runtime) -> None:
    text = banner(running)
    configurations = [json.loads(part) for part in _json_blocks(text)]
    http, stdio = (one["mcpServers"]["netos"] for one in configurations)
    assert http["url"] == f"{running.web_url}/mcp"
    assert stdio["args"] == ["mcp", "--home", str(running.home)]
    assert "circuits: " in text.rpartition("get_dashboard")[2]
    assert tokens(text) < 1000


def _json_blocks(text: str) -> list[Any]:
    lines = text.splitlines()
    starts = [at for at, line in enumerate(lines) if line == "  {"]
    ends = [at for at, line in enumerate(lines) if line == "  }"]
    return ["\n".join(lines[start : end + 1]) for start, end in zip(starts, ends, strict=True)]

"""More tools where a client asks for them, reads alone where it wants no more, the same list for the same request."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from netos_core.catalogue import BY_NAME as OPERATIONS
from netos_core.kernel.errors import Invalid
from netos_core.kernel.operation import Effect
from netos_mcp.app import make_app
from netos_mcp.auth import PersonDoor
from netos_mcp.offer import Offer
from netos_mcp.server import make_server
from netos_mcp.tools import EVERY, PUBLISHED, TOOLSETS
from tests.mcp.conftest import MODES, Plant, answered, connected, refused
from tests.mcp.test_http import Kept
from tests.mcp.wire import VERSION, Wire, text_of, wired

pytestmark = pytest.mark.anyio

ALWAYS = [one.name for one in PUBLISHED]
HEADER = "X-NetOS-Toolsets"


@pytest.fixture
async def wire(plant: Plant) -> AsyncIterator[Wire]:
    async with wired(make_app(Kept(plant.core.settings))) as wire:
        yield wire


async def listed(wire: Wire, **headers: str) -> list[str]:
    answer = (await wire.post("tools/list", {}, **headers)).json()
    return [tool["name"] for tool in answer["result"]["tools"]]


async def in_a_session(wire: Wire, address: str, **headers: str) -> list[str]:
    """List the tools as a client of the handshake era does."""
    sent = {"Accept": "application/json, text/event-stream", **headers}
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "old", "version": "1"}}
    body: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    first = await wire.http.post(address, json=body, headers=sent)
    sent |= {"Mcp-Session-Id": first.headers["mcp-session-id"], "MCP-Protocol-Version": "2025-11-25"}
    await wire.http.post(address, json={"jsonrpc": "2.0", "method": "notifications/initialized"}, headers=sent)
    body = {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}}
    answer = await wire.http.post(address, json=body, headers=sent)
    data = next(line for line in answer.text.splitlines() if line.startswith("data: {"))
    return [tool["name"] for tool in json.loads(data.removeprefix("data: "))["result"]["tools"]]


async def test_a_toolset_is_listed_where_the_header_names_it(wire: Wire) -> None:
    network = [one.name for one in TOOLSETS["network"]]
    documents = [one.name for one in TOOLSETS["documents"]]
    assert await listed(wire) == ALWAYS
    assert await listed(wire, **{HEADER: "network"}) == ALWAYS + network
    assert await listed(wire, **{HEADER: " Documents, network,"}) == ALWAYS + network + documents
    assert await listed(wire, **{HEADER: "all"}) == [one.name for one in EVERY]
    assert await in_a_session(wire, "/mcp", **{HEADER: "network"}) == ALWAYS + network


async def test_a_call_never_changes_what_is_listed(wire: Wire) -> None:
    await wire.call("search_vlans", {}, person=None)
    assert await listed(wire) == ALWAYS


async def test_a_toolset_there_is_not_is_refused_with_those_there_are(wire: Wire) -> None:
    error = (await wire.post("tools/list", {}, **{HEADER: "netwrk,documents"})).json()["error"]
    assert error["code"] == -32602
    assert "no toolset “netwrk”. Did you mean network?" in error["message"]
    for name in (*TOOLSETS, "all"):
        assert name in error["message"]


@pytest.mark.parametrize("mode", MODES)
async def test_a_tool_that_is_not_listed_answers_to_its_name(plant: Plant, mode: str) -> None:
    async with connected(plant.server(), mode) as client:
        assert "list_providers" not in {tool.name for tool in await client.list_tools()}
        assert (await answered(client, "list_providers"))["total"] >= 1
        said = await refused(client, "search_vlanz")
    assert "Did you mean search_vlans?" in said[1]


async def test_every_tool_of_every_toolset_has_its_schemas_and_hints(plant: Plant) -> None:
    server = make_server(plant.core, PersonDoor(plant.core, None), offer=Offer.of_words("all"))
    async with connected(server, "auto") as client:
        tools = await client.list_tools()
    assert [tool.name for tool in tools] == [one.name for one in EVERY]
    for tool in tools:
        assert tool.output_schema["properties"]
        assert tool.annotations.read_only_hint is (OPERATIONS[tool.name].effect is Effect.READ)
        assert tool.annotations.destructive_hint is (tool.name == "confirm_change")


async def test_the_reading_address_lists_reads_and_refuses_the_rest(wire: Wire, plant: Plant) -> None:
    reads = [one.name for one in PUBLISHED if one.operation.effect is Effect.READ]
    assert await in_a_session(wire, "/mcp/readonly") == reads
    reading = Wire(Rerouted(wire.http))
    assert await listed(reading) == reads
    assert set(await listed(reading, **{HEADER: "all"})) == {
        one.name for one in EVERY if one.operation.effect is Effect.READ
    }
    change = {"kind": "circuit", "ref": plant.circuit, "set": {"market": "Indy"}, "reason": "told by the NOC"}
    said = text_of(await reading.call("propose_change", change))
    assert said.startswith("forbidden_scope | propose_change does more than read")
    assert "/mcp" in said
    assert "total" in (await reading.call("search_circuits", {}))["result"]["structuredContent"]


async def test_the_reading_address_knows_its_callers_as_the_other_does(wire: Wire) -> None:
    reading = Wire(Rerouted(wire.http))
    response = await reading.post("tools/list", {}, Authorization="Bearer nonsense")
    assert response.status_code == 401
    assert (await reading.post("tools/list", {}, Host="netos.evil.example")).status_code == 421


class Rerouted:
    """A client of HTTP that speaks to the reading address."""

    def __init__(self, http: Any) -> None:
        self._http = http

    async def post(self, address: str, **more: Any) -> Any:
        assert (address, VERSION) == ("/mcp", more["headers"]["MCP-Protocol-Version"])
        return await self._http.post("/mcp/readonly", **more)


@pytest.mark.parametrize("mode", MODES)
async def test_a_process_lists_what_it_was_started_with(plant: Plant, mode: str) -> None:
    server = make_server(plant.core, PersonDoor(plant.core, None), offer=Offer.of_words("people", read_only=True))
    async with connected(server, mode) as client:
        names = [tool.name for tool in await client.list_tools()]
        code, *_ = await refused(client, "confirm_change", change_id="CHG-1", digest="0")
    reads = [one.name for one in PUBLISHED if one.operation.effect is Effect.READ]
    assert names == reads + [one.name for one in TOOLSETS["people"]]
    assert code == "forbidden_scope"


def test_a_wrong_toolset_stops_the_command_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    from netos_mcp.cli import main

    assert main(["mcp", "--toolsets", "colours"]) == 1
    told = capsys.readouterr().err
    assert "no toolset “colours”" in told
    assert "network, documents" in told


def test_no_toolset_is_the_usual_list() -> None:
    assert Offer.of_words(" , ") == Offer()
    with pytest.raises(Invalid):
        Offer.of_words("network documents")

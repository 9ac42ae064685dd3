"""What no agent should send is answered by the tools as an argument that does not fit, never as a bug of ours."""

from __future__ import annotations

import pytest
from pydantic_core import to_json

from netos_core.runtime.calls import Core
from netos_mcp.app import make_app
from tests import nasty
from tests.mcp.conftest import Plant, answered, connected, refused
from tests.mcp.wire import wired

pytestmark = pytest.mark.anyio

UNFIT = {"invalid_argument", "not_found"}


async def test_a_wish_that_can_not_be_one_is_refused_with_its_field(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        for wish in nasty.proposals(plant.circuit):
            try:
                to_json(wish)
            except ValueError:
                continue  # the client itself can not send so deep or so odd a text
            code, what, *_ = await refused(client, "propose_change", **wish)
            assert code in UNFIT, (str(wish)[:200], what[:300])
            assert ": " in what


@pytest.mark.parametrize("tool", ["propose_change", "search_circuits", "confirm_change", "get_circuit"])
async def test_half_a_surrogate_pair_on_the_wire_is_no_bug(plant: Plant, tool: str) -> None:
    half = "\\ud800"
    wishes = (
        f'{{"ref": "{half}"}}', f'{{"{half}": 1}}', f'{{"set": {{"{half}": 1}}, "kind": "circuit", "reason": "abc"}}',
        f'{{"change_id": "CHG-1001", "digest": "{half}"}}',
    )  # fmt: skip
    async with wired(make_app(Core(plant.core.settings))) as wire:
        for wish in wishes:
            said = await wire.raw_call(tool, wish)
            assert "internal |" not in said
            assert "Internal" not in said


async def test_an_argument_of_a_read_out_of_its_bounds_is_refused_with_its_field(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        for tool, arguments in nasty.reads(plant.circuit):
            code, what, *_ = await refused(client, tool, **arguments)
            assert code == "invalid_argument", (tool, str(arguments)[:200], what[:300])
            assert ": " in what


@pytest.mark.parametrize("digest", ["ü" * 64, "٣", "", "x" * 5000])
async def test_a_digest_that_is_none_is_refused(plant: Plant, digest: str) -> None:
    wish = {"kind": "circuit", "ref": plant.new_circuit(), "set": {"market": "Elsewhere"}, "reason": "it moved"}
    async with connected(plant.server(), "auto") as client:
        change = await answered(client, "propose_change", **wish)
        code, what, *_ = await refused(client, "confirm_change", change_id=change["change_id"], digest=digest)
    assert code == "invalid_argument"
    assert what.startswith("digest: ")


@pytest.mark.parametrize("sort", ["ref", "-mrc", "act_by", "provider", "bandwidth_mbps"])
async def test_an_altered_cursor_is_refused(plant: Plant, sort: str) -> None:
    async with connected(plant.server(), "auto") as client:
        first = await answered(client, "search_circuits", sort=sort, limit=1)
        for wrong in nasty.altered(first["next_cursor"]):
            told = await client.call_tool_mcp("search_circuits", {"sort": sort, "cursor": wrong})
            assert not told.is_error or told.content[0].text.startswith("invalid_argument | cursor: "), wrong[:80]


async def test_a_list_nested_in_its_own_text_is_refused(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        for tool, argument in (("search_circuits", "status"), ("search_circuits", "fields")):
            code, *_ = await refused(client, tool, **{argument: "[" * 100_000})
            assert code == "invalid_argument"
        wish = {"kind": "circuit", "ref": plant.circuit, "reason": "as told", "set": '{"a":' * 50_000}
        code, *_ = await refused(client, "propose_change", **wish)
        assert code == "invalid_argument"
        wish["set"] = '{"mrc": NaN}'
        code, *_ = await refused(client, "propose_change", **wish)
    assert code == "invalid_argument"

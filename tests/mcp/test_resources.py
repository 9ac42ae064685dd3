"""Records by address, the fields of each kind, the caller and the guide."""

from __future__ import annotations

import pytest
from mcp.shared.exceptions import MCPError

from netos_core.proposals.plans import KINDS
from netos_core.proposals.schemas import ProposeChange
from netos_mcp.resources.guide import EXAMPLES, GUIDE
from tests.mcp.conftest import MODES, TOM, Plant, connected, tokens

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("mode", MODES)
async def test_a_record_reads_as_its_tool_answers(plant: Plant, mode: str) -> None:
    pairs = {
        f"netos://circuit/{plant.circuit}": ("get_circuit", {"ref": plant.circuit}),
        f"netos://contract/{plant.contract}": ("get_contract", {"ref": plant.contract}),
        f"netos://site/{plant.site}": ("get_site", {"ref": plant.site}),
        "netos://renewals": ("list_renewals", {}),
    }
    async with connected(plant.server(), mode) as client:
        for address, (tool, arguments) in pairs.items():
            read = (await client.read_resource(address))[0].text
            assert read == (await client.call_tool_mcp(tool, arguments)).content[0].text


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_lists_its_fields_and_an_example_that_is_valid(plant: Plant, kind: str) -> None:
    async with connected(plant.server(), "auto") as client:
        text = (await client.read_resource(f"netos://schema/{kind}"))[0].text
    for field in KINDS[kind].edit.model_fields:
        assert f"\n{field}," in text
    ProposeChange.model_validate({"kind": kind, "reason": "because", **EXAMPLES[kind]})
    KINDS[kind].edit.model_validate(EXAMPLES[kind]["set"])


async def test_me_says_whom_the_agent_acts_for_and_what_they_may(plant: Plant) -> None:
    async with connected(plant.server(TOM), "auto") as client:
        me = (await client.read_resource("netos://me"))[0].text
    assert "act for Tom Kessler <tom.kessler@xiber.example>" in me
    assert "roles: noc" in me
    assert "sees amounts of: nothing" in me
    assert "money" not in me.partition("may propose")[2]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("netos://schema/colour", "invalid_argument | kind: There is no kind “colour”"),
        ("netos://circuit/CKT-99999", "not_found | ref: No circuit"),
    ],
)
async def test_a_resource_refuses_in_the_same_words_as_a_tool(plant: Plant, address: str, said: str) -> None:
    async with connected(plant.server(), "auto") as client:
        with pytest.raises(MCPError, match=said.replace("|", r"\|")):
            await client.read_resource(address)


async def test_the_guide_names_only_what_exists(plant: Plant) -> None:
    import re

    async with connected(plant.server(), "auto") as client:
        names = {tool.name for tool in await client.list_tools()}
        assert (await client.read_resource("netos://guide"))[0].text == GUIDE
    told = set(re.findall(r"\b(?:get|search|list|propose|confirm)_[a-z]+\b", GUIDE))
    assert told <= names
    assert tokens(GUIDE) <= 900


async def test_saved_views_tell_the_tool_and_its_arguments(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        assert (await client.read_resource("netos://views"))[0].text == "nothing"

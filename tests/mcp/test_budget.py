"""What the tools and their answers cost a model, counted with the real o200k vocabulary."""

from __future__ import annotations

import json
from typing import Any

import pytest

from netos_mcp.answers import Answer
from netos_mcp.server import INSTRUCTIONS, NO_PAGES
from netos_mcp.tokens import CEILING, estimate
from tests.mcp.conftest import Plant, answered, connected, tokens

pytestmark = pytest.mark.anyio

ALL_TOOLS = 4_025
ONE_TOOL = 350
FIFTY_CIRCUITS = 2800


def compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def test_the_list_of_tools_leaves_room_for_those_to_come(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        cost = {
            tool.name: tokens(compact([tool.name, tool.description, tool.input_schema]))
            for tool in await client.list_tools()
        }
    assert max(cost.values()) <= ONE_TOOL, cost
    assert sum(cost.values()) <= ALL_TOOLS, cost


def test_the_instructions_are_short() -> None:
    assert tokens(INSTRUCTIONS + NO_PAGES) <= 160
    assert tokens(INSTRUCTIONS) <= 150


async def test_fifty_circuits_are_cheap(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        result = await client.call_tool_mcp("search_circuits", {"limit": 50})
    assert result.structured_content["shown"] == 50
    assert tokens(result.content[0].text) <= FIFTY_CIRCUITS


async def test_no_answer_passes_the_ceiling_and_the_rest_is_reached(plant: Plant) -> None:
    seen: list[str] = []
    async with connected(plant.server(), "auto") as client:
        cursor = None
        while True:
            arguments = {"detail": "detailed", "limit": 100, "cursor": cursor}
            result = await client.call_tool_mcp("search_circuits", arguments)
            page = result.structured_content
            assert tokens(result.content[0].text) <= CEILING
            assert tokens(compact(page)) <= CEILING
            seen += [row[0] for row in page["rows"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert page["total"] == len(seen) == len(set(seen))
        first = await answered(client, "search_circuits", detail="detailed", limit=100)
    assert 0 < first["shown"] < 100


async def test_a_record_with_more_than_fits_says_what_was_cut(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        result = await client.call_tool_mcp("get_site", {"ref": plant.site})
    site, text = result.structured_content, result.content[0].text
    assert tokens(text) <= CEILING
    assert tokens(compact(site)) <= CEILING
    assert site["shortened"]["circuits"] > len(site["circuits"]) > 10
    assert "all: search_circuits" in text


async def test_a_large_diff_is_paged(plant: Plant) -> None:
    items = [
        {"set": {"on": plant.circuit, "text": f"Remark {n}: " + "the loop tested clean. " * 40}} for n in range(25)
    ]
    shown: list[str] = []
    async with connected(plant.server(), "auto") as client:
        change = await answered(
            client, "propose_change", kind="note", action="create", items=items, reason="after the storm"
        )
        cursor = None
        while True:
            arguments = {"change_id": change["change_id"], "limit": 100, "cursor": cursor}
            result = await client.call_tool_mcp("get_change", arguments)
            page = result.structured_content
            assert tokens(compact(page)) <= CEILING
            shown += [row["new"] for row in page["diff"] if row["field"] == "text"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
    assert len(shown) == len(set(shown)) == 25


async def test_the_estimate_is_never_below_the_truth_for_what_we_answer(plant: Plant) -> None:
    calls: list[tuple[str, dict[str, Any]]] = [
        ("search_circuits", {"limit": 50}),
        ("search_circuits", {"limit": 50, "detail": "detailed"}),
        ("get_circuit", {"ref": plant.circuit}),
        ("get_site", {"ref": plant.site}),
        ("get_provider", {"ref": plant.provider}),
        ("get_dashboard", {}),
        ("search_audit", {"limit": 50}),
        ("search", {"query": "KFGS", "limit": 50}),
    ]
    async with connected(plant.server(), "auto") as client:
        for tool, arguments in calls:
            result = await client.call_tool_mcp(tool, arguments)
            for text in (result.content[0].text, compact(result.structured_content)):
                assert tokens(text) <= estimate(text) <= 2 * tokens(text), (tool, arguments)


def test_an_answer_counts_the_dearer_of_its_two_forms() -> None:
    answer = Answer({"a": "x" * 9000}, "x")
    assert answer.tokens == estimate(compact(answer.structured))

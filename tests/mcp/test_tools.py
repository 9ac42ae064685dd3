"""What is offered, how it is described, and that every tool answers in both protocol eras."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from netos_core.catalogue import BY_NAME
from netos_core.kernel.operation import Effect
from netos_mcp.tools import PUBLISHED
from tests.mcp.conftest import MODES, TOM, AtTheClient, Plant, answered, connected

pytestmark = pytest.mark.anyio
SNAPSHOT = Path(__file__).with_name("tools.json")
REGENERATE = "NETOS_WRITE_SNAPSHOTS"

PROMISED = {
    "search", "search_circuits", "get_circuit", "get_circuit_pl", "get_outage_history", "search_sites", "get_site",
    "get_provider", "get_customer", "search_contracts", "get_contract", "preview_etf", "list_renewals", "list_quotes",
    "stage_quote_draft", "get_dashboard", "list_site_documents", "propose_change", "get_change", "confirm_change",
    "search_audit", "get_job", "get_worklist",
}  # fmt: skip


def call_of(plant: Plant, tool: str, **made: Any) -> dict[str, Any]:
    """Give each tool arguments that it answers."""
    given: dict[str, dict[str, Any]] = {
        "search": {"query": "KFGS 204481"},
        "get_circuit": {"ref": plant.circuit},
        "get_circuit_pl": {"ref": "12/KFGS/204481//LUM"},
        "get_outage_history": {"ref": plant.circuit},
        "get_site": {"ref": plant.site},
        "list_site_documents": {"site": plant.site},
        "get_provider": {"ref": "lumen technologies"},
        "get_customer": {"ref": plant.customer},
        "get_contract": {"ref": plant.contract},
        "preview_etf": {"ref": plant.circuit},
        "get_job": {"ref": made.get("job")},
        "stage_quote_draft": {"text": "MRC $9.00", "values": {"36.mrc": {"value": "9.00", "proof": "MRC $9.00"}}},
        "propose_change": {
            "kind": "circuit", "ref": plant.circuit, "set": {"market": "Indy"}, "reason": "told by the NOC",
        },
        "get_change": made.get("change", {}),
        "confirm_change": made.get("confirm", {}),
    }  # fmt: skip
    return given.get(tool, {})


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("asks", [True, False])
async def test_every_tool_answers_in_both_eras(plant: Plant, mode: str, asks: bool) -> None:
    async with connected(plant.server(), mode, AtTheClient() if asks else None) as client:
        remark = {"on": plant.circuit, "text": f"Seen by a test {mode} {asks}"}
        note = await answered(
            client, "propose_change", kind="note", action="create", set=remark, reason="told by the NOC"
        )
        made = {
            "change": {"change_id": note["change_id"]},
            "confirm": {"change_id": note["change_id"], "digest": note["digest"]},
            "job": plant.new_job(),
        }
        for tool in await client.list_tools():
            result = await client.call_tool_mcp(tool.name, call_of(plant, tool.name, **made))
            assert not result.is_error, (tool.name, result.content[0].text)
            assert set(tool.output_schema["required"]) <= set(result.structured_content)
            assert result.content[0].text


async def test_the_promised_tools_are_listed_and_no_other(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        assert [tool.name for tool in await client.list_tools()] == [one.name for one in PUBLISHED]
    assert {one.name for one in PUBLISHED} == PROMISED


async def test_the_list_is_the_same_for_everyone(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as dana, connected(plant.server(TOM), "legacy") as tom:
        assert await dana.list_tools() == await tom.list_tools()


async def test_names_schemas_and_hints_are_the_ones_agreed(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        listed = {
            tool.name: {
                "description": tool.description,
                "input": tool.input_schema,
                "output": tool.output_schema,
                "hints": tool.annotations.model_dump(exclude_none=True) if tool.annotations else None,
            }
            for tool in await client.list_tools()
        }
    if os.environ.get(REGENERATE):
        SNAPSHOT.write_text(json.dumps(listed, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    assert listed == json.loads(SNAPSHOT.read_text()), f"a changed contract; if it is meant, set {REGENERATE}=1 once"


async def test_hints_follow_the_effect(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        for tool in await client.list_tools():
            hints = tool.annotations
            assert hints is not None
            reads = BY_NAME[tool.name].effect is Effect.READ
            assert hints.read_only_hint is reads
            assert hints.destructive_hint is (tool.name == "confirm_change")
            assert hints.idempotent_hint is True
            assert hints.open_world_hint is False


async def test_schemas_are_plain(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        for tool in await client.list_tools():
            written = json.dumps([tool.input_schema, tool.output_schema])
            assert "$ref" not in written
            assert "anyOf" not in json.dumps(tool.input_schema)
            assert all("type" in one or "enum" in one for one in tool.input_schema["properties"].values())
            assert tool.meta is None


def test_every_description_is_short_and_ends_with_an_example_that_parses() -> None:
    for one in PUBLISHED:
        said, _, example = re.split(r"(Example|argument): ", one.description)
        assert 1 <= said.count(". ") <= 4, one.name
        one.parse(json.loads(example.removesuffix(".")))


async def test_a_list_has_the_promised_shape(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        result = await client.call_tool_mcp("search_circuits", {"limit": 3, "fields": ["ref", "mrc"], "sort": "-mrc"})
    page = result.structured_content
    assert set(page) == {"total", "shown", "next_cursor", "columns", "rows", "hint", "mrc_total"}
    assert page["columns"] == ["ref", "mrc"]
    assert [len(row) for row in page["rows"]] == [2, 2, 2]
    assert all(isinstance(row[1], str) and row[1].count(".") == 1 for row in page["rows"])
    head, *rows = result.content[0].text.splitlines()[:4]
    assert head == "ref,mrc"
    assert rows == [",".join(row) for row in page["rows"]]


async def test_a_list_is_paged_to_its_end_without_gap_or_repeat(plant: Plant) -> None:
    seen: list[str] = []
    async with connected(plant.server(), "auto") as client:
        cursor, total = None, None
        while total is None or cursor:
            page = await answered(client, "search_circuits", limit=40, fields=["ref"], sort="-mrc", cursor=cursor)
            seen += [row[0] for row in page["rows"]]
            cursor, total = page["next_cursor"], page["total"]
    assert len(seen) == len(set(seen)) == total


async def test_a_list_argument_may_come_as_models_send_it(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        totals = {
            (await answered(client, "search_circuits", service_type=given, limit="1"))["total"]
            for given in (["dia", "wave"], '["dia", "wave"]', "dia, wave")
        }
    assert len(totals) == 1


async def test_money_is_exact_and_days_are_iso(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        circuit = await answered(client, "get_circuit", ref=plant.circuit)
        contract = await answered(client, "get_contract", ref=plant.contract)
    assert (circuit["mrc"], circuit["bandwidth_mbps"]) == ("1200.00", "1000")
    assert contract["term"]["term_end_date"] == "2027-03-31"
    assert circuit["updated_at"].endswith("Z")


async def test_what_is_empty_is_left_out_of_the_text_but_not_of_the_data(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        result = await client.call_tool_mcp("get_circuit", {"ref": plant.circuit})
    assert result.structured_content["foc_date"] is None
    assert "foc_date" not in result.content[0].text
    assert "None" not in result.content[0].text


async def test_a_page_of_several_currencies_says_which_is_whose(plant: Plant) -> None:
    plant.new_circuit(mrc="10.00", currency="EUR", market="Abroad")
    plant.new_circuit(mrc="20.00", currency="USD", market="Abroad")
    async with connected(plant.server(), "auto") as client:
        mixed = await client.call_tool_mcp("search_circuits", {"market": "Abroad", "fields": ["mrc"]})
        plain = await client.call_tool_mcp("search_circuits", {"limit": 1, "fields": ["mrc"]})
    assert mixed.structured_content["columns"] == ["mrc", "currency"]
    assert mixed.structured_content["rows"] == [["10.00", "EUR"], ["20.00", "USD"]]
    assert plain.structured_content["columns"] == ["mrc"]
    assert "amounts in USD" in plain.content[0].text

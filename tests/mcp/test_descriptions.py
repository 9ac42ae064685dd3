"""What agents are told of each tool: short, plain, and with an example that works as it stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastmcp import Client

from netos_core.catalogue import OPERATIONS
from netos_core.imports.operations import stage_import
from netos_core.imports.schemas import StageImport
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_mcp.answers import Published
from netos_mcp.tools import BY_NAME, EVERY, PUBLISHED, TOOLSETS
from tests.database import TestServer
from tests.mcp.conftest import DANA, MODES, Plant, answered, connected, tokens

pytestmark = pytest.mark.anyio

EXAMPLE = re.compile(r"(?:Example|argument): (\{.*\})\.$", re.DOTALL)
PRIYA = "priya.raman@xiber.example"
BYTES = {"get_document_file", "get_letter_file", "get_month_pack", "upload_document", "upload_contract", "stage_import"}
"""What carries a file: a page, the API or the command line does that."""

DECISIONS = {"reject_change", "undo_change", "rebase_change"}
"""What a person does beside the diff, on its page."""

TYPING = {"list_names"}
"""What is asked while somebody types: agents' clients ask it as a completion."""

FRAME = {"get_counts", "get_today"}
"""What stands around every page, and on the first: get_dashboard tells it an agent, and more."""

BESIDE = {"list_extractions", "get_extraction", "list_revenue", "get_revenue", "propose_attributions"}
"""What a person decides on a page, and a program reads by the JSON API; agents are told of what comes of it."""

TOKENS_ON_AVERAGE, TOKENS_OF_ONE, TOKENS_LISTED = 175, 350, 4200
SHOUTING = re.compile(r"\b(IMPORTANT|MUST|NEVER|ALWAYS|CRITICAL|WARNING|NOTE)\b")
VAGUE = {"id", "name", "data", "value", "input", "params", "arguments", "options", "user", "type", "object", "item"}
"""Names of arguments that say nothing of what is meant."""


def example_of(one: Published) -> dict[str, Any]:
    found = EXAMPLE.search(one.description)
    assert found, one.name
    made: dict[str, Any] = json.loads(found[1])
    return made


def sentences_of(one: Published) -> list[str]:
    said = EXAMPLE.sub("", one.description).removesuffix("Takes no ").strip()
    return [part for part in re.split(r"(?<=[.])\s+(?=[A-Z])", said) if part]


def cost(one: Published) -> int:
    return tokens(json.dumps([one.name, one.description, one.input_schema], ensure_ascii=False, separators=(",", ":")))


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_a_description_is_plain(one: Published) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", one.name)
    assert 2 <= len(sentences_of(one)) + 1 <= 4, sentences_of(one)  # the example is one
    assert not SHOUTING.search(one.description)
    assert re.match(r"(List|Show|Find|Propose|Apply|Read|Correct|Stage) ", one.description), (
        "it begins with what it does"
    )
    one.parse(example_of(one))


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_an_argument_says_by_its_name_what_is_meant(one: Published) -> None:
    for name, described in one.input_schema["properties"].items():
        assert name not in VAGUE
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
        assert not SHOUTING.search(described.get("description", ""))


@pytest.mark.parametrize("name", [one.name for one in EVERY if one.name.startswith(("search_", "list_"))])
def test_a_list_takes_a_limit_and_continues(name: str) -> None:
    one = BY_NAME[name]
    if name not in {"list_people", "list_rights", "list_views", "list_periods"}:  # all of them fit
        assert {"limit", "cursor"} <= set(one.input_schema["properties"])


def test_a_tool_that_is_easily_taken_for_another_names_the_other() -> None:
    confused = {
        "search": "get_", "search_circuits": "get_circuit", "search_sites": "get_site",
        "search_contracts": "list_renewals", "get_provider": "search_circuits", "list_providers": "get_provider",
        "list_customers": "get_customer", "list_documents": "list_site_documents", "list_changes": "get_change",
        "search_interfaces": "get_network_record",
    }  # fmt: skip
    for name, other in confused.items():
        assert other in BY_NAME[name].description, name


@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
def test_a_description_names_only_tools_that_exist(one: Published) -> None:
    told = set(re.findall(r"\b(?:get|search|list|propose|confirm|undo|rebase|stage)_[a-z_]+[a-z]\b", one.description))
    assert told <= set(BY_NAME)


def test_the_tools_cost_what_was_agreed() -> None:
    costs = {one.name: cost(one) for one in EVERY}
    assert max(costs.values()) <= TOKENS_OF_ONE, costs
    assert sum(costs.values()) / len(costs) <= TOKENS_ON_AVERAGE, costs
    listed = [costs[one.name] for one in PUBLISHED]
    assert sum(listed) / len(listed) <= TOKENS_ON_AVERAGE, costs
    assert sum(listed) <= TOKENS_LISTED
    assert len(listed) <= 24


def test_every_operation_is_a_tool_but_what_is_a_persons_or_carries_a_file() -> None:
    left_out = {one.name for one in OPERATIONS if one.page_only} | BYTES | DECISIONS | TYPING | FRAME | BESIDE
    assert {one.name for one in OPERATIONS} - left_out == set(BY_NAME)
    assert not left_out & set(BY_NAME)
    assert len(EVERY) == len(BY_NAME)
    assert all(one.toolset == name for name, tools in TOOLSETS.items() for one in tools)


@pytest.fixture(scope="module")
def sample(database_server: TestServer) -> Iterator[Plant]:
    """The sample company, which the examples speak of."""
    with database_server.clone(of=database_server.sample) as url:
        core = Core(Settings(database_url=url, demo=True, log_level="error"))
        yield Plant(core, "CKT-1042", "Lumen", "SIT-1007", "CUS-1003", "CTR-1011")
        core.close()


SHEET = b"Circuit ID,Carrier,Monthly,MRC\n77/KXGS/990001//LVLC,Lumen,12.00,\n"


def a_staged_sheet(plant: Plant) -> str:
    sheet = StageImport(file_name="october.csv", content=SHEET, kind="circuits")
    caller = plant.core.principal(DANA, "mcp")
    return str(plant.core.call(stage_import, sheet, caller, Channel.AGENT).ref)


async def standing(client: Client[Any], plant: Plant, name: str, example: dict[str, Any]) -> dict[str, Any]:
    """Put what exists in the place of what every installation numbers for itself."""
    if "change_id" in example:
        change = await answered(
            client, "propose_change", kind="note", action="create",
            set={"on": plant.circuit, "text": f"Seen {plant.new_job()}"}, reason="an example",
        )  # fmt: skip
        digest = {"digest": change["digest"]} if "digest" in example else {}
        return {**example, "change_id": change["change_id"], **digest}
    if name == "get_job":
        return {**example, "ref": plant.new_job()}
    if name == "get_notice":
        listed = await answered(client, "list_notices", fields=["ref"], limit=1)
        return {"ref": listed["rows"][0][0]}
    if name == "list_imports":
        a_staged_sheet(plant)
    if str(example.get("ref", "")).startswith("IMP-"):
        cells = {"row": 2} if "row" in example else {}
        return {**example, "ref": a_staged_sheet(plant), **cells}
    return {**example, "ref": "DOC-1001"} if name == "get_document" else example


EMPTY_IS_FINE = {
    "get_worklist",
    "list_letters",
    "list_views",
    "get_outage_history",
    "list_site_documents",
    "search_handoff_ports",
    "search_sites",
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("one", EVERY, ids=lambda one: one.name)
async def test_the_example_of_a_description_works_on_the_sample_company(
    sample: Plant, mode: str, one: Published
) -> None:
    person = PRIYA if one.name in {"list_people", "run_renewals", "run_report"} else DANA  # what an admin alone may
    async with connected(sample.server(person), mode) as client:
        asked = await standing(client, sample, one.name, example_of(one))
        result = await client.call_tool_mcp(one.name, asked)
    assert not result.is_error, (asked, result.content[0].text)
    found = result.structured_content
    assert found.get("total") != 0 or one.name in EMPTY_IS_FINE, "the sample company shows something for it"

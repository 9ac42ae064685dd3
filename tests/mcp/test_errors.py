"""Refusals an agent can act on: code, what, fix, next tool."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from netos_core.kernel.context import Principal
from netos_core.kernel.errors import Invalid, NotFound
from netos_core.runtime.calls import Core
from netos_core.runtime.limits import Buckets
from netos_core.runtime.settings import Settings
from netos_mcp.auth import PersonDoor
from netos_mcp.errors import refusal_text, unexpected
from netos_mcp.server import make_server
from tests.mcp.conftest import DANA, MODES, Plant, connected, refused

pytestmark = pytest.mark.anyio

CASES: list[tuple[str, dict[str, Any], tuple[str, str, str, str]]] = [
    ("search_circuits", {"colour": "red"},
     ("invalid_argument", "no argument “colour”", "provider, status", "search_circuits")),
    ("search_circuits", {"fields": ["ref", "mcr"]},
     ("invalid_argument", "no column “mcr”. Did you mean mrr?", "provider_circuit_id", "search_circuits")),
    ("search_circuits", {"sort": "colour"},
     ("invalid_argument", "sort: There is no column to sort by", "mrc", "search_circuits")),
    ("search_circuits", {"status": ["actve"]},
     ("invalid_argument", "status.0: There is no value “actve”. Did you mean active?", "planned", "search_circuits")),
    ("search_circuits", {"limit": 1000},
     ("invalid_argument", "limit: must be less", "whole number", "search_circuits")),
    ("search_circuits", {"cursor": "made-up"}, ("invalid_argument", "cursor: ", "Leave the cursor", "search_circuits")),
    ("search_circuits", {"provider": "Nobody Inc"}, ("not_found", "provider: ", "Lumen Technologies", "search")),
    ("search_circuits", {"act_by_before": "soon"}, ("invalid_argument", "act_by_before: ", "a day", "search_circuits")),
    ("search_circuits", {"act_by_before": -5}, ("invalid_argument", "must be a day, with", "a day", "search_circuits")),
    ("search_circuits", {"min_mrc": ["1"]}, ("invalid_argument", "must be a number.", "Give a", "search_circuits")),
    ("get_import", {"ref": "IMP-99999"}, ("not_found", "ref: You have no import", "netos import run", "list_imports")),
    ("get_document", {"ref": "DOC-99999"}, ("not_found", "ref: No document", "list_documents", "list_documents")),
    ("get_circuit", {}, ("invalid_argument", "ref: required", "Such as CKT-1042", "get_circuit")),
    ("get_circuit", {"ref": "CKT-99999"}, ("not_found", "ref: No circuit", "Nearest: ", "search_circuits")),
    ("get_site", {"ref": "no such place"}, ("not_found", "ref: No site", "Keystone Crossing", "search_sites")),
    ("get_change", {"change_id": "CHG-1"}, ("not_found", "change_id: ", "propose_change", "propose_change")),
    ("get_dashboard", {"x": 1}, ("invalid_argument", "There is no argument “x”", "market", "get_dashboard")),
    ("propose_change", {"kind": "circuit", "ref": "CKT-1001", "set": {"mcr": "1"}, "reason": "because"},
     ("invalid_argument", "set.mcr: There is no field “mcr”. Did you mean mrr?", "mrc", "propose_change")),
    ("propose_change", {"kind": "circut", "reason": "x"},
     ("invalid_argument", "Did you mean circuit?", "provider", "propose_change")),
    ("get_circiut", {"ref": "x"}, ("not_found", "no tool “get_circiut”. Did you mean get_circuit?", "get_circuit",
                                   "get_circuit")),
]  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("tool", "arguments", "parts"), CASES)
async def test_a_refusal_names_what_is_wrong_and_what_to_do(
    plant: Plant, mode: str, tool: str, arguments: dict[str, Any], parts: tuple[str, str, str, str]
) -> None:
    async with connected(plant.server(), mode) as client:
        said = await refused(client, tool, **arguments)
    code, what, fix, following = parts
    assert (said[0], said[3]) == (code, following)
    assert what in said[1]
    assert fix in said[2]
    assert "pydantic" not in " ".join(said).lower()


async def test_every_problem_is_said_at_once(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        _, what, _, _ = await refused(client, "search_circuits", limit=0, act_by_before="soon")
    assert "limit" in what
    assert "act_by_before" in what


class BrokenDoor(PersonDoor):
    def caller(self, request: Any) -> Principal:  # noqa: ARG002
        raise KeyError("secret-table.password")


async def test_a_bug_is_masked_and_logged_with_its_request(plant: Plant, caplog: pytest.LogCaptureFixture) -> None:
    async with connected(make_server(plant.core, BrokenDoor(plant.core, DANA)), "auto") as client:
        with caplog.at_level(logging.ERROR, logger="netos_mcp.errors"):
            code, what, fix, following = await refused(client, "get_dashboard")
    assert (code, following) == ("internal", "none")
    assert "secret" not in f"{what} {fix}"
    (record,) = [one for one in caplog.records if one.name == "netos_mcp.errors"]
    assert record.__dict__["request_id"] in fix
    assert "secret-table.password" in str(record.exc_info)


def test_a_database_that_is_away_reads_as_try_later(caplog: pytest.LogCaptureFixture) -> None:
    away = OperationalError("select 1", {}, Exception("server closed the connection"))
    with caplog.at_level(logging.CRITICAL):
        told = unexpected(away, "get_circuit", "req_1")
    assert told.code == "upstream"
    assert "select" not in told.message


def test_a_bar_in_a_message_does_not_make_a_fifth_part() -> None:
    assert refusal_text(Invalid("a | b", fix="c|d"), "search").count(" | ") == 3


def test_a_not_found_names_the_tool_its_fix_names() -> None:
    told = refusal_text(NotFound("No.", fix="Look it up with search_sites."), "get_circuit", {"search_sites"})
    assert told.endswith("| search_sites")


async def test_too_many_calls_are_refused_with_the_time_to_wait(plant: Plant) -> None:
    core = Core(plant.core.settings.model_copy(update={"calls_per_second": 0.5, "calls_at_once": 2}))
    server = make_server(core, PersonDoor(core, DANA))
    async with connected(server, "auto") as client:
        for _ in range(2):
            assert not (await client.call_tool_mcp("search_sites", {})).is_error
        code, _, fix, following = await refused(client, "search_sites")
    assert (code, following) == ("rate_limited", "search_sites")
    assert "retry_after: 1 s" in fix or "retry_after: 2 s" in fix
    core.close()


def test_each_principal_has_a_bucket_of_their_own_that_fills_again() -> None:
    limit = Buckets(Settings(calls_per_second=1, calls_at_once=1))
    assert limit.take("dana", 0) == 0
    assert limit.take("dana", 0.25) == pytest.approx(0.75)
    assert limit.take("tom", 0.25) == 0
    assert limit.take("dana", 1.5) == 0


async def test_the_agents_name_is_shown_but_tamed(plant: Plant) -> None:
    from fastmcp import Client
    from mcp_types import Implementation

    named = Implementation(name="Claude\n<script>" + "x" * 90, version="1")
    async with Client(plant.server(), client_info=named) as client:
        me = (await client.read_resource("netos://me"))[0].text
    first = me.splitlines()[0]
    assert first.startswith("You are Claude script")
    assert len(first) < 160

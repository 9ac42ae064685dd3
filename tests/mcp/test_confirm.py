"""Propose, ask, apply: in both protocol eras, with a person at the client and without one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from fastmcp import Client
from sqlalchemy import select

from netos_core.changes.model import Approval, ApprovalAsk, Proposal
from tests.mcp.conftest import MODES, TOM, AtTheClient, Plant, answered, connected, refused

pytestmark = pytest.mark.anyio


async def proposed(client: Client[Any], kind: str = "circuit", **wish: Any) -> dict[str, Any]:
    return await answered(client, "propose_change", kind=kind, reason="told by the NOC", **wish)


def keyed(change: dict[str, Any]) -> dict[str, str]:
    return {"change_id": change["change_id"], "digest": change["digest"]}


def value_of(plant: Plant, ref: str, column: str) -> Any:
    from tests.factories import row_of

    with plant.session() as session:
        return row_of(session, "circuit", ref)[column]


def asks_of(plant: Plant, change_id: str) -> list[str | None]:
    with plant.session() as session:
        query = select(ApprovalAsk.answer).join(Proposal, Proposal.id == ApprovalAsk.proposal_id)
        return list(session.scalars(query.where(Proposal.ref == change_id)))


def approvals_of(plant: Plant, change_id: str) -> list[tuple[str, str]]:
    with plant.session() as session:
        query = select(Approval.decision, Approval.via).join(Proposal, Proposal.id == Approval.proposal_id)
        return [(row.decision, row.via) for row in session.execute(query.where(Proposal.ref == change_id))]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("asks", [True, False])
async def test_a_low_risk_change_needs_only_the_second_call(plant: Plant, mode: str, asks: bool) -> None:
    person = AtTheClient() if asks else None
    async with connected(plant.server(), mode, person) as client:
        note = await proposed(
            client, "note", action="create", set={"on": plant.circuit, "text": f"Loop clean {mode}{asks}"}
        )
        assert note["risk"] == "low"
        done = await answered(client, "confirm_change", **keyed(note))
        assert (done["status"], done["already_applied"]) == ("committed", False)
        assert person is None or not person.asked
        again = await answered(client, "confirm_change", **keyed(note))
        assert again["already_applied"] is True
    assert approvals_of(plant, note["change_id"]) == [("approve", "agent")]


@pytest.mark.parametrize("mode", MODES)
async def test_a_medium_change_is_applied_when_the_person_accepts(plant: Plant, mode: str) -> None:
    ref = plant.new_circuit(market="Old")
    person = AtTheClient()
    async with connected(plant.server(), mode, person) as client:
        change = await proposed(client, ref=ref, set={"market": "Indy"})
        assert change["risk"] == "medium"
        done = await answered(client, "confirm_change", **keyed(change))
    assert done["status"] == "committed"
    assert value_of(plant, ref, "market") == "Indy"
    assert approvals_of(plant, change["change_id"]) == [("approve", "client_relayed")]
    (question,) = person.asked
    assert f"{ref} market: Old → Indy" in question
    assert "told by the NOC" in question


@pytest.mark.parametrize("mode", MODES)
async def test_a_medium_change_is_closed_when_the_person_declines(plant: Plant, mode: str) -> None:
    ref = plant.new_circuit(market="Old")
    async with connected(plant.server(), mode, AtTheClient("decline")) as client:
        change = await proposed(client, ref=ref, set={"market": "Indy"})
        assert (await refused(client, "confirm_change", **keyed(change)))[0] == "declined"
        assert (await refused(client, "confirm_change", **keyed(change)))[0] == "declined"
        assert (await answered(client, "get_change", change_id=change["change_id"]))["status"] == "rejected"
    assert value_of(plant, ref, "market") == "Old"
    assert asks_of(plant, change["change_id"]) == ["decline"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("person", [AtTheClient("cancel"), AtTheClient(content={"apply": False})])
async def test_a_cancelled_question_is_recorded_and_the_change_waits(
    plant: Plant, mode: str, person: AtTheClient
) -> None:
    ref = plant.new_circuit(market="Old")
    async with connected(plant.server(), mode, person) as client:
        change = await proposed(client, ref=ref, set={"market": f"Indy {mode}"})
        code, _, fix, following = await refused(client, "confirm_change", **keyed(change))
        assert (code, following) == ("needs_approval", "get_change")
        assert change["approve_url"] in fix
        assert (await answered(client, "get_change", change_id=change["change_id"]))["status"] == "open"
    assert value_of(plant, ref, "market") == "Old"
    assert asks_of(plant, change["change_id"]) == ["cancel"]


@pytest.mark.parametrize("mode", MODES)
async def test_without_a_way_to_ask_a_medium_change_waits_for_the_page(plant: Plant, mode: str) -> None:
    ref = plant.new_circuit(market="Old")
    async with connected(plant.server(), mode) as client:
        change = await proposed(client, ref=ref, set={"market": "Indy"})
        code, what, fix, _ = await refused(client, "confirm_change", **keyed(change))
        assert code == "needs_approval"
        assert "Nothing was written" in what
        assert change["approve_url"] in fix
        assert value_of(plant, ref, "market") == "Old"
        assert plant.approve(**keyed(change)) == "committed"
        done = await answered(client, "confirm_change", **keyed(change))
        assert done["already_applied"] is True
    assert asks_of(plant, change["change_id"]) == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("asks", [True, False])
async def test_a_high_risk_change_is_never_asked_in_a_form(plant: Plant, mode: str, asks: bool) -> None:
    ref = plant.new_circuit(mrc="100.00")
    person = AtTheClient() if asks else None
    async with connected(plant.server(), mode, person) as client:
        change = await proposed(client, ref=ref, set={"mrc": "90.00"})
        assert change["risk"] == "high"
        code, _, fix, _ = await refused(client, "confirm_change", **keyed(change))
        assert code == "needs_approval"
        assert change["approve_url"] in fix
    assert str(value_of(plant, ref, "mrc")) == "100.00"
    assert approvals_of(plant, change["change_id"]) == []
    assert person is None or all("approval page" in asked for asked in person.asked)


async def test_a_diff_too_long_for_a_prompt_is_decided_on_the_page(plant: Plant) -> None:
    ref = plant.new_circuit()
    person = AtTheClient()
    async with connected(plant.server(), "auto", person) as client:
        change = await proposed(client, ref=ref, set={"description": "A long remark. " * 200})
        assert (await refused(client, "confirm_change", **keyed(change)))[0] == "needs_approval"
    assert approvals_of(plant, change["change_id"]) == []


@pytest.mark.parametrize("mode", MODES)
async def test_a_stale_proposal_is_planned_anew(plant: Plant, mode: str) -> None:
    ref = plant.new_circuit(market="Old")
    async with connected(plant.server(), mode, AtTheClient()) as client:
        first = await proposed(client, ref=ref, set={"market": "First"})
        second = await proposed(client, ref=ref, set={"market": "Second"})
        await answered(client, "confirm_change", **keyed(first))
        code, _, _, following = await refused(client, "confirm_change", **keyed(second))
        assert (code, following) == ("stale", "propose_change")
    assert value_of(plant, ref, "market") == "First"


async def test_an_expired_proposal_is_refused(plant: Plant) -> None:
    from datetime import UTC, datetime

    from sqlalchemy import update

    ref = plant.new_circuit()
    async with connected(plant.server(), "auto") as client:
        change = await proposed(client, ref=ref, set={"market": "Indy"})
        with plant.session() as session:
            past = datetime(2020, 1, 1, tzinfo=UTC)
            session.execute(update(Proposal).where(Proposal.ref == change["change_id"]).values(expires_at=past))
        assert (await refused(client, "confirm_change", **keyed(change)))[0] == "expired"


async def test_the_same_wish_finds_the_same_proposal(plant: Plant) -> None:
    ref = plant.new_circuit()
    async with connected(plant.server(), "auto") as client:
        wish = {"ref": ref, "set": {"market": "Indy"}}
        assert keyed(await proposed(client, **wish)) == keyed(await proposed(client, **wish))


async def test_two_confirmations_at_once_apply_once(plant: Plant) -> None:
    async with connected(plant.server(), "auto") as client:
        note = await proposed(client, "note", action="create", set={"on": plant.circuit, "text": "Asked twice at once"})
        both = await asyncio.gather(*(answered(client, "confirm_change", **keyed(note)) for _ in range(2)))
    assert sorted(one["already_applied"] for one in both) == [False, True]


async def test_a_noc_agent_may_not_propose_what_its_person_may_not(plant: Plant) -> None:
    async with connected(plant.server(TOM), "auto") as client:
        code, *_ = await refused(
            client, "propose_change", kind="circuit", ref=plant.circuit, set={"mrc": "1.00"}, reason="cheaper"
        )
    assert code == "forbidden_scope"


async def test_the_trail_names_the_agent_and_its_person(plant: Plant) -> None:
    ref = plant.new_circuit(market="Old")
    async with connected(plant.server(), "auto", AtTheClient()) as client:
        change = await proposed(client, ref=ref, set={"market": "Indy"})
        await answered(client, "confirm_change", **keyed(change))
        trail = await answered(client, "search_audit", ref=ref, action="update")
    (entry,) = trail["entries"]
    assert (entry["person"], entry["proposed_by"], entry["agent"]) == ("Dana Whitfield", "Dana Whitfield", "mcp")
    assert json.dumps(entry["fields"]).count("Indy") == 1

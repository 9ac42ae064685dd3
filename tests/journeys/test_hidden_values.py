"""What a role may not see is nowhere else either: no column sorts by it, no word finds it, no letter or log has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text

from netos_core.access.model import Person
from netos_core.access.rules import RIGHTS, Role, rights_of
from netos_core.catalogue import OPERATIONS
from netos_core.kernel.context import Channel
from netos_core.kernel.errors import NetosError
from netos_core.kernel.operation import Operation
from netos_core.kernel.redaction import sensitive_fields
from netos_core.kernel.values import plain
from netos_core.notices.model import OutboxMessage
from netos_mcp import completions
from netos_mcp.answers import Call
from tests.journeys.planting import Plant
from tests.journeys.walking import (
    BANK,
    BLIND,
    KEYS,
    MONEY,
    NAMED,
    PAPERS,
    TITLE_PARTS,
    call,
    hidden_from,
    read_through,
    requests,
    row_of,
)
from tests.web.conftest import sign_in


def test_the_walk_knows_every_operation(plant: Plant) -> None:
    assert set(requests(plant)) == {operation.name for operation in OPERATIONS}


def test_some_roles_are_blind_and_some_see(plant: Plant) -> None:
    assert set(Role) - {Role.ADMIN} == set(BLIND)
    finance = plant.core.principal("finance.person@isp.example")
    shown = json.dumps(plain(call(plant, "get_provider", {"ref": plant.refs["provider"]}, finance)))
    assert all(value in shown for value in BANK), "the markers are there for who may see them"
    shown = json.dumps(plain(call(plant, "get_circuit", {"ref": plant.refs["circuit"]}, finance)))
    assert MONEY[0] in shown


@pytest.mark.parametrize("role", BLIND)
@pytest.mark.parametrize("operation", [o for o in OPERATIONS if row_of(o)], ids=lambda o: o.name)
def test_a_hidden_column_neither_sorts_nor_filters_nor_counts(
    plant: Plant, operation: Operation[Any, Any], role: Role
) -> None:
    who = plant.core.principal(f"{role}.person@isp.example", "walker")
    row = row_of(operation)
    assert row is not None
    if operation.right not in who.rights:
        return
    marked = [name for name, rights in sensitive_fields(row).items() if not rights <= who.rights]
    asked = [{"sort": f"{sign}{name}"} for name in marked for sign in ("", "-")]
    if "see:money" not in who.rights:
        amounts = [n for n in operation.request.model_fields if n.startswith(("min_m", "max_m")) and "mbps" not in n]
        asked += [{name: "1.00"} for name in amounts]
    for way in asked:
        with pytest.raises(NetosError):
            call(plant, operation.name, way, who)


@pytest.mark.parametrize("role", BLIND)
def test_nothing_is_found_by_what_may_not_be_seen(plant: Plant, role: Role) -> None:
    who = plant.core.principal(f"{role}.person@isp.example", "walker")
    for value in hidden_from(role):
        found = plain(call(plant, "search", {"query": value}, who))
        assert found["total"] == 0, value
        for name in ("search_circuits", "list_providers", "search_contracts", "list_customers", "search_sites",
                     "search_rf_links", "search_electrical_accounts"):  # fmt: skip
            assert plain(call(plant, name, {"query": value}, who))["total"] == 0, (name, value)


@pytest.mark.parametrize("role", BLIND)
def test_a_completion_offers_nothing_its_reader_could_not_read(plant: Plant, role: Role) -> None:
    who = plant.core.principal(f"{role}.person@isp.example", "walker")
    hidden = hidden_from(role)
    for kind in NAMED:
        for letters in ("", "m", kind[:3], "mar", *TITLE_PARTS, *hidden):
            for addressed in (True, False):
                offered = completions.records(plant.core, Call(who), kind, letters, addressed).values
                assert not [value for value in hidden for one in offered if value in one], (kind, letters)
    for letters in (*TITLE_PARTS, *hidden):
        by_title = completions.records(plant.core, Call(who), "document", letters, addressed=True).values
        shown = [plain(call(plant, "get_document", {"ref": ref}, who)) for ref in by_title]
        assert not [one for one in shown if one["withheld"]], "a title that may not be read leads nowhere"
    for paper in PAPERS:
        withheld = plain(call(plant, "get_document", {"ref": plant.refs[paper]}, who))["withheld"]
        pages_told = completions.pages(plant.core, Call(who), plant.refs[paper])
        assert not withheld or pages_told == ["1"]


def test_a_workbook_is_read_through(plant: Plant) -> None:
    finance = sign_in(plant.core, "finance.person@isp.example")
    assert all("987654.32" in read_through(finance.client.get(f"/circuits.{kind}").content) for kind in ("csv", "xlsx"))


def test_no_letter_carries_what_its_reader_may_not_see(plant: Plant) -> None:
    """What goes to a place where many read carries no amount at all; nothing carries bank details or a key."""
    with plant.core.session() as session:
        people = {person.id: rights_of(person.roles) for person in session.query(Person)}
        letters = session.query(OutboxMessage).all()
        assert [letter for letter in letters if letter.money]
        for letter in letters:
            text = json.dumps([letter.title, letter.payload, letter.money])
            sees = "see:money" in people.get(letter.person_id, frozenset())
            hidden = (*BANK, *KEYS) if sees else (*MONEY, *BANK, *KEYS)
            assert not [value for value in hidden if value in text], letter.delivery_key
            assert not [value for value in MONEY if value in json.dumps([letter.title, letter.payload])]


def test_no_key_is_anywhere_in_the_database(plant: Plant) -> None:
    """Neither with its session nor in a proposal, its source, the trail, a letter or a job."""
    with plant.core.session() as session:
        tables = session.scalars(text("select tablename from pg_tables where schemaname = current_schema()")).all()
        assert {"bgp_session", "proposal", "proposal_change", "audit", "outbox", "job"} <= set(tables)
        for table in tables:
            for key in KEYS:
                count = text(f'select count(*) from "{table}" t where t::text like :like')
                assert session.scalar(count, {"like": f"%{key}%"}) == 0, table


def test_a_key_is_opened_on_the_page_for_who_sees_keys_and_the_trail_says_so(plant: Plant) -> None:
    ref = plant.refs["session"]
    page = sign_in(plant.core, "engineering.person@isp.example")
    assert KEYS[0] not in page.get(f"/network/bgp/{ref}")
    assert KEYS[0] not in page.get(f"/network/bgp/{ref}/edit")
    assert KEYS[0] in page.post(f"/network/bgp/{ref}/key", {})
    auditor = plant.core.principal("auditor.person@isp.example")
    found: Any = call(plant, "search_audit", {"kind": "reads", "ref": ref, "limit": 100}, auditor)
    assert [(e.person, e.entity, e.fields[0].new) for e in found.entries][:1] == [
        ("Engineering Person", "get_bgp_key", ["md5_key"])
    ]
    for role in (Role.NOC, Role.AUDITOR, Role.EXEC):
        other = sign_in(plant.core, f"{role}.person@isp.example")
        assert KEYS[0] not in other.post(f"/network/bgp/{ref}/key", {}, 403)


def test_only_reads_that_show_something_are_in_the_trail(plant: Plant) -> None:
    core, ref = plant.core, plant.refs["provider"]
    operation = next(o for o in OPERATIONS if o.name == "get_provider")
    request = operation.request.model_validate({"ref": ref})
    for role in (Role.FINANCE, Role.NOC):
        core.call(operation, request, core.principal(f"{role}.person@isp.example", "claude"), Channel.AGENT,
                  address="10.0.0.5")  # fmt: skip
    change = next(o for o in OPERATIONS if o.name == "get_change")
    core.call(change, change.request.model_validate({"change_id": plant.changes[2]}),
              core.principal("finance.person@isp.example", "claude"), Channel.AGENT)  # fmt: skip
    auditor = core.principal("auditor.person@isp.example")
    found: Any = call(plant, "search_audit", {"kind": "reads", "limit": 100}, auditor)
    told = [(e.ref, e.person, e.agent, e.address) for e in found.entries]
    assert (ref, "Finance Person", "claude", "10.0.0.5") in told
    assert not [one for one in told if one[1] == "Noc Person"]
    assert plant.changes[2] in {one[0] for one in told}
    shown = next(e for e in found.entries if e.ref == ref)
    assert {"bank_account", "bank_name", "bank_routing"} <= set(shown.fields[0].new)


def test_the_people_of_the_walk_have_the_roles_it_says(plant: Plant) -> None:
    with plant.core.session() as session:
        roles = {tuple(p.roles) for p in session.query(Person).filter(Person.kind == "person")}
    assert {(role,) for role in RIGHTS} == roles - {("exec", "exec")}

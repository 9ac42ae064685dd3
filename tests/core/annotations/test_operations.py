"""Notes and tags: proposed, applied by the agent's second call, audited, undone."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.annotations import queries
from netos_core.changes.operations import confirm_change
from netos_core.changes.schemas import ConfirmChange
from netos_core.kernel.errors import Ambiguous, Invalid, NotFound
from tests.factories import (
    AGENT,
    apply,
    audit_of,
    counted_statements,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
    propose,
    row_of,
    rows_of,
    undo,
)


def test_a_note_is_low_risk_and_applied_by_the_agents_second_call(session: Session) -> None:
    ref = make_circuit(session)
    ctx = make_ctx(session, Role.FIELD, agent=AGENT)
    proposed = propose(ctx, "note", "create", on=ref.lower(), text="Key is with the guard.")
    assert (proposed.risk, proposed.diff[0].ref) == ("low", ref)
    assert rows_of(session, "note") == []
    done = confirm_change(ctx, ConfirmChange(change_id=proposed.change_id, digest=proposed.digest))
    assert done.status == "committed"
    (note,) = queries.notes_on(ctx, "circuit", row_of(session, "circuit", ref)["id"])
    assert (note.text, note.author, note.agent) == ("Key is with the guard.", "Field Person", AGENT)


def test_notes_and_tags_go_on_every_kind_of_record(session: Session) -> None:
    ctx = make_ctx(session, Role.SALES)
    makers = (make_circuit, make_provider, make_customer, make_site, make_contract)
    refs = [make(session) for make in makers]
    noted = apply(ctx, "note", "create", items=[{"set": {"on": ref}} for ref in refs], text="Ask Jane.")
    assert [d.ref for d in noted.diff if d.field == "text"] == refs
    tagged = apply(ctx, "tag", "create", items=[{"set": {"on": ref}} for ref in refs], name="VIP")
    assert {d.new for d in tagged.diff if d.field == "name"} == {"vip"}


def test_a_note_taken_off_is_audited_under_the_record_it_was_on(session: Session) -> None:
    ref = make_circuit(session)
    ctx = make_ctx(session, Role.NOC)
    apply(ctx, "note", "create", on=ref, text="Wrong circuit.")
    retired = apply(ctx, "note", "retire", ref=str(rows_of(session, "note")[0]["id"]))
    assert retired.diff[0].ref == ref
    entry = audit_of(session, ref)[0]
    assert (entry.entity, entry.part, entry.action) == ("note", "note", "retire")
    undo(ctx, retired)
    assert len(queries.notes_on(ctx, "circuit", row_of(session, "circuit", ref)["id"])) == 1


def test_a_note_is_not_rewritten(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    apply(ctx, "note", "create", on=make_circuit(session), text="First.")
    with pytest.raises(Invalid, match="not rewritten"):
        propose(ctx, "note", ref=str(rows_of(session, "note")[0]["id"]), text="Second.")


@pytest.mark.parametrize("ref", ["CKT-1", "0198c2a0-0000-7000-8000-000000000000", "%"])
def test_a_note_no_one_knows_is_not_found(session: Session, ref: str) -> None:
    with pytest.raises(NotFound, match="No note has that id"):
        propose(make_ctx(session, Role.NOC), "note", "retire", ref=ref)


@pytest.mark.parametrize("on", ["CKT-999999", "XYZ-1", "CHG-1001", "person"])
def test_a_note_needs_a_record_that_is_there(session: Session, on: str) -> None:
    with pytest.raises(NotFound) as refused:
        propose(make_ctx(session, Role.NOC), "note", "create", on=on, text="Hello.")
    assert refused.value.field == "on"


def test_a_tag_that_is_there_changes_nothing_and_comes_off_again(session: Session) -> None:
    ref = make_circuit(session)
    ctx = make_ctx(session, Role.NOC)
    apply(ctx, "tag", "create", on=ref, name="Core")
    with pytest.raises(Invalid, match="Nothing would change"):
        propose(ctx, "tag", "create", on=ref, name="core")
    circuit_id = row_of(session, "circuit", ref)["id"]
    assert queries.tags_on(ctx, "circuit", [circuit_id]) == {circuit_id: ["core"]}
    taken = apply(ctx, "tag", "retire", ref=ref, name="core")
    assert queries.tags_on(ctx, "circuit", [circuit_id]) == {}
    undo(ctx, taken)
    assert queries.tags_on(ctx, "circuit", [circuit_id]) == {circuit_id: ["core"]}


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("note", {"text": "Hello."}, "on"),
        ("note", {"on": "here"}, "text"),
        ("note", {"on": "here", "text": "  "}, "set.text"),
        ("tag", {"on": "here"}, "name"),
        ("tag", {"name": "core"}, "on"),
        ("tag", {"on": "here", "name": "<b>"}, "set.name"),
    ],
)
def test_what_a_note_or_tag_lacks_is_named(session: Session, kind: str, fields: dict[str, str], field: str) -> None:
    if fields.get("on") == "here":
        fields = {**fields, "on": make_circuit(session)}
    with pytest.raises(Invalid) as refused:
        propose(make_ctx(session, Role.NOC), kind, "create", **fields)
    assert refused.value.field == field


@pytest.mark.parametrize(("kind", "fields"), [("note", {"text": "Ask Jane."}), ("tag", {"name": "core"})])
def test_five_hundred_notes_or_tags_take_a_handful_of_statements(
    session: Session, kind: str, fields: dict[str, str]
) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    apply(ctx, "customer", "create", items=[{"set": {"name": f"Subscriber {n}"}} for n in range(500)])
    items = [{"set": {"on": row["ref"]}} for row in rows_of(session, "customer")]
    with counted_statements(session) as sent:
        apply(ctx, kind, "create", items=items, **fields)
    assert len(sent) <= 60
    assert len(rows_of(session, kind)) == 500


def test_a_note_or_tag_is_put_on_a_record_by_any_name_it_is_known_by(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    provider = make_provider(session, "Lumen", legal_name="Level 3 Communications, LLC")
    circuit = make_circuit(session, provider=provider, provider_circuit_id="KFGS/912744//LVLC")
    site = make_site(session, "Henry Street", clli="IPLSIN01")
    contract = make_contract(session, provider=provider, number="LUM-1")
    known = {"kfgs 912744 lvlc": circuit, "iplsin01": site, "Level 3 Communications, LLC": provider, "LUM-1": contract}
    items = [{"set": {"on": on}} for on in known]
    noted = propose(ctx, "note", "create", items=items, text="Ask Jane.")
    assert [d.ref for d in noted.diff if d.field == "text"] == list(known.values())
    apply(ctx, "tag", "create", items=items, name="core")
    taken = apply(ctx, "tag", "retire", ref="Henry Street", name="core")
    assert [d.ref for d in taken.diff] == [site]


def test_a_name_that_several_records_have_is_ambiguous_and_they_are_listed(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    site, customer = make_site(session, "Riverbend Health"), make_customer(session, "Riverbend Health")
    with pytest.raises(Ambiguous, match=rf"\({site}\), Riverbend Health \({customer}\)") as refused:
        propose(ctx, "note", "create", on="riverbend health", text="Hello.")
    assert refused.value.field == "on"

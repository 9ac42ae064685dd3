"""Circuits, their ends, customers and events: proposed, approved, audited, undone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from tests.factories import (
    AGENT,
    apply,
    approve,
    audit_of,
    counted_statements,
    make_circuit,
    make_ctx,
    make_customer,
    make_provider,
    make_site,
    propose,
    row_of,
    rows_of,
    undo,
)


def test_a_new_circuit_comes_with_its_ends_and_its_customer(session: Session) -> None:
    make_provider(session, "Lumen")
    make_site(session, "Warsaw POP")
    make_customer(session, "Kosciusko REMC")
    proposed = propose(
        make_ctx(session, Role.ADMIN, agent=AGENT),
        "circuit",
        "create",
        provider="lumen",
        provider_circuit_id="BBKR/12.345",
        bandwidth_mbps="1000",
        mrc="1250",
        a_site="warsaw pop",
        z_place="Internet",
        customer="Kosciusko REMC",
        mrr="2000.00",
    )
    assert {d.part for d in proposed.diff} == {"", "A end", "Z end", "customer Kosciusko REMC"}
    assert rows_of(session, "circuit") == []
    approve(session, proposed)
    row = row_of(session, "circuit", proposed.diff[0].ref)
    assert (row["mrc"], row["currency"], row["status"]) == (Decimal("1250.00"), "USD", "planned")
    assert [end["side"] for end in rows_of(session, "termination")] == ["A", "Z"]
    assert rows_of(session, "circuit_customer")[0]["mrr"] == Decimal("2000.00")


def test_a_new_price_waits_for_a_second_person_then_is_audited_and_undone_to_the_cent(session: Session) -> None:
    ref = make_circuit(session, mrc="1200.00")
    ctx = make_ctx(session, Role.FINANCE, agent=AGENT)
    proposed = propose(ctx, "circuit", ref=ref, mrc="1250.00")
    assert (proposed.risk, proposed.aspects, proposed.needs[0].four_eyes) == ("high", ["money"], True)
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1200.00")
    approve(session, proposed)
    assert [(f.field, f.old, f.new) for f in audit_of(session, ref)[0].fields] == [("mrc", "1200.00", "1250.00")]
    undo(ctx, proposed)
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1200.00")


def test_a_circuit_is_found_by_the_carriers_id_however_it_is_written(session: Session) -> None:
    ref = make_circuit(session, provider_circuit_id="BBKR/12.345-LUMN")
    assert propose(make_ctx(session, Role.ADMIN), "circuit", ref="bbkr 12345 lumn", market="North").diff[0].ref == ref


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ("planned", "offline", "active, cancelled, ordered, provisioning"),
        ("active", "planned", "decommissioned, deprovisioning, offline"),
        ("cancelled", "active", "planned"),
        ("decommissioned", "active", "nothing; it is the end"),
    ],
)
def test_a_status_that_may_not_follow_lists_those_that_may(session: Session, old: str, new: str, allowed: str) -> None:
    ref = make_circuit(session, status=old)
    with pytest.raises(Invalid, match=f"{ref} is {old} and can not become {new}") as refused:
        propose(make_ctx(session, Role.ADMIN), "circuit", ref=ref, status=new)
    assert refused.value.fix == f"From {old}: {allowed}."


def test_disconnecting_a_circuit_weighs_as_a_retirement(session: Session) -> None:
    ref = make_circuit(session)
    proposed = propose(make_ctx(session, Role.ENGINEERING), "circuit", ref=ref, status="decommissioned")
    assert proposed.aspects == ["attribute", "delete"]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "provider"),
        ({"provider": "Lumen", "mrc": "-1.00"}, "set.mrc"),
        ({"provider": "Lumen", "mrc": "1.005"}, "set.mrc"),
        ({"provider": "Lumen", "mrc": "NaN"}, "set.mrc"),
        ({"provider": "Lumen", "bandwidth_mbps": "0"}, "set.bandwidth_mbps"),
        ({"provider": "Lumen", "status": "live"}, "set.status"),
        ({"provider": "Lumen", "service_type": "fibre"}, "set.service_type"),
        ({"provider": "Lumen", "mrr": "5.00"}, "mrr"),
        ({"provider": "Lumen", "carrier": "Lumen"}, "set.carrier"),
        ({"provider": "Lumen", "install_date": "2026-02-30"}, "set.install_date"),
    ],
)
def test_what_is_wrong_with_a_new_circuit_is_named(session: Session, fields: dict[str, Any], field: str) -> None:
    make_provider(session, "Lumen")
    with pytest.raises(NetosError) as refused:
        propose(make_ctx(session, Role.ADMIN), "circuit", "create", **fields)
    assert (refused.value.code, refused.value.field) == ("invalid_argument", field)


def test_unknown_names_are_answered_with_the_nearest(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    make_site(session, "Warsaw POP")
    make_customer(session, "Kosciusko REMC")
    make_circuit(session, provider=lumen, provider_circuit_id="BBKR-1234")
    for fields, near in (
        ({"provider": "Lumin"}, "Lumen (PRV-"),
        ({"provider": lumen, "a_site": "Warsaw PP"}, "Warsaw POP (SIT-"),
        ({"provider": lumen, "customer": "Kosciusco"}, "Kosciusko REMC (CUS-"),
    ):
        with pytest.raises(NotFound) as refused:
            propose(ctx, "circuit", "create", **fields)
        assert near in (refused.value.fix or "")
    with pytest.raises(NotFound) as refused:
        propose(ctx, "circuit", ref="BBKR-1235", market="North")
    assert "BBKR-1234 (CKT-" in (refused.value.fix or "")


def test_an_unknown_ban_says_to_create_it(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_circuit(session, provider=make_provider(session, "Lumen"))
    with pytest.raises(NotFound, match="no account with that BAN"):
        propose(ctx, "circuit", ref=ref, ban="5-ABC")
    apply(ctx, "billing_account", "create", provider="Lumen", ban="5-ABC")
    assert propose(ctx, "circuit", ref=ref, ban="5-ABC").diff[0].new == "5-ABC"


def test_one_circuit_asked_for_twice_is_refused(session: Session) -> None:
    ref = make_circuit(session, provider_circuit_id="BBKR-1")
    items = [{"ref": ref, "set": {"market": "A"}}, {"ref": "bbkr1", "set": {"market": "B"}}]
    with pytest.raises(Conflict, match="twice"):
        propose(make_ctx(session, Role.ADMIN), "circuit", items=items)


def test_two_circuits_of_a_carrier_never_share_its_id(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    lumen = make_provider(session, "Lumen")
    make_circuit(session, provider=lumen, provider_circuit_id="BBKR-1")
    with pytest.raises(Conflict, match="already has that circuit id"):
        apply(ctx, "circuit", "create", provider=lumen, provider_circuit_id="bbkr 1")
    make_circuit(session, provider_circuit_id="BBKR-1")
    with pytest.raises(Invalid) as refused:
        propose(ctx, "circuit", ref="BBKR-1", market="North")
    assert refused.value.code == "ambiguous"


def test_an_end_moves_to_another_site_by_name_and_back(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    make_site(session, "Old POP")
    make_site(session, "New POP")
    ref = make_circuit(session, a_site="Old POP", a_vlan="100")
    moved = apply(ctx, "circuit", ref=ref, a_site="New POP", a_vlan=None)
    assert {(d.part, d.field, d.old, d.new) for d in moved.diff} == {
        ("A end", "site", "Old POP", "New POP"),
        ("A end", "vlan", "100", None),
    }
    undo(ctx, moved)
    assert rows_of(session, "termination")[0]["vlan"] == "100"


def test_retiring_a_circuit_takes_its_ends_and_customers_along(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    ref = make_circuit(session, a_place="Internet", customer=make_customer(session), mrr="5.00")
    retiring = apply(ctx, "circuit", "retire", ref=ref)
    parts = ("circuit", "termination", "circuit_customer")
    assert all(row["retired_at"] for part in parts for row in rows_of(session, part))
    undo(ctx, retiring)
    assert not any(row["retired_at"] for part in parts for row in rows_of(session, part))


def test_a_retirement_shows_no_money_to_those_who_may_not_see_it(session: Session) -> None:
    ref = make_circuit(session, mrc="1234.00", customer=make_customer(session), mrr="4321.00")
    shown = propose(make_ctx(session, Role.NOC), "circuit", "retire", ref=ref).model_dump_json()
    assert "1234.00" not in shown
    assert "4321.00" not in shown
    shown = propose(make_ctx(session, Role.ADMIN), "circuit", "retire", ref=ref).model_dump_json()
    assert "1234.00" in shown
    assert "4321.00" in shown


def test_a_stale_proposal_writes_nothing(session: Session) -> None:
    ref = make_circuit(session, mrc="1200.00")
    ctx = make_ctx(session, Role.FINANCE)
    late = propose(ctx, "circuit", ref=ref, mrc="1300.00")
    apply(ctx, "circuit", ref=ref, mrc="1250.00")
    with pytest.raises(Conflict, match=ref) as refused:
        approve(session, late)
    assert refused.value.code == "stale"
    assert row_of(session, "circuit", ref)["mrc"] == Decimal("1250.00")


def test_a_field_engineer_proposes_no_price(session: Session) -> None:
    ref = make_circuit(session)
    with pytest.raises(Forbidden, match="money"):
        propose(make_ctx(session, Role.FIELD), "circuit", ref=ref, mrc="1.00")


def test_an_outage_is_recorded_on_its_circuit(session: Session) -> None:
    ctx = make_ctx(session, Role.NOC)
    ref = make_circuit(session)
    event = {"circuit": ref, "kind": "outage", "starts_at": "2026-05-01T10:00:00Z", "summary": "Fiber cut"}
    recorded = apply(ctx, "event", "create", **event, ends_at="2026-05-01T12:00:00-04:00", impact="outage")
    assert {(d.ref, d.part) for d in recorded.diff} == {(ref, "outage event")}
    undo(ctx, recorded)
    assert rows_of(session, "circuit_event")[0]["retired_at"] is not None
    for wrong, field in (
        ({"ends_at": "2026-05-01T09:00:00Z"}, "ends_at"),
        ({"starts_at": "2026-05-01T10:00:00"}, "starts_at"),
        ({"summary": None}, "summary"),
        ({"impact": "bad"}, "set.impact"),
    ):
        with pytest.raises(Invalid) as refused:
            propose(ctx, "event", "create", **{**event, **wrong})
        assert refused.value.field == field
    with pytest.raises(Invalid, match="recorded, not corrected"):
        propose(ctx, "event", "retire", ref=ref)


def test_five_hundred_circuits_take_a_handful_of_statements(session: Session) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    make_provider(session, "Lumen")
    make_site(session, "Warsaw POP")
    make_customer(session, "Kosciusko REMC")
    items = [{"set": {"provider_circuit_id": f"K-{n}", "mrc": f"{n}.50"}} for n in range(500)]
    with counted_statements(session) as sent:
        proposed = propose(ctx, "circuit", "create", items=items, provider="Lumen", status="active",
                           a_site="Warsaw POP", customer="Kosciusko REMC")  # fmt: skip
    assert len(sent) <= 46
    with counted_statements(session) as sent:
        approve(session, proposed)
    assert len(sent) <= 52
    assert sum(row["mrc"] for row in rows_of(session, "circuit")) == Decimal("125000.00")
    with counted_statements(session) as sent:
        retiring = propose(ctx, "circuit", "retire", items=[{"ref": f"k{n}"} for n in range(500)])
    assert len(sent) <= 52
    assert retiring.changes_total == 1500


def test_five_hundred_events_take_a_handful_of_statements(session: Session) -> None:
    ref = make_circuit(session)
    items = [{"set": {"summary": f"Window {n}"}} for n in range(500)]
    with counted_statements(session) as sent:
        propose(make_ctx(session, Role.ADMIN), "event", "create", items=items, circuit=ref, kind="maintenance",
                starts_at="2026-05-01T10:00:00Z")  # fmt: skip
    assert len(sent) <= 30

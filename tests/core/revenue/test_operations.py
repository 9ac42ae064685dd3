"""Revenue on a real database: what is suggested, what is proposed and approved, what holds when, who sees amounts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from netos_core.revenue.operations import get_revenue, list_revenue, propose_attributions
from netos_core.revenue.schemas import GetRevenue, ListRevenue, ProposeAttributions, RevenueList, RevenueView
from netos_core.revenue.telling import tell_unattributed
from netos_core.worklist.operations import get_worklist
from netos_core.worklist.schemas import GetWorklist
from tests.factories import (
    NOW,
    apply,
    approve,
    make_circuit,
    make_ctx,
    make_customer,
    make_services,
    make_site,
    propose,
    undo,
)

JUNE_1 = NOW.date()


def listed(session: Session, role: Role = Role.FINANCE, **asked: Any) -> RevenueList:
    return list_revenue(make_ctx(session, role), ListRevenue.model_validate(asked))


def shown(session: Session, ref: str, role: Role = Role.FINANCE) -> RevenueView:
    return get_revenue(make_ctx(session, role), GetRevenue(ref=ref))


@pytest.fixture
def plant(session: Session) -> dict[str, str]:
    """Three services that a rule each finds the record of, one that none does, one that is free."""
    made = {
        "customer": make_customer(session, "Berry Bank", account_number="A-7"),
        "circuit": make_circuit(session, provider_circuit_id="10/KFGS/123456//ZYO"),
        "theirs": make_circuit(session, customer="Berry Bank"),
        "site": make_site(session, "Berry Tower", address="215 W Berry St", city="Fort Wayne", state="IN",
                          postal_code="46802"),
    }  # fmt: skip
    refs = make_services(
        session,
        {"name": "DIA over 10.KFGS.123456..ZYO", "mrr": "500.00"},
        {"number": "a-7", "mrr": "250.00"},
        {"line1": "215 West Berry Street", "city": "Fort Wayne", "state": "IN", "postal_code": "46802-1234",
         "mrr": "100.00"},
        {"name": "Somewhere", "mrr": "40.00"},
        {"name": "Courtesy line", "mrr": "0.00"},
    )  # fmt: skip
    return {**made, **dict(zip(("by_id", "by_number", "by_address", "nowhere", "free"), refs, strict=True))}


def test_unattributed_revenue_is_listed_with_what_is_suggested_and_why(session: Session, plant: dict[str, str]) -> None:
    found = listed(session, attributed=False, sort="-mrr")
    assert [(row.ref, row.mrr, row.suggested) for row in found.rows] == [
        (plant["by_id"], Decimal("500.00"), plant["circuit"]),
        (plant["by_number"], Decimal("250.00"), f"{plant['theirs']}, {plant['customer']}"),
        (plant["by_address"], Decimal("100.00"), plant["site"]),
        (plant["nowhere"], Decimal("40.00"), None),
    ]
    assert found.mrr_total == {"USD": Decimal("890.00")}
    assert found.rows[0].why == f"Its name has the id of {plant['circuit']}."
    assert listed(session).total == 5


def test_an_account_at_a_site_by_its_coordinates_is_suggested_that_site(session: Session) -> None:
    tower = make_site(session, "Keystone Tower", lat="39.768400", lon="-86.158100")
    suite = make_site(session, "Keystone Suite 4", lat="39.768400", lon="-86.158100", parent=tower)
    make_site(session, "Half a mile on", lat="39.775400", lon="-86.158100")
    make_services(
        session, {"name": "At the tower", "lat": 39.7689, "lon": -86.1583}, {"name": "Out", "lat": 39.80, "lon": -86.2}
    )
    told = {row.service: (row.suggested, row.why) for row in listed(session, attributed=False).rows}
    assert suite not in str(told)
    assert told == {"At the tower": (tower, f"{tower} is 58 m from where its account is."), "Out": (None, None)}


def test_what_is_suggested_is_proposed_as_one_change_and_holds_once_approved(
    session: Session, plant: dict[str, str]
) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    proposed = propose_attributions(ctx, ProposeAttributions())
    assert proposed.title == "Attribute 3 billed services as suggested"
    assert listed(session, attributed=False).total == 4, "nothing holds before it is approved"
    assert approve(session, proposed).status == "committed"
    assert [row.ref for row in listed(session, attributed=False).rows] == [plant["nowhere"]]
    one = shown(session, plant["by_number"])
    assert [(a.circuit, a.customer, a.basis, a.starts_on) for a in one.attributions] == [
        (plant["theirs"], plant["customer"], "account_number", None)
    ]
    with pytest.raises(NotFound):
        propose_attributions(ctx, ProposeAttributions())
    undo(ctx, proposed)
    assert listed(session, attributed=False).total == 4


def test_a_stale_proposal_can_be_planned_anew(session: Session, plant: dict[str, str]) -> None:
    from netos_core.proposals.operations import rebase_change
    from netos_core.proposals.schemas import Rebase

    ctx = make_ctx(session, Role.FINANCE)
    proposed = propose_attributions(ctx, ProposeAttributions(refs=[plant["by_id"].lower()]))
    assert proposed.title == f"Attribute {plant['by_id']} as suggested"
    again = rebase_change(ctx, Rebase(change_id=proposed.change_id))
    assert approve(session, again).status == "committed"
    assert shown(session, plant["by_id"]).service.circuit == plant["circuit"]


def test_a_service_that_moves_keeps_where_it_was(session: Session, plant: dict[str, str]) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    apply(ctx, "attribution", "create", service=plant["nowhere"], circuit=plant["circuit"])
    moved = apply(
        ctx, "attribution", "create", service=plant["nowhere"], site=plant["site"], starts_on="2026-06-01",
        reason="The tower feeds it now.",
    )  # fmt: skip
    told = shown(session, plant["nowhere"])
    assert [(a.circuit, a.site, a.starts_on, a.ends_on, a.basis) for a in told.attributions] == [
        (None, plant["site"], JUNE_1, None, "by_hand"),
        (plant["circuit"], None, None, date(2026, 5, 31), "by_hand"),
    ]
    assert (told.service.site, told.service.circuit) == (plant["site"], None)
    undo(ctx, moved)
    assert shown(session, plant["nowhere"]).service.circuit == plant["circuit"]


def test_a_service_is_of_one_thing_on_a_day(session: Session, plant: dict[str, str]) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    apply(ctx, "attribution", "create", service=plant["nowhere"], circuit=plant["circuit"])
    with pytest.raises(Conflict):
        propose(ctx, "attribution", "create", service=plant["nowhere"], site=plant["site"])
    with pytest.raises(Invalid, match="of a circuit, a site or a customer"):
        propose(ctx, "attribution", "create", service=plant["free"])
    with pytest.raises(Invalid, match="ends before it starts"):
        propose(ctx, "attribution", "create", service=plant["free"], site=plant["site"], starts_on="2026-06-01",
                ends_on="2026-05-01")  # fmt: skip
    row = shown(session, plant["nowhere"]).attributions[0]
    apply(ctx, "attribution", ref=str(row.id), ends_on="2026-05-31")
    assert plant["nowhere"] in [one.ref for one in listed(session, attributed=False).rows]
    apply(ctx, "attribution", "retire", ref=str(row.id))
    assert shown(session, plant["nowhere"]).attributions == []


def test_when_a_circuit_is_retired_its_revenue_ends_with_the_day(session: Session, plant: dict[str, str]) -> None:
    ctx = make_ctx(session, Role.ADMIN)
    apply(ctx, "attribution", "create", service=plant["by_id"], circuit=plant["circuit"])
    apply(ctx, "attribution", "create", service=plant["by_address"], circuit=plant["circuit"], starts_on="2026-07-01")
    apply(ctx, "circuit", "retire", ref=plant["circuit"])
    assert [a.ends_on for a in shown(session, plant["by_id"]).attributions] == [JUNE_1]
    assert shown(session, plant["by_address"]).attributions == []


def test_a_change_of_price_shows_both(session: Session) -> None:
    (ref,) = make_services(session, {"mrr": "100.00"}, day=JUNE_1 - timedelta(days=31))
    make_services(session, {"mrr": "120.00"})
    assert [(p.mrr, p.starts_on, p.ends_on) for p in shown(session, ref).prices] == [
        (Decimal("120.00"), JUNE_1, None), (Decimal("100.00"), date(2026, 5, 1), date(2026, 5, 31)),
    ]  # fmt: skip


def test_who_sees_no_amounts_sees_none_and_can_not_ask_by_them(session: Session, plant: dict[str, str]) -> None:
    found = listed(session, Role.NOC, attributed=False)
    assert {row.mrr for row in found.rows} == {None}
    assert found.mrr_total == {}
    assert {p.mrr for p in shown(session, plant["by_id"], Role.NOC).prices} == {None}
    with pytest.raises(Forbidden):
        listed(session, Role.NOC, sort="-mrr")
    with pytest.raises(Forbidden):
        propose_attributions(make_ctx(session, Role.NOC), ProposeAttributions())
    with pytest.raises(Forbidden):
        propose(make_ctx(session, Role.NOC), "attribution", "create", service=plant["by_id"], site=plant["site"])


def worklist(session: Session, role: Role = Role.FINANCE) -> list[tuple[str, str, Decimal | None]]:
    tell_unattributed(make_ctx(session, Role.ADMIN))
    asked = GetWorklist.model_validate({"kind": ["unattributed_revenue"]})
    return [(row.ref, row.title, row.amount) for row in get_worklist(make_ctx(session, role), asked).rows]


def test_the_worklist_has_the_dearest_until_they_are_attributed(session: Session, plant: dict[str, str]) -> None:
    assert worklist(session) == [
        (plant["by_id"], "Account 1", Decimal("6000.00")),
        (plant["by_number"], "Account 2", Decimal("3000.00")),
        (plant["by_address"], "Account 3", Decimal("1200.00")),
        (plant["nowhere"], "Account 4", Decimal("480.00")),
    ]
    assert {amount for _, _, amount in worklist(session, Role.NOC)} == {None}
    proposed = propose_attributions(make_ctx(session, Role.FINANCE), ProposeAttributions())
    approve(session, proposed)
    assert [ref for ref, _, _ in worklist(session)] == [plant["nowhere"]]


def test_words_and_sources_choose(session: Session, plant: dict[str, str]) -> None:
    assert [row.ref for row in listed(session, query="courtesy line").rows] == [plant["free"]]
    assert listed(session, source="file").total == 0
    assert "netos revenue load" in str(listed(session, source="file").hint)
    assert listed(session, gone=True).total == 0
    with pytest.raises(NotFound):
        shown(session, "SVC-1")

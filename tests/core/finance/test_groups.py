"""Months put under customers and assets: the parts make the whole, and each asset is what its waterfall tells."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import get_args
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.finance.operations import get_infrastructure_pl, get_pl_totals
from netos_core.finance.rules.groups import Beside, by_asset, by_customer
from netos_core.finance.rules.profit import Component, Line
from netos_core.finance.schemas import InfrastructureRequest, MoneySums, PlTotals, PlTotalsRequest, TotalsBy
from netos_core.kernel.db import new_id
from netos_core.kernel.money import Basis
from tests.core.finance.test_billed import bill
from tests.factories import apply, make_circuit, make_ctx, make_customer, make_rf_link, make_site

MAY = date(2026, 5, 1)
COLUMNS = ("revenue", "modeled_revenue", "carrier", "facility", "transport", "power", "cost", "contribution")
ANN, BEN, CAL = sorted(new_id() for _ in range(3))
ONE, TWO = new_id(), new_id()


def line(
    component: str, amount: str, customer: UUID | None = None, basis: Basis = Basis.CONTRACTED, **more: str
) -> Line:
    return Line(MAY, Component(component), Decimal(amount), "USD", basis, more.get("source", "CKT-1"),
                more.get("item", ""), "", customer)  # fmt: skip


@pytest.mark.parametrize(
    ("revenue", "linked", "costs"),
    [
        ({ANN: "200.00", BEN: "100.00"}, (ANN, BEN), {ANN: "66.67", BEN: "33.33"}),
        ({ANN: "200.00", BEN: "0.00"}, (ANN, BEN), {ANN: "100.00"}),
        ({ANN: "-5.00"}, (ANN, BEN), {ANN: "50.00", BEN: "50.00"}),
        ({}, (ANN, BEN, CAL), {ANN: "33.33", BEN: "33.34", CAL: "33.33"}),
        ({ANN: "0.00"}, (), {Beside.NO_CUSTOMER: "100.00"}),
    ],
)
def test_a_circuit_costs_its_customers_by_what_they_bring(revenue: dict, linked: tuple, costs: dict) -> None:
    lines = [(ONE, None, line("carrier", "100.00")),
             *((ONE, None, line("revenue", amount, who)) for who, amount in revenue.items())]  # fmt: skip
    groups = by_customer(lines, {ONE: linked})
    found = {key: str(sums["USD"].cost) for key, sums in groups.items() if sums["USD"].cost}
    assert found == costs
    assert sum(Decimal(cost) for cost in found.values()) == Decimal("100.00")


def test_a_circuit_at_two_assets_is_in_both_and_taken_off_once() -> None:
    a, b, inside = new_id(), new_id(), new_id()
    lines = [(ONE, None, line("carrier", "100.00")), (None, a, line("facility_share", "10.00", item="facility")),
             (None, b, line("facility_share", "20.00", item="facility"))]  # fmt: skip
    groups = by_asset(lines, {a: None, b: None, inside: a}, {}, {ONE: {inside, b}})
    assert {key: str(sums["USD"].cost) for key, sums in groups.items()} == {
        a: "110.00", b: "120.00", Beside.TWICE: "-100.00",
    }  # fmt: skip


def totals(session: Session, by: str, role: Role = Role.FINANCE, **more: object) -> PlTotals:
    return get_pl_totals(make_ctx(session, role), PlTotalsRequest.model_validate({"by": by, "month": MAY, **more}))


def sums(found: list[MoneySums]) -> dict[str, str]:
    return {name: str(getattr(one, name)) for one in found for name in COLUMNS if getattr(one, name)}


@pytest.fixture
def plant(session: Session) -> dict[str, str]:
    """Two towers with a circuit between them, shared costs divided and not, and every kind of revenue."""
    finance = make_ctx(session, Role.FINANCE)
    north, south = (make_site(session, f"{name} Tower", kind="tower") for name in ("North", "South"))
    hut = make_site(session, "Hut", parent=north)
    bank, shop = make_customer(session, "Berry Bank"), make_customer(session, "Corner Shop")
    first = make_circuit(session, mrc="100.01", a_site=hut, customer=bank, mrr="300.00")
    between = make_circuit(session, mrc="50.00", a_site=north, z_site=south, customer=shop, mrr="80.00")
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=between, customer=bank, mrr="40.00")
    backhaul = make_circuit(session, mrc="90.00", z_site=north)
    apply(finance, "site_circuit", "create", site=north, circuit=backhaul, role="backhaul")
    make_circuit(session, mrc="70.00", a_site=make_site(session, "Office"))
    make_rf_link(session, a_site=north, monthly_cost="33.00", status="active")
    make_rf_link(session, a_site=south, monthly_cost="12.00", status="active", circuit=between)
    for site, amount in ((north, "900.00"), (hut, "30.00"), (south, "600.00")):
        apply(finance, "site_cost", "create", site=site, kind="rent", amount=amount, cadence="monthly")
    for component, method in (("facility", "equal"), ("transport", "revenue")):
        apply(finance, "allocation_rule", "create", site=north, component=component, method=method)
    bill(session, circuit=first, customer=bank, mrr="310.00")
    bill(session, site=hut, mrr="15.00")
    bill(session, customer=shop, mrr="85.00")
    bill(session, customer=bank, mrr="20.00")
    bill(session, mrr="9.99")
    return {"north": north, "south": south, "bank": bank, "shop": shop}


@pytest.mark.parametrize("by", get_args(TotalsBy))
@pytest.mark.parametrize("closed", [False, True])
def test_the_parts_make_the_whole(session: Session, plant: dict[str, str], by: str, *, closed: bool) -> None:
    before = totals(session, by)
    if closed:
        apply(make_ctx(session, Role.FINANCE), "accounting_period", "create", month=MAY)
    view = totals(session, by)
    assert (view.groups, view.whole, bool(view.closed)) == (before.groups, before.whole, closed)
    (whole,) = view.whole
    for limit in (50, 1):
        parts = [one for group in totals(session, by, limit=limit).groups for one in group.money]
        for name in COLUMNS:
            assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name
    assert str(whole.revenue) == "439.99"  # 310.00, 85.00 in the place of 80.00, 20.00 of 40.00, 15.00 and 9.99


def test_each_asset_is_what_its_waterfall_tells(session: Session, plant: dict[str, str]) -> None:
    view = totals(session, "asset")
    assets = {group.ref: group for group in view.groups if group.ref}
    assert set(assets) == {plant["north"], plant["south"]}
    for ref, group in assets.items():
        ask = InfrastructureRequest(ref=ref, month=MAY)
        assert sums(group.money) == sums(get_infrastructure_pl(make_ctx(session, Role.FINANCE), ask).whole)
    others = {group.name: sums(group.money) for group in view.groups if not group.ref}
    assert others[Beside.NOTHING] == {"revenue": "9.99", "contribution": "9.99"}
    assert others[Beside.CUSTOMERS]["revenue"] == "-20.00"  # 20.00 billed; 40.00 counted on its circuit
    assert set(others) == {Beside.NOTHING, Beside.CUSTOMERS, Beside.NO_ASSET, Beside.TWICE}


def test_customers_bring_what_they_are_billed(session: Session, plant: dict[str, str]) -> None:
    view = totals(session, "customer")
    revenue = {group.ref or group.name: sums(group.money).get("revenue") for group in view.groups}
    assert revenue[plant["bank"]] == "330.00"
    assert revenue[plant["shop"]] == "85.00"
    assert revenue[Beside.NOTHING] == "9.99"


def test_who_sees_no_money_reads_groups_by_name_and_no_amount(session: Session, plant: dict[str, str]) -> None:
    view = totals(session, "asset", Role.NOC, limit=1)
    named = [group.name for group in view.groups if group.ref]
    assert named == ["North Tower"]
    assert "900.00" not in view.model_dump_json()

"""Shared costs and closed months on a small plant, worked out by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.changes.operations import get_change
from netos_core.changes.schemas import GetChange
from netos_core.finance.model import PeriodLine
from netos_core.finance.operations import get_circuit_pl, get_infrastructure_pl
from netos_core.finance.schemas import CircuitPl, InfrastructurePl, InfrastructureRequest, MoneySums, PlRequest
from netos_core.kernel.errors import Conflict, Forbidden, Invalid
from netos_core.sites.model import SiteCost
from tests.factories import (
    apply,
    approve,
    counted_statements,
    make_circuit,
    make_ctx,
    make_customer,
    make_electrical_account,
    make_rf_link,
    make_site,
    propose,
    rows_of,
)

MAY = "2026-05-01"


@dataclass(frozen=True, slots=True)
class Tower:
    """A tower that costs 900.00 a month and power, with two customers' circuits and the one that brings it all."""

    site: str
    hut: str
    big: str
    small: str
    backhaul: str
    link: str


@pytest.fixture
def tower(session: Session) -> Tower:
    finance = make_ctx(session, Role.FINANCE)
    site = make_site(session, "Ridge Tower", kind="tower")
    hut = make_site(session, "Hut", kind="aggregation", parent=site)
    big = make_circuit(
        session, mrc="500.00", bandwidth_mbps=1000, a_site=site, customer=make_customer(session), mrr="1200.00"
    )
    small = make_circuit(
        session, mrc="200.00", bandwidth_mbps=500, a_site=hut, customer=make_customer(session), mrr="400.00"
    )
    backhaul = make_circuit(session, mrc="300.00", bandwidth_mbps=10000, z_site=site)
    link = make_rf_link(session, a_site=site, monthly_cost="95.00", status="active")
    apply(finance, "site_circuit", "create", site=site, circuit=backhaul, role="backhaul")
    apply(finance, "site_cost", "create", site=site, kind="rent", amount="2700.00", cadence="quarterly")
    account = make_electrical_account(session, site=site)
    for month, amount in (("2026-03-01", "100.00"), ("2026-05-01", "150.01")):
        apply(finance, "electrical_bill", "create", account=account, month=month, amount=amount)
    return Tower(site, hut, big, small, backhaul, link)


def divide(session: Session, tower: Tower, component: str, method: str, **more: object) -> None:
    wish = {"site": tower.site, "component": component, "method": method, **more}
    apply(make_ctx(session, Role.FINANCE), "allocation_rule", "create", **wish)


def pl(session: Session, ref: str, month: str = MAY, until: str | None = None) -> CircuitPl:
    asked = PlRequest.model_validate({"ref": ref, "month": month, "until": until})
    return get_circuit_pl(make_ctx(session, Role.FINANCE), asked)


def lines(session: Session, ref: str, month: str = MAY) -> list[tuple[str, str, str, str]]:
    return [(line.component, str(line.amount), line.basis, line.source) for line in pl(session, ref, month).lines]


def test_the_costs_of_a_tower_reach_the_circuits_it_carries(session: Session, tower: Tower) -> None:
    for component, method in (("facility", "bandwidth"), ("power", "equal"), ("transport", "revenue")):
        divide(session, tower, component, method)
    assert lines(session, tower.big)[1:] == [
        ("carrier", "500.00", "contracted", tower.big),
        ("facility_share", "600.00", "contracted", tower.site),
        ("transport_share", "71.25", "contracted", tower.site),
        ("transport_share", "225.00", "contracted", tower.backhaul),
        ("power_share", "75.01", "actual", tower.site),
    ]
    assert lines(session, tower.small)[1:] == [
        ("carrier", "200.00", "contracted", tower.small),
        ("facility_share", "300.00", "contracted", tower.site),
        ("transport_share", "23.75", "contracted", tower.site),
        ("transport_share", "75.00", "contracted", tower.backhaul),
        ("power_share", "75.00", "actual", tower.site),
    ]
    assert lines(session, tower.backhaul) == [
        ("carrier", "300.00", "contracted", tower.backhaul),
        ("transport_share", "-300.00", "contracted", tower.site),
    ]
    how = {line.component: line.how for line in pl(session, tower.big).lines}
    assert how["facility_share"] == f"facility of {tower.site} by bandwidth: 1000 of 1500 Mbps"


def test_a_month_without_a_bill_takes_the_average_and_says_it_is_modeled(session: Session, tower: Tower) -> None:
    divide(session, tower, "power", "equal")
    shares = [one for one in lines(session, tower.big, "2026-06-01") if one[0] == "power_share"]
    assert shares == [("power_share", "62.51", "modeled", tower.site)]


def test_without_a_rule_nothing_is_shared(session: Session, tower: Tower) -> None:
    assert [one[0] for one in lines(session, tower.big)] == ["revenue", "carrier"]


def test_a_rule_holds_in_its_months_alone(session: Session, tower: Tower) -> None:
    divide(session, tower, "facility", "equal", starts_on="2026-04-17", ends_on="2026-05-02")
    divide(session, tower, "facility", "fixed", shares={tower.big: "80", tower.small: "20"}, starts_on="2026-06-01")
    view = pl(session, tower.big, "2026-03-01", "2026-06-01")
    shares = [(f"{line.month:%m}", str(line.amount)) for line in view.lines if line.component == "facility_share"]
    assert shares == [("04", "450.00"), ("05", "450.00"), ("06", "720.00")]
    with pytest.raises(Conflict):
        divide(session, tower, "facility", "customers", starts_on="2026-05-01")


@pytest.mark.parametrize(
    "wish",
    [
        {"method": "fixed"},
        {"method": "equal", "shares": {"big": "100"}},
        {"method": "fixed", "shares": {"big": "60", "small": "30"}},
        {"method": "equal", "starts_on": "2026-05-01", "ends_on": "2026-03-01"},
    ],
)
def test_a_rule_that_can_not_be_is_refused(session: Session, tower: Tower, wish: dict) -> None:
    if "shares" in wish:
        wish = {**wish, "shares": {getattr(tower, name): share for name, share in wish["shares"].items()}}
    with pytest.raises(Invalid):
        divide(session, tower, "facility", **wish)


def test_a_closed_month_stays_as_it_was_and_tells_what_is_said_since(session: Session, tower: Tower) -> None:
    divide(session, tower, "facility", "bandwidth")
    finance = make_ctx(session, Role.FINANCE)
    closing = propose(finance, "accounting_period", "create", month="2026-05-20")
    assert closing.aspects == ["money"]
    assert pl(session, tower.big).months[0].closed is None
    assert approve(session, closing).status == "committed"
    (period,) = rows_of(session, "accounting_period")
    assert period["totals"]["USD"] == {"revenue": "1600.00", "modeled_revenue": "405.00", "cost": "2145.01"}
    before = pl(session, tower.big)
    assert (before.months[0].closed, before.corrections) == (period["ref"], [])
    session.execute(update(SiteCost).values(amount=Decimal("3000.00")))
    after = pl(session, tower.big)
    assert (after.lines, after.months) == (before.lines, before.months)
    (told,) = after.corrections
    assert (told.component, str(told.kept), str(told.now)) == ("facility_share", "600.00", "666.67")
    apply(finance, "accounting_period", "retire", ref=period["ref"])
    opened = pl(session, tower.big)
    assert (opened.months[0].closed, opened.corrections) == (None, [])
    assert [str(one.amount) for one in opened.lines if one.component == "facility_share"] == ["666.67"]


def test_the_lines_of_a_closing_are_all_that_was_earned_and_spent(session: Session, tower: Tower) -> None:
    divide(session, tower, "transport", "equal")
    apply(make_ctx(session, Role.FINANCE), "accounting_period", "create", month=MAY)
    costs = session.scalars(select(PeriodLine.amount).where(PeriodLine.component != "revenue"))
    assert sum(costs) == sum(map(Decimal, ("500.00", "200.00", "300.00", "95.00", "900.00", "150.01")))


@pytest.mark.parametrize("month", ["2026-06-01", "2027-01-01"])
def test_a_month_that_is_not_over_is_not_closed(session: Session, month: str) -> None:
    with pytest.raises(Invalid):
        propose(make_ctx(session, Role.FINANCE), "accounting_period", "create", month=month)


def test_a_month_is_closed_once_and_by_who_sees_money(session: Session) -> None:
    apply(make_ctx(session, Role.FINANCE), "accounting_period", "create", month=MAY)
    with pytest.raises(Conflict):
        propose(make_ctx(session, Role.FINANCE), "accounting_period", "create", month="2026-05-31")
    with pytest.raises(Forbidden):
        propose(make_ctx(session, Role.NOC), "accounting_period", "create", month="2026-04-01")
    (period,) = rows_of(session, "accounting_period")
    with pytest.raises(Invalid):
        propose(make_ctx(session, Role.FINANCE), "accounting_period", ref=period["ref"], month="2026-04-01")
    assert period["month"] == date(2026, 5, 1)


def test_who_does_not_see_money_is_shown_no_amount_of_a_closing(session: Session, tower: Tower) -> None:
    change = propose(make_ctx(session, Role.FINANCE), "accounting_period", "create", month=MAY)
    shown = get_change(make_ctx(session, Role.NOC), GetChange(change_id=change.change_id))
    assert "1600.00" not in shown.model_dump_json()


def money(found: list[MoneySums]) -> dict[str, str]:
    (sums,) = found
    assert sums.currency == "USD"
    return {name: str(value) for name, value in sums.model_dump().items() if name != "currency" and value}


def fall(session: Session, ref: str, **more: object) -> InfrastructurePl:
    asked = InfrastructureRequest.model_validate({"ref": ref, "month": MAY, **more})
    return get_infrastructure_pl(make_ctx(session, Role.FINANCE), asked)


def test_the_waterfall_of_a_tower_adds_up(session: Session, tower: Tower) -> None:
    for component, method in (("facility", "bandwidth"), ("transport", "revenue")):
        divide(session, tower, component, method)
    view = fall(session, tower.site)
    assert money(view.direct) == {
        "revenue": "1200.00", "carrier": "800.00", "facility": "900.00", "transport": "95.00", "power": "150.01",
        "cost": "1945.01", "contribution": "-745.01",
    }  # fmt: skip
    assert money(view.downstream) == {
        "revenue": "400.00", "carrier": "200.00", "cost": "200.00", "contribution": "200.00",
    }  # fmt: skip
    assert money(view.whole)["contribution"] == "-545.01"
    assert [(site.ref, money(site.whole)["contribution"]) for site in view.sites] == [(tower.hut, "200.00")]
    assert [(one.ref, money(one.money).get("contribution")) for one in view.circuits] == [
        (tower.small, "-198.75"), (tower.big, "-196.25"), (tower.backhaul, None),
    ]  # fmt: skip
    assert money(view.unallocated) == {"power": "150.01", "cost": "150.01", "contribution": "-150.01"}
    costs = {(one.component, one.passed_on_by): (str(one.amount), one.method, one.borne_by) for one in view.costs}
    assert costs == {
        ("facility", None): ("900.00", "bandwidth", 2),
        ("power", None): ("150.01", None, 0),
        ("transport", None): ("95.00", "revenue", 2),
        ("transport", tower.backhaul): ("300.00", "revenue", 2),
    }


@pytest.mark.parametrize("methods", [{}, {"facility": "equal"}, {"power": "customers", "transport": "bandwidth"}])
def test_circuits_and_what_nobody_bears_make_the_whole(session: Session, tower: Tower, methods: dict) -> None:
    for component, method in methods.items():
        divide(session, tower, component, method)
    view = fall(session, tower.site, until="2026-06-01")
    parts = [*(sums for one in view.circuits for sums in one.money), *view.unallocated]
    for name in ("revenue", "modeled_revenue", "carrier", "facility", "transport", "power", "modeled_cost", "cost"):
        assert sum(getattr(part, name) for part in parts) == getattr(view.whole[0], name), name


def test_a_waterfall_takes_few_statements(session: Session, tower: Tower) -> None:
    divide(session, tower, "facility", "equal")
    fall(session, tower.site)
    counts = []
    for until in (MAY, "2028-01-01"):
        with counted_statements(session) as sent:
            fall(session, tower.site, until=until)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 17


def test_who_does_not_see_money_sees_no_amount_of_an_asset(session: Session, tower: Tower) -> None:
    divide(session, tower, "facility", "fixed", shares={tower.big: "61.23", tower.small: "38.77"})
    asked = InfrastructureRequest.model_validate({"ref": tower.site, "month": MAY})
    told = get_infrastructure_pl(make_ctx(session, Role.NOC), asked).model_dump_json()
    assert not [amount for amount in ("900.00", "1200.00", "150.01", "61.23") if amount in told]

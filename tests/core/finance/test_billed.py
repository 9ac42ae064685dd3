"""What Sonar bills becomes what circuits, sites and customers earn, to the cent, and stands for what was agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.finance.model import PeriodLine
from netos_core.finance.operations import get_circuit_pl, get_infrastructure_pl
from netos_core.finance.queries.closing import Placed, closing
from netos_core.finance.schemas import InfrastructureRequest, PlRequest
from netos_core.revenue.model import RevenuePrice
from tests.factories import (
    apply,
    counted_statements,
    make_circuit,
    make_ctx,
    make_customer,
    make_services,
    make_site,
    row_of,
    rows_of,
)

MAY, JANUARY = date(2026, 5, 1), date(2026, 1, 1)


def bill(session: Session, day: date = JANUARY, until: date | None = None, mrr: str = "500.00", **of: Any) -> str:
    """Bill a service from a day on and say what it is of; returns its ref."""
    (ref,) = make_services(session, {"name": "Fiber", "mrr": mrr, "key": str(len(rows_of(session, "revenue_service")))},
                           day=day)  # fmt: skip
    service = row_of(session, "revenue_service", ref)
    if until is not None:
        session.execute(update(RevenuePrice).where(RevenuePrice.service_id == service["id"]).values(ends_on=until))
    if of:
        apply(make_ctx(session, Role.FINANCE), "attribution", "create", service=ref, **of)
    return ref


def revenue(session: Session, ref: str, month: date = MAY) -> list[tuple[str, str, str]]:
    view = get_circuit_pl(make_ctx(session, Role.FINANCE), PlRequest(ref=ref, month=month))
    return [(str(one.amount), one.basis, one.source) for one in view.lines if one.component == "revenue"]


def apart(session: Session, month: date = MAY) -> list[tuple[str, str, str]]:
    """What of a month's revenue is of no circuit: whose, how much, and from where."""
    names = {row["id"]: row["ref"] for kind in ("site", "customer") for row in rows_of(session, kind)}
    return [
        (names.get(one.site_id) or names.get(one.line.customer_id) or "nothing", str(one.line.amount), one.line.source)
        for one in lines(session, month)
        if one.circuit_id is None and one.line.component == "revenue"
    ]


def lines(session: Session, month: date = MAY) -> tuple[Placed, ...]:
    return closing(make_ctx(session, Role.FINANCE), month).lines


def earned(session: Session, month: date = MAY) -> Decimal:
    return sum((one.line.amount for one in lines(session, month) if one.line.component == "revenue"), Decimal(0))


@pytest.fixture
def bank(session: Session) -> str:
    return make_customer(session, "Berry Bank")


def test_what_is_billed_stands_for_the_mrr_of_the_same_customer(session: Session, bank: str) -> None:
    ref = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00")
    fiber = bill(session, circuit=ref, customer=bank)
    phone = bill(session, circuit=ref, customer=bank, mrr="25.50")
    assert revenue(session, ref) == [
        ("500.00", "actual", f"{fiber} Fiber"), ("25.50", "actual", f"{phone} Fiber"),
    ]  # fmt: skip
    assert earned(session) == Decimal("525.50")


def test_another_customer_on_the_circuit_stays_as_agreed(session: Session, bank: str) -> None:
    other = make_customer(session, "Other")
    ref = make_circuit(session, mrc="100.00", customer=other, mrr="450.00")
    fiber = bill(session, circuit=ref, customer=bank)
    assert sorted(revenue(session, ref)) == [
        ("450.00", "contracted", f"{other} Other"), ("500.00", "actual", f"{fiber} Fiber"),
    ]  # fmt: skip


def test_without_a_customer_it_is_that_of_the_circuit_or_stands_for_all(session: Session, bank: str) -> None:
    alone = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00")
    bill(session, circuit=alone)
    (line,) = [one.line for one in lines(session) if one.line.component == "revenue"]
    assert line.customer_id == row_of(session, "customer", bank)["id"]
    for_two = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00")
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=for_two, customer=make_customer(session, "Other"), mrr="90.00")
    fiber = bill(session, circuit=for_two, mrr="300.00")
    assert revenue(session, for_two) == [("300.00", "actual", f"{fiber} Fiber")]


def test_days_until_the_first_bill_are_as_agreed(session: Session, bank: str) -> None:
    ref = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00")
    fiber = bill(session, day=date(2026, 5, 21), circuit=ref, customer=bank, mrr="600.00")
    assert sorted(revenue(session, ref)) == [
        ("200.00", "actual", f"{fiber} Fiber"), ("300.00", "contracted", f"{bank} Berry Bank"),
    ]  # fmt: skip
    april = [("450.00", "contracted", f"{bank} Berry Bank")]
    assert revenue(session, ref, date(2026, 4, 1)) == april
    asked = PlRequest(ref=ref, month=date(2026, 4, 1), until=MAY)  # with months after it, it is the same
    told = [one for one in get_circuit_pl(make_ctx(session, Role.FINANCE), asked).lines if one.component == "revenue"]
    assert [(str(one.amount), one.basis, one.source) for one in told if one.month < MAY] == april


def test_what_is_billed_no_more_earns_nothing_and_nothing_is_guessed(session: Session, bank: str) -> None:
    ref = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00")
    fiber = bill(session, until=date(2026, 4, 10), circuit=ref, customer=bank, mrr="600.00")
    assert revenue(session, ref, date(2026, 4, 1)) == [("200.00", "actual", f"{fiber} Fiber")]
    assert revenue(session, ref) == [("0.00", "actual", f"{fiber} Fiber")]
    bare = make_circuit(session, mrc="100.00")
    bill(session, until=date(2026, 4, 10), circuit=bare)
    assert [one[:2] for one in revenue(session, bare)] == [("0.00", "actual")]


def test_a_price_that_changes_is_earned_by_days(session: Session, bank: str) -> None:
    ref = make_circuit(session, mrc="100.00")
    make_services(session, {"name": "Fiber", "mrr": "100.00"}, day=JANUARY)
    (fiber,) = make_services(session, {"name": "Fiber", "mrr": "160.00"}, day=date(2026, 5, 11))
    apply(make_ctx(session, Role.FINANCE), "attribution", "create", service=fiber, circuit=ref)
    assert revenue(session, ref) == [("140.00", "actual", f"{fiber} Fiber")]


def test_a_service_that_moves_is_earned_where_it_was_each_day_to_the_cent(session: Session) -> None:
    first, second = make_circuit(session, mrc="100.00"), make_circuit(session, mrc="100.00")
    fiber = bill(session, mrr="100.00", circuit=first, starts_on="2026-04-01")
    apply(make_ctx(session, Role.FINANCE), "attribution", "create", service=fiber, circuit=second,
          starts_on="2026-05-11")  # fmt: skip
    assert (revenue(session, first)[0][0], revenue(session, second)[0][0]) == ("33.33", "66.67")
    assert apart(session, date(2026, 3, 1)) == [("nothing", "100.00", f"{fiber} Fiber")]
    assert earned(session) == Decimal("100.00")


def test_a_service_of_a_customer_is_of_its_one_circuit_in_service(session: Session, bank: str) -> None:
    ref = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00")
    make_circuit(session, mrc="100.00", customer=bank, status="planned")
    make_circuit(session, mrc="100.00", customer=bank, disconnect_date="2026-02-28")
    fiber = bill(session, customer=bank)
    assert revenue(session, ref) == [("500.00", "actual", f"{fiber} Fiber")]
    assert apart(session) == []


def test_a_customer_of_two_circuits_is_billed_as_a_whole_and_never_twice(session: Session, bank: str) -> None:
    north = make_circuit(session, mrc="100.00", customer=bank, mrr="300.00")
    south = make_circuit(session, mrc="100.00", customer=bank, mrr="150.00")
    fiber = bill(session, customer=bank)
    assert [revenue(session, ref)[0][:2] for ref in (north, south)] == [
        ("300.00", "contracted"), ("150.00", "contracted"),
    ]  # fmt: skip
    assert apart(session) == [(bank, "500.00", f"{fiber} Fiber"), (bank, "-300.00", north), (bank, "-150.00", south)]
    assert earned(session) == Decimal("500.00")


def test_a_service_of_a_site_is_revenue_of_the_asset(session: Session) -> None:
    tower = make_site(session, "Ridge", kind="tower")
    hut = make_site(session, "Hut", parent=tower)
    fiber = bill(session, site=hut, mrr="80.00")
    view = get_infrastructure_pl(make_ctx(session, Role.FINANCE), InfrastructureRequest(ref=tower, month=MAY))
    assert [(str(one.revenue), str(one.contribution)) for one in (*view.whole, *view.downstream)] == [
        ("80.00", "80.00")
    ] * 2
    assert view.direct == [] or str(view.direct[0].revenue) == "0"
    assert [(one.site, str(one.amount), one.source) for one in view.earned] == [(hut, "80.00", f"{fiber} Fiber")]
    assert str(view.unallocated[0].revenue) == "80.00"


def test_a_customer_at_a_site_is_earned_by_the_circuit_that_ends_there(session: Session, bank: str) -> None:
    branch = make_site(session, "Branch")
    there = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00", z_site=branch)
    make_circuit(session, mrc="100.00", customer=bank, mrr="300.00")
    fiber = bill(session, site=branch, customer=bank)
    assert revenue(session, there) == [("500.00", "actual", f"{fiber} Fiber")]
    assert apart(session) == []


def test_what_is_of_nothing_is_counted_and_named(session: Session) -> None:
    fiber = bill(session)
    bill(session, mrr="0.00")
    assert apart(session) == [("nothing", "500.00", f"{fiber} Fiber")]


def test_a_share_by_revenue_is_by_what_is_billed(session: Session, bank: str) -> None:
    site = make_site(session, "Ridge")
    big = make_circuit(session, a_site=site, customer=bank, mrr="9000.00")
    small = make_circuit(session, a_site=site, customer=make_customer(session), mrr="100.00")
    bill(session, circuit=big, customer=bank, mrr="300.00")
    finance = make_ctx(session, Role.FINANCE)
    apply(finance, "site_cost", "create", site=site, kind="rent", amount="400.00", cadence="monthly")
    apply(finance, "allocation_rule", "create", site=site, component="facility", method="revenue")
    view = get_circuit_pl(finance, PlRequest(ref=small, month=MAY))
    assert [str(one.amount) for one in view.lines if one.component == "facility_share"] == ["100.00"]


def test_a_closed_month_keeps_whose_revenue_it_was(session: Session, bank: str) -> None:
    for _ in range(2):
        make_circuit(session, mrc="100.00", customer=bank, mrr="100.00")
    bill(session, customer=bank)
    bill(session, site=make_site(session))
    bill(session)
    open_lines = lines(session)
    apply(make_ctx(session, Role.FINANCE), "accounting_period", "create", month=MAY)
    kept = session.execute(
        select(PeriodLine.circuit_id, PeriodLine.site_id, PeriodLine.customer_id, PeriodLine.amount, PeriodLine.source)
        .order_by(PeriodLine.number)
    ).all()  # fmt: skip
    assert [tuple(row) for row in kept] == [
        (one.circuit_id, one.site_id, one.line.customer_id, one.line.amount, one.line.source) for one in open_lines
    ]


def test_a_circuit_takes_few_statements_however_much_is_billed(session: Session, bank: str) -> None:
    ref = make_circuit(session, mrc="100.00", customer=bank, mrr="450.00")
    bill(session, circuit=ref)
    revenue(session, ref)
    counts = []
    for _ in range(2):
        with counted_statements(session) as sent:
            revenue(session, ref)
        counts.append(len(sent))
        for _ in range(3):
            bill(session, circuit=ref, customer=bank)
    assert counts[0] == counts[1] <= 8

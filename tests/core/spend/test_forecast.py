"""Months to come of contracts of every shape, worked out by hand to the cent, beside what the product says.

Today is 2026-06-01. A month of which service is a part has thirty days, the 31st is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.finance.operations import get_pl_totals
from netos_core.finance.schemas import PlTotalsRequest
from netos_core.kernel.errors import Invalid
from netos_core.spend.operations import get_forecast
from netos_core.spend.schemas import Forecast, GetForecast
from tests.core.renewals.test_engine import decide, serve
from tests.factories import apply, counted_statements, make_circuit, make_contract, make_ctx, make_provider

RENEWS = {"end_of_term": "auto_renew", "renewal_term_months": 12, "notice_count": 90, "notice_unit": "days"}


def ask(session: Session, role: Role = Role.FINANCE, **asked: Any) -> Forecast:
    return get_forecast(make_ctx(session, role), GetForecast.model_validate({"months": 19, **asked}))


def order(session: Session, carrier: str, mrc: str, **terms: Any) -> str:
    """Make an order for a circuit of a carrier, at a price."""
    billed = {name: terms.pop(name) for name in ("billing_start_date", "disconnect_date", "status") if name in terms}
    currency = {"currency": terms["currency"]} if "currency" in terms else {}
    price = terms.pop("price", mrc)
    circuit = make_circuit(session, provider=carrier, mrc=price, **billed, **currency)
    return make_contract(session, provider=carrier, circuits=[circuit], mrc=mrc, **terms)


def leave(session: Session, carrier: str) -> None:
    ref = order(session, carrier, "600.00", term_start_date="2025-02-15", term_months=24, **RENEWS)
    serve(session, ref, decide(session, ref, "terminate", "2026-05-20"), "2026-05-25")


def amend(session: Session, carrier: str) -> None:
    ref = order(session, carrier, "900.00", term_start_date="2025-01-01", term_months=60)
    make_contract(
        session, kind="amendment", provider=carrier, parent=ref, mrc="750.00", signed_date="2026-09-01",
        term_start_date="2026-09-11",
    )  # fmt: skip


def follow(session: Session, carrier: str) -> None:
    ref = order(session, carrier, "500.00", term_start_date="2025-01-01", term_months=24, **RENEWS)
    after = make_contract(session, provider=carrier, mrc="440.00", term_start_date="2027-01-01", term_months=36)
    decision = decide(session, ref, "renew", "2026-05-20")
    apply(make_ctx(session, Role.FINANCE), "decision", ref=decision, successor=after)


Make = Callable[[Session, str], Any]


@dataclass(frozen=True)
class Shape:
    """A contract, what it comes to from which month on, on what that stands, and which months are modeled."""

    name: str
    make: Make
    amounts: dict[str, str]
    footing: dict[str, str]
    modeled_from: str | None = None
    currency: str = "USD"


def made(mrc: str, **terms: Any) -> Make:
    return lambda session, carrier: order(session, carrier, mrc, **terms)


STEPS = {"kind": "steps", "steps": [{"from_date": "2026-11-16", "percent": "10"},
                                    {"from_date": "2027-07-01", "percent": "20"}]}  # fmt: skip
SHAPES = (
    Shape("flat", made("1000.00", term_start_date="2024-04-01", term_months=60), {"2026-06": "1000.00"},
          {"2026-06": "committed"}),
    Shape("3 % at each anniversary, compounding",
          made("1000.00", term_start_date="2025-09-01", term_months=36, escalator={"kind": "percent", "percent": "3"}),
          {"2026-06": "1000.00", "2026-09": "1030.00", "2027-09": "1060.90"}, {"2026-06": "committed"}),
    Shape("5 % of the first rate, from the middle of a month",
          made("1000.00", term_start_date="2025-10-16", term_months=36,
               escalator={"kind": "percent", "percent": "5", "compounding": False}),
          {"2026-06": "1000.00", "2026-10": "1025.00", "2026-11": "1050.00", "2027-10": "1075.00",
           "2027-11": "1100.00"},
          {"2026-06": "committed"}),
    Shape("steps", made("800.00", term_start_date="2026-01-01", term_months=36, escalator=STEPS),
          {"2026-06": "800.00", "2026-11": "840.00", "2026-12": "880.00", "2027-07": "1056.00"},
          {"2026-06": "committed"}),
    Shape("an index with floor and cap",
          made("500.00", price="525.00", term_start_date="2025-03-01", term_months=60,
               escalator={"kind": "index", "index": "CPI-U", "floor_percent": "2", "cap_percent": "5",
                          "raises": [{"from_date": "2026-03-01", "percent": "8"}]}),
          {"2026-06": "525.00", "2027-03": "535.50"}, {"2026-06": "committed"}, "2027-03"),
    Shape("an index without a floor is held as it is",
          made("400.00", term_start_date="2025-08-01", term_months=60, escalator={"kind": "index", "index": "PPI"}),
          {"2026-06": "400.00"}, {"2026-06": "committed"}, "2026-08"),
    Shape("left, notice served", leave, {"2026-06": "600.00", "2027-02": "280.00", "2027-03": "0"},
          {"2026-06": "committed"}),
    Shape("renewed in silence at a risen rate",
          made("700.00", term_start_date="2024-01-01", term_months=36, **RENEWS,
               escalator={"kind": "steps", "steps": [{"from_date": "2027-01-01", "percent": "4"}]}),
          {"2026-06": "700.00", "2027-01": "728.00"}, {"2026-06": "committed", "2027-01": "silence"}),
    Shape("an amendment changes the rate", amend, {"2026-06": "900.00", "2026-09": "800.00", "2026-10": "750.00"},
          {"2026-06": "committed"}),
    Shape("a circuit disconnected in the middle of a month",
          lambda session, carrier: make_circuit(session, provider=carrier, mrc="300.00", disconnect_date="2026-08-20"),
          {"2026-06": "300.00", "2026-08": "200.00", "2026-09": "0"}, {"2026-06": "open"}),
    Shape("evergreen", made("450.00", term_start_date="2020-01-01", evergreen=True), {"2026-06": "450.00"},
          {"2026-06": "month_to_month"}),
    Shape("euros, rolling on", made("200.00", term_start_date="2025-01-01", term_months=24, end_of_term="roll",
                                    currency="EUR"),
          {"2026-06": "200.00"}, {"2026-06": "committed", "2027-01": "month_to_month"}, currency="EUR"),
    Shape("ends with its term", made("350.00", term_start_date="2024-05-01", term_months=36,
                                     end_of_term="auto_disconnect"),
          {"2026-06": "350.00", "2027-05": "0"}, {"2026-06": "committed"}),
    Shape("billed from a day to come", made("900.00", term_start_date="2026-05-01", term_months=36,
                                            status="provisioning", billing_start_date="2026-10-11"),
          {"2026-06": "0", "2026-10": "600.00", "2026-11": "900.00"}, {"2026-06": "committed"}),
    Shape("renewal that can no longer be avoided", made("120.00", term_start_date="2024-08-01", term_months=24,
                                                        **RENEWS),
          {"2026-06": "120.00"}, {"2026-06": "committed", "2027-08": "silence"}),
    Shape("another contract follows", follow, {"2026-06": "500.00", "2027-01": "440.00"}, {"2026-06": "committed"}),
    Shape("what follows its term is not on file", made("80.00", term_start_date="2025-01-01", term_months=24),
          {"2026-06": "80.00"}, {"2026-06": "committed", "2027-01": "open"}),
)  # fmt: skip


AHEAD = Shape(
    "an order to come, billed already",
    made("60.00", term_start_date="2026-09-01", term_months=36),
    {"2026-06": "60.00"},
    {"2026-06": "open", "2026-09": "committed"},
)


def along(said: dict[str, str], month: str) -> str:
    return said[max(one for one in said if one <= month)]


@pytest.mark.parametrize("shape", [*SHAPES, AHEAD], ids=lambda shape: shape.name)
def test_months_to_come_as_worked_out_by_hand(session: Session, shape: Shape) -> None:
    carrier = make_provider(session)
    shape.make(session, carrier)
    view = ask(session, provider=carrier)
    assert [(one.month, one.currency) for one in view.months] == [
        (date(2026 + (5 + n) // 12, (5 + n) % 12 + 1, 1), shape.currency) for n in range(19)
    ]
    for one in view.months:
        month = f"{one.month:%Y-%m}"
        amount = Decimal(along(shape.amounts, month))
        assert (month, one.mrc) == (month, amount)
        parts = {"committed": 0, "silence": 0, "month_to_month": 0, "open": 0, along(shape.footing, month): amount}
        assert {name: getattr(one, name) for name in parts} == parts, month
        modeled = shape.modeled_from is not None and month >= shape.modeled_from
        assert one.modeled == (amount if modeled else 0), month
        assert one.undone == 0
    assert sum(one.difference or 0 for one in view.changes) == (view.months[-1].mrc or 0) - (view.months[0].mrc or 0)


def test_a_decision_to_leave_that_is_not_carried_out_ends_nothing_and_is_told(session: Session) -> None:
    carrier = make_provider(session)
    ref = order(session, carrier, "250.00", term_start_date="2024-10-16", term_months=24, **RENEWS)
    decide(session, ref, "terminate", "2026-05-20")
    view = ask(session, provider=carrier)
    undone = {f"{one.month:%Y-%m}": one.undone for one in view.months}
    assert (undone["2026-09"], undone["2026-10"], undone["2026-11"]) == (0, Decimal("125.00"), Decimal("250.00"))
    assert {one.mrc for one in view.months} == {Decimal("250.00")}


def test_a_day_on_file_on_which_a_circuit_is_disconnected_counts_before_the_end_of_its_contract(
    session: Session,
) -> None:
    carrier = make_provider(session)
    order(session, carrier, "300.00", term_start_date="2024-10-01", term_months=24, end_of_term="auto_disconnect",
          disconnect_date="2026-11-10")  # fmt: skip
    view = ask(session, provider=carrier)
    told = {f"{one.month:%Y-%m}": (one.mrc, one.open) for one in view.months}
    assert (told["2026-09"], told["2026-10"]) == ((300, 0), (300, 300))
    assert (told["2026-11"], told["2026-12"]) == ((100, 100), (0, 0))


def test_a_circuit_in_another_currency_than_its_contract_goes_on_at_its_own_price(session: Session) -> None:
    carrier = make_provider(session)
    euros = make_circuit(session, provider=carrier, mrc="40.00", currency="EUR")
    dollars = make_circuit(session, provider=carrier, mrc="100.00")
    make_contract(session, provider=carrier, circuits=[euros, dollars], mrc="100.00", term_start_date="2025-09-01",
                  term_months=36, escalator={"kind": "percent", "percent": "3"})  # fmt: skip
    view = ask(session, provider=carrier)
    last = {one.currency: one.mrc for one in view.months[-1:-3:-1]}
    assert last == {"EUR": Decimal("40.00"), "USD": Decimal("100.00")}, "its part of the rate is not known"


def test_market_and_service_narrow_it_and_what_is_in_no_sum_is_counted(session: Session) -> None:
    carrier = make_provider(session)
    make_circuit(session, provider=carrier, mrc="10.00", market="North", service_type="wave")
    make_circuit(session, provider=carrier, mrc="20.00", market="South")
    make_circuit(session, provider=carrier, market="South")
    make_circuit(session, provider=carrier, mrc="5.00", status="ordered")
    make_circuit(session, provider=carrier, mrc="7.00", status="decommissioned")
    gone = make_circuit(session, provider=carrier, mrc="30.00", market="South")
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=gone, status="decommissioned", disconnect_date="2026-06-10")
    assert ask(session, provider=carrier).months[0].mrc == Decimal("40.00")
    assert ask(session, market="north").months[0].mrc == Decimal("10.00")
    assert ask(session, service_type="wave").months[0].mrc == Decimal("10.00")
    south = ask(session, market="South")
    assert (south.months[0].mrc, south.months[1].mrc) == (Decimal("30.00"), Decimal("20.00"))
    assert (south.circuits, south.unpriced) == (3, 1)
    assert ask(session, provider=carrier).unstarted == 1
    empty = ask(session, market="Nowhere")
    assert (empty.months, empty.circuits, empty.changes) == ([], 0, [])


def test_month_to_month_goes_on_after_a_decision_to_leave_that_is_not_served(session: Session) -> None:
    carrier = make_provider(session)
    ref = order(session, carrier, "90.00", evergreen=True, notice_count=30, notice_unit="days")
    decide(session, ref, "terminate", "2026-05-20")
    view = ask(session, provider=carrier, months=3)
    assert [(one.mrc, one.undone) for one in view.months] == [(90, 0), (90, 87), (90, 90)], "notice today ends July 1"


def test_an_amendment_to_come_binds_for_longer_and_says_why_the_rate_changes(session: Session) -> None:
    carrier = make_provider(session)
    ref = order(session, carrier, "900.00", term_start_date="2025-01-01", term_months=24, end_of_term="roll")
    longer = make_contract(session, kind="amendment", provider=carrier, parent=ref, mrc="700.00",
                           term_start_date="2026-10-01", term_months=36)  # fmt: skip
    view = ask(session, provider=carrier)
    assert {one.month_to_month for one in view.months} == {0}
    assert [one.mrc for one in view.months][3:5] == [900, 700]
    assert view.changes[0].why == [f"2026-10-01: {longer} changes the rate"]


def test_a_circuit_that_is_long_over_and_one_without_a_known_rate_of_its_contract(session: Session) -> None:
    carrier = make_provider(session)
    over = make_circuit(session, provider=carrier, mrc="7.00")
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=over, status="decommissioned", disconnect_date="2026-01-10")
    priced = make_circuit(session, provider=carrier, mrc="50.00", billing_start_date="2026-07-11")
    unpriced = make_circuit(session, provider=carrier)
    make_contract(session, provider=carrier, circuits=[priced, unpriced], term_start_date="2026-01-01", term_months=36)
    view = ask(session, provider=carrier, months=3)
    assert [one.mrc for one in view.months] == [0, Decimal("33.33"), 50]
    assert view.changes[0].why == [f"2026-07-11: {priced} is billed"]


def test_all_of_them_together_begin_with_the_carriers_lines_of_this_month(session: Session) -> None:
    for shape in SHAPES:
        shape.make(session, make_provider(session))
    view = ask(session)
    totals = get_pl_totals(make_ctx(session, Role.FINANCE), PlTotalsRequest.model_validate({"month": "2026-06-01"}))
    first = {one.currency: one.mrc for one in view.months if one.month == date(2026, 6, 1)}
    assert first == {sums.currency: sums.carrier for sums in totals.whole}
    for at in (date(2027, 1, 1), date(2027, 12, 1)):
        by_hand = sum(Decimal(along(one.amounts, f"{at:%Y-%m}")) for one in SHAPES if one.currency == "USD")
        assert next(one.mrc for one in view.months if (one.month, one.currency) == (at, "USD")) == by_hand


def test_what_changes_is_told_with_why_and_adds_up(session: Session) -> None:
    carrier = make_provider(session)
    risen = order(session, carrier, "1000.00", term_start_date="2025-09-01", term_months=36,
                  escalator={"kind": "percent", "percent": "3"})  # fmt: skip
    ended = make_circuit(session, provider=carrier, mrc="300.00", disconnect_date="2026-08-20")
    order(session, carrier, "80.00", term_start_date="2025-01-01", term_months=48)
    view = ask(session, provider=carrier, month="2027-06-15")
    assert view.explained == date(2027, 6, 1)
    assert [(one.ref, one.difference) for one in view.changes] == [(ended, Decimal(-300)), (risen, Decimal(30))]
    assert view.changes[0].why == [f"2026-08-20: {ended} is disconnected"]
    assert view.changes[1].why == [f"2026-09-01: raised by the escalator of {risen}"]
    with pytest.raises(Invalid, match="not among"):
        ask(session, provider=carrier, month="2029-01-01")


def test_the_cliff_names_what_is_due_in_a_month_and_what_silence_commits(session: Session) -> None:
    carrier = make_provider(session)
    first = order(session, carrier, "700.00", term_start_date="2024-01-01", term_months=36, **RENEWS)
    order(session, carrier, "100.00", term_start_date="2024-01-01", term_months=36, end_of_term="roll",
          notice_count=90, notice_unit="days")  # fmt: skip
    view = ask(session, provider=carrier, month="2026-10-01")
    (cliff,) = view.cliff
    assert (cliff.month, cliff.contracts, cliff.mrc, cliff.commits) == (date(2026, 10, 1), 2, 800, Decimal("8400.00"))
    assert (view.renewals[0].contract, view.renewals[0].commits) == (first, Decimal("8400.00"))


def test_what_leaving_costs_falls_by_month_and_what_is_unknown_is_counted(session: Session) -> None:
    carrier = make_provider(session)
    order(session, carrier, "100.00", term_start_date="2026-01-01", term_months=12, **RENEWS,
          etf={"formula": {"kind": "remainder"}, "in_renewal": "none"})  # fmt: skip
    order(session, carrier, "50.00", term_start_date="2026-01-01", term_months=60)
    view = ask(session, provider=carrier, months=9)
    assert [one.etf for one in view.months] == [600, 500, 400, 300, 200, 100, 0, 0, 0]
    assert [one.etf_unknown for one in view.months] == [1] * 9


def test_who_sees_no_money_is_told_no_amount_and_no_order_by_it(session: Session) -> None:
    order(session, make_provider(session), "1000.00", term_start_date="2025-09-01", term_months=36,
          escalator={"kind": "percent", "percent": "3"})  # fmt: skip
    view = ask(session, Role.NOC)
    assert {one.mrc for one in view.months} == {None}
    assert (view.changes, view.changes_total) == ([], None)


def test_it_asks_as_often_for_many_as_for_few(session: Session) -> None:
    counts = []
    for _ in range(2):
        for shape in SHAPES:
            shape.make(session, make_provider(session))
        with counted_statements(session) as sent:
            ask(session, months=36)
        counts.append(len(sent))
    assert counts[0] == counts[1]

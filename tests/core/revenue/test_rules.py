"""What a service earns a month, how its history goes on, and what it is probably of."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from netos_core.revenue.rules.price import Earned, Step, monthly, next_step
from netos_core.revenue.rules.suggest import Basis, Suggestion, ids_in, street_key, suggestion

D = Decimal
MAY_1, JUNE_1 = date(2026, 5, 1), date(2026, 6, 1)


@pytest.mark.parametrize(
    ("price", "amount", "quantity", "months", "credit", "billed", "mrr"),
    [
        (None, D("300.00"), D(1), 1, False, True, D("300.00")),
        (D("250.00"), D("300.00"), D(2), 1, False, True, D("500.00")),
        (D(0), D("300.00"), D(1), 1, False, True, D("0.00")),
        (None, D("100.00"), D(1), 3, False, True, D("33.33")),
        (None, D("100.01"), D(1), 2, False, True, D("50.01")),
        (None, D("1200.00"), D(1), 12, False, True, D("100.00")),
        (None, D("5.00"), D(1), 1, True, True, D("-5.00")),
        (D("-5.00"), None, D(1), 1, True, True, D("-5.00")),
        (None, D("99.00"), D(1), None, False, True, None),
        (None, None, D(1), 1, False, True, None),
        (None, D("300.00"), D(1), 1, False, False, None),
    ],
)
def test_a_service_earns_its_price_for_a_month(price, amount, quantity, months, credit, billed, mrr) -> None:
    assert monthly(price=price, amount=amount, quantity=quantity, months=months, credit=credit, billed=billed) == mrr


@pytest.mark.parametrize(
    ("now", "mrr", "step"),
    [
        (None, None, None),
        (None, D(5), Step(None, D(5), anew=True)),
        (Earned(D(5), MAY_1), D(5), None),
        (Earned(D(5), MAY_1), D(6), Step(date(2026, 5, 31), D(6), anew=True)),
        (Earned(D(5), MAY_1), None, Step(date(2026, 5, 31), None, anew=False)),
        (Earned(D(5), JUNE_1), D(6), Step(None, D(6), anew=False)),
        (Earned(D(5), JUNE_1), None, Step(None, None, anew=False)),
    ],
)
def test_a_history_goes_on_from_the_day(now: Earned | None, mrr: Decimal | None, step: Step | None) -> None:
    assert next_step(now, mrr, JUNE_1) == step


def test_the_id_of_a_circuit_is_found_in_a_name() -> None:
    assert ids_in("DIA 500M, circuit 10/KFGS/123456//ZYO (A)") == {"10KFGS123456ZYO"}
    assert ids_in("over CKT-1042") == {"CKT1042"}
    assert ids_in(None) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [("215 West Berry Street, Suite 3", "215 W. Berry St"), ("9 North Oak Avenue", "9 N Oak Av")],
)
def test_streets_are_compared_in_one_spelling(one: str, other: str) -> None:
    assert street_key(one) == street_key(other)


def test_a_street_without_a_number_is_no_address() -> None:
    assert street_key("Main Street") is street_key(None) is None


@pytest.mark.parametrize(
    ("found", "circuit", "site", "customer", "basis"),
    [
        ((["CKT-1"], [], [], ["SIT-1"]), "CKT-1", None, None, Basis.CIRCUIT_ID),
        ((["CKT-1"], ["CUS-1"], ["CKT-2"], []), "CKT-1", None, "CUS-1", Basis.CIRCUIT_ID),
        (([], ["CUS-1"], ["CKT-2"], ["SIT-1"]), "CKT-2", None, "CUS-1", Basis.ACCOUNT_NUMBER),
        (([], ["CUS-1"], ["CKT-2", "CKT-3"], ["SIT-1"]), None, "SIT-1", "CUS-1", Basis.ADDRESS),
        (([], ["CUS-1"], ["CKT-2", "CKT-3"], []), None, None, "CUS-1", Basis.ACCOUNT_NUMBER),
        ((["CKT-1", "CKT-2"], [], [], ["SIT-1"]), None, "SIT-1", None, Basis.ADDRESS),
    ],
)
def test_the_strongest_rule_that_one_record_answers_is_suggested(found, circuit, site, customer, basis) -> None:
    made = suggestion(*found)
    assert made is not None
    assert (made.circuit, made.site, made.customer, made.basis) == (circuit, site, customer, basis)


def test_a_site_at_the_coordinates_is_suggested_where_none_is_at_the_address() -> None:
    near = suggestion([], ["CUS-1"], ["CKT-2", "CKT-3"], [], [("SIT-1", 12.4)])
    assert near is not None
    assert (near.site, near.customer, near.basis) == ("SIT-1", "CUS-1", Basis.PLACE)
    assert near.reason == "SIT-1 is 12 m from where its account is."
    assert suggestion([], [], [], [], [("SIT-1", 1.0), ("SIT-2", 2.0)]) is None
    assert suggestion([], [], [], ["SIT-1", "SIT-2"], [("SIT-1", 1.0)]) is None  # two at the address: no guess


def test_several_candidates_are_none() -> None:
    nothing: Suggestion | None = suggestion(["CKT-1", "CKT-2"], ["CUS-1", "CUS-2"], [], ["SIT-1", "SIT-2"])
    assert nothing is None

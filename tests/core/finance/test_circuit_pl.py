from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.circuits.model import CircuitCustomer
from netos_core.finance.operations import get_circuit_pl
from netos_core.finance.schemas import CircuitPl, PlRequest
from netos_core.kernel.errors import Invalid
from tests.factories import apply, counted_statements, make_circuit, make_contract, make_ctx, make_customer

JUNE = date(2026, 6, 1)  # the month that runs


def pl(session: Session, ref: str, month: str = "2026-06-01", until: str | None = None) -> CircuitPl:
    asked = PlRequest.model_validate({"ref": ref, "month": month, "until": until})
    return get_circuit_pl(make_ctx(session, Role.FINANCE), asked)


def by_month(view: CircuitPl, component: str) -> list[tuple[str, str]]:
    return [(f"{line.month:%Y-%m}", str(line.amount)) for line in view.lines if line.component == component]


def test_a_rate_that_rises_in_a_month_is_owed_in_parts(session: Session) -> None:
    ref = make_circuit(session, mrc="1100.00", billing_start_date="2026-03-11")
    order = make_contract(
        session, circuits=[ref], mrc="1000.00", term_start_date="2026-03-01", term_months=36,
        escalator={"kind": "steps", "steps": [{"from_date": "2026-05-16", "percent": "10"}]},
    )  # fmt: skip
    view = pl(session, ref, "2026-02-01", "2026-07-01")
    assert by_month(view, "carrier") == [
        ("2026-03", "666.67"), ("2026-04", "1000.00"), ("2026-05", "1050.00"), ("2026-06", "1100.00"),
        ("2026-07", "1100.00"),
    ]  # fmt: skip
    assert {line.source for line in view.lines if line.component == "carrier"} == {order}
    assert [total.basis for total in view.totals] == ["contracted", "modeled"]


def test_nothing_is_owed_before_service_or_after_it_and_not_by_what_is_only_planned(session: Session) -> None:
    ended = make_circuit(
        session, mrc="300.00", billing_start_date="2026-01-01", disconnect_date="2026-04-10", status="active"
    )
    assert by_month(pl(session, ended, "2025-12-01", "2026-06-01"), "carrier") == [
        ("2026-01", "300.00"), ("2026-02", "300.00"), ("2026-03", "300.00"), ("2026-04", "100.00"),
    ]  # fmt: skip
    planned = make_circuit(session, mrc="300.00", status="planned")
    assert pl(session, planned).lines == []
    assert pl(session, planned).why == "Neither cost nor revenue is recorded for this circuit."


def test_revenue_that_is_known_to_have_ended_is_not_modeled(session: Session) -> None:
    customer = make_customer(session)
    ref = make_circuit(session, mrc="100.00", customer=customer, mrr="300.00")
    session.execute(update(CircuitCustomer).values(ends_on=date(2026, 5, 15)))
    view = pl(session, ref, "2026-05-01", "2026-06-01")
    assert by_month(view, "revenue") == [("2026-05", "150.00"), ("2026-06", "0")]
    assert [str(month.contribution) for month in view.months] == ["50.00", "-100.00"]
    assert [month.modeled_revenue for month in view.months] == [None, None]


def test_modeled_revenue_stands_apart_from_what_is_known(session: Session) -> None:
    ref = make_circuit(session, mrc="100.00")
    (month,) = pl(session, ref).months
    assert (month.revenue, str(month.modeled_revenue), month.contribution_basis) == (None, "135.00", "modeled")
    totals = {total.basis: (total.revenue, total.cost) for total in pl(session, ref).totals}
    assert totals == {"contracted": (0, Decimal("100.00")), "modeled": (Decimal("135.00"), 0)}


@pytest.mark.parametrize(("month", "until"), [("2026-06-01", "2026-05-01"), ("2020-01-01", "2023-01-01")])
def test_months_that_make_no_sense_are_refused(session: Session, month: str, until: str) -> None:
    ref = make_circuit(session)
    with pytest.raises(Invalid):
        pl(session, ref, month, until)


def test_many_months_take_no_more_statements_than_one(session: Session) -> None:
    ref = make_circuit(session, mrc="10.00", customer=make_customer(session), mrr="20.00")
    make_contract(session, circuits=[ref])
    pl(session, ref)
    counts = []
    for until in ("2026-06-01", "2028-06-01"):
        with counted_statements(session) as sent:
            pl(session, ref, "2026-06-01", until)
        counts.append(len(sent))
    assert counts[0] == counts[1] <= 9


def test_a_change_of_price_is_of_the_whole_month_that_runs(session: Session) -> None:
    ref = make_circuit(session, mrc="100.00")
    make_contract(session, circuits=[ref], mrc="100.00", term_start_date="2026-01-01", term_months=12)
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=ref, mrc="120.00")
    view = pl(session, ref, "2026-05-01", "2026-06-01")
    assert by_month(view, "carrier") == [("2026-05", "100.00"), ("2026-06", "120.00")]

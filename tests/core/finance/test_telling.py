"""Findings about money: a circuit that costs more than it earns, and one that earns at a cost nobody knows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.finance.rules.margins import losses
from netos_core.finance.rules.profit import Component, Line
from netos_core.finance.telling import tell_money
from netos_core.kernel.db import new_id
from netos_core.kernel.money import Basis
from netos_core.worklist.operations import get_worklist
from netos_core.worklist.schemas import GetWorklist
from tests.core.finance.test_billed import bill
from tests.factories import apply, counted_statements, make_circuit, make_contract, make_ctx, make_customer, make_site

MAY = date(2026, 5, 1)


def open_ones(session: Session, role: Role = Role.FINANCE) -> list[tuple[str, str, str]]:
    view = get_worklist(make_ctx(session, role), GetWorklist())
    return sorted(
        (row.kind, row.ref, str(row.amount)) for row in view.rows if row.kind in ("negative_margin", "missing_cost")
    )


def test_a_circuit_that_loses_money_is_named_until_it_does_not(session: Session) -> None:
    bank = make_customer(session)
    loses = make_circuit(session, mrc="150.00", customer=bank, mrr="120.00")
    make_circuit(session, mrc="100.00", customer=bank, mrr="300.00")
    make_circuit(session, mrc="100.00")  # earns nothing that is known
    make_circuit(session, mrc="100.00", customer=bank, mrr="10.00", status="decommissioned",
                 disconnect_date="2026-05-20")  # fmt: skip
    admin = make_ctx(session, Role.ADMIN)
    assert tell_money(admin) == 1
    assert open_ones(session) == [("negative_margin", loses, "360.00")]
    assert open_ones(session, Role.NOC) == []
    bill(session, circuit=loses, customer=bank, mrr="150.01")
    assert tell_money(admin) == 0
    assert open_ones(session) == []


def test_a_share_of_a_tower_may_make_the_loss_and_is_said_to_be_the_dearest_part(session: Session) -> None:
    site = make_site(session, kind="tower")
    loses = make_circuit(session, mrc="50.00", a_site=site, customer=make_customer(session), mrr="120.00")
    finance = make_ctx(session, Role.FINANCE)
    apply(finance, "site_cost", "create", site=site, kind="rent", amount="400.00", cadence="monthly")
    apply(finance, "allocation_rule", "create", site=site, component="facility", method="equal")
    for closed in (False, True):
        if closed:
            apply(finance, "accounting_period", "create", month=MAY)
        tell_money(make_ctx(session, Role.ADMIN))
        assert open_ones(session) == [("negative_margin", loses, "3960.00")]
    (row,) = get_worklist(finance, GetWorklist()).rows
    assert "May 2026" in row.why
    assert "facility share" in row.why
    assert "400" not in row.why


def test_a_cost_that_nobody_knows_is_named_where_a_circuit_earns_or_has_a_contract(session: Session) -> None:
    earns = make_circuit(session, mrc=None, customer=make_customer(session), mrr="80.00")
    billed = make_circuit(session, mrc=None)
    bill(session, circuit=billed, mrr="25.00")
    governed = make_circuit(session, mrc=None)
    make_contract(session, circuits=[governed])
    make_circuit(session, mrc=None)
    make_circuit(session, mrc=None, status="planned", customer=make_customer(session), mrr="80.00")
    assert tell_money(make_ctx(session, Role.ADMIN)) == 3
    assert open_ones(session) == [
        ("missing_cost", earns, "960.00"), ("missing_cost", billed, "300.00"), ("missing_cost", governed, "None"),
    ]  # fmt: skip
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=earns, mrc="60.00")
    tell_money(make_ctx(session, Role.ADMIN))
    assert len(open_ones(session)) == 2


def test_more_circuits_take_no_more_statements(session: Session) -> None:
    admin, bank, counts = make_ctx(session, Role.ADMIN), make_customer(session), []
    for many in (2, 6):
        for _ in range(many):
            make_circuit(session, mrc="150.00", customer=bank, mrr="120.00")
            make_circuit(session, mrc=None, customer=bank, mrr="120.00")
        with counted_statements(session) as sent:
            tell_money(admin)
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("lines", "lost"),
    [
        ([("revenue", "90", Basis.ACTUAL), ("carrier", "100", Basis.CONTRACTED)], "10"),
        ([("revenue", "100", Basis.ACTUAL), ("carrier", "100", Basis.CONTRACTED)], None),
        ([("revenue", "90", Basis.MODELED), ("carrier", "100", Basis.CONTRACTED)], None),
        ([("revenue", "90", Basis.ACTUAL), ("power_share", "100", Basis.MODELED)], None),
        ([("revenue", "-5", Basis.ACTUAL)], None),
    ],
)
def test_only_what_is_known_makes_a_loss(lines: list[tuple[str, str, Basis]], lost: str | None) -> None:
    made = [Line(MAY, Component(what), Decimal(amount), "USD", basis, "x") for what, amount, basis in lines]
    assert [str(one.amount) for one in losses({new_id(): made})] == ([lost] if lost else [])

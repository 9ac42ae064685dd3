"""Open months are kept worked out: whatever is written, the next read is as if they were worked out from nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.finance import records
from netos_core.finance.model import MoneyTouch, PeriodLine, WorkedMonth
from netos_core.finance.operations import get_pl_totals
from netos_core.finance.queries import worked
from netos_core.finance.queries.closing import Placed, closing
from netos_core.finance.schemas import PlTotals, PlTotalsRequest
from netos_core.kernel.context import Context
from tests.factories import (
    NOW,
    apply,
    approve,
    make_circuit,
    make_contract,
    make_ctx,
    make_customer,
    make_electrical_account,
    make_rf_link,
    make_services,
    make_site,
    propose,
    rows_of,
    undo,
)

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


@dataclass(frozen=True, slots=True)
class Plant:
    """A tower with a hut, whose costs are divided; another one whose costs are not; and circuits of one contract."""

    finance: Context
    tower: str
    hut: str
    other: str
    big: str
    small: str
    backhaul: str
    apart: str
    governed: tuple[str, str]
    customer: str
    link: str
    carrying: str
    account: str
    order: str
    services: tuple[str, ...]

    def do(self, kind: str, action: str = "update", /, ref: str | None = None, **fields: Any) -> Any:
        return apply(self.finance, kind, action, ref=ref, **fields)

    def one(self, entity: str, **where: Any) -> str:
        return str(rows_of(self.finance.session, entity, **where)[0]["id"])


@pytest.fixture
def plant(session: Session) -> Plant:
    finance = make_ctx(session, Role.ADMIN)
    tower, other = make_site(session, "Ridge", kind="tower"), make_site(session, "Valley", kind="tower")
    hut = make_site(session, "Hut", kind="aggregation", parent=tower)
    customer = make_customer(session, "Acme")
    given = {"customer": customer, "mrr": "1200.00"}
    big = make_circuit(session, mrc="500.00", bandwidth_mbps=1000, a_site=tower, **given)
    small = make_circuit(session, mrc="200.00", bandwidth_mbps=500, a_site=hut, customer=make_customer(session),
                         mrr="400.00")  # fmt: skip
    backhaul = make_circuit(session, mrc="300.00", bandwidth_mbps=10000, z_site=tower)
    apart = make_circuit(session, mrc="77.00", a_site=other)
    governed = make_circuit(session, mrc="100.00"), make_circuit(session, mrc="300.00")
    order = make_contract(session, circuits=list(governed), mrc="400.00", term_start_date="2026-01-01", term_months=36)
    link = make_rf_link(session, a_site=tower, monthly_cost="95.00", status="active")
    carrying = make_rf_link(session, a_site=other, monthly_cost="40.00", status="active", circuit=apart)
    account = make_electrical_account(session, site=tower)
    apply(finance, "electrical_bill", "create", account=account, month="2026-05-01", amount="150.01")
    apply(finance, "site_circuit", "create", site=tower, circuit=backhaul, role="backhaul")
    for site in (tower, other):
        apply(finance, "site_cost", "create", site=site, kind="rent", amount="900.00", cadence="monthly")
    for component, method in (("facility", "bandwidth"), ("power", "equal"), ("transport", "revenue")):
        apply(finance, "allocation_rule", "create", site=tower, component=component, method=method)
    services = make_services(session, {"key": "1", "name": "Fiber"}, {"key": "2"}, {"key": "3"})
    apply(finance, "attribution", "create", service=services[0], circuit=apart)
    return Plant(
        finance, tower, hut, other, big, small, backhaul, apart, governed, customer, link, carrying, account, order,
        tuple(services),
    )  # fmt: skip


def told(lines: list[Placed] | tuple[Placed, ...]) -> list[tuple[str, ...]]:
    return sorted((str(one.circuit_id), str(one.site_id), *map(str, _fields(one))) for one in lines)


def _fields(one: Placed) -> tuple[Any, ...]:
    line = one.line
    return line.month, line.component, line.amount, line.currency, line.basis, line.source, line.item, line.how


def from_nothing(ctx: Context, month: date) -> list[tuple[str, ...]]:
    return told(closing(ctx, month).lines)


def is_as_from_nothing(ctx: Context) -> None:
    for month in (MAY, JUNE):
        found = worked.month_of(ctx, month)
        assert found.kept is not None
        assert told(worked.lines_of(ctx, found)) == from_nothing(ctx, month)


def totals(ctx: Context, month: date = JUNE, by: str = "provider") -> PlTotals:
    return get_pl_totals(ctx, PlTotalsRequest.model_validate({"month": month.isoformat(), "by": by}))


def a_cost_ends(plant: Plant) -> None:
    (cost, *_) = rows_of(plant.finance.session, "site_cost")
    plant.do("site_cost", ref=str(cost["id"]), ends_on="2026-04-30")


def two_circuits_are_ended_and_that_is_undone(plant: Plant) -> None:
    done = plant.do("circuit", ref=plant.big, disconnect_date="2026-04-30")
    undo(plant.finance, done)
    plant.do("circuit", ref=plant.small, disconnect_date="2026-04-30")


def an_amendment_changes_the_rate(plant: Plant) -> None:
    make_contract(
        plant.finance.session, kind="amendment", parent=plant.order, mrc="200.00", term_start_date="2026-04-16"
    )


def a_price_is_synced(plant: Plant) -> None:
    """What the P&L makes of it is not the point here; that the kept months agree with it is."""
    make_services(plant.finance.session, {"key": "1", "name": "Fiber", "mrr": "555.00"}, {"key": "2", "mrr": "1.00"})


WRITES: dict[str, Callable[[Plant], object]] = {
    "a circuit's price": lambda p: p.do("circuit", ref=p.big, mrc="510.00"),
    "the price of what brings the network": lambda p: p.do("circuit", ref=p.backhaul, mrc="310.00"),
    "the price of one circuit of a contract": lambda p: p.do("circuit", ref=p.governed[0], mrc="200.00"),
    "a circuit's status": lambda p: p.do("circuit", ref=p.small, status="decommissioned"),
    "a circuit's first day": lambda p: p.do("circuit", ref=p.small, billing_start_date="2026-06-16"),
    "a circuit's last day": lambda p: p.do("circuit", ref=p.small, disconnect_date="2026-05-10"),
    "a circuit's bandwidth": lambda p: p.do("circuit", ref=p.small, bandwidth_mbps=750),
    "a new circuit": lambda p: make_circuit(p.finance.session, mrc="60.00", bandwidth_mbps=100, a_site=p.hut),
    "a retired circuit": lambda p: p.do("circuit", "retire", ref=p.small),
    "another customer of a circuit": lambda p: p.do("circuit", ref=p.small, customer=p.customer, mrr="50.00"),
    "a customer's name": lambda p: p.do("customer", ref=p.customer, name="Acme & Sons"),
    "an end moved to another site": lambda p: p.do("circuit", ref=p.big, a_site=p.other),
    "a site's cost": lambda p: p.do("site_cost", "create", site=p.tower, kind="rent", amount="1.11", cadence="monthly"),
    "an undivided cost": lambda p: p.do(
        "site_cost", "create", site=p.other, kind="rent", amount="2.22", cadence="monthly"
    ),
    "a cost that ends": a_cost_ends,
    "a radio link": lambda p: p.do("rf_link", ref=p.link, monthly_cost="96.00"),
    "a radio link that carries a circuit": lambda p: p.do("rf_link", ref=p.carrying, monthly_cost="41.00"),
    "the circuit a radio link carries": lambda p: p.do("rf_link", ref=p.carrying, circuit=p.big),
    "a bill": lambda p: p.do("electrical_bill", "create", account=p.account, month="2026-04-01", amount="99.00"),
    "a utility account": lambda p: p.do("electrical_account", ref=p.account, site=p.other),
    "what a contract costs": lambda p: p.do("contract", ref=p.order, mrc="380.00"),
    "when a contract begins to rise": lambda p: p.do(
        "contract", ref=p.order,
        escalator={"kind": "steps", "steps": [{"from_date": "2026-05-16", "percent": "10"}]},
    ),
    "an amendment": an_amendment_changes_the_rate,
    "a new rule": lambda p: p.do("allocation_rule", "create", site=p.other, component="facility", method="equal"),
    "a rule's method": lambda p: p.do(
        "allocation_rule", ref=p.one("allocation_rule", component="facility"), method="equal"
    ),
    "a retired rule": lambda p: p.do(
        "allocation_rule", "retire", ref=p.one("allocation_rule", component="transport")
    ),
    "a site that moves": lambda p: p.do("site", ref=p.hut, parent=p.other),
    "another backhaul": lambda p: p.do("site_circuit", "create", site=p.other, circuit=p.backhaul, role="backhaul"),
    "an undone change, and another": two_circuits_are_ended_and_that_is_undone,
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_what_is_written_is_in_the_next_read(session: Session, plant: Plant, write: Callable[[Plant], object]) -> None:
    ctx = plant.finance
    records.refresh(ctx)
    before = [from_nothing(ctx, month) for month in (MAY, JUNE)]
    everything = totals(ctx).whole
    write(plant)
    assert before != [from_nothing(ctx, month) for month in (MAY, JUNE)]
    is_as_from_nothing(ctx)
    found = worked.month_of(ctx, JUNE)
    assert 0 < found.worked_again < len({one.circuit_id or one.site_id for one in closing(ctx, JUNE).lines})
    for by in ("provider", "market", "service_type"):
        kept = totals(ctx, by=by)
        assert kept == _without_what_is_kept(ctx, by, kept)
    assert totals(ctx, MAY).whole != [] != everything
    records.refresh(ctx)
    is_as_from_nothing(ctx)
    assert worked.month_of(ctx, JUNE).anew == ()


def _without_what_is_kept(ctx: Context, by: str, kept: PlTotals) -> PlTotals:
    """Read totals as if nothing were kept."""
    with ctx.session.begin_nested() as inner:
        ctx.session.execute(delete(WorkedMonth))
        whole = totals(ctx, by=by)
        inner.rollback()
    assert whole.worked_at is None
    return whole.model_copy(update={"worked_at": kept.worked_at, "anew": kept.anew})


@pytest.mark.parametrize(
    "write",
    [
        a_price_is_synced,
        lambda p: p.do("attribution", "create", service=p.services[1], circuit=p.big),
        lambda p: p.do("attribution", "create", service=p.services[1], site=p.tower),
        lambda p: p.do("attribution", "create", service=p.services[1], customer=p.customer),
        lambda p: p.do("attribution", "retire", ref=p.one("revenue_attribution")),
    ],
)
def test_what_is_billed_and_what_it_is_of_are_noted(
    session: Session, plant: Plant, write: Callable[[Plant], object]
) -> None:
    records.refresh(plant.finance)
    write(plant)
    assert session.scalar(select(func.count()).select_from(MoneyTouch))
    for month in (MAY, JUNE):
        found = worked.month_of(plant.finance, month)
        assert told(worked.lines_of(plant.finance, found)) == from_nothing(plant.finance, month)


def test_a_month_that_is_closed_and_opened_again_is_read_as_it_is(session: Session, plant: Plant) -> None:
    ctx = plant.finance
    records.refresh(ctx)
    plant.do("circuit", ref=plant.big, mrc="510.00")
    change = propose(ctx, "accounting_period", "create", month="2026-05-01")
    approve(session, change)
    kept = totals(ctx, MAY)
    (period,) = rows_of(session, "accounting_period")
    assert (kept.closed, kept.worked_at) == (period["ref"], None)
    plant.do("circuit", ref=plant.apart, mrc="78.00")
    assert totals(ctx, MAY) == kept
    records.refresh(ctx)
    assert worked.open_months(ctx) == [JUNE]
    plant.do("accounting_period", "retire", ref=period["ref"])
    assert worked.month_of(ctx, MAY).kept is None
    assert totals(ctx, MAY).whole[0].cost == kept.whole[0].cost + 1
    records.refresh(ctx)
    is_as_from_nothing(ctx)


def test_nothing_is_written_where_nothing_came_out_otherwise(session: Session, plant: Plant) -> None:
    before = _touched(session)
    assert records.refresh(plant.finance) == records.Refreshed(months=2, changed=2, touched=before)
    lines = session.scalar(select(func.count()).select_from(PeriodLine))
    plant.do("site", ref=plant.hut, name="Hut 2")
    assert records.refresh(plant.finance) == records.Refreshed(months=2, changed=0, touched=0)
    assert session.scalar(select(func.count()).select_from(PeriodLine)) == lines


def _touched(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(MoneyTouch)) or 0


def test_replaced_lines_go_after_a_while_unless_a_closing_keeps_them(session: Session, plant: Plant) -> None:
    records.refresh(plant.finance)
    propose(plant.finance, "accounting_period", "create", month="2026-05-01")  # keeps what is kept already
    plant.do("circuit", ref=plant.big, mrc="510.00")
    records.refresh(plant.finance)
    assert records.forget(_at(plant.finance, NOW + timedelta(minutes=29))) == 0
    assert records.forget(_at(plant.finance, NOW + timedelta(minutes=31))) == 1
    months = {row.kept: row.month for row in session.execute(select(WorkedMonth.kept, WorkedMonth.month))}
    kept = set(session.scalars(select(PeriodLine.kept).distinct()))
    assert kept == set(months)
    assert sorted(months.values()) == [MAY, MAY, JUNE]
    is_as_from_nothing(plant.finance)


def _at(ctx: Context, now: datetime) -> Context:
    return replace(ctx, now=now)


def test_a_refresh_is_due_for_a_new_month_for_much_and_after_a_while(
    session: Session, plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = plant.finance
    assert records.due(ctx)
    records.refresh(ctx)
    assert not records.due(ctx)
    plant.do("circuit", ref=plant.big, mrc="510.00")
    session.execute(update(MoneyTouch).values(at=NOW))
    assert not records.due(ctx)
    assert records.due(_at(ctx, NOW + timedelta(minutes=6)))
    monkeypatch.setattr(records, "MANY_TOUCHES", 1)
    assert records.due(ctx)
    records.refresh(ctx)
    assert records.due(_at(ctx, NOW + timedelta(days=30)))
    assert worked.month_of(_at(ctx, NOW + timedelta(days=30)), JUNE).kept is None  # another month runs


@pytest.mark.parametrize("limit", ["MOST", "MOST_TOUCHES"])
def test_where_too_much_was_touched_all_is_worked_out(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    records.refresh(plant.finance)
    plant.do("circuit", ref=plant.big, mrc="510.00")
    monkeypatch.setattr(f"netos_core.finance.queries.{'touched' if limit == 'MOST' else 'worked'}.{limit}", 0)
    view = totals(plant.finance)
    assert (view.worked_at, view.anew) == (None, len({one.circuit_id or one.site_id for one in
                                                      closing(plant.finance, JUNE).lines}))  # fmt: skip
    assert view.whole[0].carrier == Decimal("1487.00")

"""Snapshots of what circuits cost, what moved between two of them, and what is to be looked at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.context import Context
from netos_core.spend import records
from netos_core.spend.model import ExposureAhead, SpendLine, SpendSum
from netos_core.spend.operations import get_forecast, get_spend
from netos_core.spend.rules.findings import is_anomaly
from netos_core.spend.schemas import GetForecast, GetSpend, Spend
from netos_core.spend.telling import tell_spend
from netos_core.worklist.operations import get_worklist
from netos_core.worklist.schemas import GetWorklist, WorkRow
from tests.factories import apply, make_circuit, make_contract, make_ctx, make_provider


def on(ctx: Context, day: str) -> Context:
    return replace(ctx, now=datetime.fromisoformat(f"{day}T18:00:00").replace(tzinfo=UTC))


def ask(session: Session, day: str = "2026-07-15", **asked: Any) -> Spend:
    return get_spend(on(make_ctx(session, Role.FINANCE), day), GetSpend.model_validate(asked))


def findings(session: Session, role: Role = Role.FINANCE) -> list[WorkRow]:
    asked = GetWorklist.model_validate({"kind": ["spend_anomaly", "concentration"], "detail": "detailed"})
    return get_worklist(make_ctx(session, role), asked).rows


def test_the_first_snapshot_has_the_year_before_and_a_month_is_taken_once(session: Session) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    carrier = make_provider(session, "Long Haul")
    old = make_circuit(session, provider=carrier, mrc="100.00", install_date="2025-01-01")
    make_circuit(session, provider=carrier, mrc="50.00", install_date="2026-03-20")
    make_circuit(session, provider=carrier, install_date="2026-03-20")
    taken = records.take_snapshots(ctx)
    assert (taken[0], taken[-1], len(taken)) == (date(2025, 6, 1), date(2026, 6, 1), 13)
    assert records.take_snapshots(ctx) == []
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=old, mrc="130.00")
    assert records.take_snapshots(on(ctx, "2026-08-20")) == [date(2026, 7, 1), date(2026, 8, 1)]
    view = ask(session, "2026-08-20")
    sums = {one.month: (one.circuits, one.unpriced, one.mrc) for one in view.months}
    assert sums[date(2026, 3, 1)] == (1, 0, Decimal("100.00"))
    assert sums[date(2026, 4, 1)] == sums[date(2026, 6, 1)] == (3, 1, Decimal("150.00"))
    assert sums[date(2026, 8, 1)] == (3, 1, Decimal("180.00"))
    assert {one.taken_on for one in view.months[-2:]} == {date(2026, 8, 20)}


def test_the_sums_are_those_of_the_lines(session: Session) -> None:
    for market in ("North", None):
        make_circuit(session, mrc="75.25", market=market, install_date="2025-01-01")
    records.take_snapshots(make_ctx(session, Role.FINANCE))
    lines = session.execute(select(SpendLine.month, func.count(), func.sum(SpendLine.mrc)).group_by(SpendLine.month))
    sums = session.execute(
        select(SpendSum.month, func.sum(SpendSum.circuits), func.sum(SpendSum.mrc)).group_by(SpendSum.month)
    )
    assert {tuple(row) for row in lines} == {tuple(row) for row in sums}


def plant(session: Session) -> tuple[str, dict[str, str]]:
    """Take the snapshot of June, then add, end, re-rate and take that of July."""
    ctx = make_ctx(session, Role.FINANCE)
    carrier = make_provider(session, "Long Haul")
    refs = {
        "kept": make_circuit(session, provider=carrier, mrc="1000.00", market="North"),
        "rerated": make_circuit(session, provider=carrier, mrc="400.00", market="North"),
        "ended": make_circuit(session, provider=carrier, mrc="300.00", market="North", disconnect_date="2026-06-10"),
    }
    records.take_snapshots(ctx)
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=refs["rerated"], mrc="450.00")
    refs["added"] = make_circuit(
        session, provider=carrier, mrc="2000.00", market="North", billing_start_date="2026-06-15"
    )
    records.take_snapshots(on(ctx, "2026-07-15"))
    return carrier, refs


def test_what_moved_between_two_snapshots_adds_up_to_the_difference(session: Session) -> None:
    _, refs = plant(session)
    view = ask(session)
    assert [(one.circuit, one.what, one.difference) for one in view.changes] == [
        (refs["added"], "added", Decimal(2000)), (refs["ended"], "ended", Decimal(-300)),
        (refs["rerated"], "rerated", Decimal(50)),
    ]  # fmt: skip
    (group,) = view.groups
    assert (group.name, group.was, group.now, group.difference) == ("Long Haul", 1700, 3450, 1750)
    assert sum(one.difference or 0 for one in view.changes) == group.difference
    assert [one.name for one in ask(session, by="market").groups] == ["North"]


def test_an_anomaly_says_what_drove_it_and_closes_when_the_next_month_is_quiet(session: Session) -> None:
    carrier, refs = plant(session)
    ctx = on(make_ctx(session, Role.FINANCE), "2026-07-15")
    assert tell_spend(ctx) == 1
    assert tell_spend(ctx) == 1
    (found,) = findings(session)
    assert (found.kind, found.ref, found.amount) == ("spend_anomaly", carrier, Decimal("21000.00"))
    assert found.why == (
        "Spend rose from $1,700.00 to $3,450.00 a month as of 2026-07-01: "
        f"1 added, +$2,000.00 ({refs['added']} +$2,000.00); 1 ended, −$300.00 ({refs['ended']} −$300.00); "
        f"1 re-rated, +$50.00 ({refs['rerated']} +$50.00)."
    )
    later = on(ctx, "2026-08-15")
    records.take_snapshots(later)
    assert tell_spend(later) == 0
    assert findings(session) == []


def test_who_sees_no_money_is_not_told_that_spend_changed(session: Session) -> None:
    plant(session)
    tell_spend(on(make_ctx(session, Role.FINANCE), "2026-07-15"))
    assert findings(session, Role.NOC) == []
    view = get_spend(make_ctx(session, Role.NOC), GetSpend())
    assert view.changes == []
    assert {(one.was, one.now) for one in view.groups} == {(None, None)}


def test_a_change_is_an_anomaly_above_a_tenth_and_above_the_amount() -> None:
    least = Decimal(500)
    assert not is_anomaly(Decimal(10000), Decimal(11000), least)
    assert is_anomaly(Decimal(10000), Decimal("11000.01"), least)
    assert not is_anomaly(Decimal(100), Decimal(600), least)
    assert is_anomaly(Decimal(100), Decimal("600.01"), least)
    assert is_anomaly(Decimal(10000), Decimal("8999.99"), least)


def test_a_market_that_hangs_on_one_provider_is_told_with_what_it_took_over(session: Session) -> None:
    heir, sold, other = (make_provider(session, name) for name in ("Heir", "Sold", "Other"))
    apply(make_ctx(session, Role.ADMIN), "provider", ref=sold, successor=heir, succeeded_on="2026-01-01")
    for number in range(10):
        owner = (heir, sold, other)[number % 3]
        make_circuit(session, provider=owner, mrc="100.00", market="North", install_date="2025-01-01")
    for _ in range(9):
        make_circuit(session, provider=other, mrc="100.00", market="Small", install_date="2025-01-01")
    ctx = make_ctx(session, Role.FINANCE)
    records.take_snapshots(ctx)
    tell_spend(ctx)
    (found,) = findings(session)
    assert (found.kind, found.ref, found.amount) == ("concentration", heir, Decimal("8400.00"))
    assert found.why == "It has more than 40 % of a market's spend: 70 % of North, $700.00 a month in 7 circuits."
    calm = replace(ctx, policy=replace(ctx.policy, concentration_percent=70))
    tell_spend(calm)
    assert findings(session) == []


def test_kept_fees_are_those_worked_out_and_give_way_when_a_price_or_paper_changes(session: Session) -> None:
    circuit = make_circuit(session, mrc="100.00")
    order = make_contract(session, circuits=[circuit], mrc="100.00", term_start_date="2026-01-01", term_months=24,
                          etf={"formula": {"kind": "remainder"}})  # fmt: skip
    ctx = make_ctx(session, Role.FINANCE)

    def fees() -> list[Decimal | None]:
        return [one.etf for one in get_forecast(ctx, GetForecast(months=3)).months]

    fresh = fees()
    assert fresh == [1800, 1700, 1600]
    assert records.keep_exposure(ctx, every=True) is None
    assert session.scalar(select(func.count()).select_from(ExposureAhead)) == 1
    assert fees() == fresh
    session.execute(text("update exposure_ahead set fees = jsonb_set(fees, '{0}', '\"7.00\"')"))
    assert fees()[0] == 7, "it is read from what is kept"
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=circuit, mrc="200.00")
    assert fees() == [3600, 3400, 3200]
    apply(make_ctx(session, Role.ADMIN), "contract", ref=order, etf={"formula": {"kind": "none"}})
    assert fees() == [0, 0, 0]
    assert records.keep_exposure(ctx, every=False) is None
    assert fees() == [0, 0, 0]

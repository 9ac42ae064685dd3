"""The engine on a database: what it keeps, when it looks again, and what decisions and edits make of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.contracts.model import Contract
from netos_core.documents.operations import upload_document
from netos_core.documents.schemas import UploadDocument
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NetosError
from netos_core.renewals import queries, records
from netos_core.renewals.model import Standing, Transition
from netos_core.renewals.operations import get_decision, list_renewals, replay_renewals
from netos_core.renewals.queries import alarm, renewal_state, with_standing
from netos_core.renewals.schemas import GetDecision, ListRenewals, ReplayRenewals
from netos_core.worklist.model import WorkItem
from tests.factories import apply, approve, counted_statements, make_circuit, make_contract, make_ctx, propose
from tests.files import make_pdf

AUTO = {
    "term_start_date": "2024-04-01", "term_months": 36, "end_of_term": "auto_renew", "renewal_term_months": 12,
    "notice_count": 90, "notice_unit": "days",
}  # fmt: skip


def on(ctx: Context, day: str) -> Context:
    """Make the call of noon on another day."""
    return replace(ctx, now=datetime.fromisoformat(f"{day}T18:00:00").replace(tzinfo=UTC))


def decide(session: Session, contract: str, choice: str, day: str) -> str:
    made = apply(
        make_ctx(session, Role.FINANCE), "decision", "create", contract=contract, choice=choice, decided_date=day
    )
    return made.diff[0].ref


def nights(ctx: Context, first: str, count: int) -> list[records.Taken]:
    start = datetime.fromisoformat(f"{first}T18:00:00").replace(tzinfo=UTC)
    taken: list[records.Taken] = []
    for night in range(count):
        taken += records.advance(replace(ctx, now=start + timedelta(days=night))).fresh
    return taken


def kept(session: Session, ref: str) -> list[tuple[str, str, str | None]]:
    rows = session.execute(
        select(Transition.on, Transition.state, Transition.alarm)
        .join(Contract, Contract.id == Transition.contract_id)
        .where(Contract.ref == ref)
        .order_by(Transition.on, Transition.id)
    )
    return [(str(row.on), row.state, row.alarm) for row in rows]


def test_every_step_is_kept_once_however_often_the_engine_runs(session: Session) -> None:
    ref = make_contract(session, **AUTO)
    ctx = make_ctx(session, Role.FINANCE)
    nights(ctx, "2026-11-25", 10)
    nights(ctx, "2026-11-28", 8)
    records.advance(on(ctx, "2026-12-04"), every=True)
    assert kept(session, ref) == [("2026-11-25", "active", None), ("2026-12-02", "critical", None)]


def test_missed_nights_are_caught_up_in_order(session: Session) -> None:
    ref = make_contract(session, **AUTO)
    ctx = make_ctx(session, Role.FINANCE)
    records.advance(on(ctx, "2026-06-01"))
    taken = nights(ctx, "2027-04-02", 1)
    assert [str(t.step.place.state) for t in taken] == ["watch", "active", "critical", "overdue", "stable"]
    assert [day for day, _, _ in kept(session, ref)] == [
        "2026-06-01", "2026-07-04", "2026-10-03", "2026-12-02", "2027-01-01", "2027-04-01",
    ]  # fmt: skip


def test_a_contract_that_nothing_happens_to_is_not_looked_at_again(session: Session) -> None:
    make_contract(session, **AUTO)
    ctx = make_ctx(session, Role.FINANCE)
    assert len(records.advance(on(ctx, "2026-11-25")).looks.seen) == 1
    assert not records.advance(on(ctx, "2026-11-26")).looks.seen
    assert len(records.advance(on(ctx, "2026-12-02")).looks.seen) == 1


def test_a_night_that_changes_nothing_writes_nothing_and_a_new_price_is_said(session: Session) -> None:
    circuit = make_circuit(session, mrc="250.00")
    make_contract(session, circuits=[circuit], **AUTO)
    ctx = on(make_ctx(session, Role.FINANCE), "2026-11-25")
    records.advance(ctx)
    with counted_statements(session) as sent:
        records.advance(on(ctx, "2026-11-26"), every=True)
    assert not [statement for statement in sent if statement.startswith(("INSERT", "UPDATE"))]
    apply(make_ctx(session, Role.FINANCE), "circuit", ref=circuit, mrc="300.00")
    records.advance(on(ctx, "2026-11-26"), every=True)
    (item,) = session.scalars(select(WorkItem))
    assert (item.amount, item.closed_at, item.opened_at) == (Decimal("3600.00"), None, ctx.now)


def test_a_missed_window_opens_the_next_term_flagged_with_its_cost_and_lists_follow(session: Session) -> None:
    circuit = make_circuit(session, mrc="250.00")
    ref = make_contract(session, circuits=[circuit], **AUTO)
    ctx = make_ctx(session, Role.FINANCE)
    nights(ctx, "2027-03-30", 3)
    step = session.scalars(select(Transition).where(Transition.missed)).one()
    assert (str(step.on), step.number, step.missed_cost) == ("2027-04-01", 1, Decimal("3000.00"))
    found = list_renewals(on(ctx, "2027-10-10"), ListRenewals(state=["active"]))
    assert [(r.contract, str(r.act_by), r.renewals) for r in found.rows] == [(ref, "2027-12-30", 1)]


def test_an_edit_counts_at_once_and_the_standing_follows_it(session: Session) -> None:
    ref = make_contract(session, **AUTO)
    ctx = make_ctx(session, Role.FINANCE)
    nights(ctx, "2027-04-02", 1)
    apply(make_ctx(session, Role.FINANCE), "contract", ref=ref, term_months=60)
    state = session.scalar(
        with_standing(select(renewal_state(on(ctx, "2027-04-03").today)).select_from(Contract)).where(
            Contract.ref == ref
        )
    )
    assert state == "stable"
    nights(ctx, "2027-04-03", 1)
    assert session.scalars(select(Standing.number)).one() == 0


def test_a_decision_alarms_until_it_is_carried_out(session: Session) -> None:
    ref = make_contract(session, **AUTO)
    ctx = make_ctx(session, Role.FINANCE)
    nights(ctx, "2026-11-25", 1)
    decision = decide(session, ref, "terminate", "2026-11-26")
    nights(ctx, "2026-11-26", 10)
    assert kept(session, ref)[1:] == [("2026-11-26", "decided", "active"), ("2026-12-02", "decided", "critical")]
    there = on(ctx, "2026-12-05")
    (row,) = list_renewals(there, ListRenewals()).rows
    assert (row.state, row.alarm, row.decision, row.choice) == ("decided", "critical", decision, "terminate")


def serve(session: Session, contract: str, decision: str, day: str, **more: str) -> tuple[str, ...]:
    """Record that notice was served on a day, with a receipt; returns what is warned of."""
    ctx = make_ctx(session, Role.FINANCE)
    receipt = upload_document(ctx, UploadDocument(on=contract, content=make_pdf(decision), title="Receipt"))
    assert receipt.change is not None
    approve(session, receipt.change)
    return tuple(apply(ctx, "decision", ref=decision, served_date=day, proof=receipt.ref, **more).warnings)


def test_notice_in_time_carries_a_decision_out_and_notice_too_late_does_not(session: Session) -> None:
    ctx = make_ctx(session, Role.FINANCE)
    timely, late, accepted = (make_contract(session, **AUTO) for _ in range(3))
    decisions = {ref: decide(session, ref, "terminate", "2026-11-26") for ref in (timely, late, accepted)}
    assert serve(session, timely, decisions[timely], "2026-12-31") == ()
    (warned,) = serve(session, late, decisions[late], "2027-01-02")
    assert warned.startswith(f"{decisions[late]}: notice served on 2027-01-02 comes after 2026-12-31")
    assert serve(session, accepted, decisions[accepted], "2027-01-02", confirmed_date="2027-01-04") == ()
    nights(ctx, "2027-01-06", 1)
    assert [kept(session, ref)[-1][1:] for ref in (timely, late, accepted)] == [
        ("decided", None), ("decided", "overdue"), ("decided", None),
    ]  # fmt: skip
    left = get_decision(ctx, GetDecision(ref=decisions[late])).left or ""
    assert left.startswith("It was served after it was due")
    assert get_decision(ctx, GetDecision(ref=decisions[timely])).executed
    nights(ctx, "2027-04-01", 1)
    assert kept(session, late)[-1] == ("2027-04-01", "stable", None), "it has renewed"
    assert kept(session, timely)[-1][1:] == ("decided", None)
    assert not get_decision(ctx, GetDecision(ref=decisions[late])).executed, "of the term it was about"


def test_notice_before_its_window_counts_with_a_warning(session: Session) -> None:
    ref = make_contract(session, **AUTO, notice_opens_count=120, notice_opens_unit="days")
    decision = decide(session, ref, "terminate", "2026-11-02")
    (warned,) = serve(session, ref, decision, "2026-11-10")
    assert "comes before 2026-12-01: the carrier may refuse it as too early" in warned


def test_a_contract_renewed_by_another_stands_still_beside_it(session: Session) -> None:
    old = make_contract(session, **AUTO)
    new = make_contract(session, provider=_provider_of(session, old), term_start_date="2027-04-01", term_months=36)
    decision = decide(session, old, "renew", "2026-11-02")
    apply(make_ctx(session, Role.FINANCE), "decision", ref=decision, successor=new)
    ctx = make_ctx(session, Role.FINANCE)
    nights(ctx, "2027-03-30", 3)
    assert kept(session, old) == [("2027-03-30", "decided", None)]
    assert list_renewals(on(ctx, "2028-01-01"), ListRenewals(state=["active", "critical", "overdue"])).total == 0


def test_one_term_has_one_decision(session: Session) -> None:
    ref = make_contract(session, **AUTO)
    decide(session, ref, "renew", "2026-11-01")
    with pytest.raises(NetosError) as refused:
        propose(make_ctx(session, Role.FINANCE), "decision", "create", contract=ref, choice="terminate")
    assert (refused.value.code, refused.value.field) == ("stale", "term_end_date")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"choice": "renew"}, "contract"),
        ({"contract": True}, "choice"),
        ({"contract": True, "choice": "terminate", "confirmed_date": "2026-12-01"}, "confirmed_date"),
        ({"contract": True, "choice": "renew", "successor": True}, "successor"),
        ({"contract": True, "choice": "renew", "owner": "nobody@example.com"}, "owner"),
    ],
)
def test_what_is_wrong_with_a_decision_is_named(session: Session, fields: dict[str, Any], field: str) -> None:
    ref = make_contract(session, **AUTO)
    with pytest.raises(NetosError) as refused:
        propose(
            make_ctx(session, Role.FINANCE), "decision", "create",
            **{name: ref if value is True else value for name, value in fields.items()},
        )  # fmt: skip
    assert refused.value.field == field


def test_sql_and_the_course_say_the_same_of_state_and_alarm(session: Session) -> None:
    for end_of_term in ("auto_renew", "roll", "auto_disconnect"):
        for choice in (None, "renew", "negotiate", "terminate"):
            ref = make_contract(session, **{**AUTO, "end_of_term": end_of_term})
            if choice:
                decide(session, ref, choice, "2026-06-01")
    for served in ("2026-12-01", "2027-01-04"):
        ref = make_contract(session, **AUTO)
        serve(session, ref, decide(session, ref, "terminate", "2026-06-01"), served)
    ctx = make_ctx(session, Role.FINANCE)
    for day in ("2026-06-02", "2026-10-05", "2026-12-30", "2027-01-05", "2027-04-01", "2027-12-10"):
        there = on(ctx, day)
        records.advance(there)
        said = session.execute(
            with_standing(
                select(Standing.state, Standing.alarm, renewal_state(there.today).label("now"),
                       alarm(there.today).label("still"), Contract.ref).select_from(Contract)
            )
        ).all()  # fmt: skip
        assert len(said) == 14
        for row in said:
            assert (row.state, row.alarm) == (row.now, row.still), (day, row.ref)


def test_an_amendment_takes_the_place_of_the_order_and_its_circuits(session: Session) -> None:
    circuit = make_circuit(session, mrc="100.00")
    order = make_contract(session, circuits=[circuit], **AUTO)
    made = apply(
        make_ctx(session, Role.FINANCE), "contract", "create", kind="amendment", parent=order,
        provider=_provider_of(session, order), title="Amendment 1", term_start_date="2026-06-01", term_months=60,
    )  # fmt: skip
    amendment = made.diff[0].ref
    ctx = make_ctx(session, Role.FINANCE)
    nights(ctx, "2026-07-01", 1)
    states = dict(
        session.execute(select(Contract.ref, Standing.state).join(Standing, Standing.contract_id == Contract.id)).all()
    )
    assert states == {order: "superseded", amendment: "stable"}
    row = session.execute(select(Contract.notice_deadline).where(Contract.ref == amendment)).scalar_one()
    assert str(row) == "2031-03-02"  # 90 days, as the order says and the amendment does not


def test_a_co_terminus_order_moves_with_its_agreement(session: Session) -> None:
    agreement = make_contract(session, kind="agreement", term_end_date="2027-03-31")
    order = make_contract(
        session, parent=agreement, provider=_provider_of(session, agreement), co_terminus=True,
        end_of_term="auto_renew", notice_count=60, notice_unit="days",
    )  # fmt: skip
    moved = apply(make_ctx(session, Role.FINANCE), "contract", ref=agreement, term_end_date="2028-03-31")
    assert {change.ref for change in moved.diff} == {agreement, order}
    row = session.execute(select(Contract).where(Contract.ref == order)).scalar_one()
    assert (str(row.term_end_date), str(row.notice_deadline)) == ("2028-03-31", "2028-01-31")


def test_a_replay_keeps_nothing(session: Session) -> None:
    make_contract(session, **AUTO)
    ctx = on(make_ctx(session, Role.FINANCE), "2026-06-01")
    told = replay_renewals(ctx, ReplayRenewals(as_of="2026-12-31"))
    assert [row.state for row in told.transitions] == ["critical"]
    records.advance(ctx)
    told = replay_renewals(ctx, ReplayRenewals(as_of="2026-12-31"))
    assert [row.state for row in told.transitions] == ["watch", "active", "critical"]
    assert len(session.scalars(select(Transition)).all()) == 1
    assert queries.replay(ctx, ReplayRenewals(as_of="2026-12-31")).next_cursor is None


def _provider_of(session: Session, contract: str) -> str:
    from netos_core.providers.model import Provider

    return (
        session.scalar(
            select(Provider.ref).join(Contract, Contract.provider_id == Provider.id).where(Contract.ref == contract)
        )
        or ""
    )


def test_a_new_price_is_at_risk_from_the_next_night_on(session: Session) -> None:
    circuit = make_circuit(session, mrc="250.00")
    make_contract(session, circuits=[circuit], **AUTO)
    ctx = on(make_ctx(session, Role.FINANCE), "2026-12-05")
    records.advance(ctx)
    apply(make_ctx(session, Role.FINANCE), "circuit", ref=circuit, mrc="100.00")
    records.advance(ctx, every=True)
    assert session.scalars(select(WorkItem.amount)).all() == [Decimal("1200.00")]

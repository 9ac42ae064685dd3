"""Amendments without a term of their own: what they change of the deadline of what they amend, written with them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.overview.operations import preview_etf, search_contracts
from netos_core.overview.schemas import SearchContracts
from netos_core.overview.schemas.etf import PreviewEtf
from tests.factories import apply, approve, make_circuit, make_contract, make_ctx, make_provider, propose, row_of, undo

TERM: dict[str, Any] = {
    "term_start_date": "2024-04-01", "term_months": 36, "end_of_term": "auto_renew", "renewal_term_months": 12,
    "notice_count": 90, "notice_unit": "days", "notice_method": "email",
}  # fmt: skip


def due(session: Session, ref: str) -> date | None:
    found: date | None = row_of(session, "contract", ref)["notice_deadline"]
    return found


def make_order(session: Session) -> tuple[str, dict[str, Any]]:
    provider = make_provider(session)
    order = make_contract(session, provider=provider, **TERM)
    return order, {"kind": "amendment", "parent": order, "provider": provider, "title": "Amendment"}


def test_an_amended_notice_moves_the_deadline_in_the_same_change_and_back_with_it(session: Session) -> None:
    order, amendment = make_order(session)
    assert due(session, order) == date(2026, 12, 31)
    ctx = make_ctx(session, Role.ADMIN)
    made = apply(ctx, "contract", "create", **amendment, signed_date="2026-05-01", notice_count=120, notice_unit="days")
    shown = {(one.ref, one.field): (one.old, one.new) for one in made.diff}
    assert shown[order, "notice_deadline"] == ("2026-12-31", "2026-12-01")
    assert due(session, order) == date(2026, 12, 1)
    ref = made.diff[0].ref
    apply(ctx, "contract", ref=ref, notice_count=60)
    assert due(session, order) == date(2027, 1, 30)
    gone = apply(ctx, "contract", "retire", ref=ref)
    assert due(session, order) == date(2026, 12, 31)
    undo(ctx, gone)
    assert due(session, order) == date(2027, 1, 30)
    apply(ctx, "contract", ref=ref, kind="order")
    assert due(session, order) == date(2026, 12, 31)


def test_an_amendment_does_not_open_a_deadline_again_that_had_passed(session: Session) -> None:
    order, amendment = make_order(session)
    make_contract(session, **amendment, signed_date="2027-01-15", notice_count=30, notice_unit="days")
    assert due(session, order) == date(2026, 12, 31)
    make_contract(session, **amendment, signed_date="2026-12-31", notice_count=60, notice_unit="days")
    assert due(session, order) == date(2027, 3, 1), "it opens the way for the later one, by its 60 days"


def test_what_ends_with_the_order_and_later_amendments_follow_too(session: Session) -> None:
    order, amendment = make_order(session)
    longer = make_contract(session, **amendment, term_start_date="2027-04-01", term_months=24)
    assert due(session, longer) == date(2028, 12, 31)
    make_contract(session, **amendment, signed_date="2026-02-01", notice_count=60, notice_unit="days")
    assert (due(session, order), due(session, longer)) == (date(2027, 1, 30), date(2029, 1, 30))
    make_contract(session, **amendment, signed_date="2028-02-01", notice_count=30, notice_unit="days")
    assert (due(session, order), due(session, longer)) == (date(2027, 1, 30), date(2029, 3, 1))


def test_a_later_term_takes_the_place_of_an_earlier_amendment_and_its_circuits(session: Session) -> None:
    provider = make_provider(session)
    circuit = make_circuit(session, provider=provider, mrc="100.00")
    order = make_contract(session, provider=provider, circuits=[circuit], **TERM)
    amendment = {"kind": "amendment", "parent": order, "provider": provider, "title": "Amendment"}
    first = make_contract(session, **amendment, term_start_date="2026-01-01", term_months=24)
    second = make_contract(session, **amendment, term_start_date="2026-05-01", term_months=36, mrc="90.00")
    ctx = make_ctx(session, Role.FINANCE)
    rows = {
        row.ref: (row.renewal_state, row.circuits, row.mrc) for row in search_contracts(ctx, SearchContracts()).rows
    }
    assert [rows[ref][0] for ref in (order, first, second)] == ["superseded", "superseded", "stable"]
    assert (rows[second][1], rows[second][2]) == (1, Decimal("90.00"))
    told = [preview_etf(ctx, PreviewEtf(ref=ref)).term_end_date for ref in (order, first, second, circuit)]
    assert set(told) == {date(2029, 4, 30)}


def test_amendments_for_circuits_of_their_own_stand_beside_each_other(session: Session) -> None:
    provider = make_provider(session)
    circuits = [make_circuit(session, provider=provider, mrc="100.00") for _ in range(2)]
    order = make_contract(session, provider=provider, **TERM)
    amendment = {"kind": "amendment", "parent": order, "provider": provider, "title": "Amendment"}
    first = make_contract(
        session, **amendment, term_start_date="2026-01-01", term_months=24, circuits=circuits[:1], mrc="80.00"
    )
    second = make_contract(
        session, **amendment, term_start_date="2026-05-01", term_months=36, circuits=circuits[1:], mrc="90.00"
    )
    ctx = make_ctx(session, Role.FINANCE)
    rows = {row.ref: (row.renewal_state, row.mrc) for row in search_contracts(ctx, SearchContracts()).rows}
    assert (rows[first], rows[second]) == (("stable", Decimal("80.00")), ("stable", Decimal("90.00")))
    told = [preview_etf(ctx, PreviewEtf(ref=ref)).term_end_date for ref in (first, circuits[0], second, circuits[1])]
    assert told == [date(2027, 12, 31)] * 2 + [date(2029, 4, 30)] * 2


def test_an_amendment_planned_with_its_order_counts_at_once(session: Session) -> None:
    order, amendment = make_order(session)
    first = make_contract(session, **amendment, signed_date="2026-02-01", notice_count=60, notice_unit="days")
    ctx = make_ctx(session, Role.ADMIN)
    proposed = propose(ctx, "contract", items=[
        {"ref": order, "set": {"term_months": 48}}, {"ref": first, "set": {"notice_count": 30}},
    ])  # fmt: skip
    approve(session, proposed)
    assert due(session, order) == date(2028, 3, 1)

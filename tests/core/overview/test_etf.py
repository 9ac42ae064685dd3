"""What leaving costs, asked of a circuit and of a contract, as it is on file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import NotFound
from netos_core.overview.operations import get_circuit, get_contract, preview_etf
from netos_core.overview.schemas import GetContract, GetOne
from netos_core.overview.schemas.etf import EtfPreview, PreviewEtf
from tests.factories import apply, make_circuit, make_contract, make_ctx, make_provider

LEVEL_3 = {
    "formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 100}, {"from_month": 13, "percent": 50}]},
    "clause": "Section 7.2",
}
THREE_YEARS: dict[str, Any] = {
    "term_start_date": "2026-01-01", "term_months": 36, "end_of_term": "auto_renew", "renewal_term_months": 12,
    "notice_count": 30, "notice_unit": "days", "notice_method": "email",
}  # fmt: skip


def preview(session: Session, ref: str, role: Role = Role.FINANCE, **asked: Any) -> EtfPreview:
    return preview_etf(make_ctx(session, role), PreviewEtf(ref=ref, **asked))


def make_order(session: Session, count: int = 1, **said: Any) -> tuple[str, list[str]]:
    """Make an order of three years with circuits of $1,000 a month each."""
    carrier = make_provider(session)
    circuits = [make_circuit(session, provider=carrier, mrc="1000.00") for _ in range(count)]
    return make_contract(session, **{"provider": carrier, "circuits": circuits, **THREE_YEARS, **said}), circuits


def test_a_circuit_and_its_contract_cost_the_same_line_by_line(session: Session) -> None:
    ref, (circuit,) = make_order(session, etf=LEVEL_3)
    for asked in (ref, circuit):
        told = preview(session, asked, as_of=date(2026, 6, 30))
        assert (told.etf, told.exit_cost, told.month) == (Decimal("18000.00"), Decimal("18000.00"), 6)
        assert [(line.amount, line.clause) for line in told.lines] == [
            (Decimal("6000.00"), "Section 7.2"),
            (Decimal("12000.00"), "Section 7.2"),
        ]
        assert (told.contract, told.source) == (ref, ref)


def test_notice_today_is_what_is_shown_where_no_day_is_asked_for(session: Session) -> None:
    ref, (circuit,) = make_order(session, etf=LEVEL_3)
    told = preview(session, circuit)
    # Notice on 2026-06-01, service until 2026-07-01: month 7 is charged whole, the fee counts from month 8.
    assert (told.notice_date, told.last_day, told.notice) == (date(2026, 6, 1), date(2026, 7, 1), "30 days")
    assert (told.etf, told.exit_cost) == (Decimal("17000.00"), Decimal("18000.00"))
    short = get_circuit(make_ctx(session, Role.FINANCE), GetOne(ref=circuit)).etf
    assert short is not None
    assert (short.amount, short.as_of, short.source) == (Decimal("17000.00"), date(2026, 7, 1), ref)
    assert get_contract(make_ctx(session, Role.FINANCE), GetContract(ref=ref)).etf_today == short


def test_without_terms_it_is_unknown_and_without_a_contract_too(session: Session) -> None:
    ref, _ = make_order(session)
    told = preview(session, ref)
    assert (told.etf, told.clause) == (None, [])
    assert told.why == f"No paper on file says what leaving {ref} early costs."
    alone = make_circuit(session)
    assert preview(session, alone).etf is None
    assert get_circuit(make_ctx(session, Role.FINANCE), GetOne(ref=alone)).etf is None


def test_an_order_goes_by_its_agreement_and_by_the_latest_amendment(session: Session) -> None:
    carrier = make_provider(session)
    agreement = make_contract(session, provider=carrier, kind="agreement", etf={"formula": {"kind": "remainder"}})
    circuit = make_circuit(session, provider=carrier, mrc="1000.00")
    order = make_contract(session, provider=carrier, parent=agreement, circuits=[circuit], **THREE_YEARS)
    day = date(2027, 2, 28)
    told = preview(session, order, as_of=day)
    assert (told.etf, told.source) == (Decimal("22000.00"), agreement)
    amendment = make_contract(
        session, provider=carrier, kind="amendment", parent=agreement, signed_date="2026-03-01",
        etf={"formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 75}]}},
    )  # fmt: skip
    told = preview(session, circuit, as_of=day)
    assert (told.etf, told.source) == (Decimal("16500.00"), amendment)
    make_contract(session, provider=carrier, kind="amendment", parent=agreement, signed_date="2026-09-01",
                  etf={"formula": {"kind": "none"}})  # fmt: skip
    assert preview(session, order, as_of=date(2026, 8, 31)).source == amendment, "it is not in force yet"
    assert preview(session, order, as_of=day).etf == 0, "by then it is"
    apply(make_ctx(session, Role.FINANCE), "contract", ref=order, etf=LEVEL_3)
    assert (told := preview(session, order, as_of=day)).etf == Decimal("11000.00"), "its own terms come first"
    assert told.source == order


def test_a_contract_costs_what_all_its_circuits_do_and_is_unknown_where_one_has_no_price(session: Session) -> None:
    ref, circuits = make_order(session, 3, etf=LEVEL_3)
    day = date(2027, 2, 28)
    assert preview(session, ref, as_of=day).etf == Decimal("33000.00")
    assert preview(session, circuits[0], as_of=day).etf == Decimal("11000.00")
    apply(make_ctx(session, Role.ADMIN), "circuit", ref=circuits[0], mrc=None)
    assert preview(session, ref, as_of=day).etf is None
    apply(make_ctx(session, Role.ADMIN), "contract", ref=ref, mrc="2900.00")
    assert preview(session, ref, as_of=day).etf == Decimal("31900.00")


def test_the_cheapest_exit_is_found_over_the_horizon_with_its_reason(session: Session) -> None:
    ref, _ = make_order(session, etf=LEVEL_3)
    told = preview(session, ref, horizon=36)
    # A month more costs 1,000 and takes 1,000 off in the first year, 500 after it: the end of year one is as dear as
    # the soonest, and serves longer.
    assert (told.cheapest.last_day, told.cheapest.exit_cost) == (date(2026, 12, 31), Decimal("18000.00"))
    assert told.cheapest.why is not None
    assert told.cheapest.why.endswith("That is as much as on the soonest day, 2026-07-01, and serves longer.")
    assert told.first_without_fee == date(2028, 12, 31)
    assert [one.exit_cost for one in told.by_month][:2] == [Decimal("18000.00"), Decimal("18000.00")]


def test_the_fee_is_set_against_what_a_rival_quote_saves(session: Session) -> None:
    _, (circuit,) = make_order(session, etf=LEVEL_3)
    ctx = make_ctx(session, Role.ADMIN)
    made = apply(ctx, "quote", "create", provider=make_provider(session), service_type="dia", replaces=circuit,
                 state="answered")  # fmt: skip
    quote = made.diff[0].ref
    for months, mrc in ((36, "500.00"), (12, "1200.00")):
        apply(ctx, "quote_term", "create", quote=quote, term_months=months, mrc=mrc, nrc="400.00")
    dear, cheap = preview(session, circuit, as_of=date(2026, 6, 30)).rivals
    assert (cheap.quote, cheap.saves_a_month, cheap.pays_back_in_months) == (quote, Decimal("500.00"), 37)
    assert cheap.words == "$18,000.00 of ETF and $400.00 once are earned back in 37 months."
    assert (dear.term_months, dear.pays_back_in_months) == (12, None)
    assert preview(session, circuit, Role.NOC).rivals == []


def test_after_notice_was_served_against_it_nothing_follows_the_term(session: Session) -> None:
    ref, _ = make_order(session, etf=LEVEL_3, end_of_term="auto_disconnect")
    assert preview(session, ref, as_of=date(2029, 2, 28)).etf == Decimal(0)


def test_who_sees_no_money_sees_the_dates_and_no_amount(session: Session) -> None:
    ref, _ = make_order(session, etf={**LEVEL_3, "quote": "one hundred percent"})
    told = preview(session, ref, Role.NOC, as_of=date(2026, 6, 30))
    assert (told.last_day, told.month, told.term_end_date) == (date(2026, 6, 30), 6, date(2028, 12, 31))
    hidden = (told.etf, told.exit_cost, told.why, told.quote, told.mrc, told.cheapest.why, told.cheapest.exit_cost)
    assert set(hidden) == {None}
    assert (told.lines, told.charges, told.by_month, told.clause, told.assumptions) == ([], [], [], [], [])
    contract = get_contract(make_ctx(session, Role.NOC), GetContract(ref=ref))
    assert not contract.etf
    assert (contract.etf_today.amount, contract.etf_today.why) == (None, None)


def test_a_ref_of_nothing_says_where_to_look(session: Session) -> None:
    with pytest.raises(NotFound) as refused:
        preview(session, "CKT-999999")
    assert refused.value.fix == "search finds circuits and contracts."

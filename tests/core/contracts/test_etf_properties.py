"""What holds of every fee, whatever the clause: tried on clauses and days that nobody chose."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.contracts.rules import EndOfTerm, Notice, NoticeUnit, Terms
from netos_core.contracts.rules.days import term_end_date
from netos_core.contracts.rules.etf import (
    EtfTerms,
    Leaving,
    PartialMonth,
    cheapest_exit,
    etf_after_notice,
    etf_on,
    exits,
    total_of,
)
from tests.core.contracts.test_etf import THREE_YEARS

amounts = st.decimals(min_value=0, max_value=99_999, places=2)
percents = st.integers(0, 100).map(lambda n: {"percent": n})


@st.composite
def bands(draw: st.DrawFn, *, falling: bool = False) -> dict[str, Any]:
    months = sorted(draw(st.sets(st.integers(2, 40), max_size=3)) | {1})
    rates = draw(st.lists(st.integers(0, 100), min_size=len(months), max_size=len(months)))
    rates = sorted(rates, reverse=True) if falling else rates
    pairs = zip(months, rates, strict=True)
    return {"kind": "percent", "bands": [{"from_month": month, "percent": rate} for month, rate in pairs]}


formulas = st.one_of(
    bands(),
    st.just({"kind": "remainder"}),
    st.just({"kind": "none"}),
    amounts.map(lambda amount: {"kind": "fixed", "amount": amount}),
    st.tuples(amounts, amounts).map(lambda two: {"kind": "declining", "amount": two[0], "falls_by": two[1]}),
)
limits = st.one_of(
    amounts.map(lambda amount: {"amount": amount}),
    st.integers(1, 60).map(lambda months: {"months_of_mrc": months}),
    percents.map(lambda one: {"percent_of_remaining": one["percent"]}),
)
clawbacks = st.fixed_dictionaries({"amount": amounts, "share": st.sampled_from(["full", "pro_rata"])})
parts = st.fixed_dictionaries(
    {"formula": formulas},
    optional={
        "partial_month": st.sampled_from([*PartialMonth]),
        "in_renewal": st.sampled_from(["same", "continued", "none"]),
        "mrc_basis": st.sampled_from(["at_termination", "escalated"]),
        "nrc": clawbacks,
        "credits": clawbacks,
        "third_party": st.one_of(st.just({}), amounts.map(lambda amount: {"amount": amount})),
        "cap": limits,
        "floor": amounts.map(lambda amount: {"amount": amount}),
    },
)


@st.composite
def papers(draw: st.DrawFn, said: st.SearchStrategy[dict[str, Any]] = parts) -> Leaving:
    clause = draw(said)
    cap, floor = (clause.get(name, {}).get("amount") for name in ("cap", "floor"))
    if cap is not None and floor is not None and floor > cap:
        del clause["floor"]
    start = draw(st.dates(date(2020, 1, 1), date(2027, 12, 31)))
    months = draw(st.integers(1, 60))
    terms = replace(
        THREE_YEARS, term_start_date=start, term_months=months, term_end_date=term_end_date(start, months),
        end_of_term=draw(st.sampled_from([*EndOfTerm])), notice=Notice(draw(st.integers(0, 90)), NoticeUnit.DAYS),
    )  # fmt: skip
    return made(EtfTerms.model_validate(clause), terms, draw(amounts))


def made(etf: EtfTerms, terms: Terms, mrc: Decimal) -> Leaving:
    start = terms.term_start_date or date(2026, 1, 1)
    return Leaving(
        ref="CTR-1001", contract="CTR-1001", source="CTR-1001", etf=etf, terms=terms, escalator=None, mrc=mrc, nrc=None,
        currency="USD", known_on=start,
    )  # fmt: skip


days = st.dates(date(2020, 1, 1), date(2034, 12, 31))


@settings(max_examples=300, deadline=None)
@given(papers(), days)
def test_a_fee_is_never_negative_and_is_the_sum_of_its_lines(leaving: Leaving, day: date) -> None:
    statement = etf_on(leaving, day)
    assert statement.at_least >= 0
    assert total_of(statement.lines) == statement.at_least
    if statement.etf is None:
        assert any(line.amount is None for line in statement.lines)
    else:
        assert statement.etf == statement.at_least
    assert statement.lines
    assert statement.why


@settings(max_examples=300, deadline=None)
@given(papers(), days)
def test_a_cap_is_never_passed(leaving: Leaving, day: date) -> None:
    statement = etf_on(leaving, day)
    cap = leaving.etf.cap if leaving.etf else None
    if cap is not None and cap.amount is not None:
        assert statement.at_least <= cap.amount
    if cap is not None and cap.months_of_mrc is not None and leaving.mrc is not None:
        assert statement.at_least <= leaving.mrc * cap.months_of_mrc
    assert statement.at_most is None or statement.at_most >= statement.at_least


@settings(max_examples=200, deadline=None)
@given(
    papers(st.fixed_dictionaries({"formula": bands(falling=True), "partial_month": st.sampled_from([*PartialMonth])})),
    st.integers(0, 1800),
    st.integers(0, 400),
)
def test_within_a_term_a_percentage_of_what_remains_never_grows(leaving: Leaving, first: int, later: int) -> None:
    start, end = leaving.terms.term_start_date, leaving.terms.term_end_date
    assert start is not None
    assert end is not None
    one = start + timedelta(days=first % ((end - start).days + 1))
    other = min(one + timedelta(days=later), end)
    before, after = etf_on(leaving, one).etf, etf_on(leaving, other).etf
    assert before is not None
    assert after is not None
    assert after <= before


@settings(max_examples=60, deadline=None)
@given(papers(), st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 36))
def test_no_exit_of_the_horizon_is_cheaper_than_the_cheapest(leaving: Leaving, given_on: date, horizon: int) -> None:
    ahead = exits(leaving, given_on, horizon)
    best = cheapest_exit(leaving, ahead).statement
    known = [one.exit_cost for one in ahead if one.exit_cost is not None]
    assert (best is None) is (not known)
    if best is not None:
        assert best.exit_cost == min(known)
    assert [one.last_day for one in ahead] == sorted({one.last_day for one in ahead})


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([PartialMonth.DAILY_30, PartialMonth.DAILY_ACTUAL, PartialMonth.WHOLE_MONTH]),
    st.integers(0, 35), st.integers(0, 90), amounts,
)  # fmt: skip
def test_all_of_what_remains_costs_the_same_whenever_notice_is_given_from_a_month_end(
    rule: PartialMonth, month: int, notice: int, mrc: Decimal
) -> None:
    """Under the full remainder, charges and fee together are the months that were left when notice was given."""
    etf = EtfTerms.model_validate({"formula": {"kind": "remainder"}, "partial_month": rule})
    terms = replace(THREE_YEARS, notice=Notice(notice, NoticeUnit.DAYS), end_of_term=EndOfTerm.AUTO_DISCONNECT)
    start = terms.term_start_date
    assert start is not None
    given_on = term_end_date(start, month) if month else start - timedelta(days=1)
    statement = etf_after_notice(made(etf, terms, mrc), given_on)
    if statement.term_end is not None and start <= statement.last_day < statement.term_end:
        assert statement.exit_cost is not None
        assert abs(statement.exit_cost - mrc * (36 - month)) <= Decimal("0.01")

"""What leaving early costs: the clauses of domain.md 3.4 to the cent, 36 months at $1,000 from 2026-01-01."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from netos_core.contracts.rules import EndOfTerm, Notice, NoticeCountedFrom, NoticeMethod, NoticeUnit, Terms
from netos_core.contracts.rules.days import ONE_DAY, plus_months
from netos_core.contracts.rules.etf import (
    EtfPart,
    EtfTerms,
    ExitKind,
    Leaving,
    escalator_of,
    etf_after_notice,
    etf_on,
    total_of,
)

START = date(2026, 1, 1)
THREE_YEARS = Terms(
    term_start_date=START,
    term_months=36,
    term_end_date=date(2028, 12, 31),
    end_of_term=EndOfTerm.AUTO_RENEW,
    evergreen=False,
    notice=Notice(60, NoticeUnit.DAYS),
    notice_method=NoticeMethod.EMAIL,
    delivery_lead_days=None,
    notice_counted_from=NoticeCountedFrom.RECEIVED,
    co_terminus_end=None,
    renewal_term_months=12,
)
LEVEL_3 = {"kind": "percent", "bands": [{"from_month": 1, "percent": 100}, {"from_month": 13, "percent": 50}]}
BY_YEAR = {
    "kind": "percent",
    "bands": [{"from_month": 1, "percent": 100}, {"from_month": 13, "percent": 75}, {"from_month": 25, "percent": 50}],
}
THREE_QUARTERS = {"kind": "percent", "bands": [{"from_month": 1, "percent": 75}]}
REMAINDER = {"kind": "remainder"}
NO_FEE = {"kind": "none"}
OF_LEAVING = {field.name for field in fields(Leaving)}


def clause(formula: dict[str, Any] = REMAINDER, **said: Any) -> EtfTerms:
    return EtfTerms.model_validate({"formula": formula, **said})


def leaving(formula: dict[str, Any] | None = REMAINDER, /, *, terms: Terms = THREE_YEARS, **said: Any) -> Leaving:
    """Give a contract of $1,000 a month under a clause; what is no field of `Leaving` is said of the clause."""
    own = {name: said.pop(name) for name in list(said) if name in OF_LEAVING and not isinstance(said[name], dict)}
    given = {
        "ref": "CTR-1001", "contract": "CTR-1001", "source": "CTR-1001", "mrc": Decimal("1000.00"), "nrc": None,
        "currency": "USD", "known_on": START, "escalator": None, **own,
    }  # fmt: skip
    return Leaving(etf=None if formula is None else clause(formula, **said), terms=terms, **given)


def after(month: int, start: date = START) -> date:
    """Give the last day of a month of the term."""
    return plus_months(start, month) - ONE_DAY


@pytest.mark.parametrize(
    ("formula", "month", "etf"),
    [
        pytest.param(LEVEL_3, 6, "18000.00", id="banded: 6 x 1,000 + 24 x 500"),
        pytest.param(LEVEL_3, 14, "11000.00", id="banded: 22 x 500"),
        pytest.param(THREE_QUARTERS, 14, "16500.00", id="flat percentage: 22 x 750"),
        pytest.param(REMAINDER, 14, "22000.00", id="full remainder: 22 x 1,000"),
        pytest.param(BY_YEAR | {"at_exit": True}, 6, "30000.00", id="the band of the month it ends in: 30 x 1,000"),
        pytest.param(BY_YEAR | {"at_exit": True}, 14, "16500.00", id="the band of the month it ends in: 22 x 750"),
        pytest.param(BY_YEAR, 6, "21000.00", id="three bands: 6 x 1,000 + 12 x 750 + 12 x 500"),
        pytest.param(NO_FEE, 6, "0.00", id="the contract says none"),
        pytest.param({"kind": "fixed", "amount": "2500"}, 6, "2500.00", id="fixed"),
        pytest.param(
            {"kind": "declining", "amount": "3600", "falls_by": "100"}, 14, "2200.00", id="3,600 - 14 x 100"
        ),
        pytest.param(
            {"kind": "declining", "amount": "3600", "falls_by": "1200", "every_months": 12}, 14, "2400.00",
            id="less by the year: 3,600 - 1 x 1,200",
        ),
        pytest.param(
            {"kind": "declining", "amount": "1000", "falls_by": "100"}, 14, "0.00", id="declining ends at nothing"
        ),
        pytest.param(
            {"kind": "schedule", "steps": [{"from_month": 1, "amount": "5000"}, {"from_month": 13, "amount": "3000"}]},
            12, "5000.00", id="sliding schedule, last month of its first step",
        ),
        pytest.param(
            {"kind": "schedule", "steps": [{"from_month": 1, "amount": "5000"}, {"from_month": 13, "amount": "3000"}]},
            13, "3000.00", id="sliding schedule, first month of its second step",
        ),
    ],
)  # fmt: skip
def test_the_fee_is_the_one_of_the_clause(formula: dict[str, Any], month: int, etf: str) -> None:
    told = etf_on(leaving(formula), after(month))
    assert told.etf == Decimal(etf)
    assert total_of(told.lines) == told.etf
    assert told.charges == ()


def test_charges_of_the_notice_are_their_own_line_and_no_month_counts_twice() -> None:
    month = {"notice_count": 1, "notice_unit": "months"}
    told = etf_after_notice(leaving(LEVEL_3, **month), after(5))
    assert told.last_day == after(6)
    assert (total_of(told.charges), told.etf, told.exit_cost) == (
        Decimal("1000.00"), Decimal("18000.00"), Decimal("19000.00"),
    )  # fmt: skip


@pytest.mark.parametrize("rule", ["whole_month", "rounded_up", "daily_30", "daily_actual"])
@pytest.mark.parametrize("start", [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 15), date(2026, 1, 31)])
def test_from_month_end_to_month_end_every_rule_of_broken_months_says_the_same(rule: str, start: date) -> None:
    terms = replace(THREE_YEARS, term_start_date=start, term_end_date=after(36, start))
    told = etf_on(leaving(LEVEL_3, terms=terms, partial_month=rule), after(6, start))
    assert told.etf == Decimal("18000.00")


def test_each_line_says_its_months_rate_amount_and_clause() -> None:
    told = etf_on(leaving(LEVEL_3, clause="Section 7.2"), after(6))
    assert [(x.words, x.amount, x.first_month, x.last_month, x.rate, x.percent, x.clause) for x in told.lines] == [
        ("6 months (months 7 to 12) × $1,000.00", Decimal("6000.00"), 7, 12, Decimal("1000.00"), 100, "Section 7.2"),
        ("24 months (months 13 to 36) × $1,000.00 × 50%", Decimal("12000.00"), 13, 36, Decimal("1000.00"), 50,
         "Section 7.2"),
    ]  # fmt: skip
    assert told.why == "The service ends in month 6 of 36; 30 months remain until 2028-12-31."


@pytest.mark.parametrize(
    ("rule", "charges", "etf"),
    [
        # Notice on 2026-06-10, service until 2026-07-10: ten days of month 7 are served.
        ("whole_month", "1000.00", "29000.00"),
        ("rounded_up", "0.00", "30000.00"),
        ("daily_30", "1000.00", "29666.67"),
        ("daily_actual", "989.25", "29677.42"),
        (None, "1000.00", "29000.00"),
    ],
)
def test_a_broken_month_is_split_by_the_rule_of_the_clause(rule: str | None, charges: str, etf: str) -> None:
    said = {} if rule is None else {"partial_month": rule}
    told = etf_after_notice(leaving(notice_count=30, notice_unit="days", **said), date(2026, 6, 10))
    assert told.last_day == date(2026, 7, 10)
    assert (total_of(told.charges), told.etf) == (Decimal(charges), Decimal(etf))
    assert any("silent on broken months" in said for said in told.assumptions) is (rule is None)


def test_without_terms_on_file_the_fee_is_unknown_and_never_zero() -> None:
    told = etf_on(leaving(None), after(6))
    assert (told.etf, told.exit_cost, told.at_least) == (None, None, Decimal(0))
    assert told.why == "No paper on file says what leaving CTR-1001 early costs."


def test_a_contract_that_says_none_costs_nothing_and_says_why() -> None:
    told = etf_on(leaving(NO_FEE, clause="Section 9"), after(6))
    assert (told.etf, told.why) == (Decimal(0), "The contract says that leaving early costs nothing.")
    assert told.lines[0].clause == "Section 9"


def test_month_to_month_costs_its_notice_and_no_more() -> None:
    told = etf_after_notice(
        leaving(None, terms=replace(THREE_YEARS, evergreen=True, notice=Notice(30, NoticeUnit.DAYS))),
        date(2026, 6, 30),
    )
    assert (told.etf, told.exit_cost, told.last_day) == (Decimal(0), Decimal("1000.00"), date(2026, 7, 30))
    assert told.why == "It runs month to month by then, so only the notice is paid."


def test_a_term_that_rolled_costs_its_notice_only() -> None:
    rolled = leaving(LEVEL_3, terms=replace(THREE_YEARS, end_of_term=EndOfTerm.ROLL))
    assert etf_on(rolled, date(2029, 2, 10)).etf == Decimal(0)
    assert etf_on(rolled, date(2028, 11, 30)).etf == Decimal("500.00")


def test_a_term_that_has_ended_costs_nothing() -> None:
    ended = leaving(LEVEL_3, terms=replace(THREE_YEARS, end_of_term=EndOfTerm.AUTO_DISCONNECT))
    told = etf_on(ended, date(2029, 2, 10))
    assert (told.etf, told.why) == (Decimal(0), "It has ended by then, on 2028-12-31.")
    left = replace(leaving(LEVEL_3), leaves_on=date(2028, 12, 31))
    assert etf_on(left, date(2029, 2, 10)).etf == Decimal(0)


def test_what_follows_a_term_that_does_not_say_is_unknown() -> None:
    told = etf_on(leaving(LEVEL_3, terms=replace(THREE_YEARS, end_of_term=EndOfTerm.UNKNOWN)), date(2029, 2, 10))
    assert told.etf is None
    assert "does not say what follows" in told.why


def test_on_the_last_day_of_the_term_nothing_remains() -> None:
    assert etf_on(leaving({"kind": "fixed", "amount": "900"}), date(2028, 12, 31)).etf == Decimal(0)


@pytest.mark.parametrize(
    ("in_renewal", "etf"),
    [("same", "10000.00"), (None, "10000.00"), ("continued", "5000.00"), ("none", "0.00")],
)
def test_a_renewed_term_has_months_of_its_own(in_renewal: str | None, etf: str) -> None:
    said = {} if in_renewal is None else {"in_renewal": in_renewal}
    told = etf_on(leaving(LEVEL_3, **said), date(2029, 2, 28))
    assert told.etf == Decimal(etf)
    assert told.term_end == date(2029, 12, 31)


def test_a_term_that_ends_with_its_agreement_counts_to_that_end() -> None:
    terms = replace(THREE_YEARS, co_terminus_end=date(2027, 6, 15), term_months=None)
    told = etf_on(leaving(REMAINDER, terms=terms), after(12))
    assert told.etf == Decimal("5500.00")
    assert told.term_end == date(2027, 6, 15)


def test_without_a_start_a_flat_percentage_counts_back_from_the_end_and_bands_are_unknown() -> None:
    terms = replace(THREE_YEARS, term_start_date=None, term_months=None)
    assert etf_on(leaving(THREE_QUARTERS, terms=terms), after(14)).etf == Decimal("16500.00")
    told = etf_on(leaving(LEVEL_3, terms=terms), after(14))
    assert told.etf is None
    assert "no start" in told.why
    months = replace(terms, term_months=36)
    assert etf_on(leaving(LEVEL_3, terms=months), after(14)).etf == Decimal("11000.00")


def test_without_an_end_what_remains_is_unknown() -> None:
    told = etf_on(leaving(LEVEL_3, terms=replace(THREE_YEARS, term_end_date=None, term_months=None)), after(6))
    assert told.etf is None


def test_without_an_mrc_what_remains_is_unknown() -> None:
    told = etf_after_notice(leaving(LEVEL_3, mrc=None), after(5))
    assert (told.etf, told.exit_cost) == (None, None)
    assert "CTR-1001 has no MRC in USD on file" in told.why


def test_an_average_of_invoices_is_unknown_until_there_are_some() -> None:
    told = etf_on(leaving(REMAINDER, mrc_basis="invoiced_average"), after(14))
    assert told.etf is None
    assert "average of invoices" in told.why


@pytest.mark.parametrize(
    ("said", "etf"),
    [
        ({"nrc": {"amount": "3600"}}, "25600.00"),
        ({"nrc": {"amount": "3600", "share": "pro_rata"}}, "24200.00"),
        ({"credits": {"amount": "500"}}, "22500.00"),
        ({"third_party": {"amount": "750.50"}}, "22750.50"),
        # Year 2 has spent 2 of 12 months: 20,000 - 2,000 = 18,000 missing, half of it.
        ({"shortfall": {"annual_commitment": "20000", "percent": 50}}, "31000.00"),
        ({"cap": {"amount": "10000"}}, "10000.00"),
        ({"cap": {"months_of_mrc": 6}}, "6000.00"),
        ({"cap": {"percent_of_remaining": 50}}, "11000.00"),
        ({"floor": {"amount": "25000"}}, "25000.00"),
        ({"cap": {"amount": "30000"}, "floor": {"amount": "100"}}, "22000.00"),
    ],
)
def test_what_is_added_and_what_limits_it(said: dict[str, Any], etf: str) -> None:
    told = etf_on(leaving(REMAINDER, **said), after(14))
    assert told.etf == Decimal(etf)
    assert total_of(told.lines) == told.etf


def test_what_is_passed_on_is_unknown_until_the_provider_says_and_a_cap_makes_it_known() -> None:
    told = etf_on(leaving(REMAINDER, third_party={}), after(14))
    assert (told.etf, told.at_least, told.at_most) == (None, Decimal("22000.00"), None)
    capped = etf_on(leaving(REMAINDER, third_party={}, cap={"amount": "24000"}), after(14))
    assert (capped.etf, capped.at_least, capped.at_most) == (None, Decimal("22000.00"), Decimal("24000.00"))
    reached = etf_on(leaving(REMAINDER, third_party={}, cap={"amount": "20000"}), after(14))
    assert (reached.etf, reached.at_most) == (Decimal("20000.00"), None)


def test_an_nrc_is_earned_with_the_first_term() -> None:
    told = etf_on(leaving(NO_FEE, nrc={"amount": "3600"}), date(2029, 2, 28))
    assert told.etf == Decimal(0)
    assert told.lines[0].words == "NRC waived or not yet earned: earned in the first term"


@pytest.mark.parametrize(
    ("said", "etf"),
    [
        ({"pre_install": {"months_of_mrc": 1, "nrc": True, "passes_on_costs": True, "costs": "4000"}}, "5500.00"),
        ({"pre_install": {}}, "0.00"),
        ({"pre_install": {"months_of_mrc": 1, "passes_on_costs": True}}, None),
        ({}, None),
    ],
)
def test_before_installation_cancelling_has_its_own_terms(said: dict[str, Any], etf: str | None) -> None:
    ordered = leaving(LEVEL_3, nrc=Decimal("500.00"), installed=False, **said)
    told = etf_on(ordered, date(2025, 11, 30))
    assert told.etf == (None if etf is None else Decimal(etf))
    assert told.charges == ()
    assert etf_on(replace(ordered, installed=True), date(2025, 11, 30)).etf == told.etf


def test_a_way_out_frees_from_the_fee_and_notice_is_paid_all_the_same() -> None:
    exits = [{"kind": "chronic_outage", "condition": "More than three outages in 30 days", "clause": "Section 8"}]
    held = leaving(LEVEL_3, exits=exits, notice_count=1, notice_unit="months")
    told = etf_after_notice(held, after(5), way_out=ExitKind.CHRONIC_OUTAGE)
    assert (told.etf, told.exit_cost) == (Decimal(0), Decimal("1000.00"))
    assert "More than three outages" in told.why
    assert etf_after_notice(held, after(5), way_out=ExitKind.PROVIDER_DEFAULT).etf is None


def test_without_a_right_to_leave_the_amount_is_what_is_at_stake() -> None:
    told = etf_on(leaving(REMAINDER, convenience_exit=False), after(14))
    assert told.etf == Decimal("22000.00")
    assert any("no right to leave early" in said for said in told.assumptions)


def test_a_fixed_fee_of_a_contract_is_unknown_for_one_of_its_circuits() -> None:
    fee = {"kind": "fixed", "amount": "900"}
    one = leaving(fee, ref="CKT-1001", one_circuit=True, circuits=3)
    assert etf_on(one, after(6)).etf is None
    assert etf_on(replace(one, etf=clause(fee, per="circuit")), after(6)).etf == Decimal("900.00")
    assert etf_on(leaving(fee, circuits=3, per="circuit"), after(6)).etf == Decimal("2700.00")
    assert etf_on(leaving(fee, ref="CKT-1001", one_circuit=True), after(6)).etf == Decimal("900.00")


@pytest.mark.parametrize(
    ("basis", "etf"),
    [
        # 3% at each anniversary. At termination: month 14 costs 1,030.00; escalated: 10 x 1,030.00 + 12 x 1,060.90.
        ("at_termination", "22660.00"),
        ("escalated", "23030.80"),
    ],
)
def test_the_rate_is_that_at_termination_or_of_each_month(basis: str, etf: str) -> None:
    escalator = escalator_of({"kind": "percent", "percent": 3})
    told = etf_on(leaving(REMAINDER, mrc_basis=basis, escalator=escalator), after(14))
    assert told.etf == Decimal(etf)


@pytest.mark.parametrize(
    ("escalator", "on", "mrc"),
    [
        ({"kind": "percent", "percent": 3}, date(2026, 12, 31), "1000.00"),
        ({"kind": "percent", "percent": 3}, date(2027, 1, 1), "1030.00"),
        ({"kind": "percent", "percent": 10, "compounding": False}, date(2028, 1, 1), "1200.00"),
        ({"kind": "percent", "percent": 3, "first_date": "2026-07-01"}, date(2027, 7, 1), "1060.90"),
        ({"kind": "steps", "steps": [{"from_date": "2027-03-01", "percent": 10}]}, date(2027, 3, 1), "1100.00"),
        ({"kind": "rates", "rates": [{"from_date": "2026-01-01", "mrc": "1000"}, {"from_date": "2027-01-01",
          "mrc": "900"}]}, date(2027, 5, 1), "900.00"),
        ({"kind": "index", "index": "CPI-U", "cap_percent": 4, "raises": [{"from_date": "2027-01-01", "percent": 7}]},
         date(2027, 1, 1), "1040.00"),
        ({"kind": "index", "index": "CPI-U", "floor_percent": 2}, date(2027, 1, 1), "1020.00"),
    ],
)  # fmt: skip
def test_a_rate_moves_as_its_escalator_says(escalator: dict[str, Any], on: date, mrc: str) -> None:
    course = replace(leaving(REMAINDER), escalator=escalator_of(escalator)).course
    assert course is not None
    assert course.on(on).mrc == Decimal(mrc)


def test_a_raise_by_an_index_to_come_is_an_estimate() -> None:
    held = leaving(REMAINDER, mrc_basis="escalated", escalator=escalator_of({"kind": "index", "index": "CPI-U"}))
    assert etf_on(held, after(6)).estimated
    assert etf_on(held, after(30)).lines[0].amount is not None


@pytest.mark.parametrize(
    "said",
    [
        {"formula": {"kind": "percent", "bands": []}},
        {"formula": {"kind": "percent", "bands": [{"from_month": 2, "percent": 50}]}},
        {"formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": 50}, {"from_month": 1, "percent": 5}]}},
        {"formula": {"kind": "penalty"}},
        {"formula": {"kind": "fixed", "amount": "-1"}},
        {"formula": NO_FEE, "notice_count": 30},
        {"formula": NO_FEE, "cap": {"amount": "10"}, "floor": {"amount": "20"}},
        {"formula": NO_FEE, "cap": {}},
        {"formula": NO_FEE, "cap": {"amount": "10", "months_of_mrc": 2}},
        {"formula": NO_FEE, "bonus": 1},
    ],
)
def test_terms_that_can_not_be_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="EtfTerms"):
        EtfTerms.model_validate(said)


def test_terms_that_are_equal_are_kept_alike() -> None:
    one, other = (
        EtfTerms.model_validate({"formula": {"kind": "percent", "bands": [{"from_month": 1, "percent": p}]}}).stored()
        for p in ("75", "75.00")
    )
    assert one == other == EtfTerms.model_validate(one).stored()


def test_what_is_said_of_nothing_has_no_line_of_a_fee() -> None:
    assert [line.part for line in etf_on(leaving(NO_FEE), after(6)).lines] == [EtfPart.NOTHING]

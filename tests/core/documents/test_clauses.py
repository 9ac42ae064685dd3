"""Clauses of leaving and of rising, in the wordings of many hands: typed where they are plain, and else told "
"why not."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pytest

from netos_core.contracts.rules.etf import escalator_of, etf_terms
from netos_core.documents.rules.extraction.leaving import etf_of
from netos_core.documents.rules.extraction.rising import rise_of

START = date(2026, 4, 1)


def bands(*percents: tuple[int, str], **more: Any) -> dict[str, Any]:
    return {"formula": {"kind": "percent", "bands": [{"from_month": m, "percent": p} for m, p in percents]}, **more}


AT_EXIT = bands((1, "100"), (13, "75"), (25, "50"))
AT_EXIT["formula"]["at_exit"] = True
YEARS = bands((1, "100"), (13, "75"), (25, "50"))


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("None", {"formula": {"kind": "none"}}),
        ("No early termination fee applies.", {"formula": {"kind": "none"}}),
        ("100% of the remaining MRC", bands((1, "100"))),
        ("all remaining monthly charges", {"formula": {"kind": "remainder"}}),
        ("$2,500.00", {"formula": {"kind": "fixed", "amount": "2500.00"}}),
        (
            "Customer shall pay a termination charge of $750.00 per circuit.",
            {"formula": {"kind": "fixed", "amount": "750.00"}, "per": "circuit"},
        ),
        ("100% in the first year, 75% in the second year and 50% thereafter of the remaining MRC", YEARS),
        (
            (
                "one hundred percent (100%) of the monthly recurring charges remaining in months 1-12, "
                "seventy-five percent "
                "(75%) in months 13 through 24, and fifty percent (50%) in months 25 through 36"
            ),
            YEARS,
        ),
        (
            (
                "Contract Year 1: 100% of remaining MRC; Contract Year 2: 75% of remaining MRC; Contract Year 3: "
                "50% of remaining MRC"
            ),
            YEARS,
        ),
        (
            (
                "5.2 If Customer cancels a Service, Customer shall owe (a) 100% of the MRC for the first twelve "
                "(12) months, "
                "(b) 75% of the MRC for the next twelve (12) months and (c) 50% of the MRC for the balance of the Term."
            ),
            YEARS,
        ),
        (
            (
                "(i) all unpaid charges accrued through the date of termination; (ii) 100% of the MRC for the "
                "balance of the "
                "first 12 months; (iii) 60% of the MRC for the remainder of the Term; and (iv) any third "
                "party termination "
                "charges incurred by Provider."
            ),
            bands((1, "100"), (13, "60"), third_party={}),
        ),
        (
            (
                "100% of MRC remaining in Year 1, 80% in Year 2, 60% in Year 3, 40% in Years 4 and 5, plus "
                "repayment of any "
                "waived installation charges of $1,500.00"
            ),
            bands((1, "100"), (13, "80"), (25, "60"), (37, "40"), nrc={"amount": "1500.00"}),
        ),
        (
            (
                "If Customer terminates during the first year, 100% of the remaining MRC; during the second year, "
                "75% of the "
                "remaining MRC; thereafter 50% of the remaining MRC."
            ),
            AT_EXIT,
        ),
        (
            (
                "100% of the remaining MRC if terminated in months 1-12, 75% if terminated in months 13-24, and 50% "
                "of the remaining MRC if terminated in months 25-36."
            ),
            AT_EXIT,
        ),
        ("75% of the remaining MRC, not to exceed $10,000", bands((1, "75"), cap={"amount": "10000"})),
        (
            "50% of the monthly charges for each month remaining in the Term, or $5,000, whichever is greater",
            bands((1, "50"), floor={"amount": "5000"}),
        ),
        (
            "25% of the remaining MRC or three months of MRC, whichever is less",
            bands((1, "25"), cap={"months_of_mrc": "3"}),
        ),
        (
            "35% of the remaining MRC, but not less than $500 nor more than $5,000",
            bands((1, "35"), cap={"amount": "5000"}, floor={"amount": "500"}),
        ),
        ("the greater of $1,000 and 50% of the remaining MRC", bands((1, "50"), floor={"amount": "1000"})),
        (
            "the lesser of six (6) months' MRC and all remaining MRC for the term",
            {"formula": {"kind": "remainder"}, "cap": {"months_of_mrc": "6"}},
        ),
        (
            (
                "80% of the remaining MRC, plus a pro rata portion of any waived NRC, provided that in no "
                "event shall the "
                "total exceed twelve (12) months of MRC."
            ),
            bands((1, "80"), nrc={"share": "pro_rata"}, cap={"months_of_mrc": "12"}),
        ),
        (
            "a fee of $5,000 if terminated in year 1, $3,000 in year 2 and $1,000 thereafter",
            {
                "formula": {
                    "kind": "schedule",
                    "steps": [
                        {"from_month": 1, "amount": "5000"},
                        {"from_month": 13, "amount": "3000"},
                        {"from_month": 25, "amount": "1000"},
                    ],
                }
            },
        ),
        (
            "an early termination fee of $3,600.00, reduced by $100.00 for each full month of service",
            {"formula": {"kind": "declining", "amount": "3600.00", "falls_by": "100.00", "every_months": 1}},
        ),
        (
            "$6,000, decreasing by $2,000 on each anniversary of the service date",
            {"formula": {"kind": "declining", "amount": "6000", "falls_by": "2000.00", "every_months": 12}},
        ),
        (
            "$3,600 less 1/36 for each full month completed",
            {"formula": {"kind": "declining", "amount": "3600", "falls_by": "100.00", "every_months": 1}},
        ),
        (
            (
                "Customer may terminate upon thirty (30) days' prior written notice, provided that Customer pays "
                "50% of the "
                "remaining monthly recurring charges, as liquidated damages and not as a penalty, within thirty "
                "(30) days of "
                "termination."
            ),
            bands((1, "50"), notice_count=30, notice_unit="days"),
        ),
        (
            (
                "If Customer terminates for any reason other than Provider's uncured breach, it shall pay 65% of "
                "the monthly "
                "charges multiplied by the number of months remaining. If Customer cancels before "
                "installation, Customer "
                "shall pay one (1) month's MRC and the non-recurring charges. No early termination charge shall "
                "apply in the "
                "event of a chronic outage. No ETF is due during any renewal term."
            ),
            bands(
                (1, "65"),
                exits=[
                    {
                        "kind": "chronic_outage",
                        "condition": "No early termination charge shall apply in the event of a chronic outage.",
                    },
                    {"kind": "provider_default"},
                ],
                pre_install={"months_of_mrc": 1, "nrc": True},
                in_renewal="none",
            ),
        ),
    ],
)
def test_a_clause_of_leaving_becomes_terms(said: str, terms: dict[str, Any]) -> None:
    read = etf_of(said, 36)
    assert read.terms == terms, read.told
    assert etf_terms(read.terms) is not None


@pytest.mark.parametrize(
    "said",
    [
        "an amount equal to the charges",
        "three months of MRC",
        "$500 for each remaining month",
        "seventy-five percent (85%) of the remaining MRC",
        "100% of the MRC for year 1, 75% for year 3 and 50% thereafter of the remaining MRC",
        "100% of the remaining MRC in year 1 and 75% in year 2",
        "50% of the remaining MRC in the first year",
        "100% and 50% of the remaining MRC",
        "100% of remaining MRC for Site A in the first year and 50% of remaining MRC for Site B thereafter.",
        "the lesser of $10,000 and 100% of the remaining MRC, plus waived NRC",
        "75% of the remaining MRC, not to exceed $10,000, plus waived NRC",
        "without cause it shall pay 100% of the remaining MRC; for cause it pays nothing",
        "50% of the remaining MRC, excluding taxes",
        "25% of the remaining MRC or 10% of what was invoiced, whichever is less",
        "80% of the remaining MRC discounted to net present value",
        "50% of the remaining MRC plus unamortized construction costs",
        "50% of the remaining MRC plus any expedite charges",
        "100% of the remaining MRC plus any waived NRC not to exceed $1,500",
        "the greater of $1,000 or 3 months of MRC",
        "75% of the remaining MRC, not to exceed $500 per circuit",
        "Customer shall pay 100% of all remaining MRC, except where Provider raises its prices",
        "75% of the remaining MRC. No termination fee is due if Customer moves to a new address or after an outage.",
        "$1,000 less 1/36 for each month of service",
        "100% of the remaining MRC in months 1-12, …",
        "a partial refund, and 50% of the remaining MRC for each full or partial month",
    ],
)
def test_a_clause_that_says_more_is_told_and_never_cut_down(said: str) -> None:
    read = etf_of(said, 36)
    assert (read.terms, bool(read.told)) == (None, True)


def index(name: str = "CPI", **more: Any) -> dict[str, Any]:
    return {"kind": "index", "index": name, **more}


@pytest.mark.parametrize(
    ("said", "terms"),
    [
        ("3.5% a year", {"kind": "percent", "percent": "3.5"}),
        ("Annual Escalator: 3.0% beginning month 13", {"kind": "percent", "percent": "3"}),
        (
            (
                "Beginning on the first anniversary of the Effective Date, and on each anniversary "
                "thereafter, the monthly "
                "recurring charge shall increase by three percent (3%)."
            ),
            {"kind": "percent", "percent": "3"},
        ),
        (
            "Beginning January 1, 2027, and on each anniversary thereafter, the MRC shall increase by 3%.",
            {"kind": "percent", "percent": "3", "first_date": "2027-01-01"},
        ),
        (
            "Beginning in year 3 the MRC increases by 2% each year.",
            {"kind": "percent", "percent": "2", "first_date": "2028-04-01"},
        ),
        (
            "The license fee increases by ten percent (10%) every five (5) years.",
            {"kind": "percent", "percent": "10", "every_months": 60},
        ),
        ("The MRC increases 3% annually, non-compounding.", {"kind": "percent", "percent": "3", "compounding": False}),
        (
            "Rates shall increase annually by the percentage change in the CPI-U, not to exceed 4%.",
            index("CPI-U", cap_percent="4"),
        ),
        (
            (
                "The MRC increases annually by the greater of three percent (3%) or the increase in the Consumer "
                "Price Index."
            ),
            index(floor_percent="3"),
        ),
        ("The rent rises annually by the lesser of 3% and CPI.", index(cap_percent="3")),
        (
            (
                "The rent shall be adjusted every year by the change in the CPI-U for the preceding twelve (12) "
                "months, but in "
                "no event less than 2% nor more than 5%."
            ),
            index("CPI-U", floor_percent="2", cap_percent="5"),
        ),
        (
            "The charges shall be increased annually by CPI, between 1.5% and 4%.",
            index(floor_percent="1.5", cap_percent="4"),
        ),
        (
            "The MRC shall increase by 3% in year 2, 4% in year 3 and 5% in year 4.",
            {
                "kind": "steps",
                "steps": [
                    {"from_date": "2027-04-01", "percent": "3"},
                    {"from_date": "2028-04-01", "percent": "4"},
                    {"from_date": "2029-04-01", "percent": "5"},
                ],
            },
        ),
        (
            "The fee escalates 2.5% on January 1, 2027 and 3% on January 1, 2028.",
            {
                "kind": "steps",
                "steps": [{"from_date": "2027-01-01", "percent": "2.5"}, {"from_date": "2028-01-01", "percent": "3"}],
            },
        ),
        (
            "MRC: $1,000.00 in Year 1, $1,050.00 in Year 2",
            {
                "kind": "rates",
                "rates": [{"from_date": "2026-04-01", "mrc": "1000.00"}, {"from_date": "2027-04-01", "mrc": "1050.00"}],
            },
        ),
        (
            "The MRC shall be $1,200.00 from January 1, 2026 and $1,260.00 from January 1, 2027.",
            {
                "kind": "rates",
                "rates": [{"from_date": "2026-01-01", "mrc": "1200.00"}, {"from_date": "2027-01-01", "mrc": "1260.00"}],
            },
        ),
    ],
)
def test_a_clause_of_rising_becomes_an_escalator(said: str, terms: dict[str, Any]) -> None:
    read = rise_of(said, START)
    assert read.terms == terms, read.told
    assert escalator_of(read.terms) is not None


@pytest.mark.parametrize(
    "said",
    [
        "CPI",
        "Provider may increase the MRC annually by up to 5%.",
        "The MRC increases by CPI plus 1% each year.",
        "The MRC increases 3% in each renewal year.",
        "Rates may be adjusted annually to reflect changes in the CPI.",
        "The MRC increases by 3% or CPI each year.",
        "The MRC increases annually by 80% of the change in the CPI.",
        "The MRC increases at the start of each renewal term by 5%.",
        "The MRC rises by 3% per year from 03/04/2027.",
        "The MRC rises each year by three percent (4%).",
        "The MRC rises by CPI each year, at least 5% and at most 2%.",
        "The MRC increases 3% annually unless Customer renews.",
        "The MRC rises by 3% in year 2 and 4% in each later year.",
        "The MRC increases annually by …",
    ],
)
def test_a_rise_that_is_not_plain_is_told(said: str) -> None:
    read = rise_of(said, START)
    assert (read.terms, bool(read.told)) == (None, True)


def test_years_of_the_term_need_its_first_day() -> None:
    for said in (
        "The MRC rises by 3% in year 2 and 4% in year 3",
        "In year 3 and after, beginning in year 3, 2% a year",
    ):
        assert rise_of(said).terms is None


@pytest.mark.parametrize(
    "word", ["all ", "the any all an amount equal to ", "in no event such the ", "third party ", "one "]
)
def test_words_said_over_and_over_are_read_in_no_time(word: str) -> None:
    said = f"50% of the remaining MRC each year CPI {word * 600}"[:2000]
    began = time.process_time()
    etf_of(said)
    rise_of(said)
    assert time.process_time() - began < 0.5

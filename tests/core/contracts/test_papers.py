"""Which paper says what holds on a day, and the rate that makes over time: tables, no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import pytest

from netos_core.contracts.plans.terms import EMPTY
from netos_core.contracts.rules.etf import course_of
from netos_core.contracts.rules.papers import Paper, Papers, amended, amendments, held_on, row_held, turning_days

UNSAID: dict[str, Any] = {**EMPTY, "end_of_term": "unknown", "notice_address": None, "total_value": None}
BEFORE, TODAY, LATER = date(2025, 3, 1), date(2026, 6, 1), date(2028, 1, 1)
COMMON = {**UNSAID, "currency": "USD"}
AGREEMENT = {**COMMON, "kind": "agreement", "notice_count": 60, "notice_unit": "days", "etf": "agreement's"}
ORDER = {
    **COMMON, "kind": "order", "parent_id": 1, "term_start_date": date(2024, 4, 1), "term_months": 36,
    "term_end_date": date(2027, 3, 31), "end_of_term": "auto_renew", "renewal_term_months": 12, "notice_count": 90,
    "notice_unit": "days", "mrc": Decimal("1000.00"),
}  # fmt: skip
AMENDMENT = {**COMMON, "kind": "amendment", "parent_id": 2}


def papers(*rows: dict[str, Any], governs: tuple[int, ...] = ()) -> Papers:
    """Number papers from 1 and name them after that; numbers do for ids here."""
    return Papers(
        Paper({**row, "id": number, "ref": f"P{number}"}, number in governs) for number, row in enumerate(rows, 1)
    )


def held(of: Papers, which: int, day: date, *names: str) -> dict[str, tuple[Any, str] | None]:
    """Give the value and the paper of some columns on a day."""
    found = held_on(of, cast("UUID", which), day)
    return {name: (found[name].row[name], found[name].ref) if name in found else None for name in names}


def test_an_amendment_counts_from_its_day_and_leaves_what_it_does_not_touch() -> None:
    of = papers(AGREEMENT, ORDER, AMENDMENT | {
        "term_start_date": date(2026, 1, 1), "term_months": 60, "term_end_date": date(2030, 12, 31),
        "notice_count": 30, "notice_unit": "days",
    })  # fmt: skip
    asked = ("term_end_date", "term_months", "notice_count", "renewal_term_months", "etf")
    assert held(of, 2, date(2025, 12, 31), *asked) == {
        "term_end_date": (date(2027, 3, 31), "P2"), "term_months": (36, "P2"), "notice_count": (90, "P2"),
        "renewal_term_months": (12, "P2"), "etf": ("agreement's", "P1"),
    }  # fmt: skip
    after = {
        "term_end_date": (date(2030, 12, 31), "P3"), "term_months": (60, "P3"), "notice_count": (30, "P3"),
        "renewal_term_months": (12, "P2"), "etf": ("agreement's", "P1"),
    }  # fmt: skip
    assert held(of, 2, date(2026, 1, 1), *asked) == after
    assert held(of, 3, date(2026, 1, 1), *asked) == after, "asked of the amendment it is the same"


@pytest.mark.parametrize(
    ("day", "count", "paper"),
    [
        (date(2024, 12, 31), 90, "P2"),
        (date(2025, 1, 1), 10, "P4"),
        (date(2025, 6, 1), 20, "P3"),
        (date(2026, 2, 1), 30, "P5"),
    ],
)
def test_several_amendments_count_in_the_order_of_their_days(day: date, count: int, paper: str) -> None:
    of = papers(
        AGREEMENT, ORDER,
        AMENDMENT | {"signed_date": date(2025, 6, 1), "notice_count": 20, "notice_unit": "days"},
        AMENDMENT | {"term_start_date": date(2025, 1, 1), "notice_count": 10, "notice_unit": "days"},
        AMENDMENT | {"parent_id": 3, "signed_date": date(2026, 2, 1), "notice_count": 30, "notice_unit": "days"},
    )  # fmt: skip
    assert held(of, 2, day, "notice_count")["notice_count"] == (count, paper)
    assert [one.ref for one in amendments(of, of.by_id[cast("UUID", 2)])] == ["P4", "P3", "P5"]
    assert turning_days(of, cast("UUID", 2)) == [date(2025, 1, 1), date(2025, 6, 1), date(2026, 2, 1)]


def test_of_the_same_day_the_later_recorded_counts_and_one_without_a_day_comes_first() -> None:
    same = {"signed_date": date(2025, 6, 1), "notice_unit": "days"}
    of = papers(
        AGREEMENT, ORDER, AMENDMENT | same | {"notice_count": 20}, AMENDMENT | same | {"notice_count": 25},
        AMENDMENT | {"notice_count": 10, "notice_unit": "days"},
    )  # fmt: skip
    assert held(of, 2, date(2025, 1, 1), "notice_count")["notice_count"] == (10, "P5")
    assert held(of, 2, date(2025, 6, 1), "notice_count")["notice_count"] == (25, "P4")


def test_an_extension_moves_the_end_and_the_first_day_stays() -> None:
    of = papers(AGREEMENT, ORDER, AMENDMENT | {"signed_date": BEFORE, "term_end_date": date(2028, 3, 31)})
    assert held(of, 2, TODAY, "term_start_date", "term_months", "term_end_date") == {
        "term_start_date": (date(2024, 4, 1), "P2"), "term_months": (None, "P3"),
        "term_end_date": (date(2028, 3, 31), "P3"),
    }  # fmt: skip


def test_a_day_alone_is_no_term() -> None:
    of = papers(AGREEMENT, ORDER, AMENDMENT | {"term_start_date": BEFORE, "mrc": Decimal("900.00")})
    assert held(of, 2, TODAY, "term_start_date", "term_end_date") == {
        "term_start_date": (date(2024, 4, 1), "P2"), "term_end_date": (date(2027, 3, 31), "P2"),
    }  # fmt: skip


def test_what_no_paper_says_is_held_by_none() -> None:
    of = papers(AGREEMENT, COMMON | {"kind": "order", "parent_id": 1})
    assert held(of, 2, TODAY, "term_end_date", "notice_count", "end_of_term", "mrc", "etf") == {
        "term_end_date": None, "notice_count": None, "end_of_term": None, "mrc": None, "etf": ("agreement's", "P1"),
    }  # fmt: skip
    assert row_held(held_on(of, cast("UUID", 2), TODAY), UNSAID)["end_of_term"] == "unknown"


def test_an_amendment_of_an_agreement_stands_beside_it_only_where_it_governs_circuits() -> None:
    said = {"parent_id": 1, "signed_date": BEFORE, "notice_count": 45, "notice_unit": "days"}
    of = papers(AGREEMENT, ORDER, AMENDMENT | said, AMENDMENT | said | {"notice_count": 5}, governs=(4,))
    assert held(of, 1, TODAY, "notice_count")["notice_count"] == (45, "P3")
    assert [amended(of, cast("UUID", number)).ref for number in (1, 2, 3, 4)] == ["P1", "P2", "P1", "P4"]
    assert held(of, 4, TODAY, "notice_count")["notice_count"] == (5, "P4")


def test_an_order_that_ends_with_its_agreement_takes_its_end_and_its_renewal_from_there() -> None:
    above = AGREEMENT | {"term_end_date": date(2029, 12, 31), "renewal_term_months": 24}
    under = ORDER | {"co_terminus": True, "term_end_date": date(2029, 12, 31), "renewal_term_months": None}
    assert held(papers(above, under), 2, TODAY, "term_end_date", "renewal_term_months", "notice_count") == {
        "term_end_date": (date(2029, 12, 31), "P1"), "renewal_term_months": (24, "P1"), "notice_count": (90, "P2"),
    }  # fmt: skip


def test_amounts_in_another_currency_are_none_of_its() -> None:
    other = AMENDMENT | {"currency": "EUR", "signed_date": BEFORE, "mrc": Decimal(1), "notice_count": 5}
    of = papers(AGREEMENT | {"currency": "EUR"}, ORDER, other)
    assert held(of, 2, TODAY, "mrc", "etf", "notice_count") == {
        "mrc": (Decimal("1000.00"), "P2"), "etf": None, "notice_count": (5, "P3"),
    }  # fmt: skip


def test_a_ring_of_papers_comes_to_an_end() -> None:
    of = papers(AMENDMENT | {"parent_id": 2}, AMENDMENT | {"parent_id": 1})
    assert held(of, 1, TODAY, "notice_count") == {"notice_count": None}
    assert turning_days(of, cast("UUID", 1)) == []


# The rate

THREE_PERCENT = {"escalator": {"kind": "percent", "percent": 3}}
DATED = {"escalator": {"kind": "rates", "rates": [
    {"from_date": "2024-04-01", "mrc": "1000.00"}, {"from_date": "2026-01-01", "mrc": "1100.00"},
]}}  # fmt: skip
RE_RATED = AMENDMENT | {"term_start_date": date(2025, 7, 1), "mrc": Decimal("900.00")}


@pytest.mark.parametrize(
    ("rows", "price", "day", "mrc", "basis", "source", "since"),
    [
        pytest.param([], None, "2025-03-01", "1000.00", "paper", "P2", "2024-04-01", id="the paper's first rate"),
        pytest.param([], None, "2023-01-01", "1000.00", "paper", "P2", "2024-04-01", id="before all that is known"),
        pytest.param([THREE_PERCENT], None, "2025-04-01", "1030.00", "escalator", "P2", "2025-04-01", id="a step"),
        pytest.param([THREE_PERCENT], None, "2026-05-01", "1060.90", "escalator", "P2", "2026-04-01", id="two steps"),
        pytest.param([RE_RATED], None, "2025-06-30", "1000.00", "paper", "P2", "2024-04-01", id="before an amendment"),
        pytest.param([RE_RATED], None, "2025-07-01", "900.00", "amendment", "P3", "2025-07-01", id="from its day"),
        pytest.param([THREE_PERCENT, RE_RATED], None, "2026-03-31", "900.00", "amendment", "P3", "2025-07-01",
                     id="raises of before are not counted on"),
        pytest.param([THREE_PERCENT, RE_RATED], None, "2026-04-01", "927.00", "escalator", "P2", "2026-04-01",
                     id="and the escalator goes on"),
        pytest.param([AMENDMENT | {"signed_date": date(2025, 7, 1)} | THREE_PERCENT], None, "2026-04-01", "1030.00",
                     "escalator", "P3", "2026-04-01", id="an amendment of the escalator counts from its day"),
        pytest.param([DATED], None, "2025-12-31", "1000.00", "paper", "P2", "2024-04-01", id="dated, the first"),
        pytest.param([DATED], None, "2026-01-01", "1100.00", "dated", "P2", "2026-01-01", id="dated, the second"),
        pytest.param([DATED, RE_RATED], None, "2026-01-01", "900.00", "amendment", "P3", "2025-07-01",
                     id="an amount that is amended ends dated ones"),
        pytest.param([RE_RATED | DATED], None, "2026-01-01", "1100.00", "dated", "P3", "2026-01-01",
                     id="unless it dates amounts itself"),
        pytest.param([{"mrc": None} | DATED], None, "2025-01-01", "1000.00", "dated", "P2", "2024-04-01",
                     id="dated alone"),
        pytest.param([THREE_PERCENT], "1050.00", "2026-05-31", "1060.90", "escalator", "P2", "2026-04-01",
                     id="yesterday by the papers"),
        pytest.param([THREE_PERCENT], "1050.00", "2026-06-01", "1050.00", "on_file", None, "2026-06-01",
                     id="today by what is paid"),
        pytest.param([THREE_PERCENT], "1050.00", "2027-04-01", "1081.50", "escalator", "P2", "2027-04-01",
                     id="and on from there"),
        pytest.param([RE_RATED], "1000.00", "2026-06-01", "900.00", "amendment", "P3", "2025-07-01",
                     id="an amended amount counts before a price without a day"),
        pytest.param([RE_RATED | {"term_start_date": date(2027, 1, 1)}], "1050.00", "2026-12-31", "1050.00", "on_file",
                     None, "2026-06-01", id="until an amendment that is to come"),
        pytest.param([RE_RATED | {"term_start_date": date(2027, 1, 1)}], "1050.00", "2027-01-01", "900.00",
                     "amendment", "P3", "2027-01-01", id="takes effect"),
        pytest.param([{"mrc": None}], "1050.00", "2025-01-01", "1050.00", "on_file", None, "2026-06-01",
                     id="only a price"),
        pytest.param([{"escalator": {"kind": "percent", "percent": 3, "compounding": False}}], None, "2026-04-01",
                     "1060.00", "escalator", "P2", "2026-04-01", id="on the first rate"),
        pytest.param([{"escalator": {"kind": "percent", "percent": 10, "compounding": False}}, RE_RATED], None,
                     "2026-04-01", "990.00", "escalator", "P2", "2026-04-01", id="an amended rate is a first one"),
    ],
)  # fmt: skip
def test_the_rate_of_a_day_and_what_made_it(
    rows: list[dict[str, Any]], price: str | None, day: str, mrc: str, basis: str, source: str | None, since: str
) -> None:
    own = [row for row in rows if "kind" not in row]
    order = ORDER | (own[0] if own else {})
    of = papers(AGREEMENT, order, *(row for row in rows if "kind" in row))
    course = course_of(of, cast("UUID", 2), price=Decimal(price) if price else None, today=TODAY)
    assert course is not None
    on = date.fromisoformat(day)
    step = course.step_on(on)
    assert (step.mrc, step.basis, step.source, step.since) == (Decimal(mrc), basis, source, date.fromisoformat(since))
    assert course.on(on).mrc == step.mrc, "the fee is worked out from the same rate"


def test_nothing_says_a_rate() -> None:
    assert course_of(papers(AGREEMENT), cast("UUID", 1), price=None, today=TODAY) is None


def test_the_steps_of_a_rate_and_the_part_of_one_circuit() -> None:
    of = papers(AGREEMENT, ORDER | THREE_PERCENT, RE_RATED | {"term_start_date": date(2026, 10, 1)})
    course = course_of(of, cast("UUID", 2), price=Decimal("1060.90"), today=TODAY)
    assert course is not None
    steps = [(str(step.since), str(step.mrc)) for step in course.steps(LATER)]
    assert steps == [
        ("2024-04-01", "1000.00"), ("2025-04-01", "1030.00"), ("2026-04-01", "1060.90"), ("2026-10-01", "900.00"),
        ("2027-04-01", "927.00"),
    ]  # fmt: skip
    part = course.part(Decimal("265.22"), Decimal("1060.90"))
    assert [str(step.mrc) for step in part.steps(LATER)][-2:] == ["225.00", "231.75"]

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from netos_core.electrical.rules import Average, Bill, averages, trailing_months

TODAY = date(2026, 6, 15)


def bill(month: str, amount: str, currency: str = "USD") -> Bill:
    return Bill(date.fromisoformat(f"{month}-01"), Decimal(amount), currency, None)


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [("2026-06-15", "2025-06-01", "2026-05-01"), ("2026-01-01", "2025-01-01", "2025-12-01"),
     ("2026-12-31", "2025-12-01", "2026-11-01")],
)  # fmt: skip
def test_the_twelve_months_end_with_the_last_whole_one(today: str, first: str, last: str) -> None:
    assert trailing_months(date.fromisoformat(today)) == (date.fromisoformat(first), date.fromisoformat(last))


def test_the_average_is_over_the_months_that_were_billed_and_says_how_many() -> None:
    bills = [bill("2026-05", "100.00"), bill("2026-04", "100.01"), bill("2025-06", "100.01")]
    assert averages(bills, TODAY) == (Average("USD", Decimal("100.01"), 3),)


def test_bills_outside_the_twelve_months_count_for_nothing() -> None:
    assert averages([bill("2026-06", "900.00"), bill("2025-05", "900.00")], TODAY) == ()


def test_currencies_are_never_added_up() -> None:
    assert averages([bill("2026-05", "100.00"), bill("2026-04", "50.00", "CAD")], TODAY) == (
        Average("CAD", Decimal("50.00"), 1), Average("USD", Decimal("100.00"), 1),
    )  # fmt: skip


def test_without_bills_no_average_is_known() -> None:
    assert averages([], TODAY) == ()

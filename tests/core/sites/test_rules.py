"""What a billed cost comes to in a month."""

from __future__ import annotations

from decimal import Decimal

import pytest

from netos_core.sites.rules import INFRASTRUCTURE, MONTHS, Cadence, SiteKind, monthly_amount


@pytest.mark.parametrize(
    ("amount", "cadence", "month"),
    [
        ("100.00", Cadence.MONTHLY, "100"),
        ("300.00", Cadence.QUARTERLY, "100"),
        ("600.00", Cadence.SEMIANNUAL, "100"),
        ("1200.00", Cadence.ANNUAL, "100"),
        ("0.00", Cadence.ANNUAL, "0"),
    ],
)
def test_a_months_share_is_the_bill_over_its_months(amount: str, cadence: Cadence, month: str) -> None:
    assert monthly_amount(Decimal(amount), cadence) == Decimal(month)


def test_a_one_time_cost_is_part_of_no_month() -> None:
    assert monthly_amount(Decimal("5000.00"), Cadence.ONE_TIME) is None


def test_twelve_unrounded_months_make_the_year_again() -> None:
    month = monthly_amount(Decimal("1000.00"), Cadence.ANNUAL)
    assert month is not None
    assert round(12 * month, 2) == Decimal("1000.00")


def test_every_cadence_but_one_time_has_its_months() -> None:
    assert set(Cadence) - set(MONTHS) == {Cadence.ONE_TIME}


def test_eight_kinds_are_infrastructure() -> None:
    assert len(INFRASTRUCTURE) == 8
    assert SiteKind.ENDPOINT not in INFRASTRUCTURE

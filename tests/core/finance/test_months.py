from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.finance.rules.months import Proration, last_of, months_from, of_month, prorated
from netos_core.sites.rules import MONTHS, Cadence

THIRTY, ACTUAL = Proration.THIRTY, Proration.ACTUAL
untimed = settings(deadline=None)


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("first", "last", "thirty", "actual"),
    [
        ("2026-01-01", "2026-01-31", "310.00", "310.00"),
        ("2026-01-16", "2026-01-31", "155.00", "160.00"),
        ("2026-01-01", "2026-01-10", "103.33", "100.00"),
        ("2026-01-31", "2026-01-31", "0.00", "10.00"),
        ("2026-02-01", "2026-02-28", "310.00", "310.00"),
        ("2026-02-15", "2026-02-28", "165.33", "155.00"),
        ("2026-06-10", "2026-06-10", "10.33", "10.33"),
    ],
)
def test_a_partial_month_is_counted_of_thirty_days_or_as_it_is(first: str, last: str, thirty: str, actual: str) -> None:
    month = day(first).replace(day=1)
    found = [prorated(Decimal("310.00"), day(first), day(last), month, how) for how in (THIRTY, ACTUAL)]
    assert [str(amount) for amount in found] == [thirty, actual]


@pytest.mark.parametrize(
    ("cadence", "starts_on", "ends_on", "month", "amount"),
    [
        ("monthly", None, None, "2026-06-01", "100.00"),
        ("quarterly", None, None, "2026-01-01", "33.33"),
        ("quarterly", None, None, "2026-02-01", "33.34"),
        ("quarterly", "2026-02-01", None, "2026-02-01", "33.33"),
        ("semiannual", None, None, "2026-06-01", "16.67"),
        ("annual", None, None, "2026-01-01", "8.33"),
        ("monthly", "2026-06-16", None, "2026-06-01", "50.00"),
        ("monthly", None, "2026-05-31", "2026-06-01", None),
        ("monthly", "2026-07-01", None, "2026-06-01", None),
        ("one_time", "2026-06-20", None, "2026-06-01", "100.00"),
        ("one_time", "2026-06-20", None, "2026-07-01", None),
        ("one_time", None, None, "2026-06-01", None),
    ],
)
def test_a_billed_amount_falls_into_its_months(
    cadence: str, starts_on: str | None, ends_on: str | None, month: str, amount: str | None
) -> None:
    found = of_month(
        Decimal("100.00"), Cadence(cadence), day(starts_on) if starts_on else None,
        day(ends_on) if ends_on else None, day(month), THIRTY,
    )  # fmt: skip
    assert found == (None if amount is None else Decimal(amount))


money = st.decimals(0, 1_000_000, places=2)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@untimed
@given(money, days, st.sampled_from(Proration))
def test_two_stretches_that_fill_a_month_make_it_whole(amount: Decimal, turn: date, how: Proration) -> None:
    month, last = turn.replace(day=1), last_of(turn)
    before = turn - timedelta(days=1)
    first = prorated(amount, month, before, month, how) if before >= month else Decimal(0)
    assert first + prorated(amount, turn, last, month, how) == amount


@untimed
@given(money, st.sampled_from(sorted(MONTHS)), days, st.sampled_from(Proration))
def test_the_months_of_a_cycle_make_what_was_billed(
    amount: Decimal, cadence: Cadence, on: date, how: Proration
) -> None:
    starts = on.replace(day=1)
    after = starts + timedelta(days=31 * MONTHS[cadence] + 40)
    cycle = list(months_from(starts, after))[: MONTHS[cadence]]
    assert sum(of_month(amount, cadence, starts, None, month, how) or Decimal(0) for month in cycle) == amount

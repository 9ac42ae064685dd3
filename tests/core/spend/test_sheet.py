"""Months side by side: however a stretch of days is cut, its pieces make it again."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.finance.rules.months import Proration, last_of, prorated
from netos_core.spend.rules.sheet import Months, Sheet

FIRST = date(2026, 6, 1)
DAYS = st.integers(min_value=-40, max_value=800).map(lambda count: FIRST + timedelta(days=count))
KEY = ("USD", "committed")


@settings(deadline=None)
@given(
    st.lists(DAYS, min_size=2, max_size=6, unique=True).map(sorted),
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.sampled_from(Proration),
)
def test_pieces_of_a_stretch_make_each_month_what_it_comes_to_whole(
    days: list[date], mrc: Decimal, proration: Proration
) -> None:
    months = Months(FIRST, 24, proration)
    sheet = Sheet(months)
    for begin, after in pairwise(days):
        for run in months.runs(begin, after - timedelta(days=1)):
            sheet.put(KEY, run, months.amount(mrc, run))
    first, last = days[0], days[-1] - timedelta(days=1)
    for number, month in enumerate(months.all):
        begin, end = max(first, month), min(last, last_of(month))
        whole = prorated(mrc, begin, end, month, proration) if begin <= end else Decimal(0)
        assert sheet.of(KEY)[number] == sheet.in_month(KEY, number) == whole


@pytest.mark.parametrize(
    ("first", "last", "runs"),
    [
        ("2026-06-01", "2026-08-31", [(0, 2, False)]),
        ("2026-06-10", "2026-06-20", [(0, 0, True)]),
        ("2026-06-10", "2026-08-31", [(0, 0, True), (1, 2, False)]),
        ("2026-06-01", "2026-07-15", [(1, 1, True), (0, 0, False)]),
        ("2026-05-01", "2030-01-01", [(0, 23, False)]),
        ("2020-01-01", "2020-02-01", []),
    ],
)
def test_a_stretch_is_cut_into_whole_months_and_broken_ones(
    first: str, last: str, runs: list[tuple[int, int, bool]]
) -> None:
    months = Months(FIRST, 24, Proration.THIRTY)
    found = months.runs(date.fromisoformat(first), date.fromisoformat(last))
    assert [(run.first, run.last, run.days is not None) for run in found] == runs

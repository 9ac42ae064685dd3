"""Months and the part of a billed amount that falls into one: proration and cadence, exact to the cent."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from netos_core.kernel.money import to_the_cent
from netos_core.sites.rules import MONTHS, Cadence

THIRTY = 30
YEAR = 12


class Proration(StrEnum):
    """How the days of a partial month are counted: of thirty, as interconnection terms presume, or as they are."""

    THIRTY = "30"
    ACTUAL = "actual"


def first_of(day: date) -> date:
    return day.replace(day=1)


@lru_cache(maxsize=1000)
def last_of(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def months_from(first: date, last: date) -> Iterator[date]:
    """Give each month from one to another, both counted, by its first day."""
    for count in range(_count(first), _count(last) + 1):
        yield date(count // YEAR, count % YEAR + 1, 1)


def prorated(amount: Decimal, first: date, last: date, month: date, proration: Proration) -> Decimal:
    """Give what a monthly amount comes to for some days of a month, the first and the last of them counted.

    Of a month of thirty days the 31st is no day, and the last of February stands for all up to the thirtieth. The
    running sum is rounded, so stretches that fill a month make the whole amount.
    """
    before = first - timedelta(days=1)
    upto = _days(last, month, proration)
    since = _days(before, month, proration) if before >= month else 0
    whole = THIRTY if proration is Proration.THIRTY else last_of(month).day
    return to_the_cent(amount * upto / whole) - to_the_cent(amount * since / whole)


def of_month(
    amount: Decimal,
    cadence: Cadence,
    starts_on: date | None,
    ends_on: date | None,
    month: date,
    proration: Proration,
) -> Decimal | None:
    """Give what of a billed amount belongs to a month; None where nothing does.

    A quarter, half-year or year is spread over its months, so that together they make it again: counted from the month
    it starts in, else from January. A one-time amount belongs to the month it starts in, whole.
    """
    if cadence is Cadence.ONE_TIME:
        return amount if starts_on is not None and first_of(starts_on) == month else None
    first, last = max(starts_on or month, month), min(ends_on or last_of(month), last_of(month))
    if first > last:
        return None
    months = MONTHS[cadence]
    place = (_count(month) - (_count(starts_on) if starts_on else 0)) % months
    part = to_the_cent(amount * (place + 1) / months) - to_the_cent(amount * place / months)
    return prorated(part, first, last, month, proration)


def _days(day: date, month: date, proration: Proration) -> int:
    if proration is Proration.ACTUAL:
        return day.day
    return THIRTY if day == last_of(month) else min(day.day, THIRTY)


def _count(day: date) -> int:
    return day.year * YEAR + day.month - 1

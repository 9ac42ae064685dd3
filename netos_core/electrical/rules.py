"""Electrical service in its trade's words, and what a month of it costs on average."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from netos_core.kernel.money import to_the_cent

MONTHS = 12


class Phase(StrEnum):
    SINGLE = "single"
    THREE = "three"


@dataclass(frozen=True, slots=True)
class Bill:
    """What was billed for a month, by its first day; kWh may be unknown."""

    month: date
    amount: Decimal
    currency: str
    kwh: Decimal | None


@dataclass(frozen=True, slots=True)
class Average:
    """The mean monthly cost in one currency, and the number of billed months it rests on."""

    currency: str
    amount: Decimal
    months: int


def first_of(day: date) -> date:
    return day.replace(day=1)


def trailing_months(today: date) -> tuple[date, date]:
    """Give the first and the last of the twelve months before this one, each by its first day.

    The month that still runs is left out: its bill is not there, or not whole.
    """
    count = today.year * 12 + today.month - 1
    first, last = count - MONTHS, count - 1
    return date(first // 12, first % 12 + 1, 1), date(last // 12, last % 12 + 1, 1)


def averages(bills: Iterable[Bill], today: date) -> tuple[Average, ...]:
    """Average what was billed over the twelve months before this one, in each currency by itself.

    A month without a bill is unknown and counts for nothing: the mean is over the months that were billed.
    """
    first, last = trailing_months(today)
    sums: dict[str, list[Decimal]] = {}
    for bill in bills:
        if first <= bill.month <= last:
            sums.setdefault(bill.currency, []).append(bill.amount)
    return tuple(
        Average(currency, to_the_cent(sum(amounts, Decimal()) / len(amounts)), len(amounts))
        for currency, amounts in sorted(sums.items())
    )

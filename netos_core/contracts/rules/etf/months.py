"""A term cut into its months, and what of them is left after a day, under each rule of the broken month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import count

from netos_core.contracts.rules.days import ONE_DAY, plus_months
from netos_core.contracts.rules.etf.terms import PartialMonth

ONE, NONE = Decimal(1), Decimal(0)
THIRTY = Decimal(30)
DAILY = frozenset({PartialMonth.DAILY_30, PartialMonth.DAILY_ACTUAL})


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a term: its number from 1, its first and last day, and how much of a month it is.

    The last one of a term that ends with another agreement may be shorter than a month.
    """

    number: int
    start: date
    end: date
    whole: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a month that counts."""

    month: Month
    share: Decimal


def months_of(start: date, end: date | None, rule: PartialMonth) -> Iterable[Month]:
    """Cut the time from a day on into months, up to the end; without one they go on."""
    return _cut(start, end, rule) if end is None else _of_term(start, end, rule)


@lru_cache(maxsize=512)
def _of_term(start: date, end: date, rule: PartialMonth) -> tuple[Month, ...]:
    """Keep the months of a term: each part of a fee counts them, for each day that is asked about."""
    return tuple(_cut(start, end, rule))


def _cut(start: date, end: date | None, rule: PartialMonth) -> Iterator[Month]:
    for number in count(1):
        first = plus_months(start, number - 1)
        if end is not None and first > end:
            return
        last = plus_months(start, number) - ONE_DAY
        if end is None or last <= end:
            yield Month(number, first, last, ONE)
        else:
            yield Month(number, first, end, _days(first, end, last, rule))


def _days(first: date, until: date, last: date, rule: PartialMonth) -> Decimal:
    """Give the share of a month that runs from its first day until another; a month presumes thirty days."""
    served = Decimal((until - first).days + 1)
    if rule is PartialMonth.DAILY_ACTUAL:
        return served / Decimal((last - first).days + 1)
    return min(served, THIRTY) / THIRTY


def left_after(start: date, end: date, last_day: date, rule: PartialMonth) -> list[Part]:
    """List what is left of a term after the last day of service: whole months, and the broken one by its rule."""
    parts: list[Part] = []
    for month in months_of(start, end, rule):
        if month.end <= last_day:
            continue
        if month.start > last_day or rule is PartialMonth.ROUNDED_UP:
            share = month.whole
        elif rule is PartialMonth.WHOLE_MONTH:
            share = NONE
        else:
            usual_end = plus_months(start, month.number) - ONE_DAY
            share = max(month.whole - _days(month.start, last_day, usual_end, rule), NONE)
        if share > NONE:
            parts.append(Part(month, share))
    return parts


def charged_between(
    start: date, end: date | None, after: date, last_day: date, rule: PartialMonth, *, fee_counts_it: bool
) -> list[Part]:
    """List what is charged as usual after the day of notice, up to the last day of service.

    Charges come in advance, so under the rules of whole months the month in which notice is given is taken as charged.

    Args:
        start: First day of the months that are counted.
        end: Last day of the term; None where it runs month to month.
        after: The day of notice.
        last_day: The last day of service.
        rule: What becomes of the broken month.
        fee_counts_it: Whether there is a fee that counts the broken month where it is rounded up.
    """
    parts: list[Part] = []
    for month in months_of(start, end, rule):
        if month.start > last_day:
            break
        if month.end <= after:
            continue
        if rule in DAILY:
            usual_end = plus_months(start, month.number) - ONE_DAY
            until = NONE if after < month.start else _days(month.start, after, usual_end, rule)
            served = month.whole if month.end <= last_day else _days(month.start, last_day, usual_end, rule)
            share = min(served, month.whole) - min(until, month.whole)
        else:
            broken = month.end > last_day
            taken = month.start <= after or (broken and rule is PartialMonth.ROUNDED_UP and fee_counts_it)
            share = NONE if taken else month.whole
        if share > NONE:
            parts.append(Part(month, share))
    return parts

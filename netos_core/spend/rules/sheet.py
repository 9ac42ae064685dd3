"""Months side by side: charges from day to day are put in as runs of whole months, and only broken ones one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import accumulate

from netos_core.contracts.rules.days import plus_months
from netos_core.finance.rules.months import Proration, last_of, months_from, prorated

NOTHING = Decimal(0)
YEAR = 12


@dataclass(frozen=True, slots=True)
class Run:
    """Whole months from one to another by their number, or the days of a broken one."""

    first: int
    last: int
    days: tuple[date, date] | None = None


class Months:
    """The months that are looked at, by number from 0."""

    def __init__(self, first: date, count: int, proration: Proration) -> None:
        self.first = first
        self.all = tuple(months_from(first, plus_months(first, count - 1)))
        self.until = last_of(self.all[-1])
        self.proration = proration

    def number(self, day: date) -> int:
        return (day.year - self.first.year) * YEAR + day.month - self.first.month

    def runs(self, first: date, last: date) -> Iterator[Run]:
        """Cut a stretch of days into runs; what lies outside of the months is left out."""
        first, last = max(first, self.first), min(last, self.until)
        if first > last:
            return
        begin, end = self.number(first), self.number(last)
        if first.day > 1:
            yield Run(begin, begin, (first, min(last, last_of(self.all[begin]))))
            begin += 1
        if end >= begin and last != last_of(self.all[end]):
            yield Run(end, end, (max(first, self.all[end]), last))
            end -= 1
        if begin <= end:
            yield Run(begin, end)

    def amount(self, mrc: Decimal, run: Run) -> Decimal:
        """Give what a run comes to in each of its months."""
        if run.days is None:
            return mrc
        return prorated(mrc, *run.days, self.all[run.first], self.proration)


@dataclass(slots=True)
class Sheet:
    """Amounts of each key by month, kept as the steps from one month to the next."""

    months: Months
    steps: dict[tuple[str, str], dict[int, Decimal]] = field(default_factory=dict)

    def put(self, key: tuple[str, str], run: Run, amount: Decimal) -> None:
        """Add an amount to each month of a run."""
        steps = self.steps.setdefault(key, {})
        steps[run.first] = steps.get(run.first, NOTHING) + amount
        steps[run.last + 1] = steps.get(run.last + 1, NOTHING) - amount

    def of(self, key: tuple[str, str]) -> Sequence[Decimal]:
        """Give the amounts of a key, month by month."""
        steps: Mapping[int, Decimal] = self.steps.get(key, {})
        return list(accumulate(steps.get(number, NOTHING) for number in range(len(self.months.all))))

    def in_month(self, key: tuple[str, str], number: int) -> Decimal:
        steps: Mapping[int, Decimal] = self.steps.get(key, {})
        return sum((amount for at, amount in steps.items() if at <= number), NOTHING)

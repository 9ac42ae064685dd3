"""The projection: what circuits come to in each month to come, by footing, as their contracts go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.contracts.rules.days import ONE_DAY
from netos_core.contracts.rules.etf import Course, RateBasis
from netos_core.finance.rules.months import last_of
from netos_core.kernel.money import to_the_cent
from netos_core.spend.rules.sheet import Months, Run, Sheet
from netos_core.spend.rules.way import Decisions, Footing, Way

MODELED = "modeled"
UNDONE = "undone"
NOTHING = Decimal(0)

Key = tuple[str, str]
"""A currency, with the ref of a contract or circuit, a footing, or a part of it."""


@dataclass(frozen=True, slots=True)
class Billed:
    """A circuit that is billed: what for, from which day to which; None is open.

    `own` is that no contract says how it goes on: none governs it, or it is over; `flat` that its price is no part of
    the rate of its contract.
    """

    id: UUID
    ref: str
    currency: str
    mrc: Decimal
    contract_id: UUID | None
    first: date | None
    last: date | None
    own: bool
    flat: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A rate from a day on; modeled where it rests on what is not known yet."""

    since: date
    mrc: Decimal
    modeled: bool = False


@dataclass(frozen=True, slots=True)
class Leg:
    """A stretch of a contract's way: its days, on what it stands, and whose rates hold.

    `course` is None where the rate goes on as it is: the paper that follows states none.
    """

    first: date
    last: date
    footing: Footing
    course: Course | None
    price: Decimal | None
    modeled: bool = False
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A contract ahead of us: its way, its legs, and the day its service ends by them."""

    id: UUID
    ref: str
    way: Way
    course: Course | None
    legs: tuple[Leg, ...]
    ends_on: date | None
    decisions: Decisions


def legs_of(way: Way, course: Course | None, price: Decimal | None, first: date, until: date) -> Iterator[Leg]:
    """Cut a way into legs between two days; what a decision would end that is not carried out is a leg of its own."""
    last = min(way.ends_on or until, until)
    spans = way.spans
    for place, span in enumerate(spans):
        stop = spans[place + 1].first - ONE_DAY if place + 1 < len(spans) else last
        begin, stop = max(span.first, first), min(stop, last)
        if begin > stop:
            continue
        cut = way.leaves_after
        if cut is not None and begin <= cut < stop:
            yield Leg(begin, cut, span.footing, course, price)
            yield Leg(cut + ONE_DAY, stop, span.footing, course, price, undone=True)
        else:
            yield Leg(begin, stop, span.footing, course, price, undone=cut is not None and begin > cut)


def rates_of(
    circuit: Billed, course: Course | None, price: Decimal | None, turns: Sequence[date], first: date, until: date
) -> list[Step]:
    """Give the rates of a circuit between two days: its part of its contract's course, else its price on file.

    Args:
        circuit: The circuit.
        course: The course of its contract.
        price: What all circuits of it cost today.
        turns: The days on which the course may change, in order.
        first: The first day.
        until: The last day.
    """
    if course is None or price is None or circuit.own or circuit.flat:
        return [Step(first, circuit.mrc)]
    mine = course.part(circuit.mrc, price)
    found: list[Step] = []
    for day in (first, *(day for day in turns if first < day <= until)):
        now = mine.on(day)
        if not found or (found[-1].mrc, found[-1].modeled) != (now.mrc, now.estimated):
            found.append(Step(day, now.mrc, now.estimated))
    return found


def turning(course: Course | None, until: date) -> list[date]:
    """List the days on which a course may change."""
    if course is None:
        return []
    found: set[date] = set()
    for stretch in course.stretches:
        if stretch.since is not None:
            found.add(stretch.since)
        found.update(stretch.turns(until))
    return sorted(found)


def flat_rate(circuit: Billed, course: Course | None, price: Decimal | None) -> Decimal:
    """Give the rate of a circuit where its contract's course stays as it is: as `rates_of` does, without the way there.

    Where the whole is what its circuits cost, a part of it is the circuit's price.
    """
    if course is None or price is None or circuit.own or circuit.flat or course.stretches[-1].mrc == price:
        return circuit.mrc
    last = course.stretches[-1]
    return circuit.mrc if last.basis is RateBasis.ON_FILE else to_the_cent(last.mrc * (circuit.mrc / price))


def is_flat(course: Course | None, first: date) -> bool:
    """Whether a course stays as it is from a day on."""
    return course is None or (
        all(one.since is None or one.since <= first for one in course.stretches)
        and course.stretches[-1].escalator is None
    )


def _alike(legs: Sequence[Leg]) -> list[list[Leg]]:
    """Put legs together that follow one another at the rates of one course."""
    found: list[list[Leg]] = []
    for leg in legs:
        before = found[-1][-1] if found else None
        if before is not None and before.course is leg.course and before.last + ONE_DAY == leg.first:
            found[-1].append(leg)
        else:
            found.append([leg])
    return found


class Projection:
    """Adds circuits up, month by month: by currency and footing, and for each contract or circuit by itself."""

    def __init__(self, months: Months) -> None:
        self.months = months
        self.sheet = Sheet(months)
        self.items: dict[Key, Plan | Billed] = {}

    def add(self, plan: Plan, circuits: Sequence[Billed]) -> None:
        """Put in the circuits of one contract."""
        for legs in _alike(plan.legs):
            if is_flat(legs[0].course, legs[0].first):
                self._together(plan, [one for one in circuits if self._whole(one)], legs)
                rest = [one for one in circuits if not self._whole(one)]
            else:
                rest = list(circuits)
            turns = turning(legs[0].course, legs[-1].last) if rest else []
            for one in rest:
                self._one(plan, one, legs, turns)
        if plan.ends_on is not None:
            for one in circuits:
                # A day on file on which the circuit is disconnected counts before the end of its contract.
                if one.last is not None and one.last > plan.ends_on:
                    after = max(plan.ends_on + ONE_DAY, self.months.first)
                    self._one(plan, one, [Leg(after, one.last, Footing.OPEN, None, None)], [])

    def add_alone(self, circuits: Sequence[Billed]) -> None:
        """Put in circuits that no contract governs, or that are over."""
        leg = Leg(self.months.first, self.months.until, Footing.OPEN, None, None)
        for one in circuits:
            self._one(one, one, [leg], [])

    def _whole(self, one: Billed) -> bool:
        months = self.months
        return (one.first is None or one.first <= months.first) and (one.last is None or one.last >= months.until)

    def _together(self, plan: Plan, circuits: Sequence[Billed], legs: Sequence[Leg]) -> None:
        """Put in circuits whose rates stay: as one amount, but for months of which service is only a part.

        There each circuit is rounded by itself, as its carrier bills it.
        """
        months, course, price = self.months, legs[0].course, legs[0].price
        rates: dict[str, list[Decimal]] = {}
        for one in circuits:
            rates.setdefault(one.currency, []).append(flat_rate(one, course, price))
        for leg in legs:
            for run in months.runs(leg.first, leg.last):
                month = months.all[run.first]
                broken = run.days is not None and (legs[0].first > month or legs[-1].last < last_of(month))
                for currency, mine in rates.items():
                    total = sum(mine, NOTHING)
                    amount = sum((months.amount(mrc, run) for mrc in mine), NOTHING) if broken else None
                    amount = months.amount(total, run) if amount is None else amount
                    self._put(plan, currency, leg, run, amount, modeled=leg.modeled)

    def _one(self, about: Plan | Billed, one: Billed, legs: Sequence[Leg], turns: Sequence[date]) -> None:
        """Put in one circuit, for the days it is billed."""
        months = self.months
        begins, ends = one.first or legs[0].first, one.last or legs[-1].last
        first, last = max(legs[0].first, begins), min(legs[-1].last, ends)
        if first > last:
            return
        steps = rates_of(one, legs[0].course, legs[0].price, turns, first, last)
        for place, step in enumerate(steps):
            stop = steps[place + 1].since - ONE_DAY if place + 1 < len(steps) else last
            for leg in legs:
                if leg.last < step.since or leg.first > stop:
                    continue
                for run in months.runs(max(leg.first, step.since), min(leg.last, stop)):
                    amount = months.amount(step.mrc, run)
                    self._put(about, one.currency, leg, run, amount, modeled=leg.modeled or step.modeled)

    def _put(
        self, about: Plan | Billed, currency: str, leg: Leg, run: Run, amount: Decimal, *, modeled: bool
    ) -> None:  # fmt: skip
        key = (currency, about.ref)
        self.items[key] = about
        self.sheet.put(key, run, amount)
        self.sheet.put((currency, leg.footing.value), run, amount)
        if modeled:
            self.sheet.put((currency, MODELED), run, amount)
        if leg.undone:
            self.sheet.put((currency, UNDONE), run, amount)

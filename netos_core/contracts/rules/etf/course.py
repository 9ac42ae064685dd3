"""The rate of a contract or circuit over time: stretches that a paper or a price on file begins, and raises in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import count, pairwise, takewhile

from netos_core.contracts.rules.days import plus_months
from netos_core.contracts.rules.etf.rates import (
    HUNDRED,
    DatedRates,
    Escalator,
    IndexEscalator,
    PercentEscalator,
    Rate,
    StepEscalator,
)
from netos_core.kernel.money import to_the_cent

ONE_DAY = timedelta(days=1)


class RateBasis(StrEnum):
    """What makes a rate: a paper's own amount, an amendment's, a price on file, or how it moves."""

    PAPER = "paper"
    AMENDMENT = "amendment"
    ON_FILE = "on_file"
    ESCALATOR = "escalator"
    DATED = "dated"


@dataclass(frozen=True, slots=True)
class Priced:
    """A rate on a day; `estimated` where a raise that is to come is not known yet."""

    mrc: Decimal
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class RateStep:
    """A rate from a day on, what made it, and the paper that says so; None is a price on file, or no known day."""

    since: date | None
    mrc: Decimal
    basis: RateBasis
    source: str | None
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that a rate begins and a way to move goes on in.

    Args:
        since: Its first day; None where it holds from the first.
        mrc: The rate on that day. It has all raises up to then in it.
        basis: What makes it; `escalator` where only the way it moves is another.
        source: Ref of the paper that states it.
        escalator: How it moves from then on.
        rises_by: Ref of the paper that says how.
        start: First day of the term, for anniversaries.
        share: The part of dated amounts that is for this: a circuit may be one of several.
    """

    since: date | None
    mrc: Decimal
    basis: RateBasis
    source: str | None
    escalator: Escalator | None
    rises_by: str | None
    start: date | None
    share: Decimal = Decimal(1)

    def on(self, day: date) -> Priced:
        """Give the rate on a day. Before its first day it is as on it, unless dated amounts say more."""
        escalator = self.escalator
        if escalator is None:
            return Priced(self.mrc)
        if isinstance(escalator, DatedRates):
            return Priced(self._dated(escalator.rates, day))
        if self.since is not None and day <= self.since:
            return Priced(self.mrc)
        if isinstance(escalator, PercentEscalator) and not escalator.compounding:
            return Priced(self._on_the_first(escalator, day))
        raises = self._raises(escalator, day)
        mrc = self.mrc
        for _, percent, _ in raises:
            mrc = to_the_cent(mrc * (1 + percent / HUNDRED))
        return Priced(mrc, estimated=any(estimated for _, _, estimated in raises))

    def turns(self, until: date) -> list[date]:
        """List the days after its first on which its rate may be another."""
        escalator = self.escalator
        if escalator is None:
            return []
        if isinstance(escalator, DatedRates):
            days = [rate.from_date for rate in escalator.rates if rate.from_date <= until]
        elif isinstance(escalator, PercentEscalator):
            days = self._anniversaries(escalator, until)
        else:
            days = [on for on, _, _ in self._raises(escalator, until)]
        return [on for on in days if self.since is None or on > self.since]

    def _dated(self, rates: Sequence[Rate], day: date) -> Decimal:
        """Take the amount in force; a price on file moves as the amounts do, as it may be of a part or be behind."""
        then = _in_force(rates, day)
        if self.basis is not RateBasis.ON_FILE or self.since is None:
            return self.mrc if then is None else to_the_cent(then.mrc * self.share)
        now = _in_force(rates, self.since)
        if now is None or then is None or now.mrc == 0:
            return self.mrc
        return self.mrc if now is then else to_the_cent(self.mrc * then.mrc / now.mrc)

    def _on_the_first(self, escalator: PercentEscalator, day: date) -> Decimal:
        """Raise by a percentage of the first rate, which a price on file has some raises on already."""
        each = escalator.percent / HUNDRED
        before = 0 if self.since is None else len(self._anniversaries(escalator, self.since))
        has = len(self._anniversaries(escalator, day))
        if self.basis in (RateBasis.PAPER, RateBasis.AMENDMENT):
            has, before = has - before, 0
        return to_the_cent(self.mrc * (1 + each * has) / (1 + each * before))

    def _raises(
        self, escalator: PercentEscalator | StepEscalator | IndexEscalator, day: date
    ) -> list[tuple[date, Decimal, bool]]:
        if isinstance(escalator, StepEscalator):
            found = [(step.from_date, step.percent, False) for step in escalator.steps if step.from_date <= day]
        elif isinstance(escalator, PercentEscalator):
            found = [(on, escalator.percent, False) for on in self._anniversaries(escalator, day)]
        else:
            found = self._of_index(escalator, day)
        return [one for one in found if self.since is None or one[0] > self.since]

    def _of_index(self, escalator: IndexEscalator, day: date) -> list[tuple[date, Decimal, bool]]:
        known = [(r.from_date, _within(r.percent, escalator), False) for r in escalator.raises if r.from_date <= day]
        last = escalator.raises[-1].from_date if escalator.raises else date.min
        to_come = [on for on in self._anniversaries(escalator, day) if on > last]
        return [*known, *((on, escalator.floor_percent or Decimal(0), True) for on in to_come)]

    def _anniversaries(self, escalator: PercentEscalator | IndexEscalator, until: date) -> list[date]:
        every = escalator.every_months
        first = escalator.first_date or (plus_months(self.start, every) if self.start else None)
        if first is None:
            return []
        return list(takewhile(lambda on: on <= until, (plus_months(first, every * n) for n in count())))


def on_file(mrc: Decimal, day: date, escalator: Escalator | None, start: date | None) -> Stretch:
    """Begin with a price that is known of a day."""
    return Stretch(day, mrc, RateBasis.ON_FILE, None, escalator, None, start)


@dataclass(frozen=True, slots=True)
class Course:
    """The rate of a contract or circuit over time: stretches in order, each until the day before the next."""

    stretches: tuple[Stretch, ...]

    def on(self, day: date) -> Priced:
        """Give the rate on a day; before all that is known, as it is first known."""
        return self._at(day).on(day)

    def steps(self, until: date) -> list[RateStep]:
        """List each rate that is another than the one before, up to a day."""
        found: list[RateStep] = []
        for stretch, end in self._with_ends(until):
            if stretch.since is not None and stretch.since > until:
                break
            days: list[date | None] = [stretch.since, *(on for on in stretch.turns(min(end, until)))]
            for day in days:
                step = _step(stretch, day)
                if not found or found[-1].mrc != step.mrc or step.basis in _STATED:
                    found.append(step)
        return found

    def step_on(self, day: date) -> RateStep:
        """Give the rate on a day with what made it; before all that is known, the first that is."""
        return (self.steps(day) or [_step(self.stretches[0], self.stretches[0].since)])[-1]

    def part(self, mrc: Decimal, whole: Decimal) -> Course:
        """Give the course of one of several that a rate is for, of which it is so much of the whole today."""
        share = mrc / whole
        return Course(tuple(
            replace(one, mrc=mrc if one.basis is RateBasis.ON_FILE else to_the_cent(one.mrc * share), share=share)
            for one in self.stretches
        ))  # fmt: skip

    def _at(self, day: date) -> Stretch:
        begun = (one for one in reversed(self.stretches) if one.since is None or one.since <= day)
        return next(begun, self.stretches[0])

    def _with_ends(self, until: date) -> Iterator[tuple[Stretch, date]]:
        for stretch, following in pairwise(self.stretches):
            yield stretch, until if following.since is None else following.since - ONE_DAY
        yield self.stretches[-1], until


_STATED = (RateBasis.PAPER, RateBasis.AMENDMENT)


def _step(stretch: Stretch, day: date | None) -> RateStep:
    priced = Priced(stretch.mrc) if day is None else stretch.on(day)
    if day == stretch.since and priced.mrc == stretch.mrc:
        return RateStep(day, priced.mrc, stretch.basis, stretch.source)
    basis = RateBasis.DATED if isinstance(stretch.escalator, DatedRates) else RateBasis.ESCALATOR
    return RateStep(day, priced.mrc, basis, stretch.rises_by, priced.estimated)


def _within(percent: Decimal, escalator: IndexEscalator) -> Decimal:
    least, most = escalator.floor_percent, escalator.cap_percent
    percent = percent if least is None else max(percent, least)
    return percent if most is None else min(percent, most)


def _in_force(rates: Sequence[Rate], day: date) -> Rate | None:
    return next((rate for rate in reversed(rates) if rate.from_date <= day), None)

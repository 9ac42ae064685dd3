"""How a rate moves: raised by a percentage, in steps, with an index, or as dated amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import count, takewhile
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from netos_core.contracts.rules.days import plus_months
from netos_core.contracts.rules.etf.terms import Money, Percent, Stated
from netos_core.kernel.fields import Text
from netos_core.kernel.money import to_the_cent

YEAR = 12
MOST_STEPS = 120
HUNDRED = Decimal(100)
RaiseDate = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
Every = Annotated[int, Field(ge=1, le=1200)]


class Raise(Stated):
    """From a day on, so many percent more than before."""

    from_date: RaiseDate
    percent: Percent


class Rate(Stated):
    """From a day on, an amount a month."""

    from_date: RaiseDate
    mrc: Money


class PercentEscalator(Stated):
    """So many percent at each anniversary of the term, or from `first_date` on; on what it then is, or on the first."""

    kind: Literal["percent"]
    percent: Percent
    every_months: Every = YEAR
    first_date: RaiseDate | None = None
    compounding: bool = True
    clause: Text | None = None


class StepEscalator(Stated):
    """Raises on the days the contract names."""

    kind: Literal["steps"]
    steps: list[Raise] = Field(min_length=1, max_length=MOST_STEPS)
    clause: Text | None = None

    @model_validator(mode="after")
    def _ordered(self) -> StepEscalator:
        _in_order(self.steps)
        return self


class IndexEscalator(Stated):
    """Raises with an index at each anniversary: as far as they are known, and at least `floor_percent` after that."""

    kind: Literal["index"]
    index: Text
    every_months: Every = YEAR
    first_date: RaiseDate | None = None
    floor_percent: Percent | None = None
    cap_percent: Percent | None = None
    raises: list[Raise] = Field(default_factory=list, max_length=MOST_STEPS)
    clause: Text | None = None

    @model_validator(mode="after")
    def _ordered(self) -> IndexEscalator:
        _in_order(self.raises)
        return self


class DatedRates(Stated):
    """The MRC itself, from day to day, as the order or its amendments have it."""

    kind: Literal["rates"]
    rates: list[Rate] = Field(min_length=1, max_length=MOST_STEPS)
    clause: Text | None = None

    @model_validator(mode="after")
    def _ordered(self) -> DatedRates:
        _in_order(self.rates)
        return self


Escalator = Annotated[
    PercentEscalator | StepEscalator | IndexEscalator | DatedRates, Field(discriminator="kind")
]  # fmt: skip
_READER: TypeAdapter[Escalator] = TypeAdapter(Escalator)


def escalator_of(value: object) -> Escalator | None:
    """Read an escalator as it is kept."""
    return None if value is None else _READER.validate_python(value)


def stored_escalator(escalator: Escalator) -> dict[str, Any]:
    """Write it as it is kept."""
    return escalator.model_dump(mode="json", exclude_none=True)


@dataclass(frozen=True, slots=True)
class Priced:
    """A rate on a day; `estimated` where a raise that is to come is not known yet."""

    mrc: Decimal
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """The rate of a contract or circuit over time.

    Args:
        mrc: What it is on the day it is known of.
        known_on: That day.
        escalator: How it moves, where the contract says; without one it stays.
        start: First day of the first term, for anniversaries.
    """

    mrc: Decimal
    known_on: date
    escalator: Escalator | None
    start: date | None

    def on(self, day: date) -> Priced:
        """Give the rate on a day. Before the day it is known of it is taken as it is, unless dated amounts say more."""
        escalator = self.escalator
        if escalator is None:
            return Priced(self.mrc)
        if isinstance(escalator, DatedRates):
            return Priced(self._dated(escalator.rates, day))
        if day <= self.known_on:
            return Priced(self.mrc)
        if isinstance(escalator, PercentEscalator) and not escalator.compounding:
            return Priced(self._on_the_first(escalator, day))
        raises = self._raises(escalator, day)
        mrc = self.mrc
        for _, percent, _ in raises:
            mrc = to_the_cent(mrc * (1 + percent / HUNDRED))
        return Priced(mrc, estimated=any(estimated for _, _, estimated in raises))

    def _dated(self, rates: Sequence[Rate], day: date) -> Decimal:
        """Move the known rate as the dated amounts move: a circuit may be one of several that they are for."""
        now, then = _in_force(rates, self.known_on), _in_force(rates, day)
        if now is None or then is None or now.mrc == 0:
            return self.mrc
        return self.mrc if now is then else to_the_cent(self.mrc * then.mrc / now.mrc)

    def _on_the_first(self, escalator: PercentEscalator, day: date) -> Decimal:
        """Raise by a percentage of the first rate, which the known one has some raises on already."""
        each = escalator.percent / HUNDRED
        had, has = (len(self._anniversaries(escalator, until)) for until in (self.known_on, day))
        return to_the_cent(self.mrc * (1 + each * has) / (1 + each * had))

    def _raises(
        self, escalator: PercentEscalator | StepEscalator | IndexEscalator, day: date
    ) -> list[tuple[date, Decimal, bool]]:
        if isinstance(escalator, StepEscalator):
            found = [(step.from_date, step.percent, False) for step in escalator.steps if step.from_date <= day]
        elif isinstance(escalator, PercentEscalator):
            found = [(on, escalator.percent, False) for on in self._anniversaries(escalator, day)]
        else:
            found = self._of_index(escalator, day)
        return [one for one in found if one[0] > self.known_on]

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


def _within(percent: Decimal, escalator: IndexEscalator) -> Decimal:
    least, most = escalator.floor_percent, escalator.cap_percent
    percent = percent if least is None else max(percent, least)
    return percent if most is None else min(percent, most)


def _in_force(rates: Sequence[Rate], day: date) -> Rate | None:
    return next((rate for rate in reversed(rates) if rate.from_date <= day), None)


def _in_order(dated: Sequence[Raise | Rate]) -> None:
    days = [one.from_date for one in dated]
    if days != sorted(set(days)):
        raise PydanticCustomError("escalator", "each entry is from a later day than the one before")

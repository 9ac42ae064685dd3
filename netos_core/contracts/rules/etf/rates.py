"""How a rate moves: raised by a percentage, in steps, with an index, or as dated amounts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from netos_core.contracts.rules.etf.terms import Money, Percent, Stated
from netos_core.kernel.fields import Text

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


def _in_order(dated: Sequence[Raise | Rate]) -> None:
    days = [one.from_date for one in dated]
    if days != sorted(set(days)):
        raise PydanticCustomError("escalator", "each entry is from a later day than the one before")

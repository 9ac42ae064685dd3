"""What a contract says it costs to leave early, as typed data: one formula, what is added, what limits it.

Kept whole as one JSON value of the contract, so that a change of it is shown, approved, audited and undone as one.
What the clause does not say stays out: it is unknown, never a guess.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from netos_core.contracts.rules.clauses import LONGEST_NOTICE, LONGEST_TERM_MONTHS, Notice, NoticeUnit
from netos_core.kernel.bounds import USUAL_CHARACTERS
from netos_core.kernel.fields import LongText, Text
from netos_core.kernel.fields import Money as AnyMoney
from netos_core.kernel.money import to_the_cent


def _shortest(value: Decimal) -> Decimal:
    """Write a number one way only, so that two that are equal are no difference."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()


Money = Annotated[AnyMoney, AfterValidator(to_the_cent)]
Percent = Annotated[Decimal, Field(ge=0, le=200, max_digits=7, decimal_places=4), AfterValidator(_shortest)]
MonthsOfMrc = Annotated[Decimal, Field(gt=0, le=LONGEST_TERM_MONTHS, decimal_places=2), AfterValidator(_shortest)]
MonthOfTerm = Annotated[int, Field(ge=1, le=LONGEST_TERM_MONTHS)]
MOST_BANDS = 60


class Stated(BaseModel):
    """A part of what the paper says. Its bounds are those of its types, as all of it comes in one request."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=USUAL_CHARACTERS)


class PartialMonth(StrEnum):
    """What becomes of the month in which the service ends, where it does not end with it.

    `whole_month`: it is charged whole as usual, and the fee counts from the next. `rounded_up`: it counts whole in the
    fee, and is not charged as usual. The other two split it by days: of thirty, or of those the month has.
    """

    WHOLE_MONTH = "whole_month"
    ROUNDED_UP = "rounded_up"
    DAILY_30 = "daily_30"
    DAILY_ACTUAL = "daily_actual"


class MrcBasis(StrEnum):
    """Which rate of the months that remain counts."""

    AT_TERMINATION = "at_termination"
    ESCALATED = "escalated"
    INVOICED_AVERAGE = "invoiced_average"


class InRenewal(StrEnum):
    """What of the fee holds in a term that renewed the first."""

    SAME = "same"
    CONTINUED = "continued"
    NONE = "none"


class Share(StrEnum):
    FULL = "full"
    PRO_RATA = "pro_rata"


class Per(StrEnum):
    """What the fixed amounts of a clause are for."""

    CONTRACT = "contract"
    CIRCUIT = "circuit"


class ExitKind(StrEnum):
    """Events after which leaving costs no fee. Notice is still to be given, and what runs until then is paid."""

    CHRONIC_OUTAGE = "chronic_outage"
    PROVIDER_DEFAULT = "provider_default"
    REGULATORY_CHANGE = "regulatory_change"
    TECHNOLOGY_UPGRADE = "technology_upgrade"
    REPLACED_BY_SAME_PROVIDER = "replaced_by_same_provider"
    VOLUME_FULFILLED = "volume_fulfilled"
    OTHER = "other"


class Band(Stated):
    """From a month of the term on, a percentage of the MRC of each month that remains."""

    from_month: MonthOfTerm
    percent: Percent


class Step(Stated):
    """From a month of the term on, an amount."""

    from_month: MonthOfTerm
    amount: Money


class NoFee(Stated):
    """The contract says that leaving costs nothing."""

    kind: Literal["none"]


class FixedFee(Stated):
    kind: Literal["fixed"]
    amount: Money


class DecliningFee(Stated):
    """A fee that falls by an amount for so many full months served, and never below zero."""

    kind: Literal["declining"]
    amount: Money
    falls_by: Money
    every_months: MonthOfTerm = 1


class ScheduledFee(Stated):
    """A fee by the month of the term in which the service ends."""

    kind: Literal["schedule"]
    steps: list[Step] = Field(min_length=1, max_length=MOST_BANDS)

    @model_validator(mode="after")
    def _ordered(self) -> ScheduledFee:
        _from_the_first(self.steps)
        return self


class PercentOfRemaining(Stated):
    """A percentage of the MRC of the months that remain, in bands by the month of the term.

    Each month that remains counts with its own band; with `at_exit`, all with that of the month the service ends in.
    """

    kind: Literal["percent"]
    bands: list[Band] = Field(min_length=1, max_length=MOST_BANDS)
    at_exit: bool | None = None

    @model_validator(mode="after")
    def _ordered(self) -> PercentOfRemaining:
        _from_the_first(self.bands)
        return self


class Remainder(Stated):
    """All of the MRC that remains."""

    kind: Literal["remainder"]


Formula = Annotated[
    NoFee | FixedFee | DecliningFee | ScheduledFee | PercentOfRemaining | Remainder, Field(discriminator="kind")
]


class Clawback(Stated):
    """An amount given before that is to be paid back: an NRC that was waived, a credit.

    Without an amount it is unknown. `pro_rata` pays back the share of the first term that remains.
    """

    amount: Money | None = None
    share: Share = Share.FULL
    clause: Text | None = None


class PassThrough(Stated):
    """What third parties charge and the provider passes on; unknown until it says how much."""

    amount: Money | None = None
    clause: Text | None = None


class Shortfall(Stated):
    """A percentage of what is missing to a yearly commitment, in the year of the term in which the service ends."""

    annual_commitment: Money
    percent: Percent
    clause: Text | None = None


class PreInstall(Stated):
    """What cancelling costs before the service is installed, in the place of the fee.

    `passes_on_costs` says that costs of the provider and of third parties come on top; `costs` is their amount.
    """

    months_of_mrc: int = Field(0, ge=0, le=LONGEST_TERM_MONTHS)
    nrc: bool = False
    passes_on_costs: bool = False
    costs: Money | None = None
    clause: Text | None = None


class Limit(Stated):
    """An amount, so many months of MRC, or a percentage of the MRC that remains: exactly one of them."""

    amount: Money | None = None
    months_of_mrc: MonthsOfMrc | None = None
    percent_of_remaining: Percent | None = None
    clause: Text | None = None

    @model_validator(mode="after")
    def _one(self) -> Limit:
        said = (self.amount, self.months_of_mrc, self.percent_of_remaining)
        if sum(value is not None for value in said) != 1:
            raise _refused("a limit is one of amount, months_of_mrc and percent_of_remaining")
        return self


class Exit(Stated):
    """A way out without the fee."""

    kind: ExitKind
    condition: LongText | None = None
    clause: Text | None = None


class EtfTerms(Stated):
    """What leaving early costs, as the clause has it. A part that is left out is not in the clause."""

    formula: Formula
    per: Per = Per.CONTRACT
    mrc_basis: MrcBasis = MrcBasis.AT_TERMINATION
    partial_month: PartialMonth | None = None
    in_renewal: InRenewal | None = None
    convenience_exit: bool = True
    notice_count: int | None = Field(None, ge=0, le=LONGEST_NOTICE)
    notice_unit: NoticeUnit | None = None
    nrc: Clawback | None = None
    credits: Clawback | None = None
    third_party: PassThrough | None = None
    shortfall: Shortfall | None = None
    pre_install: PreInstall | None = None
    cap: Limit | None = None
    floor: Limit | None = None
    exits: list[Exit] = Field(default_factory=list, max_length=20)
    taxed: bool | None = None
    clause: Text | None = None
    document: Text | None = None
    page: int | None = Field(None, ge=1, le=10_000)
    quote: LongText | None = None

    @model_validator(mode="after")
    def _whole(self) -> EtfTerms:
        if (self.notice_count is None) != (self.notice_unit is None):
            raise _refused("a notice period is a count and its unit, such as notice_count 30, notice_unit days")
        cap, floor = (limit.amount if limit else None for limit in (self.cap, self.floor))
        if cap is not None and floor is not None and floor > cap:
            raise _refused("the floor is above the cap")
        return self

    @property
    def notice(self) -> Notice | None:
        """The notice that ends the liability, where the clause has one of its own."""
        if self.notice_count is None or self.notice_unit is None:
            return None
        return Notice(self.notice_count, self.notice_unit)

    def stored(self) -> dict[str, Any]:
        """Write it as it is kept; terms that are equal are written alike."""
        return self.model_dump(mode="json", exclude_none=True)


def etf_terms(value: object) -> EtfTerms | None:
    """Read the terms as they are kept."""
    return None if value is None else EtfTerms.model_validate(value)


def _from_the_first(bands: Sequence[Band | Step]) -> None:
    """Refuse bands that leave a month of the term out, or name one twice."""
    months = [band.from_month for band in bands]
    if months[0] != 1:
        raise _refused("the first band is from month 1")
    if months != sorted(set(months)):
        raise _refused("each band is from a later month than the one before")


def _refused(why: str) -> PydanticCustomError:
    return PydanticCustomError("etf", why)

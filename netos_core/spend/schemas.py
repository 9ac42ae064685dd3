"""What is asked and shown of spend, ahead and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from netos_core.circuits.rules import ServiceType
from netos_core.kernel.fields import Text
from netos_core.kernel.redaction import Request, Sensitive, View

Money = Decimal
MOST_MONTHS = 36
SpendBy = Literal["provider", "market", "service_type"]
Moved = Literal["added", "ended", "rerated", "moved"]


class SpendFilter(Request):
    """Which circuits are counted; all by default."""

    provider: Text | None = None
    market: Text | None = None
    service_type: ServiceType | None = None


class GetForecast(SpendFilter):
    months: int = Field(12, ge=1, le=MOST_MONTHS, description="This month and those after it.")
    month: date | None = Field(None, description="Any day of the month to explain; the last by default.")
    limit: int = Field(20, ge=1, le=200, description="Contracts and circuits that change to list, the largest first.")


class ForecastMonth(View):
    """A month to come in one currency: MRC by what it stands on, and what leaving would cost at its end.

    committed, silence, month_to_month and open make mrc. modeled and undone are parts of it: what rests on an index
    that is not published or a rate no paper states, and what a decision to leave would end that is not carried out.
    """

    month: date
    currency: str
    mrc: Sensitive[Money] | None
    committed: Sensitive[Money] | None = Field(description="In a term that binds.")
    silence: Sensitive[Money] | None = Field(description="In terms that would open because nobody acts.")
    month_to_month: Sensitive[Money] | None
    open: Sensitive[Money] | None = Field(description="Under no term that is on file.")
    modeled: Sensitive[Money] | None
    undone: Sensitive[Money] | None
    etf: Sensitive[Money] | None = Field(description="Known fees if all was left at the end of the month.")
    etf_unknown: Sensitive[int] | None = Field(description="Contracts whose fee is unknown.")


class CliffMonth(View):
    """The contracts whose act-by falls in a month, their MRC of today, and what silence commits.

    `uncosted` of them renew by themselves for an amount that is not known. What is carried out is left out.
    """

    month: date
    currency: str
    contracts: int
    decided: int
    mrc: Sensitive[Money] | None
    commits: Sensitive[Money] | None
    uncosted: Sensitive[int] | None


class ForecastRenewal(View):
    """A contract whose act-by falls in the month that is explained."""

    contract: str
    act_by: date
    term_end_date: date | None
    end_of_term: str
    decision: str | None
    mrc: Sensitive[Money] | None
    commits: Sensitive[Money] | None
    currency: str


class ForecastChange(View):
    """A contract or circuit that costs another amount in the month explained than in this one, and why."""

    ref: str
    currency: str
    was: Sensitive[Money] | None
    becomes: Sensitive[Money] | None
    difference: Sensitive[Money] | None
    basis: str
    why: list[str]


class Forecast(View):
    """What circuits will cost: this month first, as get_pl_totals has its carrier lines, then as contracts go on."""

    as_of: date
    provider: str | None
    market: str | None
    service_type: str | None
    months: list[ForecastMonth]
    cliff: list[CliffMonth]
    explained: date
    changes_total: Sensitive[int] | None
    changes_shown: Sensitive[int] | None
    changes: Sensitive[list[ForecastChange]] = Field(description="From this month to the one explained; they add up.")
    renewals: list[ForecastRenewal]
    circuits: int
    contracts: int
    unpriced: Sensitive[int] | None = Field(description="Circuits in service without an MRC; they are in no sum.")
    unstarted: int = Field(description="Circuits ordered with no billing start on file; they are in no sum.")
    etf_waiting: Sensitive[int] | None = Field(description="Contracts whose fee the worker has yet to work out.")
    basis: list[str]


class GetSpend(SpendFilter):
    months: int = Field(13, ge=2, le=MOST_MONTHS, description="Snapshots to go back.")
    by: SpendBy = "provider"
    limit: int = Field(20, ge=1, le=200, description="Circuits that changed to list, the largest first.")


class SpendMonth(View):
    """What circuits cost a month as of its first day, in one currency."""

    month: date
    currency: str
    circuits: int
    unpriced: Sensitive[int] | None
    mrc: Sensitive[Money] | None
    taken_on: date = Field(description="The day it was taken; later than the month where it was worked out afterwards.")


class SpendGroup(View):
    """A part of the last snapshot beside the one before."""

    name: str
    currency: str
    circuits: int
    was: Sensitive[Money] | None
    now: Sensitive[Money] | None
    difference: Sensitive[Money] | None


class SpendChange(View):
    """A circuit that was added, ended, re-rated or moved between the last two snapshots."""

    circuit: str
    provider: str
    what: Moved
    was: Sensitive[Money] | None
    now: Sensitive[Money] | None
    difference: Sensitive[Money] | None
    currency: str


class Spend(View):
    """Snapshots of what circuits cost a month, the oldest first, and what changed between the last two."""

    as_of: date
    by: SpendBy
    months: list[SpendMonth]
    groups: list[SpendGroup]
    changes_total: Sensitive[int] | None
    changes_shown: Sensitive[int] | None
    changes: Sensitive[list[SpendChange]]
    basis: list[str]

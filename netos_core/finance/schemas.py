"""What is asked and shown of the money of months."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from netos_core.finance.rules.allocation import Method
from netos_core.finance.rules.facts import Shared
from netos_core.kernel.fields import LongText, Text
from netos_core.kernel.redaction import Request, Sensitive, View

Money = Decimal
BasisName = Literal["actual", "contracted", "modeled"]


Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=5, decimal_places=2)]


class AllocationRuleEdit(Request):
    """How a shared cost of a site is divided among the circuits there and inside it."""

    site: Text | None = None
    component: Shared | None = Field(None, description="What is divided: the place, its power, or its transport.")
    method: Method | None = None
    shares: Annotated[dict[str, Percent], Field(min_length=1, max_length=500)] | None = Field(
        None, description="Percent by circuit, for the fixed method; they make 100."
    )
    starts_on: date | None = Field(None, description="Any day of its first month.")
    ends_on: date | None = Field(None, description="Any day of its last month.")
    description: LongText | None = None


class PeriodEdit(Request):
    """A month that is closed with what it came to."""

    month: date | None = Field(None, description="Any day of the month to close.")
    description: LongText | None = None


class PlRequest(Request):
    ref: str = Field(max_length=200)
    month: date | None = Field(None, description="Any day of the month; this month by default.")
    until: date | None = Field(None, description="Last of several months.")


class PlLine(View):
    """Money of a month: revenue or a cost, what it rests on and the record it is from."""

    month: date
    component: str
    amount: Sensitive[Money] | None
    currency: str
    basis: BasisName
    source: str
    how: str | None = Field(description="How a share of a common cost came about.")


class PlMonth(View):
    """A month in one currency. Modeled revenue stands apart and is in no sum of what is known."""

    month: date
    currency: str
    revenue: Sensitive[Money] | None = Field(description="What is billed, actual and contracted.")
    modeled_revenue: Sensitive[Money] | None
    cost: Sensitive[Money] | None
    contribution: Sensitive[Money] | None
    contribution_basis: str | None
    why: str
    closed: str | None = Field(description="Ref of the accounting period, where the month is closed.")


class PlTotal(View):
    """The counted lines of one basis in one currency, over all months asked for."""

    currency: str
    basis: BasisName
    revenue: Sensitive[Money] | None
    cost: Sensitive[Money] | None


class Correction(View):
    """A line of a closed month that the records say otherwise by now."""

    month: date
    period: str
    component: str
    currency: str
    source: str
    kept: Sensitive[Money] | None
    now: Sensitive[Money] | None


class CircuitPl(View):
    """What a circuit earned and cost, by month and line, each with its basis and source."""

    ref: str
    month: date
    until: date
    lines: list[PlLine]
    months: list[PlMonth]
    totals: list[PlTotal]
    contribution: Sensitive[Money] | None
    contribution_basis: str | None
    currency: str
    why: str
    corrections: list[Correction]

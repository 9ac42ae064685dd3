"""What is asked and shown of the money of months."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from netos_core.finance.rules.allocation import Method
from netos_core.finance.rules.facts import Shared
from netos_core.kernel.fields import LongText, Text
from netos_core.kernel.redaction import Request, Sensitive, View

Money = Decimal
TotalsBy = Literal["provider", "market", "service_type", "customer", "asset"]
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


class InfrastructureRequest(Request):
    ref: str = Field(max_length=200, description="Ref or name of a site; it is read with all inside it.")
    month: date | None = Field(None, description="Any day of the month; this month by default.")
    until: date | None = Field(None, description="Last of several months.")
    limit: int = Field(50, ge=1, le=500, description="Circuits to list, the worst first.")


class MoneySums(View):
    """Money of one currency. Modeled revenue is in no other sum; modeled_cost is a part of cost."""

    currency: str
    revenue: Sensitive[Money] | None
    modeled_revenue: Sensitive[Money] | None
    carrier: Sensitive[Money] | None
    facility: Sensitive[Money] | None
    transport: Sensitive[Money] | None
    power: Sensitive[Money] | None
    cost: Sensitive[Money] | None
    modeled_cost: Sensitive[Money] | None
    contribution: Sensitive[Money] | None = Field(description="Revenue less cost, without modeled revenue.")


class AssetSite(View):
    """A site right inside the asset."""

    ref: str
    name: str
    kind: str
    whole: list[MoneySums]
    direct: list[MoneySums]


class AssetCircuit(View):
    """A circuit with its shares of what the asset and the sites inside it cost."""

    ref: str
    provider: str
    at: str
    money: list[MoneySums]


class AssetCost(View):
    """A shared cost of the asset itself in a month. A circuit that passes it on pays it, as its MRC."""

    month: date
    component: str
    amount: Sensitive[Money] | None
    currency: str
    basis: BasisName
    sources: list[str]
    passed_on_by: str | None
    method: str | None
    borne_by: int
    unallocated: Sensitive[Money] | None
    why: str | None


class AssetRevenue(View):
    """What a billed service of a site itself, and of no circuit, earned in a month."""

    month: date
    site: str
    amount: Sensitive[Money] | None
    currency: str
    basis: BasisName
    source: str


class AssetRule(View):
    id: str
    component: str
    method: str
    shares: Sensitive[dict[str, str]] | None
    starts_on: date | None
    ends_on: date | None
    description: str | None


class InfrastructurePl(View):
    """What an asset earned and cost: its own (direct), of all inside it (downstream), and both (whole)."""

    ref: str
    name: str
    kind: str
    market: str | None
    month: date
    until: date
    whole: list[MoneySums]
    direct: list[MoneySums]
    downstream: list[MoneySums]
    sites: list[AssetSite]
    circuits_total: int
    circuits: list[AssetCircuit]
    unallocated: list[MoneySums] = Field(description="What no circuit bears or earns.")
    earned: list[AssetRevenue] = Field(description="Billed services of sites themselves, the first 50.")
    costs: list[AssetCost]
    rules: list[AssetRule]
    closed: list[str] = Field(description="Accounting periods of these months; figures here are as on file now.")


class PlTotalsRequest(Request):
    month: date | None = Field(None, description="Any day of the month; this month by default.")
    by: TotalsBy = Field("provider", description="asset: towers, data centers and other sites that cost something.")
    limit: int = Field(50, ge=1, le=500, description="Groups to list, the worst first; the others come as one.")


class PlGroup(View):
    name: str
    ref: str | None
    kind: str | None = Field(description="Of an asset or customer, such as tower.")
    money: list[MoneySums]


class PlTotals(View):
    """All that was earned and spent in a month; the groups make the whole. The worst group comes first."""

    month: date
    by: TotalsBy
    closed: str | None
    worked_at: datetime | None = Field(description="Since when the lines of an open month are kept, if they are.")
    anew: int = Field(description="How many of the circuits and sites were worked out for this answer.")
    whole: list[MoneySums]
    groups_total: int
    groups: list[PlGroup]


class ListPeriods(Request):
    limit: int = Field(24, ge=1, le=120)


class PeriodRow(View):
    """A closed month with what it came to, by currency."""

    ref: str
    version: int
    month: date
    lines: int
    totals: Sensitive[dict[str, dict[str, Money]]] | None
    description: str | None
    created_at: datetime


class PeriodList(View):
    rows: list[PeriodRow]
    next_to_close: date


class GetMonthPack(Request):
    month: date | None = Field(None, description="Any day of the month; this month by default.")


class PackCircuit(View):
    ref: str
    provider: str
    market: str
    service_type: str


class PackSite(View):
    ref: str
    market: str


class PackLine(View):
    """A line of a month: of a circuit; or of a site, where it is what nobody bears of a shared cost."""

    circuit: str | None
    site: str | None
    beside: str | None = Field(description="What a line of no circuit is called in totals.")
    component: str
    amount: Sensitive[Money] | None
    currency: str
    basis: BasisName
    source: str
    how: str | None


class PackPeriod(View):
    ref: str
    month: date
    closed_at: datetime


class MonthPack(View):
    """A whole month: every line, and the circuits and sites they are of."""

    month: date
    closed: str | None
    worked_at: datetime
    proration: str
    periods: list[PackPeriod]
    circuits: list[PackCircuit]
    sites: list[PackSite]
    lines: list[PackLine]

"""What lists and pages show of electrical accounts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.electrical.rules import Phase
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Sensitive, View
from netos_core.overview.schemas.parts import Mbps, Money

AVERAGED = "Mean of the bills of the twelve months before this one; average_months says how many there are."


class SearchElectricalAccounts(ListRequest):
    site: str | None = Field(None, description="Ref or name of the site it serves; also of sites inside it.")
    provider: str | None = Field(None, description="Ref or name of the utility.")
    customer: str | None = Field(None, description="Ref or name of the customer whose site it serves.")
    phase: list[Phase] | None = None
    as_of: date | None = Field(None, description="Only service that runs on this day.")
    tag: str | None = None


class ElectricalRow(View):
    ref: str
    site: str
    site_ref: str
    provider: str
    account_number: str | None
    meter_number: str | None
    voltage: str | None
    phase: str | None
    amperage: int | None
    tariff: str | None
    average_monthly_cost: Sensitive[Money] | None = Field(description=AVERAGED + " In the house currency.")
    average_months: int
    last_month: date | None
    starts_on: date | None
    ends_on: date | None
    currency: str


class ElectricalList(Listing):
    rows: list[ElectricalRow]


class AverageView(View):
    """A mean monthly cost in one currency, and the billed months it rests on."""

    currency: str
    amount: Sensitive[Money] | None
    months: int


class ElectricalLine(View):
    """An electrical account as a site lists it."""

    ref: str
    provider: str
    account_number: str | None
    meter_number: str | None
    voltage: str | None
    phase: str | None
    amperage: int | None
    average: list[AverageView] = Field(description=AVERAGED)


class BillView(View):
    id: str
    month: date
    kwh: Mbps | None
    amount: Sensitive[Money] | None
    currency: str
    per_kwh: Sensitive[Decimal] | None


class ElectricalView(View):
    """Everything recorded of one electrical account."""

    ref: str
    version: int
    site: str
    site_ref: str
    provider: str
    provider_ref: str
    account_number: str | None
    meter_number: str | None
    voltage: str | None
    phase: str | None
    amperage: int | None
    tariff: str | None
    monitoring_url: str | None
    starts_on: date | None
    ends_on: date | None
    description: str | None
    average: list[AverageView] = Field(description=AVERAGED)
    averaged_from: date
    averaged_to: date
    bills: list[BillView]
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime

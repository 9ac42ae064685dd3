"""What revenue takes and shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from netos_core.kernel.fields import Text
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, Sensitive, View
from netos_core.revenue.rules.suggest import Basis


class AttributionEdit(Request):
    """Which circuit, site or customer a billed service is of, and for which days."""

    service: Text | None = Field(None, description="Ref of the service, such as SVC-1001.")
    circuit: Text | None = Field(None, description="Ref or id of the circuit it is sold over.")
    site: Text | None = Field(None, description="Ref or name of the site or asset it is of.")
    customer: Text | None = Field(None, description="Ref or name of the customer it is billed to.")
    starts_on: date | None = Field(None, description="First day; what held until then ends. Empty: from the beginning.")
    ends_on: date | None = None
    basis: Basis | None = None
    reason: Text | None = None


class ListRevenue(ListRequest):
    attributed: bool | None = Field(None, description="False: only what is billed and not attributed today.")
    source: str | None = Field(None, description="sonar or file.")
    gone: bool = Field(False, description="True: what the billing system no longer has.")


class RevenueRow(View):
    ref: str
    service: str
    account: str | None
    account_number: str | None
    mrr: Sensitive[Decimal] | None
    currency: str
    circuit: str | None
    site: str | None
    customer: str | None
    basis: str | None
    suggested: str | None
    why: str | None
    address: str | None
    source: str
    key: str


class RevenueList(Listing):
    as_of: date
    mrr_total: Sensitive[dict[str, Decimal]]
    synced_at: datetime | None
    sync_problem: str | None
    rows: list[RevenueRow]


class GetRevenue(Request):
    ref: str = Field(description="Such as SVC-1001.")


class PriceView(View):
    mrr: Sensitive[Decimal] | None
    currency: str
    starts_on: date
    ends_on: date | None


class AttributionView(View):
    id: UUID
    circuit: str | None
    site: str | None
    customer: str | None
    starts_on: date | None
    ends_on: date | None
    basis: str
    reason: str | None


class RevenueView(View):
    """One billed service: what it earns, since when, and what it is of."""

    ref: str
    service: RevenueRow
    gone_at: datetime | None
    prices: list[PriceView]
    attributions: list[AttributionView]


class ProposeAttributions(Request):
    """Propose what is suggested for services that are not attributed."""

    refs: list[str] = Field(default_factory=list, max_length=2000, description="Only these; empty: all there are.")
    reason: Text | None = None

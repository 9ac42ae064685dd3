"""What lists and pages show of circuits."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.circuits.rules import CircuitStatus, ServiceType
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Sensitive, View
from netos_core.network.schemas import NetworkLine
from netos_core.overview.schemas.contracts import TermView
from netos_core.overview.schemas.etf import EtfShort
from netos_core.overview.schemas.links import RfLinkLine, SubtendingLine
from netos_core.overview.schemas.parts import ContactView, Mbps, Money
from netos_core.renewals.rules import RenewalState


class SearchCircuits(ListRequest):
    provider: str | None = Field(None, description="Provider ref or any of its names.")
    status: list[CircuitStatus] | None = None
    service_type: list[ServiceType] | None = None
    renewal_state: list[RenewalState] | None = None
    market: str | None = None
    state: str | None = Field(None, description="US state of either end, such as IN.")
    city: str | None = None
    site: str | None = Field(
        None, description="Site ref or name at either end; also of sites inside it, such as its suites."
    )
    customer: str | None = None
    tag: str | None = None
    contract: str | None = Field(None, description="Ref or number of the governing contract; none: those without one.")
    min_mbps: Decimal | None = None
    max_mbps: Decimal | None = None
    min_mrc: Decimal | None = None
    max_mrc: Decimal | None = None
    act_by_before: date | None = Field(None, description="Act by this day.")
    with_taken_over: bool | None = Field(None, description="Also of those the provider took over.")
    stub: bool | None = Field(None, description="Only records an import left to be completed.")
    near: str | None = Field(None, max_length=200, description="Site ref or name, or lat,lon; with radius_km.")
    radius_km: float | None = Field(None, ge=0, allow_inf_nan=False, description="Of either end from near.")


class CircuitRow(View):
    ref: str
    provider: str
    provider_circuit_id: str | None
    service_type: str
    bandwidth_mbps: Mbps | None
    status: str
    a: str | None
    z: str | None
    renewal_state: str | None
    act_by: date | None
    mrc: Sensitive[Money] | None
    days_left: int | None
    nrc: Sensitive[Money] | None
    currency: str
    mrr: Sensitive[Money] | None
    customers: str | None
    market: str | None
    contract: str | None
    term_end_date: date | None
    port_speed_mbps: Mbps | None
    install_date: date | None
    order_number: str | None
    stub: bool


class CircuitList(Listing):
    mrc_total: Sensitive[dict[str, Money]] = Field(description="MRC of every circuit that matches, by currency.")
    rows: list[CircuitRow]


class EndView(View):
    """One end of a circuit."""

    side: str
    site: str | None
    site_ref: str | None
    place: str | None
    address: str | None
    city: str | None
    state: str | None
    handoff: str | None
    demarc: str | None
    cross_connect_id: str | None
    patch_panel_port: str | None
    vlan: str | None


class EventView(View):
    kind: str
    impact: str | None
    starts_at: datetime
    ends_at: datetime | None
    summary: str
    cause: str | None
    ticket: str | None


class CustomerLink(View):
    ref: str
    name: str
    mrr: Sensitive[Money] | None
    currency: str


class CircuitView(View):
    """Everything recorded of one circuit."""

    ref: str
    version: int
    provider: str
    provider_ref: str
    provider_circuit_id: str | None
    service_type: str
    bandwidth_mbps: Mbps | None
    port_speed_mbps: Mbps | None
    status: str
    may_become: list[str]
    mrc: Sensitive[Money] | None
    nrc: Sensitive[Money] | None
    currency: str
    mrc_per_mbps: Sensitive[Money] | None
    ban: str | None
    order_number: str | None
    legacy_circuit_id: str | None
    customer_circuit_id: str | None
    market: str | None
    ordered_date: date | None
    foc_date: date | None
    install_date: date | None
    billing_start_date: date | None
    disconnect_date: date | None
    description: str | None
    stub: bool
    ends: list[EndView]
    network: list[NetworkLine]
    term: TermView | None
    etf: EtfShort | None
    customers: list[CustomerLink]
    provider_noc_phone: str | None
    provider_portal_url: str | None
    subtends: list[SubtendingLine]
    rf_links: list[RfLinkLine]
    contacts: list[ContactView]
    events: list[EventView]
    tags: list[str]
    notes: list[NoteView]
    quotes: int = Field(description="Quotes to replace it: list_quotes.")
    orders: int = Field(description="Orders that make or replace it: list_orders.")
    documents: int | None = Field(description="Files on it: list_documents.")
    open_changes: list[OpenChange]
    updated_at: datetime

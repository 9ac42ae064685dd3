"""What lists and pages show of RF links, subtended circuits and leases."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Sensitive, View
from netos_core.links.rules import Licensing, RfStatus
from netos_core.overview.schemas.parts import Mbps, Money


class SearchRfLinks(ListRequest):
    site: str | None = Field(None, description="Ref or name of a site at either end; also of sites inside it.")
    circuit: str | None = Field(None, description="Ref or id of the circuit it carries.")
    status: list[RfStatus] | None = None
    licensing: list[Licensing] | None = None
    band: str | None = None
    licence_expires_before: date | None = None
    as_of: date | None = Field(None, description="Only links that are there on this day.")
    min_mbps: Decimal | None = None
    max_mbps: Decimal | None = None
    tag: str | None = None


class RfLinkRow(View):
    ref: str
    name: str
    a: str
    z: str
    status: str
    band: str | None
    capacity_mbps: Mbps | None
    path_length_km: float | None = Field(description="Great-circle length; nothing where a site has no coordinates.")
    licensing: str | None
    call_sign: str | None
    licence_expires_on: date | None
    monthly_cost: Sensitive[Money] | None
    frequency_mhz: Mbps | None
    channel_width_mhz: Mbps | None
    radio_vendor: str | None
    radio_model: str | None
    circuit: str | None
    starts_on: date | None
    ends_on: date | None
    currency: str


class RfLinkList(Listing):
    rows: list[RfLinkRow]


class RfLinkLine(View):
    """An RF link as a site or a circuit lists it."""

    ref: str
    name: str
    a: str
    z: str
    status: str
    band: str | None
    capacity_mbps: Mbps | None
    path_length_km: float | None
    starts_on: date | None
    ends_on: date | None


class RfLinkView(View):
    """Everything recorded of one RF link."""

    ref: str
    version: int
    name: str
    a: str
    a_ref: str
    z: str
    z_ref: str
    status: str
    band: str | None
    frequency_mhz: Mbps | None
    channel_width_mhz: Mbps | None
    capacity_mbps: Mbps | None
    path_length_km: float | None
    licensing: str | None
    call_sign: str | None
    licence_expires_on: date | None
    radio_vendor: str | None
    radio_model: str | None
    circuit: str | None
    circuit_ref: str | None
    monthly_cost: Sensitive[Money] | None
    currency: str
    starts_on: date | None
    ends_on: date | None
    description: str | None
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime


class SubtendedLine(View):
    """A circuit that hangs off a site."""

    id: str
    circuit: str
    role: str
    provider: str
    provider_circuit_id: str | None
    bandwidth_mbps: Mbps | None
    status: str
    starts_on: date | None
    ends_on: date | None
    description: str | None
    mrc: Sensitive[Money] | None
    currency: str


class SubtendingLine(View):
    """A site that a circuit hangs off."""

    id: str
    site: str
    name: str
    role: str
    starts_on: date | None
    ends_on: date | None


class LeaseLine(View):
    """A contract that is for a site: its term, the day to act by, and the days it holds for the site."""

    id: str
    contract: str
    title: str
    kind: str
    provider: str
    term_start_date: date | None
    term_end_date: date | None
    end_of_term: str
    renewal_state: str
    act_by: date | None
    days_left: int | None
    mrc: Sensitive[Money] | None
    currency: str
    starts_on: date | None
    ends_on: date | None


class LeasedSite(View):
    """A site a contract is for."""

    id: str
    ref: str
    name: str
    kind: str
    starts_on: date | None
    ends_on: date | None

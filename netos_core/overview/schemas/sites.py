"""What lists and pages show of sites."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.kernel.fields import JsonObject
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Sensitive, View
from netos_core.network.schemas import NetworkLine
from netos_core.overview.schemas.electrical import ElectricalLine
from netos_core.overview.schemas.links import LeaseLine, RfLinkLine, SubtendedLine
from netos_core.overview.schemas.parts import CircuitLine, Money, SiteLine
from netos_core.sites.rules import SiteKind


class SearchSites(ListRequest):
    kind: list[SiteKind] | None = None
    city: str | None = None
    state: str | None = None
    market: str | None = None
    parent: str | None = Field(None, description="Ref or name of the asset they are inside.")
    customer: str | None = None
    provider: str | None = None
    tag: str | None = None
    stub: bool | None = None
    near: str | None = Field(None, max_length=200, description="Site ref or name, or lat,lon: nearest first.")
    radius_km: float | None = Field(None, ge=0, allow_inf_nan=False, description="Around near.")
    polygon: JsonObject | None = Field(None, description="GeoJSON Polygon or MultiPolygon that holds them.")


class SiteRow(View):
    ref: str
    name: str
    kind: str
    city: str | None
    state: str | None
    circuits: int
    monthly_cost: Sensitive[Money] | None
    address: str | None
    postal_code: str | None
    market: str | None
    parent: str | None
    customer: str | None
    provider: str | None
    lon: float | None
    lat: float | None
    currency: str
    stub: bool
    distance_km: float | None = Field(description="From near, along the ground.")


class SiteList(Listing):
    rows: list[SiteRow]


class CostView(View):
    id: str
    kind: str
    description: str | None
    amount: Sensitive[Money] | None
    currency: str
    cadence: str
    monthly: Sensitive[Money] | None
    starts_on: date | None
    ends_on: date | None


class SiteView(View):
    """Everything recorded of one site."""

    ref: str
    version: int
    name: str
    kind: str
    external_id: str | None
    building_name: str | None
    address: str | None
    street_number: str | None
    street_name: str | None
    floor: str | None
    suite: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    postal_code_plus4: str | None
    country: str | None
    lon: float | None
    lat: float | None
    clli: str | None
    lata: str | None
    market: str | None
    customer: str | None
    customer_ref: str | None
    provider: str | None
    provider_ref: str | None
    description: str | None
    stub: bool
    ancestors: list[SiteLine]
    children: list[SiteLine]
    costs: list[CostView]
    monthly_cost: Sensitive[dict[str, Money]]
    leases: list[LeaseLine]
    electrical: list[ElectricalLine]
    circuits: list[CircuitLine]
    circuit_count: int
    network: list[NetworkLine]
    subtended: list[SubtendedLine]
    rf_links: list[RfLinkLine]
    as_of: date | None
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime

"""What a look-up of an address takes and shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from netos_core.circuits.rules import ServiceType
from netos_core.kernel.fields import Mbps, Money, Speed
from netos_core.kernel.redaction import Request, Sensitive, View
from netos_core.lookup.rules.cost import Rests
from netos_core.lookup.rules.reach import Service

FARTHEST_KM = 200


class LookUpAddress(Request):
    """A place: an address, or a site, or lat and lon; an address may also be `lat,lon` or the name of a site."""

    address: str | None = Field(None, max_length=200, description="In one line: 401 N Shadeland Ave, Indianapolis, IN")
    site: str | None = Field(None, description="Site ref or name, instead of an address.")
    lat: float | None = Field(None, ge=-90, le=90, allow_inf_nan=False, description="With lon.")
    lon: float | None = Field(None, ge=-180, le=180, allow_inf_nan=False)
    radius_km: float = Field(5, gt=0, le=FARTHEST_KM, allow_inf_nan=False, description="How far to look.")
    bandwidth_mbps: Mbps | None = Field(None, description="What is wanted there; compares costs of its class only.")
    service_type: list[ServiceType] | None = Field(None, description="Compare costs of these only.")
    term_months: int | None = Field(None, ge=1, le=360, description="Of a quote its nearest term counts; else 36.")
    limit: int = Field(10, ge=1, le=50, description="Rows of each list.")


class Place(View):
    """Where it is and how that is known. Without coordinates it is not geocoded: none are made up."""

    found_by: Literal["coordinates", "site", "address", "nothing"]
    told: str
    normalized: str | None = Field(description="The address as it is compared.")
    lat: float | None
    lon: float | None
    site: str | None
    site_ref: str | None
    line1: str | None
    city: str | None
    state: str | None
    postal_code: str | None


class NearSite(View):
    ref: str
    name: str
    kind: str
    address: str | None
    city: str | None
    state: str | None
    km: float
    circuits: int


class NearCircuit(View):
    """A circuit with an end nearby, and how far that end is."""

    ref: str
    provider: str
    provider_circuit_id: str | None
    service_type: str
    bandwidth_mbps: Speed | None
    status: str
    site: str
    site_ref: str
    km: float
    mrc: Sensitive[Money] | None
    currency: str


class NearCarrier(View):
    ref: str
    name: str
    circuits: int
    nearest_km: float


class Match(View):
    """A record that says the words."""

    kind: str
    ref: str
    title: str
    detail: str | None


class OfferView(View):
    provider: str
    technology: str | None
    down_mbps: Speed | None
    up_mbps: Speed | None
    mrc: Sensitive[Decimal] | None
    nrc: Sensitive[Decimal] | None
    currency: str | None
    term_months: int | None
    confidence: str | None


class Availability(View):
    """Whether service can be had there, and who says so."""

    answered_by: Literal["own_records", "service_checker"]
    status: Service
    why: str
    normalized_address: str | None
    lat: float | None
    lon: float | None
    offers: list[OfferView]
    as_of: datetime | None
    request_id: str | None
    problem: str | None = Field(description="Why the configured service did not answer, where it did not.")


class PriceSource(View):
    """A price an estimate rests on: what it is, how far away, how old, and how much it weighs."""

    ref: str
    rests_on: Rests
    under: str | None = Field(description="The contract that governs the circuit, or the quote of the order.")
    provider: str | None
    mrc: Sensitive[Decimal] | None
    nrc: Sensitive[Decimal] | None
    bandwidth_mbps: Speed | None
    term_months: int | None
    level: str | None
    valid_until: date | None
    km: float
    age_days: int | None
    weight: int


class CostEstimate(View):
    """What such a service costs around here, modeled on prices nearby; the heaviest sources are shown."""

    service_type: str
    up_to_mbps: Speed | None = Field(description="Upper bound of the class of bandwidth.")
    basis: Literal["modeled"]
    n: int
    mrc_median: Sensitive[Decimal] | None
    mrc_low: Sensitive[Decimal] | None
    mrc_high: Sensitive[Decimal] | None
    nrc_median: Sensitive[Decimal] | None
    currency: str
    nearest_km: float
    farthest_km: float
    sources: list[PriceSource]
    why: str


class AddressLookup(View):
    """A place, what lies around it, and what words of it are found in."""

    place: Place
    radius_km: float
    as_of: datetime
    endpoints: list[NearSite]
    endpoint_count: int
    assets: list[NearSite]
    asset_count: int
    circuits: list[NearCircuit]
    circuit_count: int
    carriers: list[NearCarrier]
    carrier_count: int
    matches: list[Match]
    availability: Availability
    estimates: Sensitive[list[CostEstimate]]
    cost_basis: Sensitive[str] | None = Field(description="How the estimates are made, or why there is none.")
    hint: str | None

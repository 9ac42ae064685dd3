"""What detail pages of every kind show, and the amounts and rates they share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from netos_core.kernel.fields import Speed
from netos_core.kernel.redaction import Request, Sensitive, View

Money = Decimal


Mbps = Speed


class GetOne(Request):
    ref: str = Field(description="Such as CKT-1042; a carrier's own circuit id or a name works too.", max_length=200)


class GetContract(GetOne):
    on: date | None = Field(None, description="Adds the terms and rate in force that day, each with its source.")


class GetSite(GetOne):
    as_of: date | None = Field(
        None,
        description="Show costs, leases, RF links and subtended circuits as on this day; with every day by default.",
    )


class Nothing(Request):
    """No argument."""


class ContactView(View):
    id: str
    kind: str
    level: int | None
    name: str
    title: str | None
    phone: str | None
    email: str | None
    hours: str | None


class CircuitLine(View):
    """A circuit as other records list it."""

    ref: str
    provider: str
    provider_circuit_id: str | None
    service_type: str
    bandwidth_mbps: Mbps | None
    status: str
    a: str | None
    z: str | None
    mrc: Sensitive[Money] | None
    currency: str


class SiteLine(View):
    ref: str
    name: str
    kind: str

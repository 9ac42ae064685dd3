"""What may be said about a circuit when it is created or corrected."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from netos_core.circuits.rules import CircuitStatus, EventKind, ServiceType
from netos_core.kernel.fields import Currency, LongText, Mbps, Money, Text
from netos_core.kernel.redaction import Request


class CircuitEdit(Request):
    """Fields of a circuit. A field left out stays; null clears it. Names and refs stand for records."""

    provider: Text | None = None
    provider_circuit_id: Text | None = None
    service_type: ServiceType | None = None
    bandwidth_mbps: Mbps | None = None
    port_speed_mbps: Mbps | None = None
    status: CircuitStatus | None = None
    mrc: Money | None = None
    nrc: Money | None = None
    currency: Currency | None = None
    ban: Text | None = None
    order_number: Text | None = None
    legacy_circuit_id: Text | None = None
    customer_circuit_id: Text | None = None
    market: Text | None = None
    ordered_date: date | None = None
    foc_date: date | None = None
    install_date: date | None = None
    billing_start_date: date | None = None
    disconnect_date: date | None = None
    description: LongText | None = None
    a_site: Text | None = Field(None, description="Site ref or name of the A end.")
    z_site: Text | None = Field(None, description="Site ref or name of the Z end.")
    a_place: Text | None = Field(None, description="Where the A end is when it is no site of ours, such as Internet.")
    z_place: Text | None = None
    a_handoff: Text | None = None
    z_handoff: Text | None = None
    a_demarc: Text | None = None
    z_demarc: Text | None = None
    a_cross_connect_id: Text | None = None
    z_cross_connect_id: Text | None = None
    a_patch_panel_port: Text | None = None
    z_patch_panel_port: Text | None = None
    a_vlan: Text | None = None
    z_vlan: Text | None = None
    customer: Text | None = Field(None, description="A customer to add to the circuit.")
    mrr: Money | None = Field(None, description="Monthly revenue billed to that customer for this circuit.")


class EventEdit(Request):
    """Something that happened to a circuit."""

    circuit: Text | None = None
    kind: EventKind | None = None
    impact: Annotated[str, StringConstraints(pattern="^(no_impact|reduced_redundancy|degraded|outage)$")] | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    summary: LongText | None = None
    cause: Text | None = None
    ticket: Text | None = None

"""What may be said about RF links, subtended circuits and the sites of a lease."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from netos_core.kernel.fields import Currency, LongText, Mbps, Money, Name, Text
from netos_core.kernel.redaction import Request
from netos_core.links.rules import Licensing, RfStatus, SubtendRole

Mhz = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=3)]


class RfLinkEdit(Request):
    """Fields of an RF link. A field left out stays; null clears it. Names and refs stand for records."""

    name: Name | None = Field(None, description="Left out of a new link: its two sites.")
    a_site: Text | None = Field(None, description="Ref or name of the site at the A end.")
    z_site: Text | None = Field(None, description="Ref or name of the site at the Z end.")
    circuit: Text | None = Field(None, description="Ref or id of the circuit it carries.")
    status: RfStatus | None = None
    band: Text | None = Field(None, description="Such as 11 GHz or 60 GHz.")
    frequency_mhz: Mhz | None = None
    channel_width_mhz: Mhz | None = None
    capacity_mbps: Mbps | None = None
    licensing: Licensing | None = None
    call_sign: Name | None = None
    licence_expires_on: date | None = None
    radio_vendor: Text | None = None
    radio_model: Text | None = None
    monthly_cost: Money | None = None
    currency: Currency | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    description: LongText | None = None


class SiteCircuitEdit(Request):
    """A circuit that hangs off an asset, and for which days."""

    site: Text | None = None
    circuit: Text | None = None
    role: SubtendRole | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    description: Text | None = None


class ContractSiteEdit(Request):
    """A site a lease or another contract is for."""

    contract: Text | None = None
    site: Text | None = None
    starts_on: date | None = Field(None, description="First day it holds for the site; the contract's own if empty.")
    ends_on: date | None = None

"""What may be said about a site and its costs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from netos_core.kernel.fields import Currency, LongText, Money, Name, Text
from netos_core.kernel.redaction import Request
from netos_core.sites.rules import Cadence, CostKind, SiteKind


class SiteEdit(Request):
    """Fields of a site. A field left out stays; null clears it. Names and refs stand for records."""

    name: Name | None = None
    kind: SiteKind | None = None
    external_id: Name | None = None
    building_name: Text | None = None
    address: Text | None = None
    street_number: Text | None = None
    street_name: Text | None = None
    floor: Text | None = None
    suite: Text | None = None
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    postal_code_plus4: Text | None = None
    country: Text | None = None
    lon: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = Field(
        None, description="Longitude, WGS 84; together with lat."
    )
    lat: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = None
    clli: Name | None = None
    lata: Text | None = None
    market: Text | None = None
    parent: Text | None = Field(None, description="Ref or name of the site this one is in or on.")
    customer: Text | None = Field(None, description="Ref or name of the customer whose site it is.")
    provider: Text | None = Field(None, description="Ref or name of the provider who owns or runs it.")
    description: LongText | None = None


class SiteCostEdit(Request):
    """What a site costs, in the cadence it is billed."""

    site: Text | None = None
    kind: CostKind | None = None
    description: Text | None = None
    amount: Money | None = None
    currency: Currency | None = None
    cadence: Cadence | None = None
    starts_on: date | None = None
    ends_on: date | None = None

"""What may be said about an electrical account and its bills."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from netos_core.electrical.rules import Phase
from netos_core.kernel.fields import Currency, Link, LongText, Money, Name, Text
from netos_core.kernel.redaction import Request

Kwh = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=3)]


class ElectricalAccountEdit(Request):
    """Fields of an electrical account. A field left out stays; null clears it."""

    site: Text | None = Field(None, description="Ref or name of the asset or customer site it serves.")
    provider: Text | None = Field(None, description="Ref or name of the utility.")
    account_number: Name | None = None
    meter_number: Name | None = None
    voltage: Text | None = Field(None, description="Such as 120/208 V.")
    phase: Phase | None = None
    amperage: Annotated[int, Field(ge=1, le=10_000)] | None = Field(None, description="Of the service, in amperes.")
    tariff: Text | None = None
    monitoring_url: Link | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    description: LongText | None = None


class ElectricalBillEdit(Request):
    """What was billed for a month."""

    account: Text | None = Field(None, description="Ref, account or meter number of the electrical account.")
    month: date | None = Field(None, description="Any day of the month billed; kept as its first.")
    kwh: Kwh | None = None
    amount: Money | None = None
    currency: Currency | None = None

"""Which places we keep, and what a billed cost comes to in a month."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum


class SiteKind(StrEnum):
    """An endpoint, or one of the eight kinds of infrastructure."""

    ENDPOINT = "endpoint"
    DATA_CENTER = "data_center"
    TOWER = "tower"
    COLO = "colo"
    ROOFTOP = "rooftop"
    CARRIER_HOTEL = "carrier_hotel"
    POP = "pop"
    OFFICE = "office"
    AGGREGATION = "aggregation"


INFRASTRUCTURE = frozenset(SiteKind) - {SiteKind.ENDPOINT}


class CostKind(StrEnum):
    RENT = "rent"
    POWER = "power"
    CROSS_CONNECT = "cross_connect"
    COLO = "colo"
    ACCESS = "access"
    MAINTENANCE = "maintenance"
    INSURANCE = "insurance"
    TAX = "tax"
    EQUIPMENT = "equipment"
    OTHER = "other"


class Cadence(StrEnum):
    """How often a cost is billed."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    SEMIANNUAL = "semiannual"
    ANNUAL = "annual"
    ONE_TIME = "one_time"


MONTHS: Mapping[Cadence, int] = {
    Cadence.MONTHLY: 1,
    Cadence.QUARTERLY: 3,
    Cadence.SEMIANNUAL: 6,
    Cadence.ANNUAL: 12,
}


def monthly_amount(amount: Decimal, cadence: Cadence) -> Decimal | None:
    """Give the share of a month of a billed amount; None for a one-time cost, which is part of no month.

    It is not rounded: whoever adds shares up rounds the sum, so that twelve months make the year again.
    """
    months = MONTHS.get(cadence)
    return None if months is None else amount / months

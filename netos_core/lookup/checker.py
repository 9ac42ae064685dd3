"""What a look-up needs of the outside: a service that knows where others can serve. `vendors` has one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from netos_core.lookup.rules.reach import Service


@dataclass(frozen=True, slots=True)
class Question:
    """A place, by its address or its coordinates or both, and the bandwidth that is wanted there."""

    line1: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    lat: float | None = None
    lon: float | None = None
    bandwidth_mbps: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody would sell there. Amounts are per month and once, in the currency, as the service told them."""

    provider: str
    technology: str | None
    down_mbps: Decimal | None
    up_mbps: Decimal | None
    mrc: Decimal | None
    nrc: Decimal | None
    currency: str | None
    term_months: int | None
    confidence: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says of a place."""

    status: Service
    normalized_address: str | None
    lat: float | None
    lon: float | None
    offers: tuple[Offer, ...]
    as_of: datetime | None
    request_id: str | None


class AvailabilityChecker(Protocol):
    """Tells where service can be had."""

    def ask(self, question: Question) -> Answer:
        """Ask about one place; an address it does not know is answered as unknown.

        Raises:
            VendorError: It refused us or the address, is away, or answered something else.
        """

    def close(self) -> None:
        """Let go of the connections to it."""

    def check(self) -> None:
        """Ask whether it knows us.

        Raises:
            VendorError: It does not, or is away.
        """

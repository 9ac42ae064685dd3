"""What a comparison takes and shows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from netos_core.kernel.redaction import Request, Sensitive, View


class CompareQuotes(Request):
    """Quotes to hold against each other over one horizon, each of their terms an offer of its own."""

    ref: Annotated[list[str], Field(min_length=1, max_length=20)]
    horizon: int = Field(36, ge=1, le=240, description="Months, the same for all.")
    overlap: int = Field(0, ge=0, le=24, description="Months in which the replaced circuit is paid too.")


class PartView(View):
    part: str
    amount: Sensitive[Decimal] | None
    words: Sensitive[str] | None


class OfferView(View):
    """One term of one quote: its cost part by part, what is unknown and what is assumed."""

    rank: int | None
    quote: str
    provider: str
    term_months: int
    level: str | None
    state: str
    serviceability: str
    valid_until: date | None
    install_days: int | None
    currency: str
    bandwidth_mbps: Decimal | None
    replaces: str | None
    parts: list[PartView]
    total: Sensitive[Decimal] | None
    a_month: Sensitive[Decimal] | None
    mrc: Sensitive[Decimal] | None
    mrc_per_mbps: Sensitive[Decimal] | None
    per_mbps: Sensitive[Decimal] | None
    exposure: Sensitive[Decimal] | None
    unknown: list[str]
    assumptions: Sensitive[list[str]]


class Keeping(View):
    """What the circuit there is costs if it is kept, and what the best offer saves against it."""

    circuit: str
    total: Sensitive[Decimal] | None
    currency: str
    words: Sensitive[str] | None


class WinnerView(View):
    """The offer that costs least in one currency, explained in money."""

    currency: str
    quote: Sensitive[str] | None
    term_months: Sensitive[int] | None
    words: Sensitive[str] | None


class Comparison(View):
    horizon: int
    overlap: int
    offers: list[OfferView]
    winners: list[WinnerView]
    keeping: list[Keeping]
    notes: list[str]

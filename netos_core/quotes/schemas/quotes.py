"""What lists and pages show of quotes."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.circuits.rules import ServiceType
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, Sensitive, View
from netos_core.quotes.rules.states import QuoteLevel
from netos_core.quotes.schemas.orders import OrderRow

State = Literal[
    "draft", "acknowledged", "in_progress", "in_progress_draft", "answered", "approved_orderable",
    "approved_orderable_alternate", "accepted", "declined", "rejected", "cancelled", "expired", "unable_to_provide",
]  # fmt: skip


class ListQuotes(ListRequest):
    state: list[State] | None = Field(None, description="draft: what waits for review; by default the history.")
    provider: str | None = None
    site: str | None = Field(None, description="Site ref or name at either end; also of sites inside it.")
    circuit: str | None = Field(None, description="Circuit the quote would replace.")
    level: list[QuoteLevel] | None = None
    service_type: list[ServiceType] | None = None
    expires_before: date | None = None
    min_mbps: Decimal | None = None
    max_mbps: Decimal | None = None
    term_months: int | None = None


class QuoteRow(View):
    """A quote in a list; of a draft only who staged it, the provider it names if we know it, and its problems."""

    ref: str
    state: str
    provider: str | None
    number: str | None
    a: str | None
    z: str | None
    service_type: str | None
    bandwidth_mbps: Decimal | None
    level: str | None
    serviceability: str | None
    received_date: date | None
    valid_until: date | None
    terms: str | None
    mrc: Sensitive[Decimal] | None
    mrc_per_mbps: Sensitive[Decimal] | None
    currency: str
    replaces: str | None
    staged_by: str | None
    agent: str | None
    staged_at: datetime | None
    problems: int | None


class QuoteList(Listing):
    rows: list[QuoteRow]


class GetOne(Request):
    ref: str = Field(description="Such as QUO-1003.")


class QuoteTermView(View):
    id: str
    term_months: int
    mrc: Sensitive[Decimal] | None
    nrc: Sensitive[Decimal] | None
    special_build: Sensitive[Decimal] | None
    tax_monthly: Sensitive[Decimal] | None
    escalator_percent: Sensitive[Decimal] | None
    install_days: int | None
    etf: Sensitive[Decimal] | None
    etf_terms: Sensitive[str] | None
    currency: str


class QuoteView(View):
    """Everything recorded of one quote, and what it may be compared with."""

    ref: str
    version: int
    provider: str
    provider_ref: str
    number: str | None
    a_site: str | None
    a_site_ref: str | None
    a_place: str | None
    z_site: str | None
    z_site_ref: str | None
    z_place: str | None
    service_type: str
    bandwidth_mbps: Decimal | None
    level: str | None
    state: str
    recorded_state: str
    received_date: date | None
    valid_until: date | None
    serviceability: str
    currency: str
    replaces: str | None
    replaces_mrc: Sensitive[Decimal] | None
    requested_by: str | None
    source: str | None
    description: str | None
    terms: list[QuoteTermView]
    orders: list[OrderRow]
    rivals: list[str]
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime

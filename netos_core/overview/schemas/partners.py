"""What lists and pages show of providers and customers."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Bank, Sensitive, View
from netos_core.overview.schemas.contracts import ContractLine
from netos_core.overview.schemas.parts import CircuitLine, ContactView, Money, SiteLine


class ListProviders(ListRequest):
    tag: str | None = None
    stub: bool | None = None


class ProviderRow(View):
    ref: str
    name: str
    circuits: int
    mrc: Sensitive[Money] | None
    contracts: int
    next_act_by: date | None
    noc_phone: str | None
    portal_url: str | None
    asn: int | None
    successor: str | None
    currency: str
    stub: bool


class ProviderList(Listing):
    rows: list[ProviderRow]


class AliasView(View):
    id: str
    alias: str
    kind: str


class AccountView(View):
    id: str
    ban: str
    name: str | None


class SuccessionLine(View):
    ref: str
    name: str
    since: date | None


class ProviderView(View):
    """Everything recorded of one provider."""

    ref: str
    version: int
    name: str
    legal_name: str | None
    website: str | None
    portal_url: str | None
    noc_phone: str | None
    noc_email: str | None
    asn: int | None
    successor: str | None
    successor_ref: str | None
    succeeded_on: date | None
    predecessors: list[str]
    part_of: list[SuccessionLine] = Field(description="Who it is part of today, nearest first.")
    took_over: list[SuccessionLine] = Field(description="Every provider that is part of it today.")
    remittance_address: Bank[str] | None
    bank_name: Bank[str] | None
    bank_routing: Bank[str] | None
    bank_account: Bank[str] | None
    stub: bool
    aliases: list[AliasView]
    accounts: list[AccountView]
    contacts: list[ContactView]
    circuit_count: int
    circuits_by_status: dict[str, int]
    mrc: Sensitive[dict[str, Money]]
    site_count: int
    contracts: list[ContractLine]
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime


class ListCustomers(ListRequest):
    tag: str | None = None


class CustomerRow(View):
    ref: str
    name: str
    account_number: str | None
    kind: str | None
    city: str | None
    state: str | None
    circuits: int
    mrr: Sensitive[Money] | None
    currency: str
    stub: bool


class CustomerList(Listing):
    rows: list[CustomerRow]


class CustomerContactView(View):
    id: str
    name: str
    role: str | None
    phone: str | None
    email: str | None


class CustomerView(View):
    """Everything recorded of one customer."""

    ref: str
    version: int
    name: str
    account_number: str | None
    kind: str | None
    email: str | None
    phone: str | None
    city: str | None
    state: str | None
    stub: bool
    circuits: list[CircuitLine]
    mrr: Sensitive[dict[str, Money]]
    sites: list[SiteLine]
    contacts: list[CustomerContactView]
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime

"""What lists and pages show of contracts and their terms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Clause, Sensitive, View
from netos_core.overview.schemas.etf import EtfShort
from netos_core.overview.schemas.in_force import InForce
from netos_core.overview.schemas.links import LeasedSite
from netos_core.overview.schemas.parts import CircuitLine, Money
from netos_core.renewals.rules import RenewalState


class TermView(View):
    """The contract that governs a circuit, its clause and its deadline, with the reason where it is unknown."""

    ref: str
    kind: str
    title: str
    number: str | None
    parent_ref: str | None
    term_start_date: date | None
    term_months: int | None
    term_end_date: date | None
    renewals: int
    end_of_term: str
    evergreen: bool
    renewal_term_months: int | None
    notice: str | None
    notice_method: str | None
    renewal_state: str
    alarm: str | None
    notice_opens: date | None
    notice_deadline: date | None
    act_by: date | None
    days_left: int | None
    explanation: str
    cost_of_silence: Sensitive[Money] | None
    currency: str
    decision: str | None
    choice: str | None
    decided_date: date | None
    owner: str | None
    due_date: date | None
    problems: list[str]


class SearchContracts(ListRequest):
    provider: str | None = None
    kind: list[Literal["agreement", "order", "amendment", "lease", "iru"]] | None = None
    renewal_state: list[RenewalState] | None = None
    end_of_term: list[Literal["auto_renew", "roll", "auto_disconnect", "unknown"]] | None = None
    act_by_before: date | None = None
    act_by_after: date | None = None
    ends_before: date | None = None
    parent: str | None = None
    tag: str | None = None


class ContractRow(View):
    ref: str
    provider: str
    number: str | None
    title: str
    kind: str
    term_end_date: date | None
    renewal_state: str
    act_by: date | None
    circuits: int
    mrc: Sensitive[Money] | None
    days_left: int | None
    notice_deadline: date | None
    end_of_term: str
    notice: str | None
    currency: str
    parent: str | None


class ContractList(Listing):
    rows: list[ContractRow]


class ContractLine(View):
    """A contract as other records list it."""

    ref: str
    title: str


class ContractView(View):
    """Everything recorded of one contract: what the paper says, and in `term` the term in force."""

    ref: str
    version: int
    provider: str
    provider_ref: str
    term: TermView
    signed_date: date | None
    term_start_date: date | None
    term_months: int | None
    term_end_date: date | None
    co_terminus: bool
    notice_count: int | None
    notice_unit: str | None
    notice_opens_count: int | None
    notice_opens_unit: str | None
    renewal_notice_count: int | None
    renewal_notice_unit: str | None
    notice_address: str | None
    notice_counted_from: str | None
    delivery_lead_days: int | None
    mrc: Sensitive[Money] | None
    nrc: Sensitive[Money] | None
    total_value: Sensitive[Money] | None
    currency: str
    etf: Clause[dict[str, Any]] | None
    etf_today: EtfShort
    escalator: Clause[dict[str, Any]] | None
    description: str | None
    in_force: InForce | None
    children: list[ContractLine]
    sites: list[LeasedSite]
    circuits: list[CircuitLine]
    circuits_mrc: Sensitive[dict[str, Money]]
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime

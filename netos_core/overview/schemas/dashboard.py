"""What the dashboard shows."""

from __future__ import annotations

from datetime import date, datetime

from netos_core.kernel.redaction import Sensitive, View
from netos_core.overview.schemas.parts import Money


class Count(View):
    """One bar of a panel: what, how many, how much a month."""

    key: str
    count: int
    mrc: Sensitive[Money] | None


class DeadlineLine(View):
    ref: str
    provider: str
    title: str
    act_by: date
    days_left: int
    renewal_state: str
    circuits: int
    mrc: Sensitive[Money] | None


class EventLine(View):
    circuit: str
    provider: str
    impact: str | None
    starts_at: datetime
    summary: str


class Counts(View):
    """How much there is of each kind, and how many changes wait for the reader: what stands beside the navigation."""

    circuits: int
    sites: int
    providers: int
    customers: int
    contracts: int
    waiting_for_you: int
    extractions_waiting: int


class Dashboard(View):
    """The plant at a glance, each figure with the list it comes from."""

    as_of: date
    currency: str
    circuits: int
    circuits_in_use: int
    mrc: Sensitive[dict[str, Money]]
    etf: Sensitive[dict[str, Money]]
    etf_unknown: int
    providers: int
    sites: int
    customers: int
    contracts: int
    by_renewal_state: list[Count]
    by_provider: list[Count]
    by_service_type: list[Count]
    by_status: list[Count]
    next_deadlines: list[DeadlineLine]
    without_contract: int
    stubs: int
    open_outages: list[EventLine]
    waiting_for_you: int
    open_changes: int
    extractions_waiting: int

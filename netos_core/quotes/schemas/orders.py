"""What lists and pages show of orders."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Sensitive, View
from netos_core.quotes.rules.states import OrderStage


class ListOrders(ListRequest):
    provider: str | None = None
    circuit: str | None = Field(None, description="Circuit that is being built.")
    quote: str | None = None
    stage: list[OrderStage] | None = Field(None, description="Where it stands; held: on hold now.")
    late: bool | None = Field(None, description="Whether a planned day has passed without its step.")
    under_way: bool | None = Field(None, description="Neither billed nor cancelled.")


class OrderRow(View):
    """An order and where it stands today."""

    ref: str
    quote: str
    provider: str
    circuit: str | None
    number: str | None
    term_months: int | None
    stage: str
    held: bool
    next_stage: str | None
    next_date: date | None
    days_late: int | None
    accept_by: date | None
    cancelled_date: date | None
    flags: list[str]


class OrderList(Listing):
    rows: list[OrderRow]


class StepView(View):
    id: str
    stage: str
    planned_date: date | None
    actual_date: date | None
    released_date: date | None
    days_late: int | None
    who: str | None
    reason: str | None
    charge: Sensitive[Decimal] | None
    currency: str
    description: str | None


class OrderView(View):
    """One order with its steps, in the order they happen."""

    ref: str
    version: int
    summary: OrderRow
    quote: str
    circuit: str | None
    term_months: int | None
    number: str | None
    acceptance_days: int | None
    cancelled_date: date | None
    description: str | None
    steps: list[StepView]
    missing: list[str]
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    updated_at: datetime

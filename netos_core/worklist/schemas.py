"""What the worklist takes and shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Sensitive, View
from netos_core.worklist.rules import FindingKind


class GetWorklist(ListRequest):
    kind: list[FindingKind] | None = None
    ref: str | None = Field(None, description="About this record, such as CTR-1011.")
    owner: str | None = Field(None, description="E-mail of who sees to it.")
    within_days: int | None = Field(None, ge=0, le=3650, description="Due within so many days, or past due.")


class WorkRow(View):
    kind: str
    ref: str
    title: str
    due_date: date | None
    days_left: int | None
    amount: Sensitive[Decimal] | None
    per_day: Sensitive[Decimal] | None
    currency: str
    owner: str | None
    why: str
    opened_at: datetime


class Worklist(Listing):
    as_of: date
    rows: list[WorkRow]

"""What the outage history takes and shows."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from netos_core.kernel.redaction import Request, View


class OutageHistoryRequest(Request):
    ref: str = Field(description="Such as CKT-1042, or the carrier's circuit id.")
    since: date | None = Field(None, description="First day; twelve months before today by default.")
    until: date | None = Field(None, description="Last day; today by default.")


class OutageEvent(View):
    kind: str
    impact: str | None
    starts_at: datetime
    ends_at: datetime | None
    minutes: int
    open: bool
    summary: str
    cause: str | None
    ticket: str | None


class OutageHistory(View):
    """Outages and maintenance of a circuit in a period, from recorded events, with its availability."""

    ref: str
    since: date
    until: date
    events: list[OutageEvent]
    unplanned_minutes: int
    planned_minutes: int
    availability_percent: Decimal
    minutes_by_month: dict[str, int]
    basis: str

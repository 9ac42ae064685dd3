"""Days are calendar days of the business time zone; instants are UTC. Rules take both as arguments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    return datetime.now(UTC)


def business_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day an instant falls on where the business is."""
    return instant.astimezone(zone).date()

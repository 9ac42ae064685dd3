"""How long a circuit was down: intervals counted once, clipped to a period, and the availability left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
THOUSANDTHS = 100_000  # of a percent in the whole


class EventKind(StrEnum):
    OUTAGE = "outage"
    MAINTENANCE = "maintenance"


class EventImpact(StrEnum):
    """What the circuit lost while the event lasted, from nothing to everything (MAINTNOTE's four)."""

    NO_IMPACT = "no_impact"
    REDUCED_REDUNDANCY = "reduced_redundancy"
    DEGRADED = "degraded"
    OUTAGE = "outage"


@dataclass(frozen=True, slots=True)
class Interval:
    """From one aware instant to another, the last not counted in; an end of None is an event not yet over."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Event:
    kind: EventKind
    impact: EventImpact
    interval: Interval


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time between two aware instants, the last not counted in."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end.astimezone(UTC) <= self.start.astimezone(UTC):
            raise ValueError("a period ends after it starts")

    @property
    def length(self) -> timedelta:
        return self.end.astimezone(UTC) - self.start.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Downtime:
    """The union of some intervals within a period: apart, in order, in UTC; `still_open` if one has no end yet."""

    spans: tuple[Period, ...]
    still_open: bool

    @property
    def total(self) -> timedelta:
        return sum((span.length for span in self.spans), timedelta())


def downtime(intervals: Iterable[Interval], period: Period, now: datetime) -> Downtime:
    """Unite the intervals within the period: overlaps count once, an open one runs to now and is marked."""
    still_open = False
    clipped: list[tuple[datetime, datetime]] = []
    for interval in intervals:
        # In UTC: two instants of one zone compare and subtract as wall clocks, blind to a time change between.
        start = max(interval.start.astimezone(UTC), period.start.astimezone(UTC))
        end = min((interval.end or now).astimezone(UTC), period.end.astimezone(UTC))
        if start < end:
            clipped.append((start, end))
            still_open = still_open or interval.end is None
    return Downtime(_united(sorted(clipped)), still_open)


def unplanned_downtime(events: Iterable[Event], period: Period, now: datetime) -> Downtime:
    """Unite the outages that took the circuit down; degraded service and planned maintenance do not count."""
    return downtime(_intervals_down(events, EventKind.OUTAGE), period, now)


def planned_downtime(events: Iterable[Event], period: Period, now: datetime) -> Downtime:
    """Unite the maintenance that took the circuit down: listed beside the unplanned downtime, never in it."""
    return downtime(_intervals_down(events, EventKind.MAINTENANCE), period, now)


def availability(downtime: timedelta, period: Period) -> Decimal:
    """Give 1 − downtime ÷ period as percent to three places, rounded half up (domain.md 3.7)."""
    up = period.length - downtime
    return Decimal(_rounded(up * THOUSANDTHS, period.length)).scaleb(-3)


def month_period(month: date, zone: ZoneInfo) -> Period:
    """Give the calendar month of a day, from midnight to midnight in a time zone, so a time change counts."""
    year, next_month_index = divmod(month.year * 12 + month.month, 12)
    first = datetime(month.year, month.month, 1, tzinfo=zone)
    return Period(first.astimezone(UTC), datetime(year, next_month_index + 1, 1, tzinfo=zone).astimezone(UTC))


def minutes_by_month(intervals: Sequence[Interval], period: Period, now: datetime, zone: ZoneInfo) -> dict[date, int]:
    """Give the minutes down in each month the period touches, keyed by its first day, months of none included.

    The running sum is rounded, never the parts, so the months add up to the rounded total.
    """
    minutes: dict[date, int] = {}
    running = timedelta()
    given = 0
    first, last = period.start.astimezone(UTC), period.end.astimezone(UTC)
    month = month_period(first.astimezone(zone).date(), zone)
    while month.start < last:
        within = Period(max(month.start, first), min(month.end, last))
        running += downtime(intervals, within, now).total
        upto = _rounded(running, MINUTE)
        minutes[month.start.astimezone(zone).date()] = upto - given
        given = upto
        month = month_period(month.end.astimezone(zone).date(), zone)
    return minutes


def _intervals_down(events: Iterable[Event], kind: EventKind) -> list[Interval]:
    return [event.interval for event in events if event.kind is kind and event.impact is EventImpact.OUTAGE]


def _united(clipped: Iterable[tuple[datetime, datetime]]) -> tuple[Period, ...]:
    spans: list[Period] = []
    for start, end in clipped:
        if spans and start <= spans[-1].end:
            spans[-1] = Period(spans[-1].start, max(spans[-1].end, end))
        else:
            spans.append(Period(start, end))
    return tuple(spans)


def _rounded(part: timedelta, unit: timedelta) -> int:
    """Divide two durations and round half up, exactly."""
    return (2 * part + unit) // (2 * unit)

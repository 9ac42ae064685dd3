"""When the weekly report is due: a day of the week and an hour, by the clock of the business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class ReportDay(StrEnum):
    """The day of the weekly report, or that there is none."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"
    NEVER = "never"


WEEKDAYS: Mapping[ReportDay, int] = {day: number for number, day in enumerate(d for d in ReportDay if d != "never")}


@dataclass(frozen=True, slots=True)
class Due:
    """The report of a week: the week it is of (`2026-W48`), and the moment since which it is due (UTC)."""

    week: str
    since: datetime


def last_due(day: ReportDay, at: time, now: datetime, zone: ZoneInfo) -> Due | None:
    """Return the latest weekly report that is due by now; None where there is no weekly report.

    One that was missed is still due until the next one is, so a worker that was away makes it late and once.
    """
    if day is ReportDay.NEVER:
        return None
    here = now.astimezone(zone)
    back = (here.weekday() - WEEKDAYS[day]) % 7
    moment = datetime.combine(here.date() - timedelta(days=back), at, zone)
    if moment > here:
        moment = datetime.combine(moment.date() - timedelta(days=7), at, zone)
    year, week, _ = moment.date().isocalendar()
    return Due(f"{year}-W{week:02}", moment.astimezone(UTC))

"""The days of a list as a calendar file (RFC 5545): one all-day event for each day of each record, and no amount.

A record's event keeps its UID, so a calendar that takes the file again moves an event and makes no second one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vDuration
from starlette.responses import Response

from web_min.export import everything, file_name
from web_min.site import Visit
from web_min.table import Spec

ICS = "text/calendar; charset=utf-8"
DAYS = {"act_by": "Act by", "notice_deadline": "Notice received by", "term_end_date": "Term ends"}
NAMED_BY = {"/renewals": "contract"}
WHAT = ("provider", "title", "provider_circuit_id")


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one record."""

    ref: str
    field: str
    on: date
    summary: str
    url: str


def as_ics_of(visit: Visit, spec: Spec) -> Response:
    """Send the days of everything the list shows as a calendar."""
    _, rows = everything(visit, spec)
    base = visit.site.core.settings.url
    made_at = datetime.combine(visit.today, time(), UTC)  # of the day, so that the same list is the same file
    content = written(spec.title, urlsplit(base).hostname or "netos", made_at, days_of(spec, base, rows))
    headers = {"content-disposition": f'attachment; filename="{file_name(visit, spec, "ics")}"'}
    return Response(content, media_type=ICS, headers=headers)


def days_of(spec: Spec, base: str, rows: Iterable[Any]) -> Iterator[Day]:
    """Give the days of rows; what is not known makes none."""
    named = NAMED_BY.get(spec.path, "ref")
    for row in rows:
        ref = getattr(row, named)
        what = ", ".join(str(value) for name in WHAT if (value := getattr(row, name, None)))
        for field, words in DAYS.items():
            on = getattr(row, field, None)
            if on is not None:
                yield Day(ref, field, on, f"{words}: {ref} {what}".strip(), f"{base}{spec.ref_path}/{ref}")


def written(title: str, host: str, now: datetime, days: Iterable[Day], *, refresh: timedelta | None = None) -> bytes:
    """Write a calendar of all-day events; one that is subscribed to says how often to look again."""
    calendar = Calendar()
    calendar.add("prodid", "-//NetOS//NetOS//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"NetOS {title}")
    if refresh is not None:
        calendar.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})  # RFC 7986
        calendar.add("x-published-ttl", vDuration(refresh))  # what came before it, and is still read
    for day in days:
        event = Event()
        event.add("uid", f"{day.ref}-{day.field}@{host}".lower())
        event.add("dtstamp", now)
        event.add("dtstart", day.on)
        event.add("summary", day.summary)
        event.add("url", day.url)
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())

"""A circuit's outages and maintenance in a period, from its recorded events."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from uuid import UUID

from sqlalchemy import or_, select

from netos_core.circuits.model import CircuitEvent
from netos_core.circuits.queries import get_circuit_id
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.outages.rules import (
    Event,
    EventImpact,
    EventKind,
    Interval,
    Period,
    availability,
    downtime,
    minutes_by_month,
    planned_downtime,
    unplanned_downtime,
)
from netos_core.outages.schemas import OutageEvent, OutageHistory, OutageHistoryRequest

YEAR = timedelta(days=365)
KINDS = tuple(kind.value for kind in EventKind)


def outage_history(ctx: Context, request: OutageHistoryRequest) -> OutageHistory:
    """Return what is recorded of a circuit's outages, and what it adds up to.

    Raises:
        Invalid: The period ends before it begins.
    """
    circuit = get_circuit_id(ctx, request.ref)
    until = request.until or ctx.today
    since = request.since or until - YEAR
    if since > until:
        raise Invalid("The period ends before it begins.", field="since", fix="Set since to a day before until.")
    zone = ctx.policy.zone
    end = min(datetime.combine(until + timedelta(days=1), time(), zone), ctx.now)
    period = Period(datetime.combine(since, time(), zone), max(end, datetime.combine(since, time(0, 1), zone)))
    rows = _events(ctx, circuit.id, period)
    events = [
        Event(EventKind(row.kind), EventImpact(row.impact or EventImpact.OUTAGE), Interval(row.starts_at, row.ends_at))
        for row in rows
    ]
    unplanned = unplanned_downtime(events, period, ctx.now)
    counted = [e.interval for e in events if e.kind is EventKind.OUTAGE and e.impact is EventImpact.OUTAGE]
    by_month = minutes_by_month(counted, period, ctx.now, zone)
    return OutageHistory(
        ref=circuit.ref,
        since=since,
        until=until,
        events=[
            OutageEvent(
                kind=row.kind,
                impact=row.impact,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
                minutes=_minutes(downtime([event.interval], period, ctx.now).total),
                open=row.ends_at is None,
                summary=row.summary,
                cause=row.cause,
                ticket=row.ticket,
            )
            for row, event in zip(rows, events, strict=True)
        ],
        unplanned_minutes=_minutes(unplanned.total),
        planned_minutes=_minutes(planned_downtime(events, period, ctx.now).total),
        availability_percent=availability(unplanned.total, period),
        minutes_by_month={month.strftime("%Y-%m"): minutes for month, minutes in by_month.items()},
        basis="Recorded events; only outages of impact outage count, overlaps once, planned maintenance apart.",
    )


def _events(ctx: Context, circuit_id: UUID, period: Period) -> list[CircuitEvent]:
    return list(
        ctx.session.scalars(
            select(CircuitEvent)
            .where(
                CircuitEvent.circuit_id == circuit_id,
                CircuitEvent.retired_at.is_(None),
                CircuitEvent.kind.in_(KINDS),
                CircuitEvent.starts_at < period.end,
                or_(CircuitEvent.ends_at.is_(None), CircuitEvent.ends_at > period.start),
            )
            .order_by(CircuitEvent.starts_at.desc())
        )
    )


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)

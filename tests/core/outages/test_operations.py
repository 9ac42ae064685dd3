"""Outage history from recorded events."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Invalid
from netos_core.outages.operations import get_outage_history
from netos_core.outages.schemas import OutageHistoryRequest
from tests.factories import apply, make_circuit, make_ctx


def event(session: Session, circuit: str, starts: str, ends: str | None, **more: str) -> None:
    told = {"kind": "outage", "impact": "outage", "summary": "Fiber cut", **more}
    apply(make_ctx(session, Role.ADMIN), "event", "create", circuit=circuit, starts_at=starts, ends_at=ends, **told)


def test_overlaps_count_once_and_planned_work_apart(session: Session) -> None:
    circuit = make_circuit(session, provider_circuit_id="A-1")
    event(session, circuit, "2026-05-01T10:00:00Z", "2026-05-01T12:00:00Z")
    event(session, circuit, "2026-05-01T11:00:00Z", "2026-05-01T12:14:00Z")
    event(session, circuit, "2026-05-02T04:00:00Z", "2026-05-02T05:00:00Z", kind="maintenance")
    event(session, circuit, "2026-05-03T04:00:00Z", "2026-05-03T05:00:00Z", impact="degraded")
    told = get_outage_history(make_ctx(session, Role.NOC), OutageHistoryRequest(ref="a1"))
    assert (told.unplanned_minutes, told.planned_minutes) == (134, 60)
    assert told.minutes_by_month["2026-05"] == 134
    assert len(told.events) == 4


def test_an_open_outage_runs_until_now_and_says_so(session: Session) -> None:
    circuit = make_circuit(session)
    event(session, circuit, "2026-06-01T14:00:00Z", None)  # the tests' now is 15:00
    told = get_outage_history(make_ctx(session, Role.NOC), OutageHistoryRequest(ref=circuit))
    assert (told.unplanned_minutes, told.events[0].open) == (60, True)


def test_a_circuit_with_no_event_was_always_up(session: Session) -> None:
    told = get_outage_history(make_ctx(session, Role.NOC), OutageHistoryRequest(ref=make_circuit(session)))
    assert (told.events, str(told.availability_percent)) == ([], "100.000")


def test_a_period_that_ends_before_it_begins_is_refused(session: Session) -> None:
    request = OutageHistoryRequest(ref=make_circuit(session), since=date(2026, 5, 2), until=date(2026, 5, 1))
    with pytest.raises(Invalid, match="ends before it begins"):
        get_outage_history(make_ctx(session, Role.NOC), request)

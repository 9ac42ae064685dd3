"""What of a look people are told of: a move up the ladder, a silent renewal, and reminders before the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from netos_core.notices.rules.kinds import Step as Rung
from netos_core.renewals.rules.course import Place
from netos_core.renewals.rules.ladder import RenewalState

REMINDERS = (14, 7, 3, 1, 0)
"""Days before `act_by` on which a critical term is told of again; and once more on the day of its deadline."""

RUNGS_TOLD: Mapping[RenewalState, Rung] = {
    RenewalState.WATCH: Rung.COMING,
    RenewalState.ACTIVE: Rung.COMING,
    RenewalState.CRITICAL: Rung.CRITICAL,
    RenewalState.OVERDUE: Rung.OVERDUE,
}


@dataclass(frozen=True, slots=True)
class News:
    """What is told of one contract.

    Args:
        rung: How far up the ladder of people it goes.
        event: Names it among all that is ever told of the term.
        title: One line, without the contract's ref.
        urgent: Whether it breaks into quiet hours: the day to act is here and the deadline is not past.
    """

    rung: Rung
    event: str
    title: str
    urgent: bool = False


def reminder_days(place: Place) -> Sequence[date]:
    """List the days on which a critical term is told of again, the earliest first; none for any other."""
    if place.rung is not RenewalState.CRITICAL or place.deadline.dates is None:
        return ()
    due = place.deadline.dates
    days = {due.act_by - timedelta(days=left) for left in REMINDERS} | {due.notice_deadline}
    return sorted(day for day in days if day <= due.notice_deadline)


def news_of_move(place: Place, *, missed: bool) -> News | None:
    """Say what is told when a contract has come to a place; None where that presses nobody.

    Args:
        place: Where it stands now.
        missed: Whether on its way a term opened because nobody acted in time.
    """
    key = f"{place.term.number}:{place.deadline.notice_deadline}:{place.state}:{place.alarm}"
    if missed:
        until = f" until {place.term.end}" if place.term.end else ""
        return News(Rung.OVERDUE, f"{key}:missed", f"renewed in silence{until}: nobody acted in time")
    rung = RUNGS_TOLD.get(place.rung)
    if rung is None or place.deadline.dates is None:
        return None
    due = place.deadline.dates
    decided = "decided, but not carried out" if place.alarm else str(place.state)
    what = f"its notice deadline was {due.notice_deadline}" if rung is Rung.OVERDUE else f"act by {due.act_by}"
    return News(rung, key, f"is {decided}: {what}")


def news_of_reminder(place: Place, today: date) -> News | None:
    """Say what is told on a reminder day; None where nothing presses."""
    if place.deadline.dates is None or place.rung is not RenewalState.CRITICAL:
        return None
    due = place.deadline.dates
    left = (due.act_by - today).days
    if left > 0:
        said = f"{left} day{'s' if left > 1 else ''} left: act by {due.act_by}"
    elif today == due.notice_deadline:
        said = "today is the notice deadline"
    elif left == 0:
        said = f"act today: notice is due on {due.notice_deadline}"
    else:
        said = f"only faster delivery makes the deadline of {due.notice_deadline}"
    undone = "decided, but not carried out, " if place.alarm else ""
    key = f"{place.term.number}:{due.notice_deadline}:reminder:{today}"
    return News(Rung.CRITICAL, key, f"{undone}{said}", urgent=left <= 0)

"""Where an order stands, what is late, and what does not fit together. Only days that were recorded count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from netos_core.quotes.rules.states import OrderStage

LADDER = (
    OrderStage.ORDERED,
    OrderStage.FOC,
    OrderStage.SPECIAL_BUILD,
    OrderStage.DELIVERED,
    OrderStage.ACCEPTED,
    OrderStage.BILLING_START,
)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step: when it was to be, when it was; a hold also when it ended."""

    stage: OrderStage
    planned: date | None
    actual: date | None
    released: date | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an order stands as of a day.

    Args:
        stage: The furthest step that has happened.
        held: Whether it is on hold now.
        next_stage: The next step with a planned day.
        next_date: That day.
        days_late: Days since the earliest planned day that passed without its step; None where none has.
        accept_by: The last day to accept or report the defect, from the connection notice.
        flags: What does not fit, in words.
    """

    stage: OrderStage | None
    held: bool
    next_stage: OrderStage | None
    next_date: date | None
    days_late: int | None
    accept_by: date | None
    flags: tuple[str, ...]


def progress(steps: Sequence[Step], today: date, acceptance_days: int | None = None) -> Progress:
    """Tell where an order stands.

    Args:
        steps: Its steps, in any order.
        today: The business day.
        acceptance_days: Business days after the connection notice in which the service is accepted.
    """
    done: dict[OrderStage, date] = {
        step.stage: step.actual for step in steps if step.actual is not None and step.stage is not OrderStage.HELD
    }
    stage = next((s for s in reversed(LADDER) if s in done), None)
    held = any(s.stage is OrderStage.HELD and s.actual is not None and s.released is None for s in steps)
    left = LADDER[LADDER.index(stage) + 1 :] if stage else LADDER
    ahead = [s for s in steps if s.actual is None and s.planned is not None and s.stage in left]
    ahead.sort(key=lambda s: LADDER.index(s.stage))
    waiting = [s.planned for s in (*ahead, *_holds(steps)) if s.planned is not None and s.planned < today]
    delivered = done.get(OrderStage.DELIVERED)
    accept_by = None
    if delivered is not None and acceptance_days is not None and OrderStage.ACCEPTED not in done:
        accept_by = business_days_after(delivered, acceptance_days)
    return Progress(
        stage,
        held,
        ahead[0].stage if ahead else None,
        ahead[0].planned if ahead else None,
        (today - min(waiting)).days if waiting else None,
        accept_by,
        tuple(_flags(done, accept_by, today)),
    )


def _holds(steps: Sequence[Step]) -> list[Step]:
    """List the holds that last; their planned day is the one they were to end."""
    return [s for s in steps if s.stage is OrderStage.HELD and s.actual is not None and s.released is None]


def _flags(done: dict[OrderStage, date], accept_by: date | None, today: date) -> list[str]:
    flags = []
    billed, accepted = done.get(OrderStage.BILLING_START), done.get(OrderStage.ACCEPTED)
    if billed is not None and (accepted is None or billed < accepted):
        since = "though it is not accepted" if accepted is None else f"before its acceptance on {accepted}"
        flags.append(f"Billing started on {billed}, {since}.")
    if accept_by is not None and accept_by < today:
        flags.append(f"The acceptance clock ran out on {accept_by}: the provider may take it as accepted.")
    return flags


def business_days_after(day: date, count: int) -> date:
    """Count business days on from a day: Monday to Friday; holidays are not known here and count as days."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day

"""Why a contract or circuit costs another amount in a month than in this one, in words without amounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from netos_core.contracts.rules.days import ONE_DAY
from netos_core.contracts.rules.etf import Course, RateBasis, RateStep
from netos_core.spend.rules.ahead import Billed, Leg, Plan
from netos_core.spend.rules.way import Ending

MOST = 6
"""So many reasons are told of one."""

Reason = tuple[date, str]


def reasons(
    plan: Plan | None, circuits: Sequence[Billed], refs: Mapping[UUID, str], first: date, until: date
) -> list[str]:
    """Say in order what changes after the first day of this month, up to a day."""
    found = sorted({*_of_circuits(circuits), *(_of_plan(plan, refs) if plan is not None else ())})
    told = [f"{day}: {words}" for day, words in found if first < day <= until]
    return told if len(told) <= MOST else [*told[: MOST - 1], f"and {len(told) - MOST + 1} more"]


def _of_circuits(circuits: Sequence[Billed]) -> Iterator[Reason]:
    for one in circuits:
        if one.first is not None:
            yield one.first, f"{one.ref} is billed"
        if one.last is not None:
            yield one.last, f"{one.ref} is disconnected"


def _of_plan(plan: Plan, refs: Mapping[UUID, str]) -> Iterator[Reason]:
    way = plan.way
    if way.ends_on is not None:
        if way.ending is Ending.LEFT:
            yield way.ends_on, f"{plan.ref} ends, as {way.decision} is carried out"
        elif way.ending is Ending.AUTO_DISCONNECT:
            yield way.ends_on, f"{plan.ref} ends with its term, as nothing extends it"
        elif way.follows is not None:
            yield way.ends_on + ONE_DAY, f"{refs.get(way.follows, 'another contract')} follows {plan.ref}"
    for leg in plan.legs:
        if leg.course is not None:
            yield from _of_rates(leg, leg.course)


def _of_rates(leg: Leg, course: Course) -> Iterator[Reason]:
    for step in course.steps(leg.last):
        if step.since is not None and leg.first <= step.since:
            yield step.since, _words(step)


def _words(step: RateStep) -> str:
    if step.basis is RateBasis.ON_FILE:
        return "the price on file goes on from here"
    source = step.source or "the contract"
    words = {
        RateBasis.ESCALATOR: f"raised by the escalator of {source}",
        RateBasis.DATED: f"{source} names another rate",
        RateBasis.AMENDMENT: f"{source} changes the rate",
        RateBasis.PAPER: f"the rate of {source} begins",
    }[step.basis]
    return f"{words}, its index not published: the floor is taken" if step.estimated else words

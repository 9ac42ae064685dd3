"""One look of the engine at one contract: the steps it has taken since the last look, and where it stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from netos_core.contracts.rules import Terms
from netos_core.kernel.money import Amount
from netos_core.renewals.rules.course import Decisions, Place, missed, next_look, place_on, steps
from netos_core.renewals.rules.ladder import RenewalState, cost_of_silence
from netos_core.renewals.rules.telling import reminder_days


@dataclass(frozen=True, slots=True)
class Stood:
    """Where a contract stood at the last look, and the day it asked to be looked at again."""

    number: int
    notice_deadline: date | None
    state: RenewalState
    alarm: RenewalState | None
    next_on: date | None

    @property
    def key(self) -> tuple[int, date | None, RenewalState, RenewalState | None]:
        return self.number, self.notice_deadline, self.state, self.alarm


@dataclass(frozen=True, slots=True)
class Step:
    """A contract's step to a place on a day. `missed_cost` is what silence has committed by it."""

    on: date
    before: RenewalState | None
    place: Place
    missed: bool
    missed_cost: Amount | None


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: the steps in order, the place today, and the day to look again.

    `reminds` says that a day to be reminded has come since the last look, and nothing else has happened.
    """

    steps: Sequence[Step]
    place: Place
    next_on: date | None
    reminds: bool = False


def look(
    terms: Terms,
    decisions: Decisions,
    stood: Stood | None,
    today: date,
    *,
    is_new: bool,
    superseded: bool,
    mrc: Amount | None,
) -> Look:
    """Walk a contract from where it stood to where it stands today.

    Nights that were missed are walked in order, so every step carries its own day. A contract that is new, was edited
    or was decided about takes one step to where it stands today, if that is another place.

    Args:
        terms: Its terms as on paper.
        decisions: What is decided about its terms.
        stood: Where it stood; None where it is seen for the first time.
        today: The day of the look.
        is_new: Whether what is on file has changed since it stood there.
        superseded: Whether an amendment has taken its place.
        mrc: What it costs a month.
    """
    place = place_on(terms, decisions, today)
    reminders = reminder_days(place)
    following = min(
        (day for day in (next_look(place, decisions, today), *reminders) if day is not None and day > today),
        default=None,
    )
    if superseded and place.state is not RenewalState.DECIDED:
        place, following = replace(place, state=RenewalState.SUPERSEDED, alarm=None), None
    if stood is not None and stood.key == place.key:
        waited = stood.next_on
        reminds = not superseded and waited is not None and any(waited <= day <= today for day in reminders)
        return Look((), place, following, reminds)
    if stood is None or is_new or superseded or stood.next_on is None:
        number = None if stood is None else stood.number
        return Look((_step(today, None if stood is None else stood.state, place, number, mrc),), place, following)
    if stood.next_on > today:
        return Look((), place, following)
    taken: list[Step] = []
    before, number = stood.state, stood.number
    for on, there in steps(terms, decisions, stood.next_on - timedelta(days=1), today):
        taken.append(_step(on, before, there, number, mrc))
        before, number = there.state, there.term.number
    return Look(taken, place, following)


def _step(on: date, before: RenewalState | None, place: Place, number: int | None, mrc: Amount | None) -> Step:
    """Make a step; a term is missed by the step that opens it, or by the first that is seen of it."""
    opened = place.term.number > (number or 0) and missed(place.term)
    cost = cost_of_silence(place.term.before, mrc).amount if opened and place.term.before else None
    return Step(on, before, place, opened, cost)

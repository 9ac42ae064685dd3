"""The course of a contract through its terms: where it stands on a day, and on which day that changes next.

A term that nobody ends is followed by the next, in silence; so a contract has a course for as long as its clause goes
on. The engine, the replay of a year and the timeline all walk this one course.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from netos_core.contracts.rules import (
    Deadline,
    EndOfTerm,
    NoticeDates,
    Terms,
    deadline_of,
    governing_end_date,
    problems_of,
    term_after,
)
from netos_core.renewals.rules.decisions import Choice, Decided
from netos_core.renewals.rules.ladder import PRESSING, RUNGS, RenewalState, renewal_state

ONE_DAY = timedelta(days=1)

Decisions = Mapping[date | None, Decided]
"""What is decided, by the end of the term it is about."""


class Opening(StrEnum):
    """How a term came about."""

    PAPER = "paper"
    DECISION = "decision"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class InForce:
    """The term of a contract on a day: 0 is the paper's own, then each that followed it."""

    number: int
    terms: Terms
    opening: Opening
    before: Terms | None

    @property
    def end(self) -> date | None:
        return governing_end_date(self.terms)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a contract stands on a day.

    `alarm` is the rung on which a decided term still alarms because the decision is not carried out.
    """

    term: InForce
    deadline: Deadline
    state: RenewalState
    alarm: RenewalState | None

    @property
    def key(self) -> tuple[int, date | None, RenewalState, RenewalState | None]:
        """What makes it another place: the term, its deadline, the state and what it alarms on."""
        return self.term.number, self.deadline.notice_deadline, self.state, self.alarm

    @property
    def rung(self) -> RenewalState:
        """The state by which it presses, decided or not."""
        return self.alarm or self.state


def term_on(terms: Terms, decisions: Decisions, day: date) -> InForce:
    """Find the term that runs on a day, counting on from the paper's own.

    What nobody ended goes on: an auto-renewal opens the next term though somebody meant to leave, where no notice was
    served. The last term stays in force where nothing follows it, or another contract does.
    """
    now = InForce(0, terms, Opening.PAPER, None)
    while (end := now.end) is not None and end < day:
        decided = decisions.get(end)
        if decided is not None and decided.ends_the_contract:
            return now
        following = term_after(now.terms)
        if following is None:
            return now
        chosen = decided is not None and decided.choice is Choice.RENEW
        now = InForce(now.number + 1, following, Opening.DECISION if chosen else Opening.SILENCE, now.terms)
    return now


def nth_term(terms: Terms, number: int) -> Terms:
    """Give the terms of the term that follows the paper's own by so many."""
    for _ in range(number):
        following = term_after(terms)
        if following is None:
            return terms
        terms = following
    return terms


def deadline_before(terms: Terms, end: date | None) -> NoticeDates | None:
    """Give the dates of notice before the term that ends on a day; None where none does, or it cannot be said."""
    term = None if problems_of(terms) else terms
    while term is not None and end is not None and (ends := governing_end_date(term)) is not None and ends <= end:
        if ends == end:
            return deadline_of(term).dates
        term = term_after(term)
    return None


def place_on(terms: Terms, decisions: Decisions, day: date) -> Place:
    """Say where a contract stands on a day."""
    term = term_on(terms, decisions, day)
    deadline = deadline_of(term.terms)
    decided = decisions.get(term.end)
    if decided is None or decided.on > day:
        return Place(term, deadline, renewal_state(deadline, day, decided=False), None)
    rung = renewal_state(deadline, day, decided=False)
    alarm = rung if not decided.executed and rung in PRESSING else None
    return Place(term, deadline, RenewalState.DECIDED, alarm)


def next_look(place: Place, decisions: Decisions, day: date) -> date | None:
    """Give the next day after `day` on which the place may be another; None where time alone changes nothing."""
    days: list[date] = []
    if place.deadline.dates is not None:
        act_by = place.deadline.dates.act_by
        days += [act_by - timedelta(days=most) for _, most in RUNGS.values() if most is not None]
        days.append(place.deadline.dates.notice_deadline + ONE_DAY)
    if (end := place.term.end) is not None:
        days.append(end + ONE_DAY)
    if (decided := decisions.get(end)) is not None:
        days.append(decided.on)
    return min((d for d in days if d > day), default=None)


def steps(terms: Terms, decisions: Decisions, after: date, through: date) -> Iterator[tuple[date, Place]]:
    """Walk the course from the day after `after` to `through`, giving each day on which the place is another."""
    place, day = place_on(terms, decisions, after), after
    while (look := next_look(place, decisions, day)) is not None and look <= through:
        there, day = place_on(terms, decisions, look), look
        if there.key != place.key:
            yield look, there
        place = there


def missed(term: InForce) -> bool:
    """Whether a term was opened because nobody acted in time, under a clause that commits by silence."""
    return (
        term.opening is Opening.SILENCE
        and term.before is not None
        and term.before.end_of_term is EndOfTerm.AUTO_RENEW
        and not term.terms.evergreen
    )

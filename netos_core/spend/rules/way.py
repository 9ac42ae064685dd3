"""The way a contract goes on from today: on what footing each stretch of it stands, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from netos_core.contracts.rules import (
    EndOfTerm,
    Terms,
    deadline_of,
    governing_end_date,
    problems_of,
    term_after,
)
from netos_core.contracts.rules.days import ONE_DAY, after_notice
from netos_core.renewals.rules import LEAVING, Choice, Decided


class Footing(StrEnum):
    """On what a charge stands: a term that binds, silence, month to month, or no term that is known."""

    COMMITTED = "committed"
    SILENCE = "silence"
    MONTH_TO_MONTH = "month_to_month"
    OPEN = "open"


class Ending(StrEnum):
    """What ends a service with its term."""

    LEFT = "left"
    AUTO_DISCONNECT = "auto_disconnect"


@dataclass(frozen=True, slots=True)
class Settled:
    """A decision about a term: its ref, the last day by the notice served, and the contract that follows."""

    ref: str
    decided: Decided
    served_date: date | None
    successor_id: UUID | None


Decisions = Mapping[date | None, Settled]
"""What is decided, by the end of the term it is about."""


@dataclass(frozen=True, slots=True)
class Span:
    """A footing from a day on, until the next one."""

    first: date
    footing: Footing


@dataclass(frozen=True, slots=True)
class Way:
    """How a contract goes on.

    Args:
        spans: Its footings in order.
        term: The term in force today.
        ends_on: The last day of service; None where nothing ends it.
        ending: What ends it then.
        decision: Ref of the decision that ends or follows it.
        follows: The contract that takes over after `ends_on`.
        leaves_after: The last day by a decision to leave that is not carried out: it goes on unless that is.
        undone: Ref of that decision.
    """

    spans: tuple[Span, ...]
    term: Terms
    ends_on: date | None = None
    ending: Ending | None = None
    decision: str | None = None
    follows: UUID | None = None
    leaves_after: date | None = None
    undone: str | None = None


@dataclass(slots=True)
class _Walk:
    """A way as far as it is walked."""

    spans: list[Span]
    term: Terms
    leaves_after: date | None = None
    undone: str | None = None

    def done(
        self, ends_on: date | None = None, ending: Ending | None = None, decision: str | None = None,
        follows: UUID | None = None,
    ) -> Way:  # fmt: skip
        return Way(
            tuple(self.spans), self.term, ends_on, ending, decision, follows, self.leaves_after, self.undone
        )  # fmt: skip


def way_of(terms: Terms, decisions: Decisions, today: date, until: date) -> Way:
    """Walk a contract from its paper's term to a day, as it goes if nobody decides more than is decided.

    What has ended by its paper before today and is still in service goes on, on no footing that is known. A decision to
    leave counts where it is carried out; until then silence goes on, and the way says what was meant.
    """
    start = terms.term_start_date
    walk = _Walk([Span(date.min, Footing.COMMITTED)], terms)
    if problems_of(terms):
        walk.spans = [Span(date.min, Footing.OPEN)]
        return walk.done()
    if start is not None and start > today:
        walk.spans = [Span(date.min, Footing.OPEN), Span(start, Footing.COMMITTED)]
    now: Terms | None = terms
    while now is not None and not now.evergreen:
        end = governing_end_date(now)
        if end is None:
            walk.spans[-1] = replace(walk.spans[-1], footing=Footing.OPEN)
            return walk.done()
        about = decisions.get(end)
        if end >= until or (about is not None and about.decided.ends_the_contract):
            return walk.done() if about is None or end >= until else _ended(walk, end, about, today)
        if about is not None and about.decided.choice in LEAVING and end >= today and walk.undone is None:
            walk.leaves_after, walk.undone = end, about.ref
        now = _next(walk, now, end, about, today)
        if now is None and walk.spans[-1].first <= end:
            return walk.done(end, Ending.AUTO_DISCONNECT)
    return walk.done() if now is None else _month_to_month(walk, now, decisions.get(None), today)


def _next(walk: _Walk, now: Terms, end: date, about: Settled | None, today: date) -> Terms | None:
    """Go on to the term that follows in silence; where none does, what is not disconnected goes on without one."""
    following = term_after(now)
    if following is not None:
        walk.spans.append(Span(end + ONE_DAY, _footing(now, following, end, about, today)))
        if end < today:
            walk.term = following
    elif now.end_of_term is not EndOfTerm.AUTO_DISCONNECT or end < today:
        walk.spans.append(Span(end + ONE_DAY, Footing.OPEN))
    return following


def _footing(before: Terms, following: Terms, end: date, about: Settled | None, today: date) -> Footing:
    """Say what a term that follows stands on; one that can no longer be avoided binds."""
    if following.evergreen:
        return Footing.MONTH_TO_MONTH
    if end < today or (about is not None and about.decided.choice is Choice.RENEW and about.decided.executed):
        return Footing.COMMITTED
    due = deadline_of(before).notice_deadline
    return Footing.COMMITTED if due is not None and due < today else Footing.SILENCE


def _month_to_month(walk: _Walk, term: Terms, about: Settled | None, today: date) -> Way:
    """End what runs month to month where notice was served, on the day the notice takes effect."""
    walk.spans[-1] = replace(walk.spans[-1], footing=Footing.MONTH_TO_MONTH)
    if about is None or about.decided.choice not in LEAVING:
        return walk.done()
    served = about.served_date if about.decided.executed else today
    last = served if served is None or term.notice is None else after_notice(served, term.notice)
    if not about.decided.executed:
        walk.leaves_after, walk.undone = last, about.ref
        return walk.done()
    if last is None or last < today:
        walk.spans.append(Span((last or today) + ONE_DAY, Footing.OPEN))
        return walk.done()
    return walk.done(last, Ending.LEFT, about.ref)


def _ended(walk: _Walk, end: date, about: Settled, today: date) -> Way:
    if about.decided.choice not in LEAVING:
        walk.spans.append(Span(end + ONE_DAY, Footing.COMMITTED))
        return walk.done(end, None, about.ref, about.successor_id)
    if end < today:
        walk.spans.append(Span(end + ONE_DAY, Footing.OPEN))
        return walk.done()
    return walk.done(end, Ending.LEFT, about.ref)


def joined(ways: Sequence[tuple[date, Way]]) -> Way:
    """Put ways together, each from a day on: an amendment that takes effect later sets another term."""
    _, whole = ways[0]
    for since, following in ways[1:]:
        if whole.ends_on is not None and whole.ends_on < since:
            return whole
        begins = [span for span in following.spans if span.first <= since][-1]
        spans = (
            *(span for span in whole.spans if span.first < since),
            Span(since, begins.footing),
            *(span for span in following.spans if span.first > since),
        )
        whole = replace(following, spans=spans, term=whole.term)
    return whole

"""The renewal ladder: where a term stands as of a day, and what silence would commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from netos_core.contracts.rules import Deadline, EndOfTerm, Terms
from netos_core.kernel.money import Amount, to_the_cent


class RenewalState(StrEnum):
    """Where a term stands; a superseded one was amended, and its amendment stands in its place."""

    STABLE = "stable"
    WATCH = "watch"
    ACTIVE = "active"
    CRITICAL = "critical"
    OVERDUE = "overdue"
    EVERGREEN = "evergreen"
    UNKNOWN = "unknown"
    DECIDED = "decided"
    SUPERSEDED = "superseded"


PRESSING = (RenewalState.OVERDUE, RenewalState.CRITICAL, RenewalState.ACTIVE, RenewalState.WATCH)
"""The states that want a decision, most pressing first."""

# The least days left (act_by − today) of each rung; below the last one a term is critical (domain.md 3.3).
LADDER = ((181, RenewalState.STABLE), (90, RenewalState.WATCH), (30, RenewalState.ACTIVE))

# The same ladder as the least and most days left of each rung, both counted in; None is no bound.
RUNGS: Mapping[RenewalState, tuple[int | None, int | None]] = {
    state: (least, most)
    for state, least, most in zip(
        (*(state for _, state in LADDER), RenewalState.CRITICAL),
        (*(floor for floor, _ in LADDER), None),
        (None, *(floor - 1 for floor, _ in LADDER)),
        strict=True,
    )
}

# Why saying nothing commits no amount, by what the clause does at the end of the term.
NOTHING_COMMITTED: Mapping[EndOfTerm, str] = {
    EndOfTerm.ROLL: "It rolls to month to month, so silence commits no term.",
    EndOfTerm.AUTO_DISCONNECT: "The service ends with the term, so silence loses it.",
    EndOfTerm.UNKNOWN: "The contract states no end-of-term action.",
}


@dataclass(frozen=True, slots=True)
class CostOfSilence:
    """What an undecided term commits by renewing itself; no amount where it commits none or none is known."""

    amount: Amount | None
    why: str


def renewal_state(deadline: Deadline, today: date, *, decided: bool) -> RenewalState:
    """Place a term on the renewal ladder as of `today`; the reason for unknown is `deadline.why`.

    A decision that is not yet executed still alarms by the rung the term would otherwise stand on: ask again with
    `decided=False`.
    """
    if decided:
        return RenewalState.DECIDED
    if deadline.evergreen:
        return RenewalState.EVERGREEN
    if deadline.dates is None:
        return RenewalState.UNKNOWN
    if today > deadline.dates.notice_deadline:
        return RenewalState.OVERDUE
    left = (deadline.dates.act_by - today).days
    return next((state for floor, state in LADDER if left >= floor), RenewalState.CRITICAL)


def act_by_range(state: RenewalState, today: date) -> tuple[date | None, date | None]:
    """Give the first and last `act_by` of a rung as of `today`, both counted in; None is no bound.

    For known deadlines not yet missed (`notice_deadline >= today`) and undecided terms, this and `renewal_state`
    say the same.

    Raises:
        ValueError: The state does not hang on `act_by`; overdue hangs on the notice deadline.
    """
    if state not in RUNGS:
        raise ValueError(f"{state} is no range of act_by")
    least, most = RUNGS[state]
    return (_day(today, least), _day(today, most))


def days_left(deadline: Deadline, today: date) -> int | None:
    """Count the calendar days from today to `act_by`; below zero once it has passed, None without a deadline."""
    return None if deadline.dates is None else (deadline.dates.act_by - today).days


def faster_service_needed(deadline: Deadline, today: date) -> bool:
    """Whether `act_by` has passed and the notice deadline has not: the usual delivery would arrive late."""
    return deadline.dates is not None and deadline.dates.act_by < today <= deadline.dates.notice_deadline


def cost_of_silence(terms: Terms, mrc: Amount | None) -> CostOfSilence:
    """Say what an undecided auto-renewal commits: renewal term in months × MRC, on the basis of that MRC."""
    if terms.evergreen:
        return CostOfSilence(None, "It runs month to month, so silence commits no term.")
    if terms.end_of_term in NOTHING_COMMITTED:
        return CostOfSilence(None, NOTHING_COMMITTED[terms.end_of_term])
    months = terms.renewal_term_months
    if months is None:
        return CostOfSilence(None, "The contract states no length for the renewal term.")
    if mrc is None:
        return CostOfSilence(None, "No MRC is known.")
    committed = Amount(to_the_cent(mrc.value * months), mrc.currency, mrc.basis, mrc.source)
    return CostOfSilence(committed, f"It renews for {months} × {mrc.value} {mrc.currency} of MRC.")


def _day(today: date, days: int | None) -> date | None:
    return None if days is None else today + timedelta(days=days)

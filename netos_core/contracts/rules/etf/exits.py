"""The fee over time: month by month, and the day on which leaving costs least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from netos_core.contracts.rules.clauses import EndOfTerm
from netos_core.contracts.rules.days import ONE_DAY, plus_months
from netos_core.contracts.rules.deadlines import deadline_of, governing_end_date
from netos_core.contracts.rules.etf.due import EtfStatement, earliest_exit, etf_after_notice
from netos_core.contracts.rules.etf.lines import Leaving, spelled
from netos_core.contracts.rules.following import silent_term
from netos_core.contracts.rules.problems import problems_of


@dataclass(frozen=True, slots=True)
class Cheapest:
    """The last day of service at which charges from now on and fee are least, and why."""

    statement: EtfStatement | None
    why: str


def exits(leaving: Leaving, notice_date: date, horizon: int) -> list[EtfStatement]:
    """Say what leaving costs at the soonest, and at the end of each month of the term that follows.

    Args:
        leaving: What is left.
        notice_date: The day notice is given.
        horizon: How many months ahead.
    """
    soonest = earliest_exit(leaving, notice_date)
    days = [soonest, *_month_ends(leaving, soonest, plus_months(notice_date, horizon))]
    return [
        etf_after_notice(leaving, notice_date, not_before=day)
        for day in days
        if not _is_too_late_to_end(leaving, notice_date, day)
    ]


def _month_ends(leaving: Leaving, after: date, until: date) -> list[date]:
    """List the ends of months of the term from a day on; of calendar months where the term has no start."""
    found: list[date] = []
    start = leaving.terms.term_start_date or plus_months(after.replace(day=1), -1)
    number = max((after.year - start.year) * 12 + after.month - start.month - 1, 0)
    while (day := plus_months(start, number + 1) - ONE_DAY) <= until:
        _, term = silent_term(leaving.terms, day, leaving.leaves_on)
        end = governing_end_date(term)
        if day > after:
            found.append(day)
        if end is not None and after < end <= until and end not in found and end > day:
            nxt = plus_months(start, number + 2) - ONE_DAY
            if end < nxt:
                found.append(end)
        number += 1
    return found


def _is_too_late_to_end(leaving: Leaving, notice_date: date, day: date) -> bool:
    """Whether a day is the end of a term that renews, as notice against that is too late on the day it is given."""
    leaving = leaving.on(day)
    _, term = silent_term(leaving.terms, day, leaving.leaves_on)
    if governing_end_date(term) != day or term.end_of_term is not EndOfTerm.AUTO_RENEW or term.evergreen:
        return False
    if problems_of(term):
        return False
    due = deadline_of(term).notice_deadline
    return due is not None and notice_date > due and day != leaving.leaves_on


def cheapest_exit(leaving: Leaving, statements: Sequence[EtfStatement]) -> Cheapest:
    """Choose among ways to leave the one that costs least from the notice on; of equals the one that serves longest."""
    known = [one for one in statements if one.exit_cost is not None]
    if not known:
        return Cheapest(None, "What leaving costs is unknown on every day of the horizon.")
    best = min(known, key=lambda one: (one.exit_cost or Decimal(0), -one.last_day.toordinal()))
    return Cheapest(best, _why(leaving, best, known))


def _why(leaving: Leaving, best: EtfStatement, known: Sequence[EtfStatement]) -> str:
    cost, fee = best.exit_cost or Decimal(0), best.etf or Decimal(0)
    charges = cost - fee
    parts = f"{spelled(charges, leaving.currency)} of charges and {spelled(fee, leaving.currency)} of ETF"
    told = f"Leaving on {best.last_day} costs {spelled(cost, leaving.currency)} from notice on: {parts}."
    if len(known) == 1:
        return told
    dearest = max(known, key=lambda one: (one.exit_cost or Decimal(0), one.last_day))
    if dearest.exit_cost == cost:
        return f"{told} Every day of the horizon costs the same, so this one serves longest for it."
    first = known[0]
    if best is first:
        return f"{told} Each month more costs more than it takes off the fee."
    by = (first.exit_cost or Decimal(0)) - cost
    if not by:
        return f"{told} That is as much as on the soonest day, {first.last_day}, and serves longer."
    return f"{told} That is {spelled(by, leaving.currency)} less than on the soonest day, {first.last_day}."


@dataclass(frozen=True, slots=True)
class Saving:
    """What another offer saves a month, and after how many months it has earned back what the change costs."""

    a_month: Decimal
    once: Decimal
    months: int | None
    words: str


def saving(leaving: Leaving, statement: EtfStatement, mrc: Decimal, once: Decimal) -> Saving | None:
    """Set the fee of leaving against what an offer saves; None where the rate of today is unknown.

    Args:
        leaving: What is left.
        statement: What leaving it costs.
        mrc: What the offer costs a month.
        once: What it costs once.
    """
    if leaving.mrc is None:
        return None
    a_month = leaving.mrc - mrc
    if a_month <= 0:
        return Saving(a_month, once, None, "It saves nothing a month, so nothing is earned back.")
    if statement.etf is None:
        return Saving(a_month, once, None, "The ETF is unknown, so when it is earned back is too.")
    cost = statement.etf + once
    months = int((cost / a_month).to_integral_value(ROUND_CEILING))
    parts = f"{spelled(statement.etf, leaving.currency)} of ETF and {spelled(once, leaving.currency)} once"
    return Saving(a_month, once, months, f"{parts} are earned back in {months} {'month' if months == 1 else 'months'}.")


def first_without_fee(statements: Sequence[EtfStatement]) -> EtfStatement | None:
    """Give the first way to leave without a fee."""
    return next((one for one in statements if one.etf == 0), None)

"""What follows a term that nobody ends, and which term that makes the one in force on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from netos_core.contracts.rules.clauses import EndOfTerm, Terms
from netos_core.contracts.rules.days import term_end_date
from netos_core.contracts.rules.deadlines import governing_end_date


def term_after(terms: Terms) -> Terms | None:
    """Give the terms that begin the day after this term if nobody acts; None where nothing does or can be said.

    A roll goes on month to month, and so does a renewal of one month at a time. Any other renewal runs
    `renewal_term_months`, under its own notice if it has one. Where that length is not stated the next term has no
    end, and so an unknown deadline.
    """
    end = governing_end_date(terms)
    if terms.evergreen or end is None or terms.end_of_term not in {EndOfTerm.AUTO_RENEW, EndOfTerm.ROLL}:
        return None
    rolls = terms.end_of_term is EndOfTerm.ROLL or terms.renewal_term_months == 1
    start = end + timedelta(days=1)
    months = None if rolls else terms.renewal_term_months
    return replace(
        terms,
        term_start_date=start,
        term_months=months,
        term_end_date=None if months is None else term_end_date(start, months),
        evergreen=rolls,
        notice=terms.renewal_notice or terms.notice,
        co_terminus_end=None,
    )


def silent_term(terms: Terms, day: date, leaves_on: date | None = None) -> tuple[int, Terms]:
    """Find the term that runs on a day if nobody acts: how many went before it, and its terms.

    Args:
        terms: Those of the paper.
        day: The day.
        leaves_on: Last day of the term after which nothing follows, as notice against it is served.
    """
    number = 0
    while (end := governing_end_date(terms)) is not None and end < day:
        following = None if end == leaves_on else term_after(terms)
        if following is None:
            break
        number, terms = number + 1, following
    return number, terms

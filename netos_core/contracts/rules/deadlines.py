"""When notice under a clause is due and how that was counted, or why it can not be said."""

from __future__ import annotations

from datetime import date

from netos_core.contracts.rules.clauses import (
    BY_METHOD,
    DELIVERY_LEAD_DAYS,
    Deadline,
    EndOfTerm,
    Notice,
    NoticeCountedFrom,
    NoticeMethod,
    NoticeUnit,
    Terms,
    counted,
)
from netos_core.contracts.rules.days import (
    BusinessCalendar,
    act_by,
    is_month_end,
    is_us_business_day,
    notice_deadline,
    term_end_date,
)


def governing_end_date(terms: Terms) -> date | None:
    """Give the day the term ends: with its agreement if co-terminus, else as stated, else counted from its start."""
    if terms.co_terminus_end is not None:
        return terms.co_terminus_end
    if terms.term_end_date is not None:
        return terms.term_end_date
    if terms.term_start_date is None or terms.term_months is None:
        return None
    return term_end_date(terms.term_start_date, terms.term_months)


def deadline_of(terms: Terms, calendar: BusinessCalendar = is_us_business_day) -> Deadline:
    """Say when notice under these terms is due and how that was counted, or why it cannot be said.

    Where receipt counts, or the contract does not say what counts, delivery takes its time off `act_by`; where
    sending counts, it does not.
    """
    if terms.evergreen:
        return Deadline.month_to_month(terms.notice)
    end = governing_end_date(terms)
    if end is None or terms.notice is None or terms.end_of_term is EndOfTerm.UNKNOWN:
        return Deadline.unknown(f"The contract states {_what_is_missing(terms, end)}.")
    due = notice_deadline(end, terms.notice, calendar)
    lead_days = _lead_days(terms)
    act = act_by(due, lead_days, calendar)
    opens = None if terms.notice_opens is None else notice_deadline(end, terms.notice_opens, calendar)
    sentences = (
        f"{terms.notice} before {end}; {_room(act, due, lead_days)}.",
        *([] if opens is None else [f"Notice received before {opens} is too early to count."]),
        *_how_the_end_was_found(terms),
        *_readings(terms, terms.notice, end, due, lead_days),
    )
    return Deadline.known(due, act, " ".join(sentences), opens)


def explain(terms: Terms, deadline: Deadline) -> str:
    """Tell a person what is due, by when and why, in a sentence or two.

    `deadline` is that of the same terms; silence after it renews, rolls or, under auto-disconnect, ends the service.
    """
    if deadline.dates is None:
        return deadline.why
    due = deadline.dates.notice_deadline
    if terms.end_of_term is EndOfTerm.AUTO_DISCONNECT:
        return f"Extend or replace by {due}, or the service ends on {governing_end_date(terms)}: {deadline.why}"
    verb = "sent" if terms.notice_counted_from is NoticeCountedFrom.DISPATCHED else "received"
    return f"Notice must be {verb} by {due}{BY_METHOD[terms.notice_method]}: {deadline.why}"


def _lead_days(terms: Terms) -> int:
    if terms.notice_counted_from is NoticeCountedFrom.DISPATCHED:
        return 0
    if terms.delivery_lead_days is not None:
        return terms.delivery_lead_days
    return DELIVERY_LEAD_DAYS[terms.notice_method]


def _what_is_missing(terms: Terms, end: date | None) -> str:
    missing = [
        phrase
        for phrase, absent in (
            ("no end date", end is None),
            ("no notice period", terms.notice is None),
            ("no end-of-term action", terms.end_of_term is EndOfTerm.UNKNOWN),
        )
        if absent
    ]
    *first, last = missing
    return f"{', '.join(first)} and {last}" if first else last


def _room(act: date, due: date, lead_days: int) -> str:
    if lead_days > 0:
        return f"act by {act} allows {counted(lead_days, 'day')} for delivery"
    if act < due:
        return f"act by {act}, the last business day before the deadline"
    return "act by the same day"


def _how_the_end_was_found(terms: Terms) -> tuple[str, ...]:
    if terms.co_terminus_end is not None:
        return ("The term ends with the agreement it is under.",)
    if terms.term_end_date is None and terms.term_months is not None:
        return (f"The end is counted: {counted(terms.term_months, 'month')} from {terms.term_start_date}.",)
    return ()


def _readings(terms: Terms, notice: Notice, end: date, due: date, lead_days: int) -> tuple[str, ...]:
    """Say where the clause can be read two ways, or is silent, and what was taken."""
    sentences = []
    leaves_the_month_end = is_month_end(end) and not is_month_end(due)
    if notice.unit is NoticeUnit.MONTHS and (due.day != end.day or leaves_the_month_end):
        sentences.append("Months of different length can be counted in more than one way; the earliest date is taken.")
    if terms.notice_counted_from is NoticeCountedFrom.UNKNOWN and lead_days > 0:
        sentences.append("The contract does not say whether sending or receipt counts; the earlier date is taken.")
    no_lead_known = terms.notice_method is NoticeMethod.UNKNOWN and terms.delivery_lead_days is None
    if no_lead_known and terms.notice_counted_from is not NoticeCountedFrom.DISPATCHED:
        sentences.append("The contract names no method of notice, so no time is allowed for delivery.")
    return tuple(sentences)

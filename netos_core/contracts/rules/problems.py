"""What in a clause contradicts itself."""

from __future__ import annotations

from dataclasses import dataclass

from netos_core.contracts.rules.clauses import LONGEST_NOTICE, LONGEST_TERM_MONTHS, Terms, counted
from netos_core.contracts.rules.days import notice_deadline, term_end_date
from netos_core.contracts.rules.deadlines import governing_end_date


@dataclass(frozen=True, slots=True)
class TermsProblem:
    """One thing about the terms that cannot be right as written; `field` is the field of `Terms` to look at."""

    code: str
    message: str
    field: str


def problems_of(terms: Terms) -> tuple[TermsProblem, ...]:
    """List what in these terms contradicts itself; what is merely missing is no problem here.

    Numbers out of every range are listed alone: no date can be counted from them, so ask this before `deadline_of`.
    """
    return _impossible_numbers(terms) or (
        *_problems_of_the_months(terms),
        *_problems_of_the_end(terms),
        *_problems_of_the_notice(terms),
    )


def _impossible_numbers(terms: Terms) -> tuple[TermsProblem, ...]:
    problems = []
    for field, months in (("term_months", terms.term_months), ("renewal_term_months", terms.renewal_term_months)):
        if months is not None and not 1 <= months <= LONGEST_TERM_MONTHS:
            message = f"A term lasts 1 to {LONGEST_TERM_MONTHS} months, not {months}."
            problems.append(TermsProblem("term_months_out_of_range", message, field))
    for field, notice in (
        ("notice", terms.notice),
        ("renewal_notice", terms.renewal_notice),
        ("notice_opens", terms.notice_opens),
    ):
        if notice is not None and not 0 <= notice.count <= LONGEST_NOTICE:
            message = f"A notice period counts 0 to {LONGEST_NOTICE}, not {notice.count}."
            problems.append(TermsProblem("notice_out_of_range", message, field))
    if terms.delivery_lead_days is not None and not 0 <= terms.delivery_lead_days <= LONGEST_NOTICE:
        message = f"Delivery takes 0 to {LONGEST_NOTICE} days, not {terms.delivery_lead_days}."
        problems.append(TermsProblem("delivery_lead_out_of_range", message, "delivery_lead_days"))
    return tuple(problems)


def _problems_of_the_months(terms: Terms) -> tuple[TermsProblem, ...]:
    start, months, end = terms.term_start_date, terms.term_months, terms.term_end_date
    if start is None or months is None or end is None or term_end_date(start, months) == end:
        return ()
    message = f"{counted(months, 'month')} from {start} end on {term_end_date(start, months)}, not on {end}."
    return (TermsProblem("term_months_disagree", message, "term_months"),)


def _problems_of_the_end(terms: Terms) -> tuple[TermsProblem, ...]:
    problems = []
    for field, end in (("term_end_date", terms.term_end_date), ("co_terminus_end", terms.co_terminus_end)):
        if end is not None and terms.term_start_date is not None and end < terms.term_start_date:
            message = f"The term ends on {end}, before it starts on {terms.term_start_date}."
            problems.append(TermsProblem("end_before_start", message, field))
    if terms.co_terminus_end is not None and terms.term_end_date not in {None, terms.co_terminus_end}:
        message = f"The term ends with its agreement on {terms.co_terminus_end}, yet states {terms.term_end_date}."
        problems.append(TermsProblem("co_terminus_disagrees", message, "term_end_date"))
    return tuple(problems)


def _problems_of_the_notice(terms: Terms) -> tuple[TermsProblem, ...]:
    if terms.notice is None:
        return ()
    start, end = terms.term_start_date, governing_end_date(terms)
    if end is None or (start is not None and end < start):
        return ()
    due = notice_deadline(end, terms.notice)
    problems = []
    if start is not None and due < start:
        message = f"{terms.notice} before {end} falls before the term starts on {start}."
        problems.append(TermsProblem("notice_longer_than_term", message, "notice"))
    if terms.notice_opens is not None and notice_deadline(end, terms.notice_opens) > due:
        message = f"The window for notice opens {terms.notice_opens} before {end}, after it closes on {due}."
        problems.append(TermsProblem("notice_window_is_empty", message, "notice_opens"))
    return tuple(problems)

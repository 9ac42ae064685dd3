"""When a term ends and when notice under it is due: to the day, as the clause counts it, saying how."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

ONE_DAY = timedelta(days=1)
SATURDAY = 6  # ISO weekday

# Beyond these a number is a slip of the pen: a hundred years of term, ten years of notice in days.
LONGEST_TERM_MONTHS = 1200
LONGEST_NOTICE = 3660


class ContractKind(StrEnum):
    AGREEMENT = "agreement"
    ORDER = "order"
    AMENDMENT = "amendment"
    LEASE = "lease"


class EndOfTerm(StrEnum):
    """What the clause does the day after the term ends if nobody has acted."""

    AUTO_RENEW = "auto_renew"
    ROLL = "roll"
    AUTO_DISCONNECT = "auto_disconnect"
    UNKNOWN = "unknown"


class NoticeUnit(StrEnum):
    DAYS = "days"
    BUSINESS_DAYS = "business_days"
    MONTHS = "months"


class NoticeCountedFrom(StrEnum):
    """The event that must not be later than the notice deadline: the provider's receipt or our sending."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    UNKNOWN = "unknown"


class NoticeMethod(StrEnum):
    EMAIL = "email"
    CERTIFIED_MAIL = "certified_mail"
    COURIER = "courier"
    PORTAL = "portal"
    FAX = "fax"
    MAIL = "mail"
    ANY = "any"
    UNKNOWN = "unknown"


# Calendar days from sending to receipt, where the contract's own record gives none. House practice, no clause.
DELIVERY_LEAD_DAYS: Mapping[NoticeMethod, int] = {
    NoticeMethod.EMAIL: 0,
    NoticeMethod.PORTAL: 0,
    NoticeMethod.FAX: 0,
    NoticeMethod.ANY: 0,
    NoticeMethod.COURIER: 2,
    NoticeMethod.CERTIFIED_MAIL: 5,
    NoticeMethod.MAIL: 7,
    NoticeMethod.UNKNOWN: 0,
}

BY_METHOD: Mapping[NoticeMethod, str] = {
    NoticeMethod.EMAIL: " by email",
    NoticeMethod.PORTAL: " through the portal",
    NoticeMethod.FAX: " by fax",
    NoticeMethod.ANY: " by any method",
    NoticeMethod.COURIER: " by courier",
    NoticeMethod.CERTIFIED_MAIL: " by certified mail",
    NoticeMethod.MAIL: " by mail",
    NoticeMethod.UNKNOWN: "",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice period as the clause has it; three months stay three months, never 90 days."""

    count: int
    unit: NoticeUnit

    def __str__(self) -> str:
        return _counted(self.count, self.unit.value.replace("_", " ").removesuffix("s"))


@dataclass(frozen=True, slots=True)
class Terms:
    """One term of a contract and its notice clause, as stated; `None` is what the contract does not say.

    `delivery_lead_days` (calendar days) of `None` takes the method's usual lead. `co_terminus_end` is the end of
    the agreement that an order or amendment ends with, and rules over the order's own end. The renewal term may
    have a length and a notice of its own; a `renewal_notice` of `None` means that the same notice goes on.
    """

    term_start_date: date | None
    term_months: int | None
    term_end_date: date | None
    end_of_term: EndOfTerm
    evergreen: bool
    notice: Notice | None
    notice_method: NoticeMethod
    delivery_lead_days: int | None
    notice_counted_from: NoticeCountedFrom
    co_terminus_end: date | None
    renewal_term_months: int | None = None
    renewal_notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class NoticeDates:
    """The last day notice counts, and the last business day to send it without faster service."""

    notice_deadline: date
    act_by: date


@dataclass(frozen=True, slots=True)
class Deadline:
    """When notice is due and why; or why there is no such day.

    Three kinds: known (`dates` is set), evergreen (month to month, so no day to miss) and unknown (`why` is the
    reason, for the worklist).
    """

    dates: NoticeDates | None
    evergreen: bool
    why: str

    @classmethod
    def known(cls, notice_deadline: date, act_by: date, why: str) -> Deadline:
        return cls(NoticeDates(notice_deadline, act_by), evergreen=False, why=why)

    @classmethod
    def unknown(cls, reason: str) -> Deadline:
        return cls(None, evergreen=False, why=reason)

    @classmethod
    def month_to_month(cls, notice: Notice | None) -> Deadline:
        """Have no deadline, and still show the notice that ends the service."""
        if notice is None:
            return cls(None, evergreen=True, why="It runs month to month; the contract states no notice period.")
        return cls(None, evergreen=True, why=f"It runs month to month and may be ended on {notice} of notice.")

    @property
    def notice_deadline(self) -> date | None:
        return None if self.dates is None else self.dates.notice_deadline

    @property
    def act_by(self) -> date | None:
        return None if self.dates is None else self.dates.act_by


@dataclass(frozen=True, slots=True)
class TermsProblem:
    """One thing about the terms that cannot be right as written; `field` is the field of `Terms` to look at."""

    code: str
    message: str
    field: str


BusinessCalendar = Callable[[date], bool]


def is_us_business_day(day: date) -> bool:
    """Whether a day is neither a weekend nor a US federal holiday, as observed (5 U.S.C. 6103)."""
    return day.isoweekday() < SATURDAY and day not in _us_federal_holidays(day.year)


def term_end_date(start: date, months: int) -> date:
    """Give the last day of a term: start + n months − 1 day; a day the month lacks becomes its last day.

    2024-04-01 and 36 months end on 2027-03-31 (domain.md 3.3).
    """
    return _plus_months(start, months) - ONE_DAY


def notice_deadline(term_end_date: date, notice: Notice, calendar: BusinessCalendar = is_us_business_day) -> date:
    """Give the last day on which notice counts: the end of the term less the notice period.

    Months go by the calendar: the same day of the earlier month, or its last day where that month is shorter.
    Clauses on months can also be read from month end to month end, or as running over into the next month; this
    reading is never later than those. Business days are counted back from the day before the end.
    """
    if notice.unit is NoticeUnit.DAYS:
        return term_end_date - timedelta(days=notice.count)
    if notice.unit is NoticeUnit.MONTHS:
        return _plus_months(term_end_date, -notice.count)
    day = term_end_date
    for _ in range(notice.count):
        day = _business_day_on_or_before(day - ONE_DAY, calendar)
    return day


def act_by(deadline: date, lead_days: int, calendar: BusinessCalendar = is_us_business_day) -> date:
    """Give the last business day to act: the deadline less the delivery time in calendar days, rolled back."""
    return _business_day_on_or_before(deadline - timedelta(days=lead_days), calendar)


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
    sentences = (
        f"{terms.notice} before {end}; {_room(act, due, lead_days)}.",
        *_how_the_end_was_found(terms),
        *_readings(terms, terms.notice, end, due, lead_days),
    )
    return Deadline.known(due, act, " ".join(sentences))


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


def problems_of(terms: Terms) -> tuple[TermsProblem, ...]:
    """List what in these terms contradicts itself; what is merely missing is no problem here.

    Numbers out of every range are listed alone: no date can be counted from them, so ask this before `deadline_of`.
    """
    return _impossible_numbers(terms) or (
        *_problems_of_the_months(terms),
        *_problems_of_the_end(terms),
        *_problems_of_the_notice(terms),
    )


@cache
def _us_federal_holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # half a second, paid by the first caller only

    return frozenset(country_holidays("US", years=year))


def _business_day_on_or_before(day: date, calendar: BusinessCalendar) -> date:
    while not calendar(day):
        day -= ONE_DAY
    return day


def _plus_months(day: date, months: int) -> date:
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month_index + 1, min(day.day, _days_in(year, month_index + 1)))


def _days_in(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def _is_month_end(day: date) -> bool:
    return day.day == _days_in(day.year, day.month)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


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
        return f"act by {act} allows {_counted(lead_days, 'day')} for delivery"
    if act < due:
        return f"act by {act}, the last business day before the deadline"
    return "act by the same day"


def _how_the_end_was_found(terms: Terms) -> tuple[str, ...]:
    if terms.co_terminus_end is not None:
        return ("The term ends with the agreement it is under.",)
    if terms.term_end_date is None and terms.term_months is not None:
        return (f"The end is counted: {_counted(terms.term_months, 'month')} from {terms.term_start_date}.",)
    return ()


def _readings(terms: Terms, notice: Notice, end: date, due: date, lead_days: int) -> tuple[str, ...]:
    """Say where the clause can be read two ways, or is silent, and what was taken."""
    sentences = []
    leaves_the_month_end = _is_month_end(end) and not _is_month_end(due)
    if notice.unit is NoticeUnit.MONTHS and (due.day != end.day or leaves_the_month_end):
        sentences.append("Months of different length can be counted in more than one way; the earliest date is taken.")
    if terms.notice_counted_from is NoticeCountedFrom.UNKNOWN and lead_days > 0:
        sentences.append("The contract does not say whether sending or receipt counts; the earlier date is taken.")
    no_lead_known = terms.notice_method is NoticeMethod.UNKNOWN and terms.delivery_lead_days is None
    if no_lead_known and terms.notice_counted_from is not NoticeCountedFrom.DISPATCHED:
        sentences.append("The contract names no method of notice, so no time is allowed for delivery.")
    return tuple(sentences)


def _impossible_numbers(terms: Terms) -> tuple[TermsProblem, ...]:
    problems = []
    for field, months in (("term_months", terms.term_months), ("renewal_term_months", terms.renewal_term_months)):
        if months is not None and not 1 <= months <= LONGEST_TERM_MONTHS:
            message = f"A term lasts 1 to {LONGEST_TERM_MONTHS} months, not {months}."
            problems.append(TermsProblem("term_months_out_of_range", message, field))
    for field, notice in (("notice", terms.notice), ("renewal_notice", terms.renewal_notice)):
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
    message = f"{_counted(months, 'month')} from {start} end on {term_end_date(start, months)}, not on {end}."
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
    if start is None or end is None or end < start or notice_deadline(end, terms.notice) >= start:
        return ()
    message = f"{terms.notice} before {end} falls before the term starts on {start}."
    return (TermsProblem("notice_longer_than_term", message, "notice"),)

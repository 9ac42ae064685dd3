"""Terms and notice periods counted to the day, as the clause counts them."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from netos_core.contracts.rules.clauses import Notice, NoticeUnit

ONE_DAY = timedelta(days=1)
SATURDAY = 6  # ISO weekday
FEBRUARY, LEAP_FEBRUARY = 2, 29
MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

BusinessCalendar = Callable[[date], bool]


def is_us_business_day(day: date) -> bool:
    """Whether a day is neither a weekend nor a US federal holiday, as observed (5 U.S.C. 6103)."""
    return day.isoweekday() < SATURDAY and day not in _us_federal_holidays(day.year)


def term_end_date(start: date, months: int) -> date:
    """Give the last day of a term: start + n months − 1 day; a day the month lacks becomes its last day.

    2024-04-01 and 36 months end on 2027-03-31 (domain.md 3.3).
    """
    return plus_months(start, months) - ONE_DAY


def notice_deadline(term_end_date: date, notice: Notice, calendar: BusinessCalendar = is_us_business_day) -> date:
    """Give the last day on which notice counts: the end of the term less the notice period.

    Months go by the calendar: the same day of the earlier month, or its last day where that month is shorter.
    Clauses on months can also be read from month end to month end, or as running over into the next month; this
    reading is never later than those. Business days are counted back from the day before the end.
    """
    if notice.unit is NoticeUnit.DAYS:
        return term_end_date - timedelta(days=notice.count)
    if notice.unit is NoticeUnit.MONTHS:
        return plus_months(term_end_date, -notice.count)
    day = term_end_date
    for _ in range(notice.count):
        day = _business_day_on_or_before(day - ONE_DAY, calendar)
    return day


def after_notice(given: date, notice: Notice, calendar: BusinessCalendar = is_us_business_day) -> date:
    """Give the last day of service where notice is given on a day: that day and the notice period.

    Months from a month's last day run to a month's last day, which is never earlier than the other reading.
    """
    if notice.unit is NoticeUnit.DAYS:
        return given + timedelta(days=notice.count)
    if notice.unit is NoticeUnit.MONTHS:
        end = plus_months(given, notice.count)
        return month_end(end) if is_month_end(given) else end
    day = given
    for _ in range(notice.count):
        day += ONE_DAY
        while not calendar(day):
            day += ONE_DAY
    return day


def act_by(deadline: date, lead_days: int, calendar: BusinessCalendar = is_us_business_day) -> date:
    """Give the last business day to act: the deadline less the delivery time in calendar days, rolled back."""
    return _business_day_on_or_before(deadline - timedelta(days=lead_days), calendar)


@cache
def _us_federal_holidays(year: int) -> frozenset[date]:
    from holidays import country_holidays  # half a second, paid by the first caller only

    return frozenset(country_holidays("US", years=year))


def _business_day_on_or_before(day: date, calendar: BusinessCalendar) -> date:
    while not calendar(day):
        day -= ONE_DAY
    return day


def plus_months(day: date, months: int) -> date:
    """Give the same day so many months on, or the last day of a month that lacks it."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month_index + 1, min(day.day, _days_in(year, month_index + 1)))


def _days_in(year: int, month: int) -> int:
    return LEAP_FEBRUARY if month == FEBRUARY and isleap(year) else MONTHS[month - 1]


def month_end(day: date) -> date:
    return day.replace(day=_days_in(day.year, day.month))


def is_month_end(day: date) -> bool:
    return day == month_end(day)

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.contracts.rules import (
    BY_METHOD,
    DELIVERY_LEAD_DAYS,
    Deadline,
    EndOfTerm,
    Notice,
    NoticeCountedFrom,
    NoticeMethod,
    NoticeUnit,
    Terms,
    act_by,
    deadline_of,
    explain,
    governing_end_date,
    is_us_business_day,
    notice_deadline,
    problems_of,
    term_end_date,
)

DAYS, BUSINESS_DAYS, MONTHS = NoticeUnit.DAYS, NoticeUnit.BUSINESS_DAYS, NoticeUnit.MONTHS
ONE_DAY = timedelta(days=1)

untimed = settings(deadline=None)  # a busy machine is no defect
dates = st.dates(date(1990, 1, 1), date(2099, 12, 31))
notices = st.builds(Notice, st.integers(0, 400), st.sampled_from((DAYS, MONTHS))) | st.builds(
    Notice, st.integers(0, 90), st.just(BUSINESS_DAYS)
)
lead_days = st.integers(0, 30)

THREE_YEARS = Terms(
    term_start_date=date(2024, 4, 1),
    term_months=36,
    term_end_date=date(2027, 3, 31),
    end_of_term=EndOfTerm.AUTO_RENEW,
    evergreen=False,
    notice=Notice(90, DAYS),
    notice_method=NoticeMethod.EMAIL,
    delivery_lead_days=None,
    notice_counted_from=NoticeCountedFrom.RECEIVED,
    co_terminus_end=None,
)
BY_CERTIFIED_MAIL = replace(THREE_YEARS, notice_method=NoticeMethod.CERTIFIED_MAIL)


# The term


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2024, 4, 1), 36, date(2027, 3, 31)),
        (date(2024, 4, 15), 36, date(2027, 4, 14)),
        (date(2027, 1, 1), 1, date(2027, 1, 31)),
        (date(2027, 1, 31), 1, date(2027, 2, 27)),  # 31 February is 28 February, and the day before ends the term
        (date(2024, 1, 31), 1, date(2024, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 27)),
        (date(2024, 2, 29), 48, date(2028, 2, 28)),
        (date(2024, 3, 1), 12, date(2025, 2, 28)),
        (date(2023, 3, 1), 12, date(2024, 2, 29)),
        (date(2026, 12, 1), 1, date(2026, 12, 31)),
    ],
)
def test_a_term_ends_the_day_before_its_last_month_is_full(start, months, end):
    assert term_end_date(start, months) == end


@untimed
@given(start=dates, months=st.integers(1, 360), more=st.integers(1, 120))
def test_a_longer_term_ends_later(start, months, more):
    assert term_end_date(start, months) < term_end_date(start, months + more)


@untimed
@given(start=dates, other=dates, months=st.integers(1, 360))
def test_a_term_that_starts_later_never_ends_earlier(start, other, months):
    first, second = sorted((start, other))
    assert term_end_date(first, months) <= term_end_date(second, months)


@untimed
@given(start=dates.filter(lambda day: day.day <= 28), months=st.integers(1, 360))
def test_terms_that_follow_each_other_leave_no_day_out(start, months):
    next_start = term_end_date(start, months) + ONE_DAY
    assert next_start.day == start.day
    assert (next_start.year - start.year) * 12 + next_start.month - start.month == months


def test_a_co_terminus_order_ends_with_its_agreement_whatever_it_states():
    assert governing_end_date(replace(THREE_YEARS, co_terminus_end=date(2026, 6, 30))) == date(2026, 6, 30)


def test_a_stated_end_rules_over_a_counted_one():
    assert governing_end_date(replace(THREE_YEARS, term_months=12)) == date(2027, 3, 31)


def test_an_end_not_stated_is_counted_from_start_and_months():
    assert governing_end_date(replace(THREE_YEARS, term_end_date=None)) == date(2027, 3, 31)


@pytest.mark.parametrize("missing", ["term_start_date", "term_months"])
def test_an_end_cannot_be_counted_from_half_a_term(missing):
    assert governing_end_date(replace(THREE_YEARS, term_end_date=None, **{missing: None})) is None


# Business days


@pytest.mark.parametrize(
    ("day", "is_one"),
    [
        (date(2026, 12, 24), True),
        (date(2026, 12, 25), False),  # Christmas Day
        (date(2026, 12, 26), False),  # Saturday
        (date(2026, 12, 27), False),  # Sunday
        (date(2026, 12, 31), True),
        (date(2026, 7, 3), False),  # Independence Day falls on a Saturday and is observed on Friday
        (date(2027, 7, 5), False),  # it falls on a Sunday and is observed on Monday
        (date(2027, 12, 31), False),  # New Year's Day 2028 falls on a Saturday
        (date(2027, 1, 18), False),  # Martin Luther King Jr. Day
        (date(2027, 6, 18), False),  # Juneteenth falls on a Saturday
        (date(2026, 11, 26), False),  # Thanksgiving Day
        (date(2026, 11, 27), True),  # the day after is a business day to the federal calendar
    ],
)
def test_business_days_follow_the_federal_calendar(day, is_one):
    assert is_us_business_day(day) is is_one


# The notice deadline


@pytest.mark.parametrize(
    ("end", "notice", "deadline"),
    [
        (date(2027, 3, 31), Notice(90, DAYS), date(2026, 12, 31)),
        (date(2027, 5, 31), Notice(90, DAYS), date(2027, 3, 2)),
        (date(2027, 5, 31), Notice(3, MONTHS), date(2027, 2, 28)),
        (date(2028, 5, 31), Notice(3, MONTHS), date(2028, 2, 29)),
        (date(2028, 2, 29), Notice(12, MONTHS), date(2027, 2, 28)),
        (date(2027, 2, 28), Notice(3, MONTHS), date(2026, 11, 28)),  # not the 30th: the earlier reading
        (date(2027, 1, 15), Notice(1, MONTHS), date(2026, 12, 15)),
        (date(2027, 3, 31), Notice(0, DAYS), date(2027, 3, 31)),
        (date(2026, 12, 31), Notice(5, BUSINESS_DAYS), date(2026, 12, 23)),  # over Christmas and a weekend
        (date(2027, 1, 3), Notice(1, BUSINESS_DAYS), date(2026, 12, 31)),  # over a weekend and New Year's Day
        (date(2027, 3, 31), Notice(30, BUSINESS_DAYS), date(2027, 2, 17)),
    ],
)
def test_notice_is_counted_back_as_the_clause_counts_it(end, notice, deadline):
    assert notice_deadline(end, notice) == deadline


@untimed
@given(end=dates, notice=notices)
def test_the_deadline_is_never_after_the_end(end, notice):
    assert notice_deadline(end, notice) <= end


@untimed
@given(end=dates, other=dates, notice=notices)
def test_a_later_end_never_has_an_earlier_deadline(end, other, notice):
    first, second = sorted((end, other))
    assert notice_deadline(first, notice) <= notice_deadline(second, notice)


@untimed
@given(end=dates, notice=notices, more=st.integers(1, 60))
def test_longer_notice_is_due_earlier(end, notice, more):
    assert notice_deadline(end, Notice(notice.count + more, notice.unit)) < notice_deadline(end, notice)


@untimed
@given(end=dates, months=st.integers(0, 400))
def test_months_keep_the_day_or_take_the_last_one_of_a_shorter_month(end, months):
    deadline = notice_deadline(end, Notice(months, MONTHS))
    assert (end.year - deadline.year) * 12 + end.month - deadline.month == months
    assert deadline.day == end.day or (deadline.day < end.day and (deadline + ONE_DAY).day == 1)


@untimed
@given(end=dates, count=st.integers(1, 90))
def test_as_many_business_days_are_left_as_the_clause_asks(end, count):
    deadline = notice_deadline(end, Notice(count, BUSINESS_DAYS))
    assert sum(is_us_business_day(deadline + n * ONE_DAY) for n in range((end - deadline).days)) == count


def test_business_days_can_follow_another_calendar():
    def every_day(_day: date) -> bool:
        return True

    assert notice_deadline(date(2026, 12, 31), Notice(6, BUSINESS_DAYS), every_day) == date(2026, 12, 25)
    assert act_by(date(2026, 12, 31), 6, every_day) == date(2026, 12, 25)


# Act by


@pytest.mark.parametrize(
    ("deadline", "lead", "act"),
    [
        (date(2026, 12, 31), 0, date(2026, 12, 31)),
        (date(2026, 12, 31), 5, date(2026, 12, 24)),  # the 26th is a Saturday, the 25th a holiday
        (date(2027, 1, 3), 0, date(2026, 12, 31)),
        (date(2027, 2, 28), 0, date(2027, 2, 26)),
    ],
)
def test_act_by_allows_for_delivery_and_falls_on_a_business_day(deadline, lead, act):
    assert act_by(deadline, lead) == act


@untimed
@given(deadline=dates, lead=lead_days)
def test_act_by_is_a_business_day_that_leaves_the_lead_and_hardly_more(deadline, lead):
    act = act_by(deadline, lead)
    assert is_us_business_day(act)
    assert act <= deadline - timedelta(days=lead)
    assert not any(is_us_business_day(act + n * ONE_DAY) for n in range(1, (deadline - act).days - lead + 1))


@untimed
@given(deadline=dates, lead=lead_days, more=lead_days)
def test_slower_delivery_never_leaves_more_time(deadline, lead, more):
    assert act_by(deadline, lead + more) <= act_by(deadline, lead)


@untimed
@given(deadline=dates, other=dates, lead=lead_days)
def test_a_later_deadline_never_has_to_be_acted_on_earlier(deadline, other, lead):
    first, second = sorted((deadline, other))
    assert act_by(first, lead) <= act_by(second, lead)


# The deadline of a contract's terms


def dates_of(deadline: Deadline) -> tuple[date | None, date | None]:
    return (deadline.notice_deadline, deadline.act_by)


def test_ninety_days_by_email_are_due_and_to_be_acted_on_the_same_day():
    assert dates_of(deadline_of(THREE_YEARS)) == (date(2026, 12, 31), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("method", "stated_lead", "act"),
    [
        (NoticeMethod.CERTIFIED_MAIL, None, date(2026, 12, 24)),
        (NoticeMethod.CERTIFIED_MAIL, 10, date(2026, 12, 21)),
        (NoticeMethod.CERTIFIED_MAIL, 0, date(2026, 12, 31)),
        (NoticeMethod.COURIER, None, date(2026, 12, 29)),
        (NoticeMethod.MAIL, None, date(2026, 12, 24)),
        (NoticeMethod.ANY, None, date(2026, 12, 31)),
        (NoticeMethod.UNKNOWN, None, date(2026, 12, 31)),
        (NoticeMethod.UNKNOWN, 5, date(2026, 12, 24)),
    ],
)
def test_where_receipt_counts_delivery_takes_its_time(method, stated_lead, act):
    terms = replace(THREE_YEARS, notice_method=method, delivery_lead_days=stated_lead)
    assert dates_of(deadline_of(terms)) == (date(2026, 12, 31), act)


def test_where_sending_counts_delivery_takes_none():
    terms = replace(BY_CERTIFIED_MAIL, delivery_lead_days=5, notice_counted_from=NoticeCountedFrom.DISPATCHED)
    assert dates_of(deadline_of(terms)) == (date(2026, 12, 31), date(2026, 12, 31))


def test_where_the_contract_does_not_say_what_counts_the_earlier_date_is_taken_and_said():
    deadline = deadline_of(replace(BY_CERTIFIED_MAIL, notice_counted_from=NoticeCountedFrom.UNKNOWN))
    assert dates_of(deadline) == (date(2026, 12, 31), date(2026, 12, 24))
    assert "does not say whether sending or receipt counts; the earlier date is taken" in deadline.why


def test_every_method_has_its_lead_and_its_words():
    assert set(DELIVERY_LEAD_DAYS) == set(BY_METHOD) == set(NoticeMethod)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"notice": None}, "The contract states no notice period."),
        ({"term_end_date": None, "term_months": None}, "The contract states no end date."),
        ({"end_of_term": EndOfTerm.UNKNOWN}, "The contract states no end-of-term action."),
        (
            {"notice": None, "end_of_term": EndOfTerm.UNKNOWN},
            "The contract states no notice period and no end-of-term action.",
        ),
        (
            {"term_end_date": None, "term_months": None, "notice": None, "end_of_term": EndOfTerm.UNKNOWN},
            "The contract states no end date, no notice period and no end-of-term action.",
        ),
    ],
)
def test_what_the_contract_does_not_state_is_unknown_with_the_reason(change, reason):
    terms = replace(THREE_YEARS, **change)
    assert deadline_of(terms) == Deadline.unknown(reason)
    assert explain(terms, deadline_of(terms)) == reason


@pytest.mark.parametrize(
    ("notice", "why"),
    [
        (Notice(30, DAYS), "It runs month to month and may be ended on 30 days of notice."),
        (None, "It runs month to month; the contract states no notice period."),
    ],
)
def test_evergreen_has_no_deadline_and_still_shows_its_notice(notice, why):
    terms = replace(THREE_YEARS, evergreen=True, notice=notice, end_of_term=EndOfTerm.UNKNOWN)
    deadline = deadline_of(terms)
    assert deadline.evergreen
    assert dates_of(deadline) == (None, None)
    assert explain(terms, deadline) == why


@untimed
@given(end=dates, notice=notices, method=st.sampled_from(NoticeMethod), counted=st.sampled_from(NoticeCountedFrom))
def test_act_by_is_a_business_day_not_after_the_deadline_not_after_the_end(end, notice, method, counted):
    terms = replace(THREE_YEARS, term_end_date=end, notice=notice, notice_method=method, notice_counted_from=counted)
    known = deadline_of(terms).dates
    assert known is not None
    assert known.act_by <= known.notice_deadline <= end
    assert is_us_business_day(known.act_by)


@untimed
@given(end=dates, notice=notices, method=st.sampled_from(NoticeMethod))
def test_a_clause_silent_on_receipt_is_never_later_than_either_reading(end, notice, method):
    terms = replace(THREE_YEARS, term_end_date=end, notice=notice, notice_method=method)
    silent, received, dispatched = (
        deadline_of(replace(terms, notice_counted_from=counted)).act_by
        for counted in (NoticeCountedFrom.UNKNOWN, NoticeCountedFrom.RECEIVED, NoticeCountedFrom.DISPATCHED)
    )
    assert silent == min(received, dispatched)


# The explanation


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (
            BY_CERTIFIED_MAIL,
            (
                "Notice must be received by 2026-12-31 by certified mail: 90 days before 2027-03-31; "
                "act by 2026-12-24 allows 5 days for delivery."
            ),
        ),
        (
            replace(BY_CERTIFIED_MAIL, notice_counted_from=NoticeCountedFrom.DISPATCHED),
            "Notice must be sent by 2026-12-31 by certified mail: 90 days before 2027-03-31; act by the same day.",
        ),
        (
            replace(THREE_YEARS, notice=Notice(1, MONTHS), delivery_lead_days=1),
            (
                "Notice must be received by 2027-02-28 by email: 1 month before 2027-03-31; "
                "act by 2027-02-26 allows 1 day for delivery. "
                "Months of different length can be counted in more than one way; the earliest date is taken."
            ),
        ),
        (
            replace(THREE_YEARS, term_end_date=date(2027, 2, 28), notice=Notice(3, MONTHS)),
            (
                "Notice must be received by 2026-11-28 by email: 3 months before 2027-02-28; "
                "act by 2026-11-27, the last business day before the deadline. "
                "Months of different length can be counted in more than one way; the earliest date is taken."
            ),
        ),
        (
            replace(THREE_YEARS, notice=Notice(30, BUSINESS_DAYS), notice_method=NoticeMethod.PORTAL),
            (
                "Notice must be received by 2027-02-17 through the portal: 30 business days before 2027-03-31; "
                "act by the same day."
            ),
        ),
        (
            replace(THREE_YEARS, notice_method=NoticeMethod.UNKNOWN),
            (
                "Notice must be received by 2026-12-31: 90 days before 2027-03-31; act by the same day. "
                "The contract names no method of notice, so no time is allowed for delivery."
            ),
        ),
        (
            replace(THREE_YEARS, notice_method=NoticeMethod.UNKNOWN, notice_counted_from=NoticeCountedFrom.DISPATCHED),
            "Notice must be sent by 2026-12-31: 90 days before 2027-03-31; act by the same day.",
        ),
        (
            replace(THREE_YEARS, term_end_date=None, end_of_term=EndOfTerm.ROLL),
            (
                "Notice must be received by 2026-12-31 by email: 90 days before 2027-03-31; act by the same day. "
                "The end is counted: 36 months from 2024-04-01."
            ),
        ),
        (
            replace(THREE_YEARS, co_terminus_end=date(2027, 4, 30), notice=Notice(2, MONTHS)),
            (
                "Notice must be received by 2027-02-28 by email: 2 months before 2027-04-30; "
                "act by 2027-02-26, the last business day before the deadline. The term ends with the agreement it is "
                "under. Months of different length can be counted in more than one way; the earliest date is taken."
            ),
        ),
        (
            replace(THREE_YEARS, end_of_term=EndOfTerm.AUTO_DISCONNECT),
            (
                "Extend or replace by 2026-12-31, or the service ends on 2027-03-31: "
                "90 days before 2027-03-31; act by the same day."
            ),
        ),
    ],
)
def test_the_explanation_says_what_is_due_and_how_it_was_counted(terms, sentence):
    assert explain(terms, deadline_of(terms)) == sentence


# Terms that contradict themselves


@pytest.mark.parametrize(
    "terms",
    [
        THREE_YEARS,
        replace(THREE_YEARS, term_start_date=None),
        replace(THREE_YEARS, term_months=None),
        replace(THREE_YEARS, term_end_date=None),
        replace(THREE_YEARS, term_end_date=None, term_months=None),
        replace(THREE_YEARS, notice=None),
        replace(THREE_YEARS, co_terminus_end=date(2027, 3, 31)),
        replace(THREE_YEARS, term_end_date=None, co_terminus_end=date(2026, 6, 30)),
        replace(THREE_YEARS, notice=Notice(35, MONTHS)),
        replace(THREE_YEARS, renewal_term_months=12, renewal_notice=Notice(60, DAYS), delivery_lead_days=5),
    ],
)
def test_sound_or_incomplete_terms_have_no_problem(terms):
    assert problems_of(terms) == ()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"term_end_date": date(2024, 3, 31), "term_months": None}, [("end_before_start", "term_end_date")]),
        (
            {"co_terminus_end": date(2024, 3, 31), "term_end_date": None},
            [("end_before_start", "co_terminus_end")],
        ),
        ({"term_end_date": date(2027, 4, 1)}, [("term_months_disagree", "term_months")]),
        ({"term_months": 12}, [("term_months_disagree", "term_months")]),
        (
            {"term_end_date": date(2024, 3, 31)},
            [("term_months_disagree", "term_months"), ("end_before_start", "term_end_date")],
        ),
        ({"notice": Notice(37, MONTHS)}, [("notice_longer_than_term", "notice")]),
        ({"notice": Notice(1095, DAYS)}, [("notice_longer_than_term", "notice")]),
        ({"co_terminus_end": date(2026, 6, 30)}, [("co_terminus_disagrees", "term_end_date")]),
        ({"term_months": 0}, [("term_months_out_of_range", "term_months")]),
        ({"term_months": 1_000_000}, [("term_months_out_of_range", "term_months")]),
        ({"renewal_term_months": -12}, [("term_months_out_of_range", "renewal_term_months")]),
        ({"notice": Notice(-1, DAYS)}, [("notice_out_of_range", "notice")]),
        ({"renewal_notice": Notice(1_000_000_000, DAYS)}, [("notice_out_of_range", "renewal_notice")]),
        ({"delivery_lead_days": -5}, [("delivery_lead_out_of_range", "delivery_lead_days")]),
    ],
)
def test_terms_that_contradict_themselves_are_listed(change, found):
    assert [(problem.code, problem.field) for problem in problems_of(replace(THREE_YEARS, **change))] == found


def test_a_problem_says_what_was_expected():
    problem = problems_of(replace(THREE_YEARS, term_end_date=date(2027, 4, 1)))[0]
    assert problem.message == "36 months from 2024-04-01 end on 2027-03-31, not on 2027-04-01."


@untimed
@given(start=dates, months=st.integers(1, 1200), notice=notices)
def test_a_counted_end_never_disagrees_with_its_months(start, months, notice):
    terms = replace(
        THREE_YEARS,
        term_start_date=start,
        term_months=months,
        term_end_date=term_end_date(start, months),
        notice=notice,
    )
    assert {problem.code for problem in problems_of(terms)} <= {"notice_longer_than_term"}

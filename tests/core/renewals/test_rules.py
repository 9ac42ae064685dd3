from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.contracts.rules import (
    Deadline,
    EndOfTerm,
    Notice,
    NoticeMethod,
    NoticeUnit,
    deadline_of,
)
from netos_core.kernel.money import Amount, Basis
from netos_core.renewals.rules import (
    RUNGS,
    RenewalState,
    act_by_range,
    cost_of_silence,
    days_left,
    faster_service_needed,
    renewal_state,
    term_after,
)
from tests.core.renewals import making

STABLE, WATCH, ACTIVE, CRITICAL, OVERDUE = (
    RenewalState.STABLE,
    RenewalState.WATCH,
    RenewalState.ACTIVE,
    RenewalState.CRITICAL,
    RenewalState.OVERDUE,
)
JUNE_1 = date(2026, 6, 1)
EVERGREEN = Deadline.month_to_month(Notice(30, NoticeUnit.DAYS))
UNKNOWN = Deadline.unknown("The contract states no notice period.")
MRC = Amount(Decimal("1000.00"), "USD", Basis.CONTRACTED, "order-7")

untimed = settings(deadline=None)  # a busy machine is no defect
dates = st.dates(date(2000, 1, 1), date(2099, 12, 31))

THREE_YEARS = replace(making.USUAL, notice_method=NoticeMethod.CERTIFIED_MAIL, delivery_lead_days=5)


def due(act_by: date, slack_days: int = 0) -> Deadline:
    return Deadline.known(act_by + timedelta(days=slack_days), act_by, "90 days before the end.")


# The ladder


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (1000, STABLE),
        (181, STABLE),
        (180, WATCH),
        (90, WATCH),
        (89, ACTIVE),
        (30, ACTIVE),
        (29, CRITICAL),
        (0, CRITICAL),
        (-1, OVERDUE),
        (-400, OVERDUE),
    ],
)
def test_renewal_state_turns_on_the_boundary_day(left, state):
    assert renewal_state(due(JUNE_1 + timedelta(days=left)), JUNE_1, decided=False) is state


@pytest.mark.parametrize(
    ("today", "state", "faster"),
    [
        (date(2026, 12, 24), CRITICAL, False),
        (date(2026, 12, 25), CRITICAL, True),
        (date(2026, 12, 31), CRITICAL, True),
        (date(2027, 1, 1), OVERDUE, False),
    ],
)
def test_past_act_by_a_term_is_critical_and_needs_faster_service_until_the_notice_deadline(today, state, faster):
    deadline = deadline_of(THREE_YEARS)
    assert renewal_state(deadline, today, decided=False) is state
    assert faster_service_needed(deadline, today) is faster


def test_a_missed_deadline_is_overdue_although_the_contract_runs_three_more_months():
    by_email = replace(THREE_YEARS, notice_method=NoticeMethod.EMAIL, delivery_lead_days=None)
    assert renewal_state(deadline_of(by_email), date(2027, 1, 1), decided=False) is OVERDUE


@pytest.mark.parametrize(("deadline", "state"), [(EVERGREEN, RenewalState.EVERGREEN), (UNKNOWN, RenewalState.UNKNOWN)])
def test_without_a_deadline_a_term_is_evergreen_or_unknown_on_any_day(deadline, state):
    assert renewal_state(deadline, JUNE_1, decided=False) is state
    assert days_left(deadline, JUNE_1) is None
    assert not faster_service_needed(deadline, JUNE_1)


@pytest.mark.parametrize("deadline", [EVERGREEN, UNKNOWN, due(JUNE_1), due(JUNE_1 - timedelta(days=1))])
def test_a_recorded_decision_is_decided_whatever_the_day(deadline):
    assert renewal_state(deadline, JUNE_1, decided=True) is RenewalState.DECIDED


@pytest.mark.parametrize(("act_by", "left"), [(date(2026, 6, 30), 29), (JUNE_1, 0), (date(2026, 5, 31), -1)])
def test_days_left_count_to_act_by_and_below_zero_after_it(act_by, left):
    assert days_left(due(act_by), JUNE_1) == left


@untimed
@given(today=dates, left=st.integers(-400, 800), slack=st.integers(0, 40))
def test_the_rungs_part_every_open_deadline_and_agree_with_the_state(today, left, slack):
    deadline = due(today + timedelta(days=left), slack)
    state = renewal_state(deadline, today, decided=False)
    if left + slack < 0:
        assert state is OVERDUE
        return
    assert [rung for rung in RUNGS if within(deadline.act_by, act_by_range(rung, today))] == [state]


@untimed
@given(act_by=dates, slack=st.integers(0, 40), first=st.integers(-800, 400), later=st.integers(0, 400))
def test_a_term_only_ever_moves_up_in_urgency(act_by, slack, first, later):
    urgency = [STABLE, WATCH, ACTIVE, CRITICAL, OVERDUE]
    before, after = (
        renewal_state(due(act_by, slack), act_by + timedelta(days=days), decided=False)
        for days in (first, first + later)
    )
    assert urgency.index(before) <= urgency.index(after)


def within(day: date | None, bounds: tuple[date | None, date | None]) -> bool:
    assert day is not None
    first, last = bounds
    return (first is None or first <= day) and (last is None or day <= last)


@pytest.mark.parametrize(
    ("state", "bounds"),
    [
        (STABLE, (date(2026, 11, 29), None)),
        (WATCH, (date(2026, 8, 30), date(2026, 11, 28))),
        (ACTIVE, (date(2026, 7, 1), date(2026, 8, 29))),
        (CRITICAL, (None, date(2026, 6, 30))),
    ],
)
def test_a_rung_is_a_range_of_act_by(state, bounds):
    assert act_by_range(state, JUNE_1) == bounds


@pytest.mark.parametrize("state", sorted(set(RenewalState) - set(RUNGS)))
def test_the_other_states_do_not_hang_on_act_by(state):
    with pytest.raises(ValueError, match="is no range of act_by"):
        act_by_range(state, JUNE_1)


# What begins if nobody acts


def test_an_undecided_auto_renewal_opens_its_renewal_term_the_day_after():
    after = term_after(replace(THREE_YEARS, renewal_notice=Notice(60, NoticeUnit.DAYS)))
    assert after is not None
    assert (after.term_start_date, after.term_end_date, after.term_months) == (
        date(2027, 4, 1),
        date(2028, 3, 31),
        12,
    )
    assert deadline_of(after).notice_deadline == date(2028, 1, 31)


def test_the_same_notice_goes_on_where_the_renewal_states_none():
    after = term_after(THREE_YEARS)
    assert after is not None
    assert after.notice == THREE_YEARS.notice


def test_a_renewal_term_of_unknown_length_has_an_unknown_deadline():
    after = term_after(replace(THREE_YEARS, renewal_term_months=None))
    assert after is not None
    assert renewal_state(deadline_of(after), JUNE_1, decided=False) is RenewalState.UNKNOWN


def test_a_co_terminus_order_renews_as_long_as_its_agreement_does():
    after = term_after(replace(THREE_YEARS, co_terminus_end=date(2027, 3, 31), renewal_term_months=12))
    assert after is not None
    assert after.term_end_date == date(2028, 3, 31)
    unsaid = term_after(replace(THREE_YEARS, co_terminus_end=date(2027, 3, 31), renewal_term_months=None))
    assert unsaid is not None
    assert deadline_of(unsaid) == Deadline.unknown("The contract states no end date.")


def test_a_renewal_of_one_month_at_a_time_is_month_to_month():
    after = term_after(replace(THREE_YEARS, renewal_term_months=1))
    assert after is not None
    assert after.evergreen


def test_a_roll_is_evergreen_from_the_day_after():
    after = term_after(replace(THREE_YEARS, end_of_term=EndOfTerm.ROLL))
    assert after is not None
    assert (after.term_start_date, after.term_end_date, after.term_months) == (date(2027, 4, 1), None, None)
    assert renewal_state(deadline_of(after), date(2027, 4, 1), decided=False) is RenewalState.EVERGREEN


@pytest.mark.parametrize(
    "change",
    [
        {"end_of_term": EndOfTerm.AUTO_DISCONNECT},
        {"end_of_term": EndOfTerm.UNKNOWN},
        {"term_end_date": None, "term_months": None},
        {"evergreen": True},
    ],
)
def test_nothing_is_opened_where_nothing_follows_or_nothing_is_known(change):
    assert term_after(replace(THREE_YEARS, **change)) is None


@untimed
@given(start=dates, months=st.integers(2, 60), renewals=st.integers(1, 12))
def test_renewals_follow_each_other_without_a_gap(start, months, renewals):
    term = replace(THREE_YEARS, term_start_date=start, term_end_date=start, renewal_term_months=months)
    for _ in range(renewals):
        after = term_after(term)
        assert after is not None
        assert after.term_start_date == term.term_end_date + timedelta(days=1)
        assert after.term_start_date <= after.term_end_date
        term = after


# What silence commits


def test_an_undecided_auto_renewal_commits_its_renewal_term_at_todays_mrc():
    cost = cost_of_silence(THREE_YEARS, MRC)
    assert cost.amount == Amount(Decimal("12000.00"), "USD", Basis.CONTRACTED, "order-7")
    assert cost.why == "It renews for 12 × 1000.00 USD of MRC."


@pytest.mark.parametrize(
    ("change", "mrc", "why"),
    [
        ({"evergreen": True}, MRC, "It runs month to month, so silence commits no term."),
        ({"end_of_term": EndOfTerm.ROLL}, MRC, "It rolls to month to month, so silence commits no term."),
        (
            {"end_of_term": EndOfTerm.AUTO_DISCONNECT},
            MRC,
            "The service ends with the term, so silence loses it.",
        ),
        ({"end_of_term": EndOfTerm.UNKNOWN}, MRC, "The contract states no end-of-term action."),
        ({"renewal_term_months": None}, MRC, "The contract states no length for the renewal term."),
        ({}, None, "No MRC is known."),
    ],
)
def test_where_silence_commits_no_known_amount_it_says_why(change, mrc, why):
    cost = cost_of_silence(replace(THREE_YEARS, **change), mrc)
    assert cost.amount is None
    assert cost.why == why

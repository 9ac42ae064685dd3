"""The course of a contract through its terms, and the engine's looks at it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.contracts.rules import EndOfTerm, Notice, NoticeUnit, Terms
from netos_core.kernel.money import Amount, Basis
from netos_core.renewals.rules import (
    Choice,
    Decided,
    Opening,
    RenewalState,
    Stood,
    deadline_before,
    is_executed,
    is_in_time,
    look,
    next_look,
    place_on,
    steps,
    term_on,
)
from tests.core.renewals.making import USUAL

S = RenewalState

HUNDRED = Amount(Decimal("100.00"), "USD", Basis.CONTRACTED, "CTR-1")
END = date(2027, 3, 31)


def decided(choice: Choice, on: date, *, executed: bool = False, succeeded: bool = False) -> dict[date | None, Decided]:
    return {END: Decided(END, choice, on, executed, succeeded)}


def walked(terms: Terms, decisions: dict[date | None, Decided], start: date, end: date) -> list[tuple[str, int, str]]:
    return [(f"{on}", place.term.number, place.state) for on, place in steps(terms, decisions, start, end)]


def test_an_undecided_term_walks_down_the_ladder_and_into_the_next_term() -> None:
    assert walked(USUAL, {}, date(2026, 6, 1), date(2027, 12, 31)) == [
        ("2026-07-04", 0, "watch"),
        ("2026-10-03", 0, "active"),
        ("2026-12-02", 0, "critical"),
        ("2027-01-01", 0, "overdue"),
        ("2027-04-01", 1, "stable"),
        ("2027-07-03", 1, "watch"),
        ("2027-10-02", 1, "active"),
        ("2027-12-01", 1, "critical"),
    ]


def test_a_renewal_nobody_decided_is_missed_and_costs_its_whole_term() -> None:
    before = Stood(0, date(2026, 12, 31), S.OVERDUE, None, date(2027, 4, 1))
    seen = look(USUAL, {}, before, date(2027, 4, 1), is_new=False, superseded=False, mrc=HUNDRED)
    (step,) = seen.steps
    assert (step.on, step.before, step.place.state, step.missed) == (date(2027, 4, 1), S.OVERDUE, S.STABLE, True)
    assert step.missed_cost is not None
    assert step.missed_cost.value == Decimal("1200.00")
    assert step.place.term.opening is Opening.SILENCE


def test_a_renewal_somebody_decided_is_not_missed() -> None:
    chosen = decided(Choice.RENEW, date(2026, 11, 2), executed=True)
    term = term_on(USUAL, chosen, date(2027, 4, 1))
    assert (term.number, term.opening) == (1, Opening.DECISION)


@pytest.mark.parametrize("end_of_term", [EndOfTerm.AUTO_RENEW, EndOfTerm.ROLL, EndOfTerm.AUTO_DISCONNECT])
def test_a_contract_with_a_signed_successor_does_not_go_on_beside_it(end_of_term: EndOfTerm) -> None:
    followed = decided(Choice.RENEW, date(2026, 11, 2), executed=True, succeeded=True)
    terms = replace(USUAL, end_of_term=end_of_term)
    place = place_on(terms, followed, date(2027, 4, 1))
    assert (place.term.number, place.state, place.alarm) == (0, S.DECIDED, None)
    assert walked(terms, followed, date(2026, 11, 1), date(2029, 1, 1)) == [("2026-11-02", 0, "decided")]


def test_notice_that_was_served_ends_the_contract_with_its_term() -> None:
    served = decided(Choice.TERMINATE, date(2026, 11, 2), executed=True)
    place = place_on(USUAL, served, date(2029, 1, 1))
    assert (place.term.number, place.state, place.alarm) == (0, S.DECIDED, None)
    assert next_look(place, served, date(2029, 1, 1)) is None


def test_a_decision_to_leave_that_was_never_served_alarms_and_renews_all_the_same() -> None:
    meant = decided(Choice.TERMINATE, date(2026, 11, 2))
    assert [(on, p.state, p.alarm) for on, p in steps(USUAL, meant, date(2026, 11, 1), date(2027, 4, 2))] == [
        (date(2026, 11, 2), S.DECIDED, S.ACTIVE),
        (date(2026, 12, 2), S.DECIDED, S.CRITICAL),
        (date(2027, 1, 1), S.DECIDED, S.OVERDUE),
        (date(2027, 4, 1), S.STABLE, None),
    ]
    assert term_on(USUAL, meant, date(2027, 4, 1)).opening is Opening.SILENCE


def test_an_auto_disconnect_alarms_until_the_service_is_gone_and_opens_no_term() -> None:
    ending = replace(USUAL, end_of_term=EndOfTerm.AUTO_DISCONNECT)
    place = place_on(ending, {}, date(2027, 6, 1))
    assert (place.term.number, place.state) == (0, S.OVERDUE)


def test_a_roll_is_evergreen_from_the_day_after_and_stays() -> None:
    rolling = replace(USUAL, end_of_term=EndOfTerm.ROLL)
    assert walked(rolling, {}, date(2027, 3, 1), date(2030, 1, 1)) == [("2027-04-01", 1, "evergreen")]


def test_a_contract_of_long_ago_stands_on_the_term_that_runs_today() -> None:
    old = replace(USUAL, term_start_date=date(2010, 4, 1), term_end_date=date(2013, 3, 31))
    place = place_on(old, {}, date(2026, 11, 26))
    assert (place.term.number, place.term.end) == (14, date(2027, 3, 31))


def test_a_renewal_term_has_its_own_notice() -> None:
    own = replace(USUAL, renewal_notice=Notice(1, NoticeUnit.MONTHS))
    assert place_on(own, {}, date(2027, 5, 1)).deadline.notice_deadline == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("choice", "end_of_term", "served", "succeeded", "done"),
    [
        (Choice.TERMINATE, EndOfTerm.AUTO_RENEW, False, False, False),
        (Choice.TERMINATE, EndOfTerm.AUTO_RENEW, True, False, True),
        (Choice.PORT, EndOfTerm.ROLL, True, False, True),
        (Choice.TERMINATE, EndOfTerm.AUTO_DISCONNECT, False, False, True),
        (Choice.RENEW, EndOfTerm.AUTO_RENEW, False, False, True),
        (Choice.RENEW, EndOfTerm.AUTO_DISCONNECT, False, False, False),
        (Choice.RENEW, EndOfTerm.ROLL, False, True, True),
        (Choice.NEGOTIATE, EndOfTerm.AUTO_RENEW, True, True, False),
    ],
)
def test_what_carries_a_decision_out(
    choice: Choice, end_of_term: EndOfTerm, served: bool, succeeded: bool, done: bool
) -> None:
    assert is_executed(choice, end_of_term, served=served, succeeded=succeeded) is done


@pytest.mark.parametrize(
    ("served", "accepted", "counts"),
    [
        (None, False, False),
        (date(2026, 12, 31), False, True),
        (date(2027, 1, 1), False, False),
        (date(2027, 1, 1), True, True),
    ],
)
def test_notice_counts_until_its_deadline_and_later_where_the_carrier_accepts_it(
    served: date | None, accepted: bool, counts: bool
) -> None:
    assert is_in_time(served, date(2026, 12, 31), accepted=accepted) is counts
    assert is_in_time(served, None, accepted=accepted) is (served is not None)


def test_each_term_has_a_deadline_of_its_own() -> None:
    own = replace(USUAL, renewal_notice=Notice(1, NoticeUnit.MONTHS))
    ends = (date(2027, 3, 31), date(2028, 3, 31), date(2028, 4, 1), None)
    dates = [deadline_before(own, end) for end in ends]
    assert [one and one.notice_deadline for one in dates] == [date(2026, 12, 31), date(2028, 2, 29), None, None]


def test_missed_nights_are_walked_in_order_each_step_on_its_own_day() -> None:
    before = Stood(0, date(2026, 12, 31), S.STABLE, None, date(2026, 7, 4))
    seen = look(USUAL, {}, before, date(2026, 12, 15), is_new=False, superseded=False, mrc=None)
    assert [(s.on, s.before, s.place.state) for s in seen.steps] == [
        (date(2026, 7, 4), S.STABLE, S.WATCH),
        (date(2026, 10, 3), S.WATCH, S.ACTIVE),
        (date(2026, 12, 2), S.ACTIVE, S.CRITICAL),
    ]
    assert seen.next_on == date(2026, 12, 17), "the first day to be reminded"


terms_of_any_kind = st.builds(
    replace,
    st.just(USUAL),
    term_start_date=st.just(None),
    term_months=st.just(None),
    term_end_date=st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    end_of_term=st.sampled_from(EndOfTerm),
    notice=st.builds(Notice, st.integers(0, 120), st.sampled_from((NoticeUnit.DAYS, NoticeUnit.BUSINESS_DAYS))),
    renewal_term_months=st.sampled_from((None, 1, 6, 12, 36)),
)


@settings(deadline=None, max_examples=60)
@given(
    terms_of_any_kind,
    st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    st.sampled_from((None, *Choice)),
    st.booleans(),
    st.booleans(),
)
def test_walking_finds_every_day_on_which_the_place_is_another(
    terms: Terms, start: date, choice: Choice | None, executed: bool, succeeded: bool
) -> None:
    decisions = {}
    if choice is not None:
        decisions = {
            terms.term_end_date: Decided(terms.term_end_date, choice, start + timedelta(40), executed, succeeded)
        }
    found = {on: place.key for on, place in steps(terms, decisions, start, start + timedelta(400))}
    day, key = start, place_on(terms, decisions, start).key
    for _ in range(400):
        day += timedelta(1)
        now = place_on(terms, decisions, day).key
        assert (day in found) is (now != key), day
        key = now

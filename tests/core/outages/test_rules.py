from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netos_core.outages.rules import (
    Event,
    EventImpact,
    EventKind,
    Interval,
    Period,
    availability,
    downtime,
    minutes_by_month,
    month_period,
    planned_downtime,
    unplanned_downtime,
)

INDIANAPOLIS = ZoneInfo("America/Indiana/Indianapolis")


def june(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC)


JUNE = Period(june(1), datetime(2026, 7, 1, tzinfo=UTC))
LATER = datetime(2026, 9, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)

untimed = settings(deadline=None)  # a busy machine is no defect
instants = st.datetimes(datetime(2026, 5, 1), datetime(2026, 8, 1), timezones=st.just(UTC))  # noqa: DTZ001
closed = st.builds(
    lambda start, minutes: Interval(start, start + timedelta(minutes=minutes)), instants, st.integers(0, 9000)
)
open_ones = st.builds(Interval, instants, st.none())


# Downtime


@pytest.mark.parametrize(
    ("intervals", "hours"),
    [
        ([], 0),
        ([Interval(june(2), june(2, 3))], 3),
        ([Interval(june(2), june(2, 3)), Interval(june(5), june(5, 1))], 4),
        ([Interval(june(2), june(2, 3)), Interval(june(2, 1), june(2, 4))], 4),  # an overlap counts once
        ([Interval(june(2), june(2, 9)), Interval(june(2, 1), june(2, 2))], 9),  # one within another
        ([Interval(june(2, 1), june(2, 2)), Interval(june(2), june(2, 1))], 2),  # end to end, told out of order
        ([Interval(datetime(2026, 5, 31, 22, tzinfo=UTC), june(1, 2))], 2),  # begun in May
        ([Interval(june(30, 20), datetime(2026, 7, 2, tzinfo=UTC))], 4),  # ended in July
        ([Interval(datetime(2026, 5, 1, tzinfo=UTC), june(1))], 0),  # over before June
        ([Interval(june(3), june(3))], 0),
    ],
)
def test_downtime_is_the_union_within_the_period(intervals, hours):
    assert downtime(intervals, JUNE, LATER).total == hours * HOUR


def test_an_open_outage_runs_to_now_and_is_marked():
    down = downtime([Interval(june(10), None)], JUNE, june(10, 5))
    assert down.total == 5 * HOUR
    assert down.still_open


def test_an_open_outage_of_a_past_period_fills_it_and_is_still_marked():
    down = downtime([Interval(june(30, 23), None)], JUNE, LATER)
    assert down.total == HOUR
    assert down.still_open


@pytest.mark.parametrize("start", [june(12), LATER])
def test_an_open_event_not_yet_begun_counts_for_nothing(start):
    down = downtime([Interval(start, None)], JUNE, june(11))
    assert down.total == timedelta()
    assert not down.still_open


def test_downtime_over_a_time_change_counts_the_hours_that_passed():
    night = Interval(
        datetime(2026, 11, 1, 0, 30, tzinfo=INDIANAPOLIS), datetime(2026, 11, 1, 2, 30, tzinfo=INDIANAPOLIS)
    )
    november = month_period(date(2026, 11, 5), INDIANAPOLIS)
    assert downtime([night], november, LATER).total == 3 * HOUR


def test_spans_lie_apart_and_in_order():
    down = downtime([Interval(june(5), june(6)), Interval(june(2), june(3)), Interval(june(3), june(4))], JUNE, LATER)
    assert down.spans == (Period(june(2), june(4)), Period(june(5), june(6)))


@untimed
@given(intervals=st.lists(closed | open_ones, max_size=8), now=instants)
def test_downtime_is_never_more_than_the_period_nor_than_the_sum_of_its_parts(intervals, now):
    total = downtime(intervals, JUNE, now).total
    parts = [downtime([interval], JUNE, now).total for interval in intervals]
    assert max(parts, default=timedelta()) <= total <= min(JUNE.length, sum(parts, timedelta()))


@untimed
@given(intervals=st.lists(closed | open_ones, max_size=8), now=instants, data=st.data())
def test_neither_order_nor_repetition_changes_downtime(intervals, now, data):
    shuffled = data.draw(st.permutations(intervals))
    assert downtime([*shuffled, *intervals], JUNE, now) == downtime(intervals, JUNE, now)


@untimed
@given(intervals=st.lists(closed | open_ones, max_size=8), now=instants, cut=st.integers(1, 29))
def test_two_halves_of_a_period_add_up_to_it(intervals, now, cut):
    halves = Period(JUNE.start, june(1 + cut)), Period(june(1 + cut), JUNE.end)
    assert sum((downtime(intervals, half, now).total for half in halves), timedelta()) == (
        downtime(intervals, JUNE, now).total
    )


# What counts


def test_only_an_outage_that_took_the_circuit_down_is_unplanned_downtime():
    events = [
        Event(kind, impact, Interval(june(2 + number), june(2 + number, 1)))
        for number, (kind, impact) in enumerate((kind, impact) for kind in EventKind for impact in EventImpact)
    ]
    assert unplanned_downtime(events, JUNE, LATER).total == HOUR
    assert planned_downtime(events, JUNE, LATER).total == HOUR


def test_planned_maintenance_is_listed_but_not_unplanned():
    window = Event(EventKind.MAINTENANCE, EventImpact.OUTAGE, Interval(june(9, 4), june(9, 8)))
    assert unplanned_downtime([window], JUNE, LATER).spans == ()
    assert planned_downtime([window], JUNE, LATER).spans == (Period(june(9, 4), june(9, 8)),)


# Availability


@pytest.mark.parametrize(
    ("minutes", "percent"),
    [
        (0, "100.000"),
        (43, "99.900"),  # of 43,200 minutes: 99.90046
        (432, "99.000"),
        (1, "99.998"),  # 99.99769
        (Decimal("0.216"), "100.000"),  # 99.9995 rounds half up
        (Decimal("0.217"), "99.999"),
        (21_600, "50.000"),
        (43_200, "0.000"),
    ],
)
def test_availability_is_a_percentage_to_three_places_half_up(minutes, percent):
    shown = availability(timedelta(milliseconds=int(minutes * 60_000)), JUNE)
    assert str(shown) == percent


@untimed
@given(first=st.integers(0, 43_200), second=st.integers(0, 43_200))
def test_more_downtime_never_means_more_availability(first, second):
    less, more = sorted((first, second))
    assert availability(timedelta(minutes=more), JUNE) <= availability(timedelta(minutes=less), JUNE)


def test_a_period_that_does_not_end_after_it_starts_is_refused():
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(june(2), june(2))


# Months


@pytest.mark.parametrize(
    ("month", "hours"),
    [
        (date(2026, 3, 17), 31 * 24 - 1),  # clocks go forward
        (date(2026, 11, 1), 30 * 24 + 1),  # and back
        (date(2028, 2, 29), 29 * 24),
        (date(2026, 12, 31), 31 * 24),
    ],
)
def test_a_month_is_as_long_as_its_zone_makes_it(month, hours):
    assert month_period(month, INDIANAPOLIS).length == hours * HOUR


def test_minutes_fall_in_the_month_of_the_business_time_zone():
    # Midnight in Indianapolis is 04:00 UTC in summer.
    outage = Interval(datetime(2026, 7, 1, 3, 0, tzinfo=UTC), datetime(2026, 7, 1, 4, 30, tzinfo=UTC))
    summer = Period(datetime(2026, 6, 1, 4, tzinfo=UTC), datetime(2026, 9, 1, 4, tzinfo=UTC))
    assert minutes_by_month([outage], summer, LATER, INDIANAPOLIS) == {
        date(2026, 6, 1): 60,
        date(2026, 7, 1): 30,
        date(2026, 8, 1): 0,
    }


def test_months_are_clipped_to_the_period():
    whole_summer = Interval(june(1), datetime(2026, 9, 1, tzinfo=UTC))
    fortnight = Period(june(24), datetime(2026, 7, 8, tzinfo=UTC))
    assert minutes_by_month([whole_summer], fortnight, LATER, ZoneInfo("UTC")) == {
        date(2026, 6, 1): 7 * 1440,
        date(2026, 7, 1): 7 * 1440,
    }


def test_half_minutes_of_two_months_make_one_minute():
    halves = [
        Interval(june(5), june(5) + timedelta(seconds=20)),
        Interval(datetime(2026, 7, 5, tzinfo=UTC), datetime(2026, 7, 5, 0, 0, 20, tzinfo=UTC)),
    ]
    both = Period(june(1), datetime(2026, 8, 1, tzinfo=UTC))
    assert minutes_by_month(halves, both, LATER, ZoneInfo("UTC")) == {date(2026, 6, 1): 0, date(2026, 7, 1): 1}


@untimed
@given(intervals=st.lists(closed | open_ones, max_size=6), now=instants)
def test_the_months_add_up_to_the_total(intervals, now):
    period = Period(datetime(2026, 4, 11, tzinfo=UTC), datetime(2026, 9, 3, tzinfo=UTC))
    minutes = minutes_by_month(intervals, period, now, INDIANAPOLIS)
    exact = downtime(intervals, period, now).total / timedelta(minutes=1)
    assert abs(sum(minutes.values()) - exact) <= Decimal("0.5")
    assert all(count >= 0 for count in minutes.values())
    assert list(minutes) == [date(2026, month, 1) for month in range(4, 10)]

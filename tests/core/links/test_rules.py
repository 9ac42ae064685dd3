from __future__ import annotations

from datetime import date

import pytest

from netos_core.geo.rules import Point
from netos_core.links.rules import holds_on, overlap, path_length_km

INDIANAPOLIS, CHICAGO = Point(-86.1581, 39.7684), Point(-87.6298, 41.8781)
JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (6, 7, 8))


@pytest.mark.parametrize(
    ("a", "z", "km"),
    [
        (INDIANAPOLIS, CHICAGO, 265.2),
        (CHICAGO, INDIANAPOLIS, 265.2),
        (INDIANAPOLIS, INDIANAPOLIS, 0.0),
        (Point(0.0, 0.0), Point(1.0, 0.0), 111.195),
        (Point(179.5, 0.0), Point(-179.5, 0.0), 111.195),
        (Point(0.0, 90.0), Point(0.0, -90.0), 20015.115),
    ],
)
def test_a_path_is_as_long_as_the_great_circle(a: Point, z: Point, km: float) -> None:
    assert path_length_km(a, z) == pytest.approx(km, abs=0.5)


@pytest.mark.parametrize(("a", "z"), [(None, CHICAGO), (CHICAGO, None), (None, None)])
def test_a_path_with_an_unknown_end_has_no_known_length(a: Point | None, z: Point | None) -> None:
    assert path_length_km(a, z) is None


@pytest.mark.parametrize(
    ("one", "other", "met"),
    [
        ((JUNE, JULY), (JULY, AUGUST), True),
        ((None, JUNE), (JULY, None), False),
        ((None, None), (JULY, JULY), True),
        ((JULY, None), (None, JUNE), False),
        ((JUNE, AUGUST), (JULY, JULY), True),
    ],
)
def test_spans_meet_where_they_share_a_day(
    one: tuple[date | None, date | None], other: tuple[date | None, date | None], met: bool
) -> None:
    assert overlap(one, other) is met
    assert overlap(other, one) is met


def test_both_ends_of_a_span_count() -> None:
    assert [holds_on((JUNE, JULY), day) for day in (date(2026, 5, 31), JUNE, JULY, date(2026, 7, 2))] == [
        False, True, True, False,
    ]  # fmt: skip

"""Sites and circuits found by where they are, as agents and pages ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.errors import Invalid, NotFound
from netos_core.overview import operations as look
from netos_core.overview.schemas import CircuitList, SearchCircuits, SearchSites, SiteList
from tests.factories import make_circuit, make_ctx, make_site

FORT_WAYNE = "41.0793,-85.1394"
DOWNTOWN = {
    "type": "Polygon",
    "coordinates": [[[-85.2, 41.0], [-85.1, 41.0], [-85.1, 41.1], [-85.2, 41.1], [-85.2, 41.0]]],
}


def sites(session: Session, **asked: Any) -> SiteList:
    return look.search_sites(make_ctx(session, Role.NOC), SearchSites.model_validate(asked))


def circuits(session: Session, **asked: Any) -> CircuitList:
    return look.search_circuits(make_ctx(session, Role.NOC), SearchCircuits.model_validate(asked))


@pytest.fixture
def plant(session: Session) -> dict[str, str]:
    """Three sites ever farther from Fort Wayne, and one nobody has placed."""
    return {
        "hut": make_site(session, "Berry St Hut", lon=-85.14, lat=41.08, kind="pop"),
        "hotel": make_site(session, "Carrier Hotel", lon=-85.16, lat=41.05, kind="carrier_hotel"),
        "muncie": make_site(session, "Muncie POP", lon=-85.3864, lat=40.1934, kind="pop"),
        "unknown": make_site(session, "Somewhere", city="Fort Wayne"),
    }


def test_the_nearest_sites_come_first_with_their_distance(session: Session, plant: dict[str, str]) -> None:
    found = sites(session, near=FORT_WAYNE)
    assert [row.ref for row in found.rows] == [plant["hut"], plant["hotel"], plant["muncie"]]
    assert [row.distance_km for row in found.rows] == [0.093, 3.687, 100.688]
    assert found.columns[-1] == "distance_km"
    assert found.hint == "1 site has no coordinates and can not be found by distance."
    assert sites(session, near=FORT_WAYNE, sort="-distance_km").rows[0].ref == plant["muncie"]


def test_a_list_by_distance_is_paged_without_gap_or_repetition(session: Session, plant: dict[str, str]) -> None:
    seen, cursor = [], None
    for _ in range(3):
        page = sites(session, near=FORT_WAYNE, limit=1, cursor=cursor)
        seen += [row.ref for row in page.rows]
        cursor = page.next_cursor
    assert seen == [plant["hut"], plant["hotel"], plant["muncie"]]
    assert cursor is None


def test_a_radius_around_a_site_holds_the_site_itself_and_its_neighbours(
    session: Session, plant: dict[str, str]
) -> None:
    found = sites(session, near="berry st hut", radius_km=5)
    assert [(row.ref, row.distance_km) for row in found.rows] == [(plant["hut"], 0.0), (plant["hotel"], 3.734)]
    assert [row.ref for row in sites(session, near=plant["hut"], radius_km=5, kind=["pop"]).rows] == [plant["hut"]]


def test_a_polygon_holds_what_is_in_it(session: Session, plant: dict[str, str]) -> None:
    found = sites(session, polygon=DOWNTOWN)
    assert {row.ref for row in found.rows} == {plant["hut"], plant["hotel"]}
    assert found.rows[0].distance_km is None
    assert "distance_km" not in found.columns


def test_the_hint_counts_only_sites_that_meet_the_other_filters(session: Session, plant: dict[str, str]) -> None:
    assert sites(session, near=FORT_WAYNE, kind=["pop"]).hint is None
    assert "1 site has no coordinates" in (sites(session, near=FORT_WAYNE, city="fort wayne").hint or "")


def test_a_circuit_is_near_where_either_end_is(session: Session, plant: dict[str, str]) -> None:
    near = make_circuit(session, a_site=plant["hotel"], z_site=plant["muncie"])
    make_circuit(session, a_site=plant["muncie"])
    make_circuit(session, a_site=plant["unknown"])
    found = circuits(session, near=FORT_WAYNE, radius_km=10)
    assert [row.ref for row in found.rows] == [near]
    assert found.hint == "1 site has no coordinates and can not be found by distance."
    assert circuits(session, near=plant["muncie"], radius_km=1).total == 2


@pytest.mark.parametrize(
    ("asked", "field", "told"),
    [
        ({"radius_km": 5}, "near", "needs a place"),
        ({"near": "Somewhere"}, "near", "has no coordinates"),
        ({"near": "Somewhere", "radius_km": 5}, "near", "has no coordinates"),
        ({"sort": "distance_km"}, "sort", "no column to sort by"),
        ({"polygon": {"type": "Point", "coordinates": [1, 2]}}, "polygon", "no GeoJSON Polygon"),
        ({"polygon": {}}, "polygon", "no GeoJSON Polygon"),
        ({"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1]]]}}, "polygon", "ends at its first"),
        ({"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 91], [0, 1], [0, 0]]]}}, "polygon", "off the"),
        (
            {"polygon": {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}},
            "polygon",
            "cross",
        ),
        ({"polygon": {"type": "Polygon", "coordinates": [[[0, 0], "x", [0, 1], [0, 0]]]}}, "polygon", "longitude and"),
        ({"polygon": {"type": "Polygon", "coordinates": []}}, "polygon", "no corner"),
        ({"polygon": {"type": "MultiPolygon", "coordinates": [[]]}}, "polygon", "no corner"),
        ({"polygon": {"type": "Polygon", "coordinates": [7]}}, "polygon", "list of rings"),
    ],
)
def test_what_can_not_be_measured_is_refused_with_the_next_step(
    session: Session, plant: dict[str, str], asked: dict[str, Any], field: str, told: str
) -> None:
    with pytest.raises(Invalid) as refused:
        sites(session, **asked)
    assert refused.value.field == field
    assert told in refused.value.message
    assert refused.value.fix


def test_near_an_unknown_place_names_the_nearest_by_spelling(session: Session, plant: dict[str, str]) -> None:
    with pytest.raises(NotFound) as refused:
        sites(session, near="Muncie POPP")
    assert "Muncie POP" in (refused.value.fix or "")


def test_circuits_near_a_place_need_a_radius(session: Session) -> None:
    with pytest.raises(Invalid) as refused:
        circuits(session, near=FORT_WAYNE)
    assert refused.value.field == "radius_km"
    with pytest.raises(Invalid) as refused:
        circuits(session, radius_km=0)
    assert refused.value.field == "near"

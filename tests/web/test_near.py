"""The lists of sites and circuits by where things are."""

from __future__ import annotations

import pytest

from netos_core.demo.people import DANA
from netos_core.runtime.calls import Core
from tests.web.conftest import Browser, sign_in


@pytest.fixture
def dana(demo_core: Core) -> Browser:
    return sign_in(demo_core, DANA.email)


def test_sites_near_a_place_are_listed_nearest_first_with_their_distance(dana: Browser) -> None:
    page = dana.get("/sites?near=39.77,-86.16&radius_km=200")
    assert "Km away" in page
    assert "Sorted by km away." in page
    assert "Near: <b>39.77,-86.16</b>" in page
    assert "Km away" not in dana.get("/sites")


def test_the_export_keeps_the_order_of_the_page(dana: Browser) -> None:
    lines = dana.get("/sites.csv?near=39.77,-86.16").splitlines()
    at = lines[0].split(",").index("distance_km")
    far = [float(line.split(",")[at]) for line in lines[1:] if line.count(",") == lines[0].count(",")]
    assert far == sorted(far) != []


def test_a_radius_without_a_place_is_refused_in_words(dana: Browser) -> None:
    assert "A radius needs a place to measure from." in dana.get("/sites?radius_km=5", 400)
    assert "Near needs a radius." in dana.get("/circuits?near=39.77,-86.16", 400)


def test_circuits_near_a_place_are_filtered(dana: Browser) -> None:
    assert "No circuit matches" not in dana.get("/circuits?near=39.77,-86.16&radius_km=100")


def test_a_polygon_in_the_address_is_its_json(dana: Browser) -> None:
    square = "[[[-87,39],[-85,39],[-85,41],[-87,41],[-87,39]]]"
    page = dana.get(f'/sites?polygon={{"type":"Polygon","coordinates":{square}}}')
    assert "No site matches" not in page

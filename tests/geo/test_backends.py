"""One suite, two ways to ask: plain PostgreSQL, embedded and external, and PostGIS answer every question alike."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.orm import Session

from netos_core.geo.areas import area_of
from netos_core.geo.native import Native
from netos_core.geo.queries import MOST_CANDIDATES, AreaTooLarge, Places, places
from netos_core.geo.rules import Point, metres_between
from netos_core.geo.tables import HIDDEN, Standing, standing
from netos_core.kernel.db import new_id
from netos_core.sites.model import Site

TABLE = Site.__table__
HERE = Point(-85.1394, 41.0793)
EDGES = (
    Point(180, 0), Point(-180, 0), Point(179.9999, -16.5), Point(-179.9999, -16.5), Point(180, 66), Point(-180, 66),
    Point(0, 90), Point(90, 90), Point(-135, 89.9999), Point(0, -90), Point(45, -89.999), Point(0, 0), Point(-0.0, 0.0),
    HERE, HERE, Point(94.8606, -41.0793), Point(-85.1394, 41.0793000001),
)  # fmt: skip
CENTRES = (
    HERE, Point(180, -16.5), Point(-179.95, 66), Point(12, 89.99), Point(0, -90), Point(0, 0), Point(94.8606, -41.0793),
    Point(-86.1581, 39.7684), Point(179.9999, 0),
)  # fmt: skip
RADII = (0.0, 0.5, 1_000.0, 25_000.0, 800_000.0, 15_000_000.0, 20_037_508.0)


def random_points(count: int) -> list[Point]:
    """Points all over the sphere, many of them in towns, some near the date line and the poles."""
    rng = random.Random(4)
    made = [Point(rng.uniform(-180, 180), math.degrees(math.asin(rng.uniform(-1, 1)))) for _ in range(count // 4)]
    made += [Point(rng.gauss(-86.2, 0.9), rng.gauss(39.9, 0.8)) for _ in range(count // 2)]
    made += [Point(rng.choice((-1, 1)) * rng.uniform(178, 180), rng.uniform(-70, 70)) for _ in range(count // 8)]
    made += [Point(rng.uniform(-180, 180), rng.choice((-1, 1)) * rng.uniform(88, 90)) for _ in range(count // 8)]
    return made


POINTS = [*EDGES, *random_points(8000)]
IDS = [UUID(int=n) for n in range(1, len(POINTS) + 1)]


def fill(connection: Connection, points: list[Point] = POINTS) -> None:
    """Put sites there past the write path: thousands are wanted, and only their places matter."""
    made = (
        f"{UUID(int=n)}\tT-{n}\tSite {n}\tpop\t{point.lon!r}\t{point.lat!r}\n"
        for n, point in enumerate(points, start=1)
    )
    with connection.connection.cursor() as cursor:
        with cursor.copy("copy site (id, ref, name, kind, lon, lat) from stdin") as copied:
            copied.write("".join(made))
        cursor.execute("insert into site (id, ref, name, kind) values (%s, 'NOWHERE', 'No place', 'pop')", [new_id()])
        cursor.execute("analyze site")


@dataclass(frozen=True)
class Asked:
    """A database with the points and one way to ask it."""

    session: Session
    way: Places

    def within(self, at: Point, metres: float) -> dict[UUID, float]:
        found = select(TABLE.c.id, self.way.metres(TABLE, at)).where(self.way.within(TABLE, at, metres))
        return {row[0]: row[1] for row in self.session.execute(found)}

    def nearest(self, at: Point, count: int) -> list[tuple[UUID, float]]:
        order = select(TABLE.c.id, self.way.metres(TABLE, at)).where(TABLE.c.lon.is_not(None))
        rows = self.session.execute(order.order_by(self.way.nearness(TABLE, at), TABLE.c.id).limit(count))
        return [(row[0], row[1]) for row in rows]

    def inside(self, geojson: dict[str, object]) -> set[UUID]:
        hit = self.way.inside(self.session, TABLE, area_of(geojson))
        return set(self.session.scalars(select(TABLE.c.id).where(hit)))


@pytest.fixture(scope="module")
def embedded_points(engine: Engine) -> Iterator[Asked]:
    with engine.connect() as connection, connection.begin() as transaction:
        fill(connection)
        with Session(connection) as session:
            yield Asked(session, Native())
        transaction.rollback()


@pytest.fixture(scope="module")
def gis_points(gis: Engine) -> Iterator[Session]:
    with gis.connect() as connection, connection.begin() as transaction:
        fill(connection)
        with Session(connection) as session:
            yield session
        transaction.rollback()


WAYS = [
    "embedded",
    pytest.param("external", marks=pytest.mark.postgis),
    pytest.param("postgis", marks=pytest.mark.postgis),
]


@pytest.fixture(params=WAYS)
def asked(request: pytest.FixtureRequest) -> Asked:
    if request.param == "embedded":
        return request.getfixturevalue("embedded_points")
    session = request.getfixturevalue("gis_points")
    if request.param == "external":
        return Asked(session, Native())
    assert type(places(session)).__name__ == "PostGIS"
    return Asked(session, places(session))


@pytest.mark.parametrize("at", CENTRES, ids=str)
def test_a_radius_holds_what_is_measured_to_be_in_it_and_nothing_else(asked: Asked, at: Point) -> None:
    truth = {i: metres_between(at, p) for i, p in zip(IDS, POINTS, strict=True)}
    for metres in RADII:
        found = asked.within(at, metres)
        sure = {i for i, far in truth.items() if far <= metres - 1e-6}
        allowed = {i for i, far in truth.items() if far <= metres + 1e-6}
        assert sure <= found.keys() <= allowed, metres
        assert all(abs(far - truth[i]) < 1e-6 for i, far in found.items())


@pytest.mark.parametrize("at", CENTRES, ids=str)
def test_the_nearest_come_first(asked: Asked, at: Point) -> None:
    found = asked.nearest(at, 200)
    truth = sorted(metres_between(at, p) for p in POINTS)[:200]
    assert [far for _, far in found] == pytest.approx(truth, abs=0.02)


def star(at: Point, corners: int, radius: float) -> list[list[float]]:
    ring = [
        [
            at.lon + math.cos(2 * math.pi * n / corners) * radius * (1 if n % 2 else 0.4),
            at.lat + math.sin(2 * math.pi * n / corners) * radius * (1 if n % 2 else 0.4),
        ]
        for n in range(corners)
    ]
    return [*ring, ring[0]]


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


TOWN = Point(-86.2, 39.9)
AREAS = {
    "a star with a star-shaped hole": {"type": "Polygon", "coordinates": [star(TOWN, 40, 2.0), star(TOWN, 20, 0.5)]},
    "two parts, one with a hole": {
        "type": "MultiPolygon",
        "coordinates": [[star(TOWN, 12, 1.0), square(-86.3, 39.8, -86.1, 40.0)], [square(-90, 20, -88.5, 60)]],
    },
    "over the date line": {"type": "Polygon", "coordinates": [square(170, -60, 190, 60)]},
    "the same, cut there": {
        "type": "MultiPolygon",
        "coordinates": [[square(170, -60, 180, 60)], [square(-180, -60, -170, 60)]],
    },
    "the cap of the north": {"type": "Polygon", "coordinates": [square(-180, 80, 180, 90)]},
    "the whole earth": {"type": "Polygon", "coordinates": [square(-180, -90, 180, 90)]},
    "nothing at all": {"type": "Polygon", "coordinates": [square(-140, -50.0001, -139.9999, -50)]},
    "a corner on a point": {
        "type": "Polygon",
        "coordinates": [[[HERE.lon, HERE.lat], [-84, 41], [-84, 42], [HERE.lon, HERE.lat]]],
    },
}


@pytest.mark.parametrize("name", AREAS)
def test_an_area_holds_what_lies_in_it_or_on_its_border_but_not_in_its_holes(asked: Asked, name: str) -> None:
    shape = area_of(AREAS[name]).shape
    hits = shapely.intersects_xy(shape, np.array([p.lon for p in POINTS]), np.array([p.lat for p in POINTS]))
    assert asked.inside(AREAS[name]) == {i for i, hit in zip(IDS, hits, strict=True) if hit}


def test_an_area_over_the_date_line_is_the_same_as_its_two_parts(asked: Asked) -> None:
    assert asked.inside(AREAS["over the date line"]) == asked.inside(AREAS["the same, cut there"]) != set()


@pytest.mark.postgis
def test_postgis_and_plain_postgresql_agree_row_for_row(embedded_points: Asked, gis_points: Session) -> None:
    ways = [embedded_points, Asked(gis_points, Native()), Asked(gis_points, places(gis_points))]
    rng = random.Random(5)
    rows = 0
    for at in [*CENTRES, *rng.sample(POINTS, 25)]:
        metres = rng.choice((1_000.0, 25_000.0, 120_000.0))
        first, *others = [one.within(at, metres) for one in ways]
        rows += len(first)
        for other in others:
            assert other.keys() == first.keys(), (at, metres)
            assert all(abs(far - first[i]) < 1e-6 for i, far in other.items())
        first, *others = [[far for _, far in one.nearest(at, 20)] for one in ways]
        assert all(other == pytest.approx(first, abs=0.02) for other in others)
    for _ in range(25):
        near = rng.choice(POINTS[len(EDGES) : len(EDGES) + 6000])
        if abs(near.lat) > 80:
            continue
        area = {"type": "Polygon", "coordinates": [star(near, rng.randrange(6, 60, 2), rng.uniform(0.1, 6))]}
        first, *others = [one.inside(area) for one in ways]
        rows += len(first)
        assert all(other == first for other in others)
    assert rows > 5_000


@pytest.mark.postgis
def test_every_question_to_postgis_is_answered_by_an_index(gis_points: Session) -> None:
    way = places(gis_points)
    gis_points.execute(text("set local enable_seqscan = off"))
    area = area_of({"type": "Polygon", "coordinates": [star(TOWN, 12, 0.1)]})
    for query, index in (
        (select(TABLE.c.id).where(way.within(TABLE, HERE, 500.0)), "ix_site_geog"),
        (select(TABLE.c.id).order_by(way.nearness(TABLE, HERE)).limit(5), "ix_site_geog"),
        (select(TABLE.c.id).where(way.inside(gis_points, TABLE, area)), "ix_site_geom"),
    ):
        assert index in plan(gis_points, query)


def test_plain_postgresql_uses_its_indices(embedded_points: Asked) -> None:
    session, way = embedded_points.session, embedded_points.way
    session.execute(text("set local enable_seqscan = off"))
    assert "ix_site_point" in plan(session, select(TABLE.c.id).where(way.within(TABLE, HERE, 500.0)))
    assert "ix_site_xyz" in plan(session, select(TABLE.c.id).order_by(way.nearness(TABLE, HERE)).limit(5))
    session.execute(text("set local enable_seqscan = on"))


def plan(session: Session, query: object) -> str:
    compiled = query.compile(session.get_bind(), compile_kwargs={"render_postcompile": True})
    rows = session.connection().exec_driver_sql(f"explain (format json) {compiled}", compiled.params)
    return json.dumps(rows.scalar())


def test_an_area_with_too_many_places_around_it_is_refused_in_words(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netos_core.geo.queries.MOST_CANDIDATES", 1000)
    with pytest.raises(AreaTooLarge) as refused:
        asked.inside(AREAS["the whole earth"])
    assert refused.value.field == "polygon"
    assert MOST_CANDIDATES == 50_000


def test_what_no_model_declares_is_named_once(engine: Engine) -> None:
    with engine.connect() as connection:
        assert standing(connection) in {Standing.NOT_THERE, Standing.NOT_OURS}
    assert {"ix_site_geom", "ix_site_geog", "geom", "geog", "spatial_ref_sys"} == HIDDEN

"""A database with PostGIS is migrated, checked and moved into like any other."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.demo.load import load
from netos_core.geo.areas import area_of
from netos_core.geo.queries import places
from netos_core.geo.rules import Point
from netos_core.geo.tables import Standing
from netos_core.kernel.clock import utc_now
from netos_core.runtime import migrate
from netos_core.runtime.backup.restore import restore
from netos_core.runtime.backup.take import take
from netos_core.runtime.calls import Core
from netos_core.runtime.embedded import Postgres
from netos_core.runtime.home import Home, open_home
from netos_core.runtime.settings import Settings
from netos_core.sites.model import Site
from netos_mcp.cli import main
from tests.database import TestServer
from tests.geo.cluster import execute, new_database

pytestmark = pytest.mark.postgis
TABLE = Site.__table__
AREA = {"type": "Polygon", "coordinates": [[[-86.5, 39], [-85, 39], [-85, 42], [-86.5, 42], [-86.5, 39]]]}


@pytest.fixture
def homes() -> Iterator[tuple[Home, Home]]:
    with tempfile.TemporaryDirectory(prefix="netos-g-") as folder:
        Path(folder).chmod(0o711)
        yield open_home(Path(folder) / "from"), open_home(Path(folder) / "to")


def answers(session: Session) -> list[object]:
    """Ask by radius, nearness and area."""
    way = places(session)
    here = Point(-86.158, 39.768)
    near = select(TABLE.c.ref, way.metres(TABLE, here)).where(way.within(TABLE, here, 150_000.0))
    nearest = select(TABLE.c.ref).where(TABLE.c.lon.is_not(None)).order_by(way.nearness(TABLE, here), TABLE.c.id)
    inside = select(TABLE.c.ref).where(way.inside(session, TABLE, area_of(AREA))).order_by(TABLE.c.id)
    return [
        {row.ref: round(row[1], 5) for row in session.execute(near)},
        session.scalars(nearest.limit(10)).all(),
        session.scalars(inside).all(),
    ]


def test_a_server_with_postgis_uses_it_from_the_first_migration_on_and_can_go_back(bare_gis: str) -> None:
    migrate.upgrade(bare_gis)
    assert migrate.spatial(bare_gis) is Standing.IN_USE
    assert migrate.differences(bare_gis) == []
    migrate.downgrade(bare_gis, "base")
    assert migrate.current(bare_gis) is None
    migrate.upgrade(bare_gis)
    assert migrate.spatial(bare_gis) is Standing.IN_USE


def test_embedded_data_moves_into_postgis_and_gives_the_same_answers(
    fresh_db: str, bare_gis: str, homes: tuple[Home, Home]
) -> None:
    before = Settings(database_url=fresh_db)
    core = Core(before)
    load(core)
    with core.session() as session:
        told = answers(session)
        assert type(places(session)).__name__ == "Native"
    file = homes[1].path.parent / "plant.netos"
    take(core, homes[0], file, utc_now())
    core.close()
    after = Settings(database_url=bare_gis)
    restore(file, homes[1], after, utc_now())
    core = Core(after)
    with core.session() as session:
        assert type(places(session)).__name__ == "PostGIS"
        assert answers(session) == told
        assert all(told)
    core.close()


def test_postgis_that_comes_later_is_taken_up_in_place(
    cluster: Postgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    execute(cluster, "create role isp login")
    with new_database(cluster, owner="isp") as url:
        monkeypatch.setenv("NETOS_DATABASE_URL", url)
        name = url.partition("?")[0].rpartition("/")[2]
        execute(cluster, "create extension vector", database=name)  # as an administrator does beforehand
        migrate.upgrade(url)
        assert migrate.spatial(url) is Standing.NOT_OURS
        assert main(["migrate", "--spatial"]) == 1
        assert "create extension postgis" in capsys.readouterr().err
        execute(cluster, "create extension postgis", database=name)
        assert migrate.spatial(url) is Standing.AT_HAND
        assert main(["migrate", "--spatial"]) == 0
        assert "is in use from the next start" in capsys.readouterr().out
        assert migrate.differences(url) == []
        assert main(["migrate", "--spatial"]) == 0
        assert "was in use already" in capsys.readouterr().out
    execute(cluster, "drop role isp")


def test_a_server_without_postgis_says_so(
    fresh_db: str, database_server: TestServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NETOS_DATABASE_URL", fresh_db)
    assert main(["migrate", "--spatial"]) == 1
    assert "has no PostGIS" in capsys.readouterr().err

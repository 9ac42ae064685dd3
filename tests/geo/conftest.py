"""A database with PostGIS beside the embedded one; what needs it is skipped, with the reason, where there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from netos_core.kernel.db import make_engine
from netos_core.runtime import migrate
from netos_core.runtime.embedded import Postgres
from tests.geo.cluster import ABSENT, new_database, programs, running_cluster


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """The private server with PostGIS."""
    if programs() is None:
        pytest.skip(ABSENT)
    with running_cluster() as server:
        yield server


@pytest.fixture
def bare_gis(cluster: Postgres) -> Iterator[str]:
    """URL of a database without a table, on the server with PostGIS."""
    with new_database(cluster) as url:
        yield url


@pytest.fixture(scope="session")
def gis(cluster: Postgres) -> Iterator[Engine]:
    """A migrated database with PostGIS; a test leaves it as it was."""
    with new_database(cluster) as url:
        migrate.upgrade(url)
        engine = make_engine(url)
        yield engine
        engine.dispose()

"""A home and a database full of everything, and a backup of such."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from netos_core.kernel.clock import utc_now
from netos_core.runtime.backup.take import Taken, take
from netos_core.runtime.calls import Core
from netos_core.runtime.home import Home
from netos_core.runtime.settings import Settings
from tests.database import TestServer
from tests.runtime.backup.making import fill, furnished


@pytest.fixture
def empty_db(database_server: TestServer) -> Iterator[str]:
    """A database without a single table."""
    with database_server.empty() as url:
        yield url


@pytest.fixture(scope="session")
def full(database_server: TestServer) -> str:
    """The URL of a prepared database full of everything."""
    return database_server.prepared("a database to back up", fill, of=database_server.sample)[0]


@pytest.fixture
def core(database_server: TestServer, full: str) -> Iterator[Core]:
    with database_server.clone(of=full) as url, contextlib.closing(Core(Settings(database_url=url))) as core:
        yield core


@pytest.fixture
def home(folder: Path) -> Home:
    return furnished(folder / "home")


@pytest.fixture(scope="session")
def backup(database_server: TestServer, full: str, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """A backup whose source is gone."""
    place = tmp_path_factory.mktemp("backup")
    with database_server.clone(of=full) as url, contextlib.closing(Core(Settings(database_url=url))) as core:
        return take(core, furnished(place / "home"), place / "netos.tar.gz", utc_now())

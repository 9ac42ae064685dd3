"""Fixtures every test may use. The database is `tests/database.py`; asking for one of these starts it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from netos_core.kernel.db import make_engine
from tests.database import TestServer, running_server

# A test's installation has keys of its own, and so no home on this machine is opened for one.
os.environ.setdefault("NETOS_SECRET_KEYS", "the keys of a test run and of nothing else")
# A test asks as fast as the machine goes.
os.environ.setdefault("NETOS_CALLS_PER_SECOND", "100000")
os.environ.setdefault("NETOS_CALLS_AT_ONCE", "100000")


SLOW = ("browser", "processes")
"""Marks of the tests that take longest; their files begin first, so that no worker is left with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    slow = {item.path for item in items if any(item.get_closest_marker(name) for name in SLOW)}
    items.sort(key=lambda item: (item.path not in slow, "journeys" not in item.path.parts))


@pytest.fixture(scope="session")
def database_server() -> Iterator[TestServer]:
    """The PostgreSQL of this run, started by the first test that needs it."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def engine(database_server: TestServer) -> Iterator[Engine]:
    """Connections to the clone that tests share; a test leaves it as it was."""
    with database_server.clone() as url:
        engine = make_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A session whose work, commits included, is undone after the test."""
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


@pytest.fixture
def fresh_db(database_server: TestServer) -> Iterator[str]:
    """URL of a database of its own, for tests whose commits other processes must see."""
    with database_server.clone() as url:
        yield url


@pytest.fixture
def sample_db(database_server: TestServer) -> Iterator[str]:
    """URL of a database of its own that holds the sample company."""
    with database_server.clone(of=database_server.sample) as url:
        yield url

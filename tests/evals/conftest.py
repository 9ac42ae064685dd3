from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database import TestServer
from tests.evals.world import Sample, World, sample


@pytest.fixture(scope="package")
def data(database_server: TestServer) -> Iterator[Sample]:
    """The sample data, loaded once for all evaluations of a run."""
    with sample(database_server) as loaded:
        yield loaded


@pytest.fixture
def world(data: Sample) -> Iterator[World]:
    with data.world() as made:
        yield made


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"

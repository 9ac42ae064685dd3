"""Installations whose secrets are known, planted once and cloned for those that ask."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from netos_core.access.rules import Role
from tests.database import TestServer
from tests.journeys.planting import Plant, planted
from tests.journeys.twins import FIRST, TWINS, Pair, paired
from tests.journeys.walking import BLIND


@pytest.fixture(scope="module")
def plant(database_server: TestServer) -> Iterator[Plant]:
    with planted(database_server, FIRST) as made:
        yield made


@pytest.fixture(scope="module")
def twins(database_server: TestServer) -> Iterator[dict[str, Pair]]:
    """The first and its twin, for each sort of blindness; what is asked of the one is asked of the other."""
    with contextlib.ExitStack() as stack:
        yield {
            name: (
                stack.enter_context(planted(database_server, FIRST)),
                stack.enter_context(planted(database_server, secrets)),
            )
            for name, secrets in TWINS.items()
        }


@pytest.fixture(scope="module")
def pairs(plant: Plant, twins: dict[str, Pair]) -> dict[Role, Pair]:
    """The two that each role is to find alike; for a role that sees where twins differ, the first alone."""
    return {role: paired(role, plant, twins) for role in BLIND}

"""What watches NetOS from outside: alive, ready, degraded, measured."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from netos_core.kernel.clock import utc_now
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work import systems
from netos_core.work.systems import Standing, SystemState
from netos_mcp import probes
from tests.mcp.conftest import Plant

HERE, AWAY = ("127.0.0.1", 5000), ("203.0.113.9", 5000)
TOKEN = "a token only the monitoring has"


@pytest.fixture
def core(plant: Plant) -> Iterator[Core]:
    core = Core(plant.core.settings.model_copy(update={"metrics_token": TOKEN}))
    yield core
    core.close()


def client(core: Core, address: tuple[str, int] = HERE) -> TestClient:
    return TestClient(Starlette(routes=probes.routes(core)), client=address)


def test_alive_says_so_without_a_database() -> None:
    away = Core(Settings(database_url="postgresql://nobody@127.0.0.1:9/none"))
    assert client(away).get("/healthz").text == "ok\n"
    told = client(away).get("/readyz")
    assert told.status_code == 503
    assert told.json()["database"] == "not reachable"


def test_a_system_that_refuses_our_credential_degrades_and_stops_nothing(core: Core) -> None:
    bad = Standing("Carrier", SystemState.CREDENTIALS_INVALID, "NETOS_CARRIER_TOKEN", "It refuses us.", utc_now())
    with core.session() as session:
        assert systems.note(session, bad)
        assert not systems.note(session, bad), "the same again is no news"
    told = client(core).get("/readyz").json()
    assert told["degraded"] == [{"system": "Carrier", "state": "credentials_invalid", "setting": "NETOS_CARRIER_TOKEN"}]
    assert told["database"] == "ok"
    with core.session() as session:
        systems.note(session, Standing("Carrier", SystemState.OK, None, None, utc_now()))
    assert client(core).get("/readyz").json()["degraded"] == []


def test_metrics_are_for_this_machine_or_who_has_the_token(core: Core) -> None:
    assert client(core).get("/metrics").status_code == 200
    assert client(core, AWAY).get("/metrics").status_code == 404
    assert client(core).get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404
    wrong = {"Authorization": f"Bearer {TOKEN}x"}
    assert client(core, AWAY).get("/metrics", headers=wrong).status_code == 404
    right = {"Authorization": f"Bearer {TOKEN}"}
    assert client(core, AWAY).get("/metrics", headers=right).status_code == 200

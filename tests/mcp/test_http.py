"""The HTTP door: who comes in, from where, and what the health checks say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_mcp.app import make_app
from tests.mcp.conftest import TOM, Plant
from tests.mcp.wire import Wire, wired

pytestmark = pytest.mark.anyio


class Kept(Core):
    """A core that outlives the application: it is the module's."""

    def close(self) -> None:
        self.engine.dispose()


@pytest.fixture
async def wire(plant: Plant) -> AsyncIterator[Wire]:
    async with wired(make_app(Kept(plant.core.settings))) as wire:
        yield wire


async def who(wire: Wire, **headers: str) -> str:
    answer = await wire.post("resources/read", {"uri": "netos://me"}, **{"Mcp-Name": "netos://me", **headers})
    return str(answer.json()["result"]["contents"][0]["text"])


async def test_no_token_is_the_default_person_and_a_token_the_person_it_names(wire: Wire) -> None:
    assert "Dana Whitfield" in await who(wire)
    assert "Tom Kessler" in await who(wire, Authorization=f"Bearer demo:{TOM}")
    assert "Tom Kessler" in await who(wire, Authorization=f"bearer demo:{TOM.upper()}")


@pytest.mark.parametrize(
    "token",
    ["Bearer nonsense", "Bearer demo:", "Bearer demo:nobody@xiber.example", "Basic ZGFuYTp4", "Bearer", "demo:" + TOM],
)
async def test_a_bad_token_is_refused_and_never_taken_for_none(wire: Wire, token: str) -> None:
    response = await wire.post("tools/call", {"name": "get_dashboard", "arguments": {}}, Authorization=token)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert response.json()["fix"]


@pytest.mark.parametrize("header", ["X-Netos-Person", "X-Forwarded-User", "X-Remote-User", "Cookie"])
async def test_no_other_header_says_who_calls(wire: Wire, header: str) -> None:
    assert "Dana Whitfield" in await who(wire, **{header: TOM})


async def test_the_agent_is_named_after_the_client(wire: Wire) -> None:
    first = (await who(wire)).splitlines()[0]
    assert first.startswith("You are hostile b client /b and act for Dana Whitfield")


async def test_a_request_for_another_host_is_misdirected(wire: Wire) -> None:
    response = await wire.post("tools/list", {}, Host="netos.evil.example")
    assert response.status_code == 421


async def test_a_request_from_another_origin_is_forbidden(wire: Wire) -> None:
    response = await wire.post("tools/list", {}, Origin="https://evil.example")
    assert response.status_code == 403


async def test_outside_demo_mode_nobody_comes_in_without_a_token_that_is_valid_here(plant: Plant) -> None:
    settings = plant.core.settings.model_copy(update={"demo": False})
    async with wired(make_app(Kept(settings))) as wire:
        for headers in ({}, {"Authorization": f"Bearer demo:{TOM}"}):
            response = await wire.post("tools/list", {}, **headers)
            assert response.status_code == 401
            assert response.json()["error"] == "invalid_token"
            assert "personal token" in response.json()["fix"]


async def test_an_inactive_person_does_not_come_in(plant: Plant, wire: Wire) -> None:
    from sqlalchemy import update

    from netos_core.access.model import Person

    ruth = "ruth.abernathy@xiber.example"
    with plant.session() as session:
        session.execute(update(Person).where(Person.email == ruth).values(active=False))
    response = await wire.post("tools/list", {}, Authorization=f"Bearer demo:{ruth}")
    assert response.status_code == 401


async def test_lists_may_be_kept_for_a_while_but_not_shared(wire: Wire) -> None:
    listed = (await wire.post("tools/list", {})).json()["result"]
    assert (listed["ttlMs"], listed["cacheScope"]) == (300_000, "private")


async def test_a_handshake_call_outside_a_session_is_refused(wire: Wire) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "get_dashboard", "arguments": {}}}
    headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
    response = await wire.http.post("/mcp", json=body, headers=headers)
    assert response.status_code == 400
    assert "session" in response.json()["error"]["message"].lower()


async def test_alive_needs_no_database_and_ready_does(plant: Plant) -> None:
    away = Settings(database_url="postgresql://nobody@127.0.0.1:9/none", redis_url="redis://127.0.0.1:9", demo=True)
    async with wired(make_app(Core(away))) as wire:
        assert (await wire.http.get("/healthz")).status_code == 200
        response = await wire.http.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "ready": False,
        "database": "not reachable",
        "queue": "not reachable",
        "degraded": [],
    }
    assert plant.core.settings.demo


async def test_ready_says_what_is_missing(wire: Wire) -> None:
    response = await wire.http.get("/readyz")
    assert response.json() == {"ready": False, "database": "ok", "queue": "not configured", "degraded": []}


async def test_pages_do_not_stand_before_mcp(plant: Plant) -> None:
    from starlette.responses import PlainTextResponse
    from starlette.routing import BaseRoute, Route

    def everything(_: Any) -> PlainTextResponse:
        return PlainTextResponse("a page", 404)

    pages: Sequence[BaseRoute] = [Route("/{path:path}", everything)]
    async with wired(make_app(Kept(plant.core.settings), pages)) as wire:
        assert "Dana Whitfield" in await who(wire)
        assert (await wire.http.get("/nowhere")).text == "a page"

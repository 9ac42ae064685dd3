"""What the door, the redaction and the trail add to a call, and how many sessions one process carries."""

from __future__ import annotations

import asyncio
import http.server
import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import text

from bench.calls import Call
from bench.data import PROVIDERS, SEED
from bench.figures import Figure, Times, timed
from bench.house import HOST, House
from bench.pages import sign_in
from bench.wire import VERSION, wire
from netos_core.access.model import Person
from netos_core.access.rules import Scope
from netos_core.changes import audit
from netos_core.kernel.context import Channel
from netos_core.kernel.redaction import audited_fields, redacted
from netos_core.overview import operations as overview
from netos_core.overview.schemas import GetOne, SearchCircuits
from netos_core.people import records
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import load_settings

TENANT = "7e4a11ce-0d1c-4b5e-9a31-5f0c8d2b6a01"
CLIENT = "c11e47ab-52d3-4a68-8f0e-2b9d31c7e502"
ROUNDS = 400
SESSIONS = 200
THINKING = 5.0
"""Seconds between two reads of one session, on average."""

LASTS = 15.0


def figures(place: House) -> list[Figure]:
    """Measure what identity and its records add, in this process."""
    return [*_tokens(place), *_records(place)]


def _tokens(place: House) -> list[Figure]:
    with _directory() as (authority, token), _trusting(place, authority) as core:
        callers = core.callers
        entra = timed([lambda: callers.of_token(token)] * ROUNDS)
        with core.context(place.approver, Channel.JOB) as ctx:
            person = ctx.session.get_one(Person, place.person().person_id)
            _, secret = records.create_token(ctx, person, name="bench", scope=Scope.READ, days=1)
        personal = timed([lambda: callers.of_token(secret)] * ROUNDS)
        floor = timed([lambda: _look_up(core)] * ROUNDS).p50
    lookup = "one row by its key, in a transaction"
    return [
        Figure("token check, Entra, cached keys, p50", "ms", entra.p50, 1.0, floor, lookup),
        Figure("token check, personal, p50", "ms", personal.p50, 1.0, floor, lookup),
    ]


def _look_up(core: Core) -> None:
    with core.session() as session:
        session.execute(text("select id from person where email = 'nobody'")).first()


def _records(place: House) -> list[Figure]:
    """Measure redaction and audit of one list and one sensitive record beside the calls they are part of."""
    who = place.approver
    pages = SearchCircuits(limit=25)
    listed = place.core.call(overview.search_circuits, pages, who, Channel.AGENT)
    redaction = timed([lambda: (redacted(listed, who.rights), audited_fields(listed))] * ROUNDS).p50
    call = timed([lambda: place.core.call(overview.search_circuits, pages, who, Channel.AGENT)] * 100).p50
    one = GetOne(ref=PROVIDERS[0][0])
    record = timed([lambda: place.core.call(overview.get_provider, one, who, Channel.AGENT)] * 100).p50
    noted = _noted(place)
    return [
        Figure("redaction of 25 circuits, share of the call", "%", redaction / call * 100, 15.0),
        Figure("audit of a sensitive read, share of the call", "%", noted / record * 100, 15.0),
    ]


def _noted(place: House) -> float:
    """Time the row of a sensitive read, in a transaction that is there anyway."""
    with place.core.context(place.approver, Channel.AGENT) as ctx:
        told = {"fields": ["bank_account"]}
        return timed([lambda: audit.record(ctx, "read", entity="get_provider", ref="PRV-1", after=told)] * 100).p50


@contextmanager
def _directory() -> Iterator[tuple[str, str]]:
    """Publish a key as Entra does, and sign one token with it."""
    key = RSAKey.generate_key(2048, {"kid": "bench", "use": "sig"})
    keys = json.dumps({"keys": [key.as_dict(private=False)]}).encode()

    class Keys(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(keys)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer((HOST, 0), Keys)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    authority = f"http://{HOST}:{server.server_port}"
    now = int(time.time())
    claims = {
        "iss": f"{authority}/{TENANT}/v2.0", "aud": CLIENT, "tid": TENANT, "ver": "2.0", "iat": now, "nbf": now,
        "exp": now + 3600, "azp": CLIENT, "scp": "access_as_user", "oid": "0b0e0000-1111-4222-8333-444455556601",
        "name": "Bench", "preferred_username": "bench@netos.example", "roles": ["NetOS.Engineering"],
    }  # fmt: skip
    try:
        yield authority, jwt.encode({"alg": "RS256", "kid": "bench"}, claims, key)
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _trusting(place: House, authority: str) -> Iterator[Core]:
    core = Core(
        load_settings(
            home=place.home.path,
            database_url=place.core.settings.database_url,
            log_level="warning",
            entra_tenant_id=TENANT,
            entra_client_id=CLIENT,
            entra_client_secret="bench",  # noqa: S106 - nobody asks for it
            entra_authority=authority,
        )
    )
    try:
        yield core
    finally:
        core.close()


def sessions(port: int, lookups: Sequence[Call]) -> list[Figure]:
    """Let 200 people read at once, half on pages and half through agents, each thinking in between."""
    cookie = sign_in(port)
    by_ref = [c for c in lookups if c.sort == "by ref"]
    with wire(port) as client:  # what a process learns with its first calls is not what is measured
        for call in by_ref[:20]:
            client.call(call.tool, call.arguments)
            client.page(f"/circuits/{call.arguments['ref']}", cookie)
    taken = asyncio.run(_crowd(port, cookie, by_ref))
    name = f"{SESSIONS} sessions, a read each {THINKING:.0f} s"
    return [
        Figure(f"{name}, p50", "ms", taken.p50),
        Figure(f"{name}, p95", "ms", taken.p95, 150.0),
        Figure(f"{name}, reads a second", "/s", len(taken.taken) / LASTS),
    ]


async def _crowd(port: int, cookie: str, lookups: Sequence[Call]) -> Times:
    taken: list[float] = []
    until = time.monotonic() + LASTS
    # A connection is given up before the server, which closes idle ones after five seconds, does so under a request.
    limits = httpx2.Limits(max_connections=SESSIONS, max_keepalive_connections=SESSIONS, keepalive_expiry=3)
    async with httpx2.AsyncClient(base_url=f"http://{HOST}:{port}", limits=limits, timeout=30) as client:
        await asyncio.gather(
            *(_one(client, number, cookie, lookups, until, taken) for number in range(SESSIONS)),
        )
    return Times(taken)


async def _one(
    client: httpx2.AsyncClient, number: int, cookie: str, lookups: Sequence[Call], until: float, taken: list[float]
) -> None:
    rng = random.Random(SEED + number)  # noqa: S311 - the same crowd every time is the point
    while True:
        await asyncio.sleep(rng.expovariate(1 / THINKING))
        if time.monotonic() > until:
            return
        asked = rng.choice(lookups)
        started = time.perf_counter()
        if number % 2:
            answer = await client.get(f"/circuits/{asked.arguments['ref']}", headers={"Cookie": cookie})
        else:
            answer = await client.post("/mcp", json=_body(asked), headers=_headers(asked))
        taken.append((time.perf_counter() - started) * 1000)
        answer.raise_for_status()


def _body(call: Call) -> dict[str, Any]:
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    params = {"name": call.tool, "arguments": call.arguments, "_meta": meta}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


def _headers(call: Call) -> dict[str, str]:
    return {
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": VERSION,
        "Mcp-Method": "tools/call",
        "Mcp-Name": call.tool,
    }

"""An MCP client, an agent and a gateway sign in through Microsoft Entra ID, and act with exactly their rights."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastmcp import Client
from sqlalchemy import select

from netos_core.access.rules import Scope
from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import SearchAudit
from netos_core.kernel.context import Channel
from netos_core.notices.model import OutboxMessage
from netos_core.people.operations import close_access, create_token, revoke_token
from netos_core.people.schemas import CreateToken, RevokeToken, SetAccess
from tests.database import TestServer
from tests.directory import ADA, AGENT, AGENT_SECRET, CLIENT, NILS, UNA
from tests.journeys.entra import AtTheBrowser, Installation, installation
from tests.mcp.conftest import answered, refused

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.processes,
    pytest.mark.filterwarnings("ignore:Using in-memory token storage"),  # the client is gone after the test
]


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
def netos(database_server: TestServer) -> Iterator[Installation]:
    with database_server.clone(of=database_server.sample) as url, installation(url) as running:
        yield running


def through_the_browser(netos: Installation, person: str) -> Client[Any]:
    url = f"{netos.url}/mcp"
    return Client(url, auth=AtTheBrowser(url, person, netos.directory.trusting(), client_name="Claude"))


def app_token(netos: Installation) -> str:
    told = netos.token(
        {
            "grant_type": "client_credentials",
            "client_id": AGENT,
            "client_secret": AGENT_SECRET,
            "scope": f"api://{CLIENT}/.default",
        }
    )
    return str(told["access_token"])


def called(netos: Installation, token: str, **headers: str) -> httpx2.Response:
    """Ask for the list of tools with a token, as the current protocol does."""
    meta = {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "attacker", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {},
    }
    sent = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2026-07-28",
        "Mcp-Method": "tools/list",
        **headers,
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": meta}}
    return httpx2.post(f"{netos.url}/mcp", json=body, headers=sent)


async def test_a_client_completes_the_oauth_dance_and_acts_as_that_person(netos: Installation) -> None:
    async with through_the_browser(netos, ADA) as client:
        me = (await client.read_resource("netos://me"))[0].text
        assert "Ada Admin" in me
        assert "admin" in me
        found = await answered(client, "search_circuits", query="fort wayne")
        assert found["total"] > 0


async def test_roles_come_from_the_groups_where_there_is_no_app_role(netos: Installation) -> None:
    async with through_the_browser(netos, NILS) as client:
        dashboard = await answered(client, "get_dashboard")
    assert not dashboard["mrc"]
    assert "mrc" in dashboard["withheld"]


async def test_groups_that_do_not_fit_into_the_token_are_asked_of_graph(netos: Installation) -> None:
    netos.tell("/__knobs", {"overage": True})
    try:
        async with through_the_browser(netos, NILS) as client:
            assert "noc" in (await client.read_resource("netos://me"))[0].text
    finally:
        netos.tell("/__knobs", {"overage": False})


def test_who_has_no_role_is_refused_with_the_reason(netos: Installation) -> None:
    answer = called(netos, netos.minted(**{"for": "person", "oid": UNA}))
    assert answer.status_code == 403
    assert "gives no role" in answer.json()["error_description"]


async def test_an_agent_of_its_own_proposes_and_can_not_confirm_whatever_the_risk(netos: Installation) -> None:
    async with Client(f"{netos.url}/mcp", auth=app_token(netos)) as client:
        circuit = (await answered(client, "search_circuits", limit=1))["rows"][0][0]
        wish = {"kind": "note", "action": "create", "set": {"on": circuit, "text": "Seen by the night agent."}}
        change = await answered(client, "propose_change", **wish, reason="nightly look")
        assert change["risk"] == "low"
        told = await refused(client, "confirm_change", change_id=change["change_id"], digest=change["digest"])
    assert told[0] == "forbidden_scope"
    core = netos.core
    with core.session() as session:
        from netos_core.access.model import Person

        agent = session.query(Person).filter_by(kind="agent").one()
    assert agent.name == f"Application {AGENT}"
    entries = core.call(
        search_audit, SearchAudit(ref=change["change_id"]), core.principal("ada@netos.example"), Channel.AGENT
    ).entries
    assert [(e.action, e.client) for e in entries] == [("propose", f"app:{AGENT}")]


def test_no_token_is_told_where_to_get_one(netos: Installation) -> None:
    answer = httpx2.post(f"{netos.url}/mcp", json={})
    assert answer.status_code == 401
    where = answer.headers["www-authenticate"].partition('resource_metadata="')[2].rstrip('"')
    told = httpx2.get(where).json()
    assert told["resource"] == f"{netos.url}/mcp"
    assert told["bearer_methods_supported"] == ["header"]
    server = httpx2.get(f"{netos.url}/.well-known/oauth-authorization-server").json()
    assert server["code_challenge_methods_supported"] == ["S256"]


async def test_another_replica_knows_the_clients_and_their_tokens(netos: Installation) -> None:
    """Two processes share what the proxy stored: a token of one is good at the other, sealed in between."""
    from netos_mcp.oauth import Interactive

    dance = AtTheBrowser(f"{netos.url}/mcp", ADA, netos.directory.trusting(), client_name="Claude")
    async with Client(f"{netos.url}/mcp", auth=dance) as client:
        await client.list_tools()
    assert dance.context.current_tokens is not None
    token = dance.context.current_tokens.access_token
    replica = Interactive(netos.core, "/mcp")
    found = await replica.claims(token)
    assert found is not None
    assert found[0]["oid"] == ADA
    kept = [await replica._storage.get(key) for key in await replica._storage.keys("*")]
    assert kept
    assert not any("ada@netos.example" in str(value) or "eyJ" in str(value) for value in kept)
    await replica.close()


async def test_a_client_may_not_be_sent_back_to_a_stranger(netos: Installation) -> None:
    wish = {"redirect_uris": ["https://evil.example/callback"], "client_name": "Claude"}
    answer = httpx2.post(f"{netos.url}/register", json=wish)
    if answer.status_code == 201:
        asked = {"client_id": answer.json()["client_id"], "redirect_uri": wish["redirect_uris"][0],
                 "response_type": "code", "code_challenge": "x" * 43, "code_challenge_method": "S256"}  # fmt: skip
        answer = httpx2.get(f"{netos.url}/authorize", params=asked)
    assert answer.status_code == 400
    assert "location" not in answer.headers


# Attacks on the token. Each is answered 401 with OAuth's word for it, and says nothing of the token.

HOUR = 3600
ATTACKS: dict[str, dict[str, Any]] = {
    "alg_none": {"key": "none"},
    "hs256_with_the_public_key": {"key": "hs256-with-public-key"},
    "signed_by_another_key": {"key": "other"},
    "unknown_key_id": {"header": {"kid": "nobody"}},
    "key_brought_along": {"header": {"jku": "https://evil.example/keys"}},
    "wrong_issuer": {"claims": {"iss": "https://login.microsoftonline.com/common/v2.0"}},
    "wrong_audience": {"claims": {"aud": "00000003-0000-0000-c000-000000000000"}},
    "wrong_tenant": {"claims": {"tid": "11111111-2222-3333-4444-555555555555"}},
    "wrong_version": {"claims": {"ver": "1.0"}},
    "expired": {"claims": {"exp": int(time.time()) - HOUR}},
    "not_yet_valid": {"claims": {"nbf": int(time.time()) + HOUR}},
    "no_expiry": {"without": ["exp"]},
    "no_scope": {"without": ["scp"]},
    "foreign_scope": {"claims": {"scp": "User.Read"}},
    "person_as_application": {"claims": {"idtyp": "app"}},
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_token_that_is_not_ours_is_refused(netos: Installation, attack: str) -> None:
    token = netos.minted(**{"for": "person", **ATTACKS[attack]})
    answer = called(netos, token)
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_token"
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]
    assert token not in answer.text
    assert token not in netos.log.read_text()


def test_the_same_token_unaltered_is_taken(netos: Installation) -> None:
    assert called(netos, netos.minted(**{"for": "person"})).status_code == 200


def test_a_flood_of_unknown_keys_asks_the_directory_at_most_once(netos: Installation) -> None:
    before = fetches(netos)
    for number in range(30):
        assert called(netos, netos.minted(**{"for": "person", "header": {"kid": f"flood-{number}"}})).status_code == 401
    assert fetches(netos) - before <= 1


def fetches(netos: Installation) -> int:
    return sum(asked.path.endswith("/discovery/v2.0/keys") for asked in netos.directory.requests)


def test_headers_of_a_proxy_that_nobody_trusts_say_nothing(netos: Installation) -> None:
    forged = {"X-User-Role": "admin", "X-Forwarded-User": "ada@netos.example", "X-MS-CLIENT-PRINCIPAL-NAME": "ada",
              "X-Forwarded-For": "127.0.0.1", "Remote-User": "ada@netos.example"}  # fmt: skip
    assert httpx2.post(f"{netos.url}/mcp", json={}, headers=forged).status_code == 401
    token = netos.minted(**{"for": "person", "oid": NILS})
    assert called(netos, token, **forged).status_code == 200


def test_roles_of_an_older_token_do_not_come_back(netos: Installation) -> None:
    now = int(time.time())
    later = netos.minted(
        **{"for": "person", "oid": NILS, "claims": {"iat": now - 10, "groups": [], "roles": ["NetOS.Auditor"]}}
    )
    earlier = netos.minted(**{"for": "person", "oid": NILS, "claims": {"iat": now - 20}})
    assert called(netos, later).status_code == 200
    assert called(netos, earlier).status_code == 200
    assert netos.core.principal("nils@netos.example").roles == {"auditor"}
    newest = netos.minted(**{"for": "person", "oid": NILS, "claims": {"iat": now}})
    assert called(netos, newest).status_code == 200
    assert netos.core.principal("nils@netos.example").roles == {"noc"}


def test_a_personal_token_works_until_it_is_revoked(netos: Installation) -> None:
    core = netos.core
    called(netos, netos.minted(**{"for": "person"}))
    with core.context(core.principal("ada@netos.example"), Channel.PAGE) as ctx:
        made = create_token(ctx, CreateToken(name="laptop", scope=Scope.READ, days=1))
    assert called(netos, made.secret).status_code == 200
    assert called(netos, made.secret[:-1] + "x").status_code == 401
    with core.context(core.principal("ada@netos.example"), Channel.PAGE) as ctx:
        revoke_token(ctx, RevokeToken(ref=made.token.ref))
    assert called(netos, made.secret).status_code == 401
    assert made.secret not in netos.log.read_text()


def test_who_was_shut_out_does_not_come_in_with_a_good_token(netos: Installation) -> None:
    core = netos.core
    stranger = {"for": "person", "oid": "bad00000-1111-4222-8333-444455556699",
                "claims": {"oid": "bad00000-1111-4222-8333-444455556699"}}  # fmt: skip
    netos.tell("/__people", {"people": [{"oid": stranger["oid"], "name": "Bo Bad", "username": "bo@netos.example",
                                         "roles": ["NetOS.Noc"], "groups": []}]})  # fmt: skip
    token = netos.minted(**stranger)
    assert called(netos, token).status_code == 200
    with core.context(core.principal("ada@netos.example"), Channel.PAGE) as ctx:
        close_access(ctx, SetAccess(email="bo@netos.example", reason="left the company"))
    answer = called(netos, token)
    assert answer.status_code == 403
    assert "closed by an admin" in answer.json()["error_description"]


def test_a_secret_that_expired_degrades_and_stops_nobody_who_needs_none(netos: Installation) -> None:
    oid = "5ec00000-1111-4222-8333-444455556677"
    netos.tell("/__people", {"people": [{"oid": oid, "name": "Sefa Secret", "username": "sefa@netos.example",
                                         "roles": [], "groups": []}]})  # fmt: skip
    netos.tell("/__knobs", {"secret_expired": True, "revoke_tokens": True, "overage": True})
    try:
        answer = called(netos, netos.minted(**{"for": "person", "oid": oid}))
        assert answer.status_code == 503, "nobody's roles are made up"
        ready = httpx2.get(f"{netos.url}/readyz")
        assert ready.status_code == 200
        (degraded,) = ready.json()["degraded"]
        assert (degraded["state"], degraded["setting"]) == ("credentials_invalid", "NETOS_ENTRA_CLIENT_SECRET")
        assert called(netos, netos.minted(**{"for": "person"})).status_code == 200
        with netos.core.session() as session:
            told = session.scalars(select(OutboxMessage.payload)).all()
        assert [one["values"]["setting"] for one in told if one["template"] == "credentials_invalid"]
    finally:
        netos.tell("/__knobs", {"secret_expired": False, "overage": False})


def test_a_body_too_large_and_a_foreign_host_are_refused_at_the_endpoint_too(netos: Installation) -> None:
    token = {"Authorization": f"Bearer {netos.minted(**{'for': 'person'})}"}
    assert httpx2.post(f"{netos.url}/mcp", content=b" " * (17 << 20), headers=token).status_code == 413
    assert httpx2.post(f"{netos.url}/mcp", json={}, headers={**token, "Host": "evil.example"}).status_code == 421
    where = f"{netos.url}/.well-known/oauth-authorization-server"
    assert httpx2.get(where, headers={"Host": "evil.example"}).status_code == 421


def test_what_the_proxy_and_the_probes_answer_carries_our_headers(netos: Installation) -> None:
    for path in ("/healthz", "/.well-known/oauth-protected-resource/mcp", "/sign-in", "/api/v1/get_dashboard"):
        headers = httpx2.get(f"{netos.url}{path}").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"

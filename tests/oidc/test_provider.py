"""The OpenID provider itself: it publishes itself as Entra ID does and gives tokens that say what Entra's say."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.oidc.serving import (
    ACCOUNTS,
    AGENT_SECRET,
    WEB_SECRET,
    Running,
    agent_client,
    provider,
    web_client,
)

pytestmark = pytest.mark.processes

CALLBACK = "http://127.0.0.1:8420/auth/callback"
WEB = web_client(CALLBACK)
AGENT = agent_client("NetOS.Agent")
BASIC = (WEB["client_id"], WEB_SECRET)


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with provider(clients=[WEB, AGENT]) as running:
        yield running


@pytest.fixture
def published(running: Running) -> dict[str, Any]:
    with running.browser() as http:
        document: dict[str, Any] = http.get(f"{running.issuer}/.well-known/openid-configuration").json()
    return document


def claims_in(running: Running, token: str, keys_at: str) -> dict[str, Any]:
    """Return the claims of a token whose signature the published keys confirm."""
    with running.browser() as http:
        keys = KeySet.import_key_set(http.get(keys_at).json())
    return jwt.decode(token, keys, algorithms=["RS256"]).claims


def asked(running: Running, verifier: str | None, **more: str) -> str:
    """Write an authorization request of the web client."""
    challenge = {}
    if verifier is not None:
        digest = hashlib.sha256(verifier.encode()).digest()
        made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        challenge = {"code_challenge": made, "code_challenge_method": "S256"}
    wish = {
        "client_id": WEB["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": "s", "nonce": "n",
        "scope": f"openid profile offline_access {running.scope}",
    }  # fmt: skip
    return f"{running.base}/{running.tenant}/oauth2/v2.0/authorize?{urlencode(wish | challenge | more)}"


def test_it_is_found_where_entra_is(running: Running, published: dict[str, Any]) -> None:
    root = f"{running.base}/{running.tenant}"
    assert published["issuer"] == f"{root}/v2.0"
    assert published["authorization_endpoint"] == f"{root}/oauth2/v2.0/authorize"
    assert published["token_endpoint"] == f"{root}/oauth2/v2.0/token"
    assert published["jwks_uri"] == f"{root}/discovery/v2.0/keys"
    assert published["end_session_endpoint"] == f"{root}/oauth2/v2.0/logout"


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda one: one.name)
def test_a_person_signs_in_and_the_tokens_name_them(running: Running, published: dict[str, Any], account: Any) -> None:
    verifier = secrets.token_urlsafe(48)
    with running.browser() as browser:
        arrived = parse_qs(urlsplit(running.sign_in(browser, asked(running, verifier), account)).query)
        assert arrived["state"] == ["s"]
        given = {"grant_type": "authorization_code", "code": arrived["code"][0], "redirect_uri": CALLBACK}
        answer = browser.post(published["token_endpoint"], data={**given, "code_verifier": verifier}, auth=BASIC).json()
        renewed = browser.post(
            published["token_endpoint"],
            data={"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]},
            auth=BASIC,
        ).json()
    identity = claims_in(running, answer["id_token"], published["jwks_uri"])
    assert (identity["aud"], identity["nonce"]) == (WEB["client_id"], "n")
    for access in (answer["access_token"], renewed["access_token"]):
        claims = claims_in(running, access, published["jwks_uri"])
        assert (claims["aud"], claims["iss"]) == (running.api, running.issuer)
        assert (claims["ver"], claims["tid"], claims["azp"]) == ("2.0", running.tenant, WEB["client_id"])
        assert claims["scp"] == "access_as_user"
        assert not {"idtyp", "scope", "client_id"} & set(claims)
        for told in (claims, identity):
            assert (told["oid"], told["preferred_username"]) == (account.oid, account.preferred_username)
            assert told.get("roles", []) == list(account.roles)
            assert told.get("groups", []) == list(account.groups)
            assert told["sub"] != account.oid
    assert renewed["refresh_token"] != answer["refresh_token"]


def test_no_code_is_given_without_a_challenge(running: Running) -> None:
    with running.browser() as browser:
        arrived = running.sign_in(browser, asked(running, None), ACCOUNTS[0])
    assert parse_qs(urlsplit(arrived).query)["error"] == ["invalid_request"]


def test_a_code_is_worth_nothing_without_its_verifier(running: Running, published: dict[str, Any]) -> None:
    with running.browser() as browser:
        arrived = running.sign_in(browser, asked(running, secrets.token_urlsafe(48)), ACCOUNTS[0])
        code = parse_qs(urlsplit(arrived).query)["code"][0]
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
        answer = browser.post(
            published["token_endpoint"], data={**given, "code_verifier": secrets.token_urlsafe(48)}, auth=BASIC
        )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_an_application_gets_a_token_of_its_own(running: Running, published: dict[str, Any]) -> None:
    wish = {
        "grant_type": "client_credentials", "client_id": AGENT["client_id"], "client_secret": AGENT_SECRET,
        "scope": f"api://{running.api}/.default",
    }  # fmt: skip
    with running.browser() as http:
        answer = http.post(published["token_endpoint"], data=wish).json()
    claims = claims_in(running, answer["access_token"], published["jwks_uri"])
    assert (claims["idtyp"], claims["roles"], claims["aud"]) == ("app", ["NetOS.Agent"], running.api)
    assert (claims["azp"], claims["oid"], claims["sub"]) == (AGENT["client_id"], AGENT["oid"], AGENT["oid"])
    assert not {"scp", "scope"} & set(claims)

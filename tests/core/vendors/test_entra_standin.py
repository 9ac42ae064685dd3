"""The stand-in of Entra ID: Microsoft's own client passes against it, and it refuses what Entra refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import msal
import pytest
import requests
from starlette.applications import Starlette

from tests.directory import ADA, AGENT, AGENT_SECRET, CLIENT, NILS, NOC_GROUP, SECRET, TENANT, Directory, b64
from tests.standins.entra import make_app
from tests.standins.serving import Served, served

BACK = "http://127.0.0.1:8420/signed-in"
SCOPE = f"api://{CLIENT}/access_as_user"
VERIFIER = "v" * 43
CHALLENGE = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM"  # its SHA-256, as PKCE writes it


@pytest.fixture(scope="module")
def app() -> Starlette:
    return make_app()


@pytest.fixture(scope="module")
def running(app: Starlette) -> Iterator[Served]:
    with served(app, tls=True) as entra:
        yield entra


@pytest.fixture(autouse=True)
def directory(app: Starlette) -> Directory:
    """Every test has a directory of its own, with the keys of the one before: making a key takes a while."""
    fresh = Directory.of_one_tenant(app.state.entra.clock, TENANT, CLIENT, SECRET)
    fresh.keys = app.state.entra.keys
    fresh.knobs.auto_submit = True
    app.state.entra = fresh
    return fresh


@pytest.fixture
def browser(running: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=running.url, verify=running.trusting()) as client:
        yield client


@pytest.fixture
def microsofts_client(running: Served) -> Iterator[msal.ConfidentialClientApplication]:
    with requests.Session() as session:
        session.trust_env = False  # a REQUESTS_CA_BUNDLE of the machine would win
        session.verify = str(running.ca_file)
        yield msal.ConfidentialClientApplication(
            CLIENT,
            client_credential=SECRET,
            authority=f"{running.url}/{TENANT}",
            validate_authority=False,
            instance_discovery=False,
            http_client=session,
        )


def asked(**changed: str | None) -> dict[str, str]:
    """Write the query of a sign-in; a None leaves that part out."""
    whole: dict[str, str | None] = {
        "client_id": CLIENT,
        "response_type": "code",
        "redirect_uri": BACK,
        "scope": f"openid offline_access {SCOPE}",
        "state": "s1",
        "nonce": "n1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "login_hint": "ada@netos.example",
    }
    return {name: value for name, value in (whole | changed).items() if value is not None}


def sign_in(browser: httpx2.Client, **changed: str | None) -> dict[str, str]:
    """Sign in and return what goes back to the application."""
    answer = browser.get(f"/{TENANT}/oauth2/v2.0/authorize", params=asked(**changed))
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def token(browser: httpx2.Client, **form: str) -> httpx2.Response:
    credentials = {"client_id": CLIENT, "client_secret": SECRET}
    return browser.post(f"/{TENANT}/oauth2/v2.0/token", data=credentials | form)


def redeem(browser: httpx2.Client, code: str, **changed: str) -> httpx2.Response:
    form = {"code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return token(browser, grant_type="authorization_code", **(form | changed))


def refused(answer: httpx2.Response, error: str, number: int) -> dict[str, Any]:
    body: dict[str, Any] = answer.json()
    assert (body["error"], body["error_codes"]) == (error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}: ")
    assert body["trace_id"]
    assert body["correlation_id"]
    return body


def test_microsofts_client_gets_an_applications_token(microsofts_client: msal.ConfidentialClientApplication) -> None:
    got = microsofts_client.acquire_token_for_client([f"api://{CLIENT}/.default"])
    assert got["token_type"] == "Bearer"
    assert got["access_token"].count(".") == 2


def test_microsofts_client_signs_a_person_in_and_renews_it(
    browser: httpx2.Client, microsofts_client: msal.ConfidentialClientApplication, directory: Directory
) -> None:
    flow = microsofts_client.initiate_auth_code_flow(
        [SCOPE], redirect_uri=BACK, login_hint="ada@netos.example", response_mode="form_post"
    )
    page = browser.get(flow["auth_uri"]).text
    posted = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    got = microsofts_client.acquire_token_by_auth_code_flow(flow, posted)
    assert got["id_token_claims"]["oid"] == ADA
    assert got["id_token_claims"]["roles"] == ["NetOS.Admin"]
    [account] = microsofts_client.get_accounts()
    renewed = microsofts_client.acquire_token_silent([SCOPE], account, force_refresh=True)
    assert renewed["access_token"] != got["access_token"]
    assert len(directory.refreshes) == 1


def test_microsofts_client_is_told_why_it_is_refused(
    microsofts_client: msal.ConfidentialClientApplication, directory: Directory
) -> None:
    directory.knobs.secret_expired = True
    told = microsofts_client.acquire_token_for_client([f"api://{CLIENT}/.default"])
    assert told["error_codes"] == [7000222]


def test_it_says_where_everything_is(browser: httpx2.Client, running: Served) -> None:
    base = f"{running.url}/{TENANT}"
    told = browser.get(f"/{TENANT}/v2.0/.well-known/openid-configuration").json()
    assert told["issuer"] == f"{base}/v2.0"
    assert told["token_endpoint"] == f"{base}/oauth2/v2.0/token"
    assert browser.get(told["jwks_uri"]).json()["keys"][0]["use"] == "sig"
    left = browser.get(told["end_session_endpoint"], params={"post_logout_redirect_uri": BACK})
    assert left.headers["location"] == BACK
    assert browser.get(told["end_session_endpoint"]).status_code == 200


def test_a_person_chooses_who_they_are_on_a_page(browser: httpx2.Client, directory: Directory) -> None:
    directory.knobs.auto_submit = False
    address = f"/{TENANT}/oauth2/v2.0/authorize"
    page = browser.get(address, params=asked())
    assert page.status_code == 200
    assert "Ada Admin" in page.text
    chosen = browser.post(address, params=asked(), data={"oid": NILS})
    code = parse_qs(urlsplit(chosen.headers["location"]).query)["code"][0]
    assert directory.codes[code].oid == NILS


def test_a_code_is_good_once_and_only_where_it_was_sent(browser: httpx2.Client) -> None:
    went_back = sign_in(browser)
    assert went_back["state"] == "s1"
    assert {"access_token", "id_token", "refresh_token"} <= redeem(browser, went_back["code"]).json().keys()
    refused(redeem(browser, went_back["code"]), "invalid_grant", 54005)
    refused(redeem(browser, sign_in(browser)["code"], redirect_uri="http://127.0.0.1:1/"), "invalid_client", 500112)
    refused(redeem(browser, sign_in(browser)["code"], code_verifier="w" * 43), "invalid_grant", 501481)
    refused(redeem(browser, "made up"), "invalid_grant", 70000)
    another = {"client_id": AGENT, "client_secret": AGENT_SECRET}
    refused(redeem(browser, sign_in(browser)["code"], **another), "invalid_grant", 70000)


@pytest.mark.parametrize(
    ("changed", "number"),
    [
        ({"code_challenge": None}, 9002325),
        ({"code_challenge_method": "plain"}, 9002325),
        ({"response_type": "token"}, 700051),
        ({"scope": None}, 900144),
        ({"resource": "https://netos.example/mcp"}, 9010010),
    ],
)
def test_a_sign_in_that_is_not_as_it_must_be_goes_back_with_the_error(
    browser: httpx2.Client, changed: dict[str, str | None], number: int
) -> None:
    told = sign_in(browser, **changed)
    assert told["error_description"].startswith(f"AADSTS{number}: ")
    assert told["state"] == "s1"
    assert "code" not in told


def test_a_stranger_is_not_sent_back_anywhere(browser: httpx2.Client) -> None:
    address = f"/{TENANT}/oauth2/v2.0/authorize"
    refused(browser.get(address, params=asked(client_id="unknown")), "unauthorized_client", 700016)
    refused(browser.get(address, params=asked(redirect_uri=None)), "invalid_request", 900144)


def test_a_refresh_token_is_good_once(browser: httpx2.Client) -> None:
    first = redeem(browser, sign_in(browser)["code"]).json()["refresh_token"]
    second = token(browser, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert second != first
    refused(token(browser, grant_type="refresh_token", refresh_token=first), "invalid_grant", 700082)


def test_an_application_may_know_itself_by_basic_authentication(browser: httpx2.Client) -> None:
    basic = {"authorization": f"Basic {b64(f'{CLIENT}:{SECRET}'.encode())}=="}
    form = {"grant_type": "client_credentials", "scope": f"{CLIENT}/.default"}
    answer = browser.post(f"/{TENANT}/oauth2/v2.0/token", data=form, headers=basic)
    assert answer.json()["expires_in"] == 3900


@pytest.mark.parametrize(
    ("form", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "unknown"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"scope": SCOPE}, 400, "invalid_scope", 1002012),
        ({"scope": "api://other/.default"}, 400, "invalid_resource", 500011),
        ({"resource": "https://netos.example/mcp"}, 400, "invalid_target", 9010010),
    ],
)
def test_a_token_request_is_refused_with_entras_number(
    browser: httpx2.Client, form: dict[str, str], status: int, error: str, number: int
) -> None:
    usual = {"grant_type": "client_credentials", "scope": f"api://{CLIENT}/.default"}
    answer = token(browser, **(usual | form))
    assert answer.status_code == status
    refused(answer, error, number)


def test_another_tenant_is_not_found(browser: httpx2.Client) -> None:
    refused(browser.get("/other/discovery/v2.0/keys"), "invalid_request", 90002)


def test_one_request_is_for_one_resource(browser: httpx2.Client) -> None:
    code = sign_in(browser, scope=f"{SCOPE} https://graph.microsoft.com/User.Read")["code"]
    refused(redeem(browser, code), "invalid_scope", 28000)


def test_netos_may_act_on_behalf_of_a_person_and_never_of_an_application(browser: httpx2.Client) -> None:
    grant = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "requested_token_use": "on_behalf_of",
        "scope": "https://graph.microsoft.com/User.Read",
    }
    person = redeem(browser, sign_in(browser)["code"]).json()["access_token"]
    assert token(browser, assertion=person, **grant).json()["scope"] == "https://graph.microsoft.com/User.Read"
    own = token(browser, grant_type="client_credentials", scope=f"api://{CLIENT}/.default").json()["access_token"]
    refused(token(browser, assertion=own, **grant), "invalid_grant", 7000114)
    refused(token(browser, assertion=f"{person}x", **grant), "invalid_grant", 50013)


def test_graph_answers_only_an_application_that_may_ask(browser: httpx2.Client) -> None:
    address = f"/v1.0/users/{NILS}/getMemberObjects"
    body = {"securityEnabledOnly": True}
    scope = "https://graph.microsoft.com/.default"
    own = token(browser, grant_type="client_credentials", scope=scope).json()["access_token"]
    bearer = {"authorization": f"Bearer {own}"}
    assert browser.post(address, json=body, headers=bearer).json()["value"] == [NOC_GROUP]
    assert browser.post(address, json={}, headers=bearer).status_code == 400
    assert browser.post("/v1.0/users/nobody/getMemberObjects", json=body, headers=bearer).status_code == 404
    assert browser.post(address, json=body).json()["error"]["code"] == "InvalidAuthenticationToken"
    person = redeem(browser, sign_in(browser, scope="User.Read")["code"]).json()["access_token"]
    assert browser.post(address, json=body, headers={"authorization": f"Bearer {person}"}).status_code == 403


def test_people_and_knobs_change_while_it_runs(browser: httpx2.Client, directory: Directory) -> None:
    newcomer = {"oid": "new00000-1111-4222-8333-444455556609", "name": "Nora New", "username": "nora@netos.example"}
    told = browser.post("/__people", json={"people": [newcomer]}).json()["people"]
    assert told[-1]["name"] == "Nora New"
    before = directory.keys[0].kid
    assert browser.post("/__knobs", json={"rotate_key": True, "overage": True, "secret": "new"}).json()["overage"]
    assert [key.kid for key in directory.keys][1:] == [before]
    assert browser.post("/__knobs", json={"typo": True}).status_code == 400

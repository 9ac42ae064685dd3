"""Signing in with Entra ID as a public site over https: what the cookies are, and what bad answers come to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import httpx2
import itsdangerous
import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netos_core.access.model import Person, WebSession
from netos_core.access.sessions import MOST_BROWSER
from netos_core.changes.model import AuditRow
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from netos_core.work.systems import SystemState, standings
from tests.directory import ADA, CLIENT, NILS, NOC_GROUP, SECRET, TENANT, UNA
from tests.standins import entra
from tests.standins.serving import Served, served
from tests.web.conftest import make_application
from web_min.login import LASTS_SECONDS, SIGNING, UNDER_WAY
from web_min.session import COOKIE, local_path

SITE = "https://netos.example.com"
TOKEN_PATH = f"/{TENANT}/oauth2/v2.0/token"
EVIL = ("//evil.example", "///evil.example", "\\\\evil.example", "/\\evil.example", "https:evil.example",
        "https://evil.example", " //evil.example", "/\t/evil.example", "\n//evil.example", "javascript:alert(1)",
        "evil.example", "@evil.example")  # fmt: skip


@dataclass
class Tampered:
    """Stands between NetOS and the directory, and swaps parts of its answers for tokens."""

    app: ASGIApp
    changes: dict[str, Any] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != TOKEN_PATH or not self.changes:
            await self.app(scope, receive, send)
            return
        told: list[Message] = []

        async def keep(message: Message) -> None:
            told.append(message)

        await self.app(scope, receive, keep)
        whole = json.loads(b"".join(part.get("body", b"") for part in told)) | self.changes
        body = json.dumps({name: value for name, value in whole.items() if value is not None}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": told[0]["status"], "headers": headers})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture(scope="module")
def between() -> Tampered:
    return Tampered(entra.make_app())


@pytest.fixture(scope="module")
def running(between: Tampered) -> Iterator[Served]:
    with served(between, tls=True) as directory:
        yield directory


@pytest.fixture
def directory(running: Served, between: Tampered) -> Iterator[Served]:
    """The directory with nothing wrong in it, before and after."""
    yield running
    running.forget()
    between.changes.clear()


@pytest.fixture
def core(fresh_db: str, directory: Served, monkeypatch: pytest.MonkeyPatch) -> Iterator[Core]:
    monkeypatch.setenv("SSL_CERT_FILE", str(directory.ca_file))
    core = Core(
        Settings(
            database_url=fresh_db,
            public_url=SITE,
            entra_tenant_id=TENANT,
            entra_client_id=CLIENT,
            entra_client_secret=SECRET,
            entra_authority=directory.url,
            graph_url=directory.url,
            entra_group_roles={NOC_GROUP: "noc"},
        )
    )
    yield core
    core.close()


@pytest.fixture
def browser(core: Core) -> TestClient:
    return new_browser(core)


def new_browser(core: Core) -> TestClient:
    client = TestClient(make_application(core), base_url=SITE, headers={"accept": "text/html"}, follow_redirects=False)
    client.headers["user-agent"] = "Mozilla/5.0 " + "x" * 900
    return client


def chosen(directory: Served, address: str, person: str) -> str:
    """Choose a person on the directory's page; returns where it sends the browser."""
    with httpx2.Client(verify=directory.trusting()) as client:
        answer = client.post(address, data={"oid": person})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def asked(browser: TestClient, where: str = "/") -> str:
    answer = browser.get("/sign-in/start", params={"next": where})
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def sign_in(browser: TestClient, directory: Served, person: str = ADA, where: str = "/") -> httpx2.Response:
    return browser.get(chosen(directory, asked(browser, where), person))


def tell(directory: Served, path: str, what: dict[str, Any]) -> dict[str, Any]:
    with httpx2.Client(verify=directory.trusting()) as client:
        told: dict[str, Any] = client.post(f"{directory.url}{path}", json=what).json()
    return told


def sessions_of(core: Core) -> int:
    with core.session() as session:
        return session.scalar(select(func.count()).select_from(WebSession)) or 0


def refused(answer: httpx2.Response, status: int, says: str) -> None:
    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert "set-cookie" not in answer.headers or COOKIE not in str(answer.headers.get_list("set-cookie"))


# The way it goes


def test_the_cookies_of_a_public_site_belong_to_its_host_alone(browser: TestClient, directory: Served) -> None:
    started = browser.get("/sign-in/start")
    (under_way,) = started.headers.get_list("set-cookie")
    parts = {part.strip().lower() for part in under_way.split(";")[1:]}
    assert under_way.startswith(f"{UNDER_WAY}=")
    assert parts == {"path=/sign-in", f"max-age={LASTS_SECONDS}", "httponly", "samesite=lax", "secure"}
    landed = browser.get(chosen(directory, started.headers["location"], ADA))
    ours = next(line for line in landed.headers.get_list("set-cookie") if COOKIE in line)
    assert ours.startswith(f"__Host-{COOKIE}=")
    assert {"path=/", "secure", "httponly", "samesite=lax"} == {p.strip().lower() for p in ours.split(";")[1:]}
    assert UNDER_WAY not in browser.cookies
    assert browser.get("/sign-in").headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


def test_a_sign_in_is_in_the_trail_with_its_address(browser: TestClient, core: Core, directory: Served) -> None:
    assert sign_in(browser, directory, where="/circuits").headers["location"] == "/circuits"
    with core.session() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "sign_in")).one()
        kept = session.scalars(select(WebSession)).one()
    assert (row.ref, row.channel, row.address, row.after) == (
        "ada@netos.example", "page", "testclient", {"through": "entra"},
    )  # fmt: skip
    assert kept.browser is not None
    assert len(kept.browser) == MOST_BROWSER


def test_the_question_is_the_one_a_public_client_must_ask(browser: TestClient) -> None:
    question = {name: values[0] for name, values in parse_qs(urlsplit(asked(browser)).query).items()}
    assert question["redirect_uri"] == f"{SITE}/sign-in/callback"
    assert question["code_challenge_method"] == "S256"
    assert {"openid", "offline_access", f"api://{CLIENT}/access_as_user"} <= set(question["scope"].split())
    again = {name: values[0] for name, values in parse_qs(urlsplit(asked(browser)).query).items()}
    for name in ("state", "nonce", "code_challenge"):
        assert len(question[name]) >= 20
        assert question[name] != again[name]


def test_a_new_signing_key_of_the_directory_is_taken(browser: TestClient, core: Core, directory: Served) -> None:
    assert sign_in(browser, directory).status_code == 303
    tell(directory, "/__knobs", {"rotate_key": True})
    assert core.entra is not None
    core.entra.check()  # as half a minute later a token would make it do
    assert sign_in(browser, directory).status_code == 303


def test_without_a_directory_the_page_says_what_to_set(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db))
    page = TestClient(make_application(core), base_url="http://127.0.0.1:8420").get("/sign-in").text
    for name in ("ENTRA_TENANT_ID", "ENTRA_CLIENT_ID", "ENTRA_CLIENT_SECRET", "PUBLIC_URL"):
        assert f"NETOS_{name}" in page
    assert "/sign-in/start" not in page
    core.close()


def test_leaving_leads_to_the_directory_and_back(browser: TestClient, core: Core, directory: Served) -> None:
    sign_in(browser, directory)
    page = browser.get("/you").text
    token = page.partition('name="csrf" value="')[2].partition('"')[0]
    left = browser.post("/sign-out", data={"csrf": token}, headers={"origin": SITE})
    assert left.headers["location"] == "/signed-out"
    assert sessions_of(core) == 0
    page = browser.get("/signed-out").text
    back = urlencode({"post_logout_redirect_uri": f"{SITE}/signed-out"})
    assert f"{directory.url}/{TENANT}/oauth2/v2.0/logout?{back}" in page


# Answers that are no good


def test_a_directory_that_does_not_answer_is_said_calmly(browser: TestClient, core: Core, directory: Served) -> None:
    for fault in (
        {"status": 503},
        {"status": 200, "body": "<html>A proxy says hello</html>"},
        {"status": 200, "body": {}},
    ):
        directory.fail(times=9, **fault)
        refused(browser.get("/sign-in/start"), 503, "does not answer")
    directory.forget()
    for fault in ({"status": 502}, {"status": 200, "body": "<html>A proxy says hello</html>"}):
        back = chosen(directory, asked(browser), ADA)
        directory.fail(times=9, **fault)
        answer = browser.get(back)
        refused(answer, 503, "does not answer")
        assert "proxy" not in answer.text
        directory.forget()
    assert sign_in(browser, directory).status_code == 303
    assert sessions_of(core) == 1


def test_a_client_secret_that_ran_out_is_told_to_who_can_renew_it(
    browser: TestClient, core: Core, directory: Served
) -> None:
    tell(directory, "/__knobs", {"secret_expired": True})
    try:
        refused(sign_in(browser, directory), 503, "NETOS_ENTRA_CLIENT_SECRET")
    finally:
        tell(directory, "/__knobs", {"secret_expired": False})
    with core.session() as session:
        (standing,) = standings(session)
    assert (standing.state, standing.setting) == (SystemState.CREDENTIALS_INVALID, "NETOS_ENTRA_CLIENT_SECRET")
    assert sign_in(browser, directory).status_code == 303


def test_who_may_not_come_in_gets_no_session(browser: TestClient, core: Core, directory: Served) -> None:
    refused(sign_in(browser, directory, UNA), 403, "no role")
    sign_in(browser, directory, NILS)
    with core.session() as session:
        nils = session.scalars(select(Person).where(Person.email == "nils@netos.example")).one()
        nils.active = False
    refused(sign_in(new_browser(core), directory, NILS), 403, "closed by an admin")


# Attacks


def test_an_id_token_of_another_question_is_refused(browser: TestClient, core: Core, directory: Served) -> None:
    """Replay of an ID token: its nonce is not the one this browser asked with."""
    parts = urlsplit(asked(browser))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | {"nonce": "of-another-question"}
    back = chosen(directory, urlunsplit(parts._replace(query=urlencode(query))), ADA)
    refused(browser.get(back), 401, "not completed")
    assert sessions_of(core) == 0


def test_an_answer_without_an_id_token_is_refused(
    browser: TestClient, core: Core, directory: Served, between: Tampered
) -> None:
    between.changes["id_token"] = None
    refused(sign_in(browser, directory), 401, "not completed")
    assert sessions_of(core) == 0


@pytest.mark.parametrize(
    "how",
    [
        {"claims": {"aud": "00000000-0000-0000-0000-000000000000"}},
        {"claims": {"iss": "https://login.evil.example/v2.0"}},
        {"claims": {"exp": 1_000_000_000}},
        {"key": "other"},
        {"key": "none"},
        {"key": "hs256-with-public-key"},
        {"without": ["exp"]},
        {},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_ours_to_take_is_refused(
    browser: TestClient, core: Core, directory: Served, between: Tampered, how: dict[str, Any]
) -> None:
    """The last one is good in everything but the nonce."""
    between.changes["id_token"] = tell(directory, "/__token", {"for": "person", "oid": ADA, **how})["token"]
    refused(sign_in(browser, directory), 401, "not completed")
    assert sessions_of(core) == 0


def test_two_tokens_of_two_people_sign_nobody_in(
    browser: TestClient, core: Core, directory: Served, between: Tampered
) -> None:
    """Token substitution: the ID token of one, the access token of another."""
    between.changes["access_token"] = tell(directory, "/__token", {"for": "person", "oid": ADA})["token"]
    refused(sign_in(browser, directory, NILS), 401, "not completed")
    assert sessions_of(core) == 0


@pytest.mark.parametrize("how", [{"claims": {"aud": "00000003-0000-0000-c000-000000000000"}}, {"key": "other"}])
def test_an_access_token_for_somebody_else_opens_nothing(
    browser: TestClient, core: Core, directory: Served, between: Tampered, how: dict[str, Any]
) -> None:
    between.changes["access_token"] = tell(directory, "/__token", {"for": "person", "oid": ADA, **how})["token"]
    answer = sign_in(browser, directory)
    assert answer.status_code in {401, 403}
    assert sessions_of(core) == 0


@pytest.mark.parametrize(("age", "status"), [(0, 303), (LASTS_SECONDS + 1, 401)])
def test_a_sign_in_is_over_after_ten_minutes(
    browser: TestClient, core: Core, directory: Served, age: int, status: int
) -> None:
    """The cookie is ours and whole, but old."""

    class Earlier(itsdangerous.TimestampSigner):
        def get_timestamp(self) -> int:
            return int(time.time()) - age

    back = chosen(directory, asked(browser), ADA)
    signer = Earlier(core.keys.derive(SIGNING)[0].hex())
    inside = signer.unsign(browser.cookies[UNDER_WAY])
    browser.cookies.delete(UNDER_WAY)
    cookie = signer.sign(inside).decode()
    assert browser.get(back, headers={"cookie": f"{UNDER_WAY}={cookie}"}).status_code == status


def test_a_cookie_of_a_sign_in_signed_by_somebody_else_is_nothing(
    browser: TestClient, core: Core, directory: Served
) -> None:
    back = chosen(directory, asked(browser), ADA)
    inside = itsdangerous.TimestampSigner(core.keys.derive(SIGNING)[0].hex()).unsign(browser.cookies[UNDER_WAY])
    forged = itsdangerous.TimestampSigner("guessed").sign(inside).decode()
    browser.cookies.delete(UNDER_WAY)
    refused(browser.get(back, headers={"cookie": f"{UNDER_WAY}={forged}"}), 401, "not completed")


def test_a_callback_nobody_asked_for_is_refused_and_repeats_nothing(browser: TestClient) -> None:
    for query in ("", "?code=stolen-code&state=stolen-state", "?error=access_denied&error_description=<b>no</b>",
                  "?state=a&state=b&code=%00", "?code=" + "x" * 5000):  # fmt: skip
        answer = browser.get(f"/sign-in/callback{query}")
        refused(answer, 401, "not completed")
        for word in ("stolen", "access_denied", "<b>no", "xxxx"):
            assert word not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "netos.example.com.evil.example", "netos.example.com@evil.example"])
def test_a_sign_in_is_not_started_for_another_host(browser: TestClient, host: str) -> None:
    assert browser.get("/sign-in/start", headers={"host": host}).status_code == 421
    led = browser.get("/sign-in/start", headers={"x-forwarded-host": host, "forwarded": f"host={host}"})
    assert "evil" not in led.headers["location"]


@pytest.mark.parametrize("where", EVIL)
def test_no_address_leads_out_of_the_site(browser: TestClient, directory: Served, where: str) -> None:
    """Open redirect: the browser decides what an address means, so it is asked as a browser would read it."""
    assert local_path(where) == "/"
    assert sign_in(browser, directory, where=where).headers["location"] == "/"
    assert "evil" not in browser.get("/sign-in", params={"next": where}).text


def test_an_encoded_address_stays_on_the_site(browser: TestClient, directory: Served) -> None:
    for where in ("/%2f%2fevil.example", "/%5cevil.example", "/..//evil.example", "/?next=https://evil.example"):
        led = httpx2.URL(SITE).join(sign_in(browser, directory, where=where).headers["location"])
        assert (led.scheme, led.host) == ("https", "netos.example.com")


def test_a_form_of_the_demo_signs_nobody_in_where_there_is_none(browser: TestClient, core: Core) -> None:
    token = browser.get("/sign-in").text.partition('name="csrf" value="')[2].partition('"')[0]
    fields = {"csrf": token or browser.cookies["netos_form"], "person": "ada@netos.example"}
    assert browser.post("/sign-in", data=fields, headers={"origin": SITE}).status_code == 401
    assert sessions_of(core) == 0


def test_the_cookie_of_plain_http_is_no_session_of_the_site(browser: TestClient, core: Core, directory: Served) -> None:
    """A neighbour host can set a cookie without the prefix; it is not read."""
    sign_in(browser, directory)
    value = browser.cookies[f"__Host-{COOKIE}"]
    other = new_browser(core)
    assert other.get("/circuits", headers={"cookie": f"{COOKIE}={value}"}).status_code == 303
    assert other.get("/circuits", headers={"cookie": f"__Host-{COOKIE}={value}"}).status_code == 200

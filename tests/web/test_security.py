"""What keeps strangers out: hosts, tokens of forms, sizes, and text that is only text."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.factories import make_circuit, make_provider
from tests.web.conftest import HOME, as_role, make_application
from web_min.security import FORM_LIMIT, BodyLimit, host_name, limit_of
from web_min.session import COOKIE, local_path
from web_min.static_files import static_url

HOSTILE = "<script>alert(1)</script>"


def test_a_visitor_is_sent_to_sign_in_and_back(core: Core) -> None:
    client = TestClient(make_application(core), base_url=HOME)
    answer = client.get("/circuits?status=active", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fcircuits%3Fstatus%3Dactive"
    assert client.post("/notes", data={}, follow_redirects=False).headers["location"] == "/sign-in?next=%2F"


def test_the_cookie_is_out_of_reach_of_scripts(core: Core) -> None:
    client = TestClient(make_application(core), base_url=HOME)
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/sign-in").text)
    assert token
    answer = client.post(
        "/sign-in", data={"csrf": token[1], "person": "noc.person@isp.example"}, follow_redirects=False
    )
    cookie = answer.headers.get_list("set-cookie")[0]
    assert cookie.startswith(f"{COOKIE}=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_https_makes_the_cookie_secure(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db, public_url="https://netos.example.com"))
    client = TestClient(make_application(core), base_url="https://netos.example.com")
    assert "Secure" in client.get("/sign-in").headers["set-cookie"]
    core.close()


def test_without_the_demo_nobody_chooses_who_to_be(fresh_db: str) -> None:
    core = Core(Settings(database_url=fresh_db))
    client = TestClient(make_application(core), base_url=HOME)
    page = client.get("/sign-in")
    assert "identity provider" in page.text
    answer = client.post("/sign-in", data={"csrf": client.cookies["netos_form"], "person": "a@b.example"})
    assert answer.status_code == 401
    core.close()


def test_a_form_without_its_token_does_nothing(core: Core) -> None:
    with core.session() as session:
        ref = make_circuit(session)
    browser = as_role(core, Role.NOC)
    for token in ("", "forged", "x" * 200):
        page = browser.post("/notes", {"on": ref, "text": "sneaked in"}, 403, token=token)
        assert "not one of this session" in page
    assert "sneaked in" not in browser.get(f"/circuits/{ref}")


def test_a_form_of_another_site_does_nothing(core: Core) -> None:
    browser = as_role(core, Role.NOC)
    token = browser.token()
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        answer = browser.client.post("/sign-out", data={"csrf": token}, headers=headers)
        assert answer.status_code == 403
    browser.get("/")


def test_sign_in_itself_needs_its_token(core: Core) -> None:
    client = TestClient(make_application(core), base_url=HOME)
    client.get("/sign-in")
    answer = client.post("/sign-in", data={"csrf": "forged", "person": "noc.person@isp.example"})
    assert answer.status_code == 403
    assert COOKIE not in client.cookies


def test_signing_out_ends_the_session(core: Core) -> None:
    browser = as_role(core, Role.NOC)
    cookie = browser.client.cookies[COOKIE]
    browser.post("/sign-out", {})
    browser.client.cookies.set(COOKIE, cookie)
    assert browser.client.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example"])
def test_a_foreign_host_is_refused(core: Core, host: str) -> None:
    client = TestClient(make_application(core), base_url=HOME)
    assert client.get("/sign-in", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8420", "[::1]:8420", "LOCALHOST"])
def test_the_loopback_is_answered(core: Core, host: str) -> None:
    client = TestClient(make_application(core), base_url=HOME)
    assert client.get("/sign-in", headers={"host": host}).status_code == 200


def test_the_public_host_is_answered() -> None:
    hosts = Settings(public_url="https://netos.example.com:8443/x", host="0.0.0.0").hosts  # noqa: S104
    assert hosts == {"127.0.0.1", "::1", "localhost", "netos.example.com"}
    assert host_name("NETOS.example.com.:8443") == "netos.example.com"
    assert host_name("[::1") == ""


def test_a_body_that_is_too_large_is_refused(core: Core) -> None:
    browser = as_role(core, Role.NOC)
    sent = {"csrf": browser.token(), "text": "x" * (FORM_LIMIT + 1)}
    assert browser.client.post("/notes", data=sent).status_code == 413


def test_a_body_without_a_length_is_counted() -> None:
    async def read(request: Request) -> PlainTextResponse:
        return PlainTextResponse(str(len(await request.body())))

    client = TestClient(BodyLimit(Starlette(routes=[Route("/x", read, methods=["POST"])])), base_url=HOME)
    assert client.post("/x", content=iter([b"abc"])).text == "3"
    assert client.post("/x", content=iter([b"x" * FORM_LIMIT, b"y"])).status_code == 413
    assert limit_of("/imports/new") > limit_of("/importsx") == FORM_LIMIT


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/circuits", "/circuits"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tx", "/"),
        (None, "/"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_only(asked: str | None, led: str) -> None:
    assert local_path(asked) == led


def test_hostile_text_is_only_text(core: Core) -> None:
    with core.session() as session:
        provider = make_provider(session, f"{HOSTILE} Fiber")
        ref = make_circuit(session, provider=provider, description=HOSTILE, provider_circuit_id='"><img src=x>')
    browser = as_role(core, Role.FINANCE)
    browser.post("/notes", {"on": ref, "text": f"{HOSTILE}{{{{ 7 * 7 }}}}"})
    browser.post("/tags", {"on": ref, "name": "a-tag"})
    for path in (f"/circuits/{ref}", "/circuits", "/providers", f"/providers/{provider}", "/trail", "/",
                 "/search?q=script", f"/circuits/{ref}/edit", f"/circuits?query={HOSTILE}"):  # fmt: skip
        page = browser.get(path)
        assert HOSTILE not in page, path
        assert "<img src=x" not in page, path
    page = browser.get(f"/circuits/{ref}")
    assert '<p class="quote">&lt;script&gt;' in page
    assert "{{ 7 * 7 }}" in page


def test_static_files_are_kept_by_their_content(core: Core) -> None:
    client = TestClient(make_application(core), base_url=HOME)
    fresh = client.get(static_url("netos.js"))
    assert "immutable" in fresh.headers["cache-control"]
    assert fresh.headers["content-type"].startswith("text/javascript")
    assert client.get("/static/netos.js?v=old").headers["cache-control"] == "no-cache"
    again = client.get(static_url("netos.js"), headers={"if-none-match": fresh.headers["etag"]})
    assert again.status_code == 304
    assert client.get("/static/../app.py").status_code == 404


def test_a_bug_shows_its_request_and_no_trace(core: Core, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = as_role(core, Role.NOC)
    monkeypatch.setattr("web_min.pages.panels._largest", None)
    page = browser.get("/", 500)
    assert re.search(r"Request <span class=\"mono\">req_\w+", page)
    assert "Traceback" not in page
    assert "TypeError" not in page

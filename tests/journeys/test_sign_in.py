"""A person signs in on the pages through Entra ID, keeps their roles up to date, and leaves; and attacks on it."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from sqlalchemy import select, update

from netos_core.access import sessions
from netos_core.access.model import Person, WebSession
from netos_core.changes.model import AuditRow
from netos_core.kernel.clock import utc_now
from tests.database import TestServer
from tests.directory import ADA, NILS, NOC_GROUP, UNA
from tests.journeys.entra import Installation, installation

pytestmark = pytest.mark.processes

COOKIE = "netos_session"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
CHROMIUM = shutil.which("chromium")
TOM = "/people/tom.kessler@xiber.example"
PATHS = ("/people", "/people?active=no", TOM, "/you", "/rights", "/trail?kind=access", "/trail?channel=page&kind=reads",
         "/signed-out", "/people/nobody@xiber.example")  # fmt: skip


@pytest.fixture(scope="module")
def netos(database_server: TestServer) -> Iterator[Installation]:
    with database_server.clone(of=database_server.sample) as url, installation(url) as running:
        yield running


@pytest.fixture
def browser(netos: Installation) -> Iterator[httpx2.Client]:
    with new_browser(netos) as client:
        yield client


def new_browser(netos: Installation) -> httpx2.Client:
    return httpx2.Client(base_url=netos.url, verify=netos.directory.trusting(), headers={"Accept": "text/html"})


def to_the_callback(browser: httpx2.Client, person: str, where: str = "/") -> str:
    """Start signing in and choose a person at the directory; returns the address the browser is sent back to."""
    asked = browser.get("/sign-in/start", params={"next": where})
    assert asked.status_code == 302, asked.text
    chosen = browser.post(asked.headers["location"], data={"oid": person})
    assert chosen.status_code == 302, chosen.text
    return str(chosen.headers["location"])


def sign_in(browser: httpx2.Client, person: str, where: str = "/") -> httpx2.Response:
    return browser.get(to_the_callback(browser, person, where))


def signed_in_as(browser: httpx2.Client) -> str | None:
    page = browser.get("/circuits")
    found = re.search(r'<span class="wide">([^<]+)</span></summary>', page.text)
    return found[1] if page.status_code == 200 and found else None


def rows(netos: Installation, oid: str) -> list[WebSession]:
    with netos.core.session() as session:
        person = session.scalar(select(Person.id).where(Person.directory_id.endswith(oid)))
        return list(session.scalars(select(WebSession).where(WebSession.person_id == person)))


def turn(netos: Installation, oid: str, **values: Any) -> None:
    """Set columns of the sessions of a person, such as the time when their roles are old."""
    with netos.core.session() as session:
        person = session.scalar(select(Person.id).where(Person.directory_id.endswith(oid)))
        session.execute(update(WebSession).where(WebSession.person_id == person).values(**values))


def put_person(netos: Installation, oid: str, name: str, roles: list[str], groups: list[str]) -> None:
    username = f"{name.split(maxsplit=1)[0].lower()}@netos.example"
    one = {"oid": oid, "name": name, "username": username, "roles": roles, "groups": groups}
    netos.tell("/__people", {"people": [one]})


def test_a_person_signs_in_and_lands_where_they_wanted_to(netos: Installation, browser: httpx2.Client) -> None:
    landed = sign_in(browser, ADA, "/circuits?state=IN")
    assert (landed.status_code, landed.headers["location"]) == (303, "/circuits?state=IN")
    assert signed_in_as(browser) == "Ada Admin, admin"
    cookie = next(line for line in landed.headers.get_list("set-cookie") if line.startswith(COOKIE))
    assert {"httponly", "samesite=lax", "path=/"} <= {part.strip().lower() for part in cookie.split(";")}
    row = rows(netos, ADA)[-1]
    assert row.id_sha256 not in cookie
    assert row.refresh_sealed is not None
    assert row.refresh_sealed.startswith("gAAAA")
    assert (row.address, row.browser) == ("127.0.0.1", browser.headers["user-agent"])
    with netos.core.session() as session:
        entry = session.scalars(
            select(AuditRow).where(AuditRow.action == "sign_in").order_by(AuditRow.id.desc())
        ).first()
    assert entry is not None
    assert (entry.ref, entry.after) == ("ada@netos.example", {"through": "entra"})


def test_groups_give_roles_also_when_only_graph_knows_them(netos: Installation) -> None:
    for overage in (False, True):
        netos.tell("/__knobs", {"overage": overage})
        with new_browser(netos) as browser:
            assert sign_in(browser, NILS).status_code == 303
            assert signed_in_as(browser) == "Nils Noc, noc"
    netos.tell("/__knobs", {"overage": False})


def test_who_has_no_role_is_told_so_calmly(netos: Installation, browser: httpx2.Client) -> None:
    page = sign_in(browser, UNA)
    assert page.status_code == 403
    assert "gives no role in NetOS" in page.text
    assert signed_in_as(browser) is None


def test_roles_change_with_the_next_token_and_refresh_tokens_rotate(
    netos: Installation, browser: httpx2.Client
) -> None:
    oid = "0001e000-1111-4222-8333-444455556611"
    put_person(netos, oid, "Rolf Rolle", ["NetOS.Noc"], [])
    sign_in(browser, oid)
    sealed = rows(netos, oid)[0].refresh_sealed
    put_person(netos, oid, "Rolf Rolle", ["NetOS.Auditor"], [])
    assert signed_in_as(browser) == "Rolf Rolle, noc", "the token behind the session is still young"
    turn(netos, oid, renew_at=utc_now())
    with ThreadPoolExecutor(4) as pool:  # several pages at once: one of them renews
        pages = list(pool.map(lambda _: browser.get("/circuits").status_code, range(4)))
    assert pages == [200] * 4
    assert signed_in_as(browser) == "Rolf Rolle, auditor"
    row = rows(netos, oid)[0]
    assert row.refresh_sealed != sealed
    assert row.renew_at is not None
    assert row.renew_at > utc_now() + timedelta(minutes=30)


def test_who_lost_every_role_is_signed_out_at_the_next_token(netos: Installation, browser: httpx2.Client) -> None:
    oid = "0001e000-1111-4222-8333-444455556612"
    put_person(netos, oid, "Lena Leer", ["NetOS.Noc"], [])
    sign_in(browser, oid)
    put_person(netos, oid, "Lena Leer", [], [])
    turn(netos, oid, renew_at=utc_now())
    assert browser.get("/circuits").headers["location"].startswith("/sign-in")
    assert rows(netos, oid) == []


def test_a_directory_that_is_down_signs_nobody_out_for_an_hour(netos: Installation, browser: httpx2.Client) -> None:
    oid = "0001e000-1111-4222-8333-444455556613"
    put_person(netos, oid, "Dora Dauer", ["NetOS.Noc"], [])
    sign_in(browser, oid)
    netos.directory.fail(503, times=100)
    try:
        turn(netos, oid, renew_at=utc_now())
        assert signed_in_as(browser) == "Dora Dauer, noc"
        turn(netos, oid, renew_at=utc_now() - timedelta(minutes=61), renewing_at=None)
        assert signed_in_as(browser) is None
    finally:
        netos.directory.forget()


def test_idle_and_old_sessions_are_over(netos: Installation) -> None:
    oid = "0001e000-1111-4222-8333-444455556614"
    put_person(netos, oid, "Ida Idle", [], [NOC_GROUP])
    for over in ({"seen_at": utc_now() - sessions.IDLE - timedelta(seconds=1)}, {"expires_at": utc_now()}):
        with new_browser(netos) as browser:
            sign_in(browser, oid)
            assert signed_in_as(browser) is not None
            turn(netos, oid, **over)
            assert signed_in_as(browser) is None


def test_signing_out_ends_the_session_here_and_offers_the_directory(
    netos: Installation, browser: httpx2.Client
) -> None:
    sign_in(browser, ADA)
    kept = browser.cookies[COOKIE]
    token = CSRF.search(browser.get("/").text)
    assert token
    left = browser.post("/sign-out", data={"csrf": token[1]})
    assert left.headers["location"] == "/signed-out"
    assert "Sign out of Microsoft" in browser.get("/signed-out").text
    with new_browser(netos) as other:
        other.cookies.set(COOKIE, kept)
        assert signed_in_as(other) is None, "the cookie of an ended session"


# Attacks


def test_a_session_set_before_the_sign_in_is_not_the_one_after(netos: Installation, browser: httpx2.Client) -> None:
    """Session fixation."""
    browser.cookies.set(COOKIE, "chosen-by-an-attacker", domain="127.0.0.1", path="/")
    sign_in(browser, ADA)
    assert browser.cookies[COOKIE] != "chosen-by-an-attacker"
    first = browser.cookies[COOKIE]
    sign_in(browser, ADA)
    assert browser.cookies[COOKIE] != first
    with new_browser(netos) as other:
        other.cookies.set(COOKIE, first)
        assert signed_in_as(other) is None, "the session before was ended"


def test_a_code_is_taken_once(netos: Installation, browser: httpx2.Client) -> None:
    back = to_the_callback(browser, ADA)
    assert browser.get(back).status_code == 303
    assert browser.get(back).status_code == 401


def test_a_stolen_code_is_nothing_in_another_browser(netos: Installation, browser: httpx2.Client) -> None:
    """Sign-in CSRF: the attacker's code, the victim's browser."""
    back = to_the_callback(browser, ADA)
    with new_browser(netos) as victim:
        assert victim.get(back).status_code == 401
        victim.get("/sign-in/start")
        assert victim.get(back).status_code == 401
        assert signed_in_as(victim) is None


def test_another_state_is_refused(netos: Installation, browser: httpx2.Client) -> None:
    back = urlsplit(to_the_callback(browser, ADA))
    code = parse_qs(back.query)["code"][0]
    page = browser.get("/sign-in/callback", params={"code": code, "state": "guessed"})
    assert page.status_code == 401
    assert "guessed" not in page.text
    assert code not in page.text


def test_what_the_provider_or_a_link_says_is_not_repeated(netos: Installation, browser: httpx2.Client) -> None:
    told = {"error": "access_denied", "error_description": "<script>alert(1)</script>", "state": "x"}
    page = browser.get("/sign-in/callback", params=told)
    assert page.status_code == 401
    assert "script>alert" not in page.text


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example", "/\\evil.example", "https:evil.example",
                                   "/%0d%0aSet-Cookie:a=b", "\\\\evil.example", " //evil.example"])  # fmt: skip
def test_one_is_never_sent_to_another_site(netos: Installation, browser: httpx2.Client, where: str) -> None:
    """Open redirect."""
    landed = sign_in(browser, ADA, where)
    target = urlsplit(str(httpx2.URL(netos.url).join(landed.headers["location"])))
    assert f"http://{target.netloc}" == netos.url
    assert "evil" not in target.netloc
    assert "a=b" not in str(landed.headers.get_list("set-cookie"))


def test_a_cookie_of_a_sign_in_that_was_altered_is_nothing(netos: Installation, browser: httpx2.Client) -> None:
    back = to_the_callback(browser, ADA)
    kept = browser.cookies["netos_login"]
    browser.cookies.delete("netos_login")
    browser.cookies.set("netos_login", kept[:-3] + "abc", domain="127.0.0.1", path="/sign-in")
    assert browser.get(back).status_code == 401


def test_headers_sign_nobody_in(netos: Installation, browser: httpx2.Client) -> None:
    forged = {"X-MS-CLIENT-PRINCIPAL-ID": ADA, "X-MS-CLIENT-PRINCIPAL-NAME": "ada@netos.example",
              "X-User-Role": "admin", "Remote-User": "ada", "X-Forwarded-User": "ada@netos.example"}  # fmt: skip
    assert browser.get("/circuits", headers=forged).status_code == 303


def test_no_code_token_or_cookie_is_in_the_log(netos: Installation, browser: httpx2.Client) -> None:
    back = to_the_callback(browser, ADA)
    browser.get(back)
    log = netos.log.read_text()
    assert parse_qs(urlsplit(back).query)["code"][0] not in log
    assert browser.cookies[COOKIE] not in log
    assert "eyJ" not in log


# In a real browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium is installed (apt install chromium)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def ada_at(chromium: Any, netos: Installation, path: str, **context: Any) -> Iterator[Any]:
    """Open a page as nobody, sign in as Ada through the directory, and land there; the console stays silent."""
    opened = chromium.new_context(base_url=netos.url, ignore_https_errors=True, **context)
    page = opened.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(path)
    assert "/sign-in?next=" in page.url
    page.get_by_role("link", name="Sign in with Microsoft").click()
    page.get_by_label("Ada Admin").check()
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{netos.url}{path}")
    yield page
    opened.close()
    assert [line for line in said if "404 (Not Found)" not in line] == []


@pytest.mark.browser
def test_an_admin_comes_in_shuts_out_makes_a_token_and_leaves(chromium: Any, netos: Installation) -> None:
    with ada_at(chromium, netos, "/people", permissions=["clipboard-read", "clipboard-write"]) as page:
        page.get_by_role("link", name="Tom Kessler").click()
        page.get_by_text("Shut Tom Kessler out").press("Enter")
        page.get_by_label("Reason").fill("He left the company.")
        page.get_by_role("button", name="Shut out now").press("Enter")
        page.get_by_role("status").get_by_text("Shut out").wait_for()
        page.get_by_text("Let Tom Kessler in again").click()
        page.get_by_label("Reason").fill("He is back.")
        page.get_by_role("button", name="Let in again").click()
        page.get_by_role("status").get_by_text("Let in again").wait_for()
        page.locator(".who > summary").click()
        page.get_by_role("link", name="Your browsers, tokens and agents").click()
        page.get_by_label("What will use it").fill("laptop")
        page.get_by_role("button", name="Make a token").click()
        secret = page.get_by_label("The token").input_value()
        page.get_by_role("button", name="Copy").click()
        page.get_by_text("Copied.").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == secret
        page.goto("/you")
        assert secret not in page.content()
        page.get_by_text("Revoke", exact=True).press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_role("status").get_by_text("Token revoked.").wait_for()
        page.locator(".who > summary").click()
        page.get_by_role("button", name="Sign out", exact=True).click()
        page.wait_for_url("**/signed-out")
        page.get_by_role("link", name="Sign out of Microsoft").click()
        page.wait_for_url(f"{netos.url}/signed-out")
        page.goto("/you")
        assert "/sign-in?next=" in page.url


@pytest.mark.browser
def test_what_ends_something_takes_two_steps_also_without_script(chromium: Any, netos: Installation) -> None:
    with ada_at(chromium, netos, "/you", java_script_enabled=False) as page:
        page.get_by_label("What will use it").fill("rack")
        page.get_by_role("button", name="Make a token").click()
        assert page.get_by_role("button", name="Copy").count() == 0
        assert not page.get_by_role("button", name="Revoke now").is_visible()
        page.get_by_text("Revoke", exact=True).click()
        page.get_by_role("button", name="Revoke now").click()
        assert "Token revoked." in page.inner_text("body")
        assert not page.get_by_role("button", name="Sign out now").is_visible()
        page.get_by_text("Sign out everywhere").click()
        page.get_by_role("button", name="Sign out now").click()
        page.wait_for_url("**/sign-in")


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390), ("light", 320)])
def test_the_pages_of_identity_are_for_everyone(chromium: Any, netos: Installation, theme: str, width: int) -> None:
    """Axe finds nothing, and nothing has to be moved sideways."""
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    rules = json.dumps({"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    wrong: list[str] = []

    def look(page: Any, name: str) -> None:
        room, needed = page.evaluate("[document.documentElement.clientWidth, document.documentElement.scrollWidth]")
        wrong.extend([f"{name}: {needed} wide"] if needed > room else [])
        page.evaluate(f"scrollTo(0, 0);{script};0")
        found = page.evaluate(f"axe.run(document, {rules}).then((found) => found.violations)")
        wrong.extend(f"{name}: {one['id']} {one['nodes'][0]['target']}" for one in found)

    how = {"color_scheme": theme, "viewport": {"width": width, "height": 900}, "reduced_motion": "reduce"}
    with ada_at(chromium, netos, "/you", **how) as page:
        for path in PATHS:
            page.goto(path)
            look(page, path)
        page.goto("/you")
        page.get_by_label("What will use it").fill("the machine with the long name in the rack by the door")
        page.get_by_role("button", name="Make a token").click()
        for step in page.locator("details.sure > summary").all():
            step.click()
        look(page, "a token made")
        page.goto("/trail")
        page.get_by_text("More filters").click()
        look(page, "more filters")
        page.context.clear_cookies()
        page.goto("/sign-in")
        look(page, "/sign-in")
    assert wrong == []

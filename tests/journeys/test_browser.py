"""A day's work in a real browser: find, change, have it approved, by pointer and by keyboard."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from netos_core.demo.people import DANA, MARCUS, PRIYA, TOM, DemoPerson
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.database import TestServer
from tests.web.walk import (
    BULK,
    EDIT,
    FOR_SOME,
    FORMS,
    LISTS,
    NEW,
    OTHERS,
    OUTSIDE,
    PARTS,
    RECORDS,
    REFUSED,
    prepare,
)
from web_min.app import exception_handlers, make_routes, middleware

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip
FAMILIES = {
    "lists": LISTS, "records": RECORDS, "new": NEW, "edit": EDIT, "bulk": BULK, "parts": PARTS,
    "others": (*OTHERS, *FOR_SOME, *REFUSED, "/signed-out"),
}  # fmt: skip
# Who sees no amounts and no keys has other pages of these.
WITHHELD = ("/", "/circuits", "/circuits/CKT-1001", "/quotes/QUO-1002", "/quotes/drafts/QDR-1001",
            "/documents/DOC-1001", "/network/bgp/BGP-1001", "/approvals/CHG-1025")  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium is installed (apt install chromium)"),
]


@pytest.fixture(scope="module")
def home(database_server: TestServer) -> Iterator[str]:
    """The address of a running server with the sample company."""
    with database_server.clone(of=database_server.sample) as url:
        core = Core(Settings(database_url=url, demo=True))
        prepare(core)
        app = Starlette(
            routes=make_routes(core),
            middleware=middleware(core),
            exception_handlers=dict(exception_handlers(core)),  # type: ignore[arg-type]
        )
        server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none"))
        thread = threading.Thread(target=server.run)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()
        core.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[sync_api.Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextlib.contextmanager
def visit(chromium: sync_api.Browser, home: str, person: DemoPerson, **context: object) -> Iterator[sync_api.Page]:
    """Sign in as a person; a message on the console fails the test."""
    opened = chromium.new_context(base_url=home, **context)
    page = opened.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto("/sign-in")
    page.get_by_role("button", name=person.name).click()
    page.wait_for_url("**/")
    yield page
    opened.close()
    assert [line for line in said if not line.startswith("Failed to load resource")] == []


def test_three_circuits_are_re_rated_by_two_people(chromium: sync_api.Browser, home: str) -> None:
    with visit(chromium, home, DANA) as page:
        page.get_by_label("Search everything").fill("CKT-1001")
        page.keyboard.press("Enter")
        page.wait_for_url("**/circuits/CKT-1001")
        page.goto("/circuits?provider=Zayo&status=active")
        for box in page.locator('input[name="ref"]').all()[:3]:
            box.check()
        bar = page.get_by_role("region", name="Selection")
        assert "3 circuits selected" in bar.inner_text()
        assert page.locator('tr[aria-selected="true"]').count() == 3
        bar.get_by_role("button", name="Propose a change").click()
        page.get_by_label("MRC", exact=True).fill("1000.00")
        page.get_by_label("Why").fill("The new rate card of the provider.")
        page.get_by_role("button", name="Propose for 3 circuits").click()
        page.wait_for_url("**/approvals/CHG-*")
        change = page.url.split("?")[0].rpartition("/")[2]
        assert page.locator("tbody del").count() >= 3
        assert page.locator("ins", has_text="$1,000.00").count() == 3
        assert page.get_by_role("button", name="Approve 3 changes").get_attribute("aria-disabled") == "true"
        assert "You can't approve" in page.inner_text("main")
    with visit(chromium, home, MARCUS) as page:
        page.get_by_role("link", name="Approvals").first.click()
        page.get_by_role("link", name=change).click()
        assert "Approve 3 changes on 3 records" in page.inner_text(".decide")
        page.get_by_role("button", name="Approve 3 changes").click()
        page.wait_for_url("**said=applied")
        assert "is applied" in page.get_by_role("status").inner_text()
        page.get_by_text(f"Undo {change}").click()
        assert page.get_by_role("button", name="Propose the undo").is_visible()
        page.goto("/circuits?provider=Zayo&status=active")
        assert page.locator("td", has_text="$1,000.00").count() >= 3


def test_the_keyboard_is_enough(chromium: sync_api.Browser, home: str) -> None:
    with visit(chromium, home, DANA) as page:
        press = page.keyboard.press
        press("g")
        press("c")
        page.wait_for_url("**/circuits")
        refs = page.locator("tbody th a").all_inner_texts()
        focused = "document.activeElement.closest('tbody tr')?.querySelector('th a')?.textContent"
        press("j")
        assert page.evaluate(focused) == refs[0]
        press("x")
        press("j")
        press("j")
        press("Shift+X")
        assert page.locator('tr[aria-selected="true"]').count() == 3
        press("k")
        assert page.evaluate(focused) == refs[1]
        press("Escape")
        assert page.locator('tr[aria-selected="true"]').count() == 0
        press("f")
        assert page.evaluate("document.activeElement.name") == "query"
        page.keyboard.type("xjk?/")
        assert page.input_value("#q") == "xjk?/"
        press("Escape")
        press("/")
        assert page.evaluate("document.activeElement.id") == "jump"
        press("Escape")
        press("?")
        dialog = page.get_by_role("dialog", name="Keys")
        assert "Approvals" in dialog.inner_text()
        dialog.get_by_role("checkbox").check()
        press("Escape")
        press("j")
        assert page.evaluate(focused) is None
        press("?")
        dialog.get_by_role("checkbox").uncheck()
        press("Escape")
        press("j")
        press("Enter")
        page.wait_for_url("**/circuits/CKT-*")
        page.get_by_label("New note on").fill("Written by keyboard alone.")
        press("Control+Enter")
        page.wait_for_url("**said=note**")
        assert page.get_by_text("Written by keyboard alone.").count() == 1
        page.get_by_role("button", name="Undo").click()
        page.wait_for_url("**said=undone")
        assert page.get_by_text("Written by keyboard alone.").count() == 0


def test_an_extraction_is_decided_by_keyboard(chromium: sync_api.Browser, home: str) -> None:
    """From the queue to saved decisions without a pointer; the quotes follow the field that is looked at."""
    with visit(chromium, home, PRIYA) as page:
        press = page.keyboard.press
        press("g")
        press("e")
        page.wait_for_url("**/extractions")
        press("j")
        press("Enter")
        page.wait_for_url("**/extractions/EXT-*")
        bright = "[...document.querySelectorAll('.hl.cur')].map(mark => mark.dataset.for)"
        press("j")
        assert set(page.evaluate(bright)) == {"mrc"}
        press("a")
        assert set(page.evaluate(bright)) == {"etf"}
        press("r")
        press("e")
        page.keyboard.type("24")
        press("Enter")
        press("z")
        chosen = [box.get_attribute("name") for box in page.locator("input[type=radio]:checked").all()]
        assert chosen == ["d.mrc", "d.etf", "d.initial_term_months"]
        press("Control+Enter")
        page.wait_for_url("**?saved=yes")
        assert "3 of 3 done" in page.locator("main").inner_text()
        assert page.locator("#v-initial_term_months").input_value() == "24"


def test_brackets_turn_the_pages_of_a_paper_and_its_words_are_beside_it(chromium: sync_api.Browser, home: str) -> None:
    with visit(chromium, home, PRIYA) as page:
        page.goto("/extractions/EXT-1001")
        press = page.keyboard.press
        top = "document.querySelector('.doc .view').scrollTop"
        assert page.locator(".drawn").count() > 1
        press("]")
        second = page.evaluate(top)
        assert second > 100
        at = "document.querySelector('#p2').getBoundingClientRect().top - document.querySelector('.doc .view')"
        assert abs(page.evaluate(f"{at}.getBoundingClientRect().top")) < 40
        press("[")
        assert page.evaluate(top) < second
        press("?")
        assert "Previous, next page of the paper" in page.get_by_role("dialog", name="Keys").inner_text()
        press("Escape")
        page.locator("#v-mrc").focus()
        page.keyboard.type("]")
        assert "]" in page.locator("#v-mrc").input_value(), "who types is not led away"
        page.get_by_role("link", name="Text of page 1", exact=True).click()
        page.wait_for_url("**/pages/1/text")
        assert "Monthly Recurring Charge: $4,850.00" in page.get_by_role("region", name="Text").inner_text()
        press("]")
        page.wait_for_url("**/pages/2/text")
        press("[")
        page.wait_for_url("**/pages/1/text")


def test_no_key_approves(chromium: sync_api.Browser, home: str) -> None:
    with visit(chromium, home, MARCUS) as page:
        page.goto("/approvals/CHG-1025")
        page.get_by_text("Add a comment").click()
        page.get_by_label("Comment").fill("Looks right.")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(200)
        assert "said=" not in page.url
        page.get_by_role("button", name="Reject", exact=True).click()
        assert page.get_by_role("dialog", name="Reject CHG-1025?").is_visible()
        page.get_by_role("button", name="Keep it open").click()
        assert not page.get_by_role("dialog").is_visible()


def test_the_pages_work_without_script(chromium: sync_api.Browser, home: str) -> None:
    with visit(chromium, home, DANA, java_script_enabled=False) as page:
        page.goto("/circuits")
        page.locator("summary", has_text="Provider").first.click()
        page.locator('input[name="provider"]').fill("Zayo")
        page.locator("details[open]").get_by_role("button", name="Filter").click()
        assert "provider=Zayo" in page.url
        page.locator('input[name="ref"]').first.check()
        page.get_by_role("button", name="Propose a change").click()
        assert page.get_by_role("heading", level=1).inner_text() == "Change 1 circuit"


@pytest.mark.parametrize("width", [390, 700, 1100, 1425, 1440])
def test_no_amount_of_a_list_is_cut_off(chromium: sync_api.Browser, home: str, width: int) -> None:
    """Even with long names and five digits every column stays inside the frame."""
    crowd = """() => {
        const table = document.querySelector(".frame > .tbl");
        const long = "A name that is longer than its column";
        table.querySelectorAll("td.clip").forEach((cell) => { cell.textContent = long; });
        table.querySelectorAll("td.n:last-child").forEach((cell) => { cell.textContent = "$10,000.00"; });
        return Math.round(table.getBoundingClientRect().right - table.parentElement.getBoundingClientRect().right);
    }"""
    with visit(chromium, home, MARCUS, viewport={"width": width, "height": 900}) as page:
        cut = []
        for path in ("/circuits", "/contracts", "/sites", "/renewals", "/providers", "/customers"):
            page.goto(path)
            over = page.evaluate(crowd)
            if over > 0:
                cut.append((path, over))
        assert cut == []


def test_a_contact_is_added_by_keyboard_and_pointer(chromium: sync_api.Browser, home: str) -> None:
    with visit(chromium, home, DANA) as page:
        page.goto("/providers/PRV-1002")
        page.get_by_role("link", name="Add a contact").click()
        page.get_by_label("Name (needed)").fill("Ida Wells")
        page.get_by_label("Kind (needed)").select_option("escalation")
        page.get_by_label("Why").fill("She took the shift over.")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/approvals/CHG-*")
        assert "Ida Wells" in page.inner_text("tbody")
        page.goto("/circuits/CKT-1007")
        page.get_by_role("link", name="Record an event").click()
        page.get_by_label("Kind (needed)").select_option("maintenance")
        page.get_by_label("Starts at").fill("2026-11-20T22:00")
        page.get_by_label("Summary").fill("Splice work.")
        page.get_by_label("Why").fill("The carrier announced it.")
        page.get_by_role("button", name="Propose the event").dblclick()
        page.wait_for_url("**/approvals/CHG-*")
        assert "20 Nov 2026, 22:00 EST" in page.inner_text("tbody")


DESK, PHONE = 1440, 390
WIDTHS = (DESK, 800, 320, PHONE)
BY_LOOK = {"runOnly": ["color-contrast", "target-size", "scrollable-region-focusable"]}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# What follows looks at each row with its six neighbours; the rest of a long list is made like them.
FEW_ROWS = "document.querySelectorAll('tbody tr:nth-child(n+7)').forEach((row) => row.remove())"
STOPS = """
window.shown = (el) => el.checkVisibility({ visibilityProperty: true }) && !el.disabled && !el.closest("[inert]");
window.named = (el) => `${el.tagName} ${el.name || el.id || el.textContent.trim().slice(0, 40)}`;
window.stops = () => {
  const all = scope.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]");
  return [...all].filter((el) => {
    if (!shown(el) || el.tabIndex < 0 || el.type === "hidden" || el.matches("tr, [data-cards] > li")) return false;
    if (el.type !== "radio") return true;
    const group = el.form ? [...el.form.elements].filter((one) => one.name === el.name) : [el];
    return (group.find((one) => one.checked) ?? group[0]) === el;
  });
};
window.been = new Set();
addEventListener("focusin", (event) => been.add(event.target));
document.activeElement?.blur();
if (scope !== document) { scope.tabIndex = -1; scope.focus(); }
"""
POINTED = """[...document.querySelectorAll("main *")]
  .filter((el) => shown(el) && getComputedStyle(el).cursor === "pointer")
  .filter((el) => !el.closest("a[href], button, input, select, textarea, summary, label"))
  .map(named)"""
UNMARKED = """stops().filter((el) => {
  el.focus();
  const mark = getComputedStyle(document.activeElement);
  return document.activeElement !== el || (mark.outlineStyle === "none" && mark.boxShadow === "none");
}).map(named)"""


@pytest.mark.parametrize("family", FAMILIES)
def test_every_page_is_for_everybody(chromium: sync_api.Browser, home: str, family: str) -> None:
    """At four widths nothing scrolls sideways; axe has no remark on the desk or on the phone; Tab gets everywhere."""
    with visit(chromium, home, PRIYA, reduced_motion="reduce") as page:
        assert remarks(page, FAMILIES[family]) == []


def test_a_page_with_values_withheld_is_for_everybody(chromium: sync_api.Browser, home: str) -> None:
    with visit(chromium, home, TOM, reduced_motion="reduce") as page:
        assert remarks(page, WITHHELD) == []


def test_the_door_is_for_everybody(chromium: sync_api.Browser, home: str) -> None:
    opened = chromium.new_context(base_url=home, reduced_motion="reduce")
    assert remarks(opened.new_page(), OUTSIDE) == []
    opened.close()


def remarks(page: sync_api.Page, paths: Sequence[str]) -> list[str]:
    """Open each page once and say what is wrong with it: for the eye, for axe, for the keyboard.

    What stands around every page alike is looked at on the first of them, and so are the fields of forms on the phone.
    """
    axe = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    script = (Path(axe.__file__).parent / "axe.min.js").read_text()
    found: list[str] = []
    for path in paths:
        scope = "document" if path == paths[0] else "document.querySelector('main')"
        page.emulate_media(color_scheme="dark")
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            needed = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{path} at {width}: {needed} px wide"] if needed > width else []
        page.evaluate(f"{FEW_ROWS}; {script};0")
        if path == paths[0] or path not in FORMS:
            found += [f"{path} on the phone: {said}" for said in _of_axe(page, scope, BY_LOOK)]
        page.set_viewport_size({"width": DESK, "height": 900})
        page.emulate_media(color_scheme="light")
        found += [f"{path} on the desk: {said}" for said in _of_axe(page, scope, RULES)]
        found += [f"{path}: {said}" for said in _of_keys(page, scope)]
    return found


def _of_axe(page: sync_api.Page, scope: str, rules: Mapping[str, Sequence[str]]) -> list[str]:
    remarks = page.evaluate(f"axe.run({scope}, {json.dumps(rules)}).then((found) => found.violations)")
    return [
        f"{violation['id']} {node['target']} {node['failureSummary'][:300]}"
        for violation in remarks
        for node in violation["nodes"][:2]
    ]


def _of_keys(page: sync_api.Page, scope: str) -> list[str]:
    """Press Tab through the page; name what it does not reach, what shows no focus and what only a pointer works."""
    page.evaluate(f"() => {{ const scope = {scope}; {STOPS} }}")
    steps = page.evaluate("stops().reduce((n, el) => n + ({ date: 5, time: 4, 'datetime-local': 9 }[el.type] ?? 1), 0)")
    for _ in range(steps + 2):
        page.keyboard.press("Tab")
    missed = page.evaluate("stops().filter((el) => !been.has(el)).map(named)")
    unmarked, pointed = page.evaluate(UNMARKED), page.evaluate(POINTED)
    return [
        *(f"Tab does not reach {name}" for name in missed),
        *(f"{name} shows no focus" for name in unmarked),
        *(f"only a pointer works {name}" for name in pointed),
    ]

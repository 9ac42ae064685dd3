"""Every page, for every role: it answers, keeps the headers, and has the bones of an accessible page."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from sqlalchemy import event

from netos_core.demo.people import DANA, DEMO_PEOPLE, ELENA, GRACE, MARCUS, PRIYA, RUTH, TOM, WILL, DemoPerson
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from tests.web.conftest import sign_in
from tests.web.walk import FORMS, LISTS, OTHERS, RECORDS, not_walked
from web_min.app import make_routes
from web_min.pages import lists, network
from web_min.pages.bulk_kinds import BY_PATH
from web_min.security import POLICY
from web_min.table import Spec

PAGES = (*LISTS, *RECORDS, *OTHERS)
SPECS = (*lists.SPECS, *network.SPECS)


class Bones(HTMLParser):
    """What a page is made of, as far as the tests ask."""

    def __init__(self) -> None:
        super().__init__()
        self.headings = 0
        self.labelled: set[str] = set()
        self.inputs: list[dict[str, str | None]] = []
        self.heads: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.unsafe: list[str] = []
        self.landmarks: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.headings += tag == "h1"
        if tag == "label" and found.get("for"):
            self.labelled.add(str(found["for"]))
        if tag in {"input", "select", "textarea"} and found.get("type") != "hidden":
            self.inputs.append({"tag": tag, **found})
        if tag == "th":
            self.heads.append(found)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if "style" in found or any(name.startswith("on") for name in found) or tag == "style":
            self.unsafe.append(tag)
        if tag == "script" and not str(found.get("src", "")).startswith("/static/"):
            self.unsafe.append(tag)
        if tag in {"main", "nav"}:
            self.landmarks.add(tag)


def bones(html: str) -> Bones:
    made = Bones()
    made.feed(html)
    return made


def test_every_page_there_is_is_walked(demo_core: Core) -> None:
    assert not_walked(make_routes(demo_core)) == []


def test_every_list_can_be_changed_in_bulk_goes_to_a_file_and_says_so_on_a_phone_too(demo_core: Core) -> None:
    # What is on the worklist is found, not kept: it goes when the work is done.
    assert set(BY_PATH) == {spec.path for spec in SPECS} - {"/worklist"} == set(LISTS)
    browser = sign_in(demo_core, DANA.email)
    for path in LISTS:
        page = browser.get(path)
        for there in (f"{path}.xlsx", f"{path}.csv", f"{path}/bulk?all=yes"):
            assert page.count(f'href="{there}"') == 2, (path, there)
        assert f'<form action="{path}/bulk"' in page


@pytest.mark.parametrize("person", DEMO_PEOPLE, ids=lambda p: str(p.roles[0]))
def test_every_role_opens_every_page_and_amounts_are_nowhere_for_who_may_not_see_them(
    demo_core: Core, person: DemoPerson
) -> None:
    browser = sign_in(demo_core, person.email)
    blind = not demo_core.principal(person.email).may("see:money")
    for path in PAGES:
        html = browser.get(path)
        if blind:
            shown = html.replace("IFN's letter of this week", "")
            assert "$" not in re.sub(r"<title>.*?</title>", "", shown), path
            assert "data-mrc" not in html, path
            assert "1725.00" not in html, path


def test_a_form_is_for_who_may_propose(demo_core: Core) -> None:
    assert "does not propose" in sign_in(demo_core, RUTH.email).get("/circuits/new", 403)


def keeps_the_headers(headers: Mapping[str, str]) -> bool:
    kept = {
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
    }
    return {name: headers.get(name) for name in kept} == kept


def test_every_page_keeps_the_headers_and_has_the_bones_of_an_accessible_one(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    assert all(keeps_the_headers(browser.client.get(path).headers) for path in ("/sign-in", "/nowhere"))
    for path in (*PAGES, *FORMS, "/trail"):
        answer = browser.client.get(path)
        assert answer.status_code == 200, (path, answer.text[:3000])
        assert keeps_the_headers(answer.headers), path
        page = bones(answer.text)
        assert page.headings == 1, path
        assert page.unsafe == [], path
        assert page.landmarks == {"main", "nav"}, path
        assert len(page.ids) == len(set(page.ids)), (path, {i for i in page.ids if page.ids.count(i) > 1})
        assert all(head.get("scope") in {"col", "row"} for head in page.heads), path
        for entry in page.inputs:
            named = entry.get("aria-label") or entry.get("id") in page.labelled
            wrapped = entry.get("type") in {"checkbox", "radio"}
            assert named or wrapped, (path, entry)


ONE_READING = ("circuits", "sites", "providers", "customers", "contracts", "rf-links", "electrical")


@pytest.mark.parametrize("path", [path for path in RECORDS if path.split("/")[1] in ONE_READING])
def test_a_record_is_read_in_one_transaction_and_its_page_made_after_it(demo_core: Core, path: str) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    browser.get(path)
    told: list[str] = []
    events = {"begin": lambda _: told.append("begin"), "commit": lambda _: told.append("end")}
    for name, told_of in events.items():
        event.listen(demo_core.engine, name, told_of)
    try:
        browser.get(path)
    finally:
        for name, told_of in events.items():
            event.remove(demo_core.engine, name, told_of)
    assert told == ["begin", "end"] * 2  # who it is, and all that is shown


def test_a_sorted_head_says_so(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    assert 'aria-sort="descending"><a href="/circuits?sort=mrc">MRC' in browser.get("/circuits?sort=-mrc")


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: str(spec.path))
def test_every_sorted_head_orders_both_ways_and_every_page_follows_on(demo_core: Core, spec: Spec) -> None:
    reader = demo_core.principal(ELENA.email)

    def page(**asked: object) -> Any:
        return demo_core.call(spec.operation, spec.operation.request.model_validate(asked), reader, Channel.PAGE)

    name = spec.columns[0].name
    every = {getattr(row, name) for row in page(limit=100).rows}
    for sort in sorted({column.sort for column in spec.columns if column.sort and not column.needs}):
        for way in (sort, f"-{sort}"):
            seen, cursor = [], None
            while len(seen) < len(every):
                found = page(limit=max(len(every) // 2, 1), sort=way, cursor=cursor)
                seen += [getattr(row, name) for row in found.rows]
                cursor = found.next_cursor
                if cursor is None:
                    break
            assert (len(seen), set(seen)) == (len(every), every), way


@pytest.mark.parametrize("path", [*LISTS, "/trail", "/approvals", "/search"])
def test_an_unknown_filter_names_the_valid_ones(demo_core: Core, path: str) -> None:
    page = sign_in(demo_core, MARCUS.email).get(f"{path}?colour=red", 400)
    assert "There is no filter “colour”" in page
    assert "Valid: " in page


def test_a_value_that_does_not_fit_is_refused(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    assert "status: is not one of the known values" in browser.get("/circuits?status=sleeping", 400)
    assert "column to sort by" in browser.get("/circuits?sort=colour", 400)
    assert "Write it like 2026-11-22" in browser.get("/trail?since=soon", 400)
    browser.get("/circuits?cursor=forged", 400)
    browser.get("/circuits?query=&provider=&status=")  # a form sends its empty fields


def test_what_is_not_there_is_said_calmly(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    for path in ("/circuits/CKT-9", "/approvals/CHG-9", "/nowhere", "/sites/x/y/z"):
        page = browser.get(path, 404)
        assert "Traceback" not in page
        assert bones(page).headings == 1


@pytest.mark.parametrize("person", [TOM, WILL], ids=["noc", "field"])
def test_no_amount_leaves_in_a_file_or_by_an_order(demo_core: Core, person: DemoPerson) -> None:
    browser = sign_in(demo_core, person.email)
    assert "1725" not in browser.get("/circuits/CKT-1007/edit")
    for path in LISTS:
        body = browser.get(f"{path}.csv")
        head = body.splitlines()[0].lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").split(",")
        assert not {"mrc", "nrc", "mrr", "monthly_cost", "cost_of_silence"} & set(head), path
    assert "1725" not in browser.get("/circuits.csv?query=CKT-1007")
    assert "can not be" in browser.get("/circuits?sort=mrc", 403)
    browser.get("/trail", 403)


def test_csv_holds_what_the_list_shows(demo_core: Core) -> None:
    browser = sign_in(demo_core, GRACE.email)
    total = re.search(r'<p class="sub">(\d+) circuits here', browser.get("/circuits?provider=Zayo"))
    assert total
    answer = browser.client.get("/circuits.csv?provider=Zayo")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="netos-circuits-' in answer.headers["content-disposition"]
    assert len(answer.text.splitlines()) == int(total[1]) + 1


def test_the_trail_filters_and_exports(demo_core: Core) -> None:
    browser = sign_in(demo_core, RUTH.email)
    page = browser.get("/trail?ref=CKT-1007&action=update")
    assert "CKT-1007" in page
    assert "CKT-1008" not in page
    assert browser.get("/trail?since=2090-01-01").count("No entry matches") == 1
    lines = browser.get("/trail.csv?ref=CKT-1007").splitlines()
    assert lines[0].endswith("request_id")
    assert len(lines) > 2


def test_the_navigation_names_where_one_is(demo_core: Core) -> None:
    page = sign_in(demo_core, MARCUS.email).get("/circuits/CKT-1007")
    assert re.search(r'href="/circuits"[^>]*aria-current="page"', page)
    assert 'href="/imports"' in page


def test_a_list_is_exported_as_a_workbook_with_amounts_and_dates_as_such(demo_core: Core) -> None:
    browser = sign_in(demo_core, MARCUS.email)
    answer = browser.client.get("/circuits.xlsx?provider=Zayo&sort=-mrc")
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.rows]
    amounts = [row[rows[0].index("MRC")] for row in rows[1:]]
    assert len(amounts) > 5
    assert amounts == sorted(amounts, reverse=True)
    assert {type(row[rows[0].index("Act by")]) for row in rows[1:]} <= {datetime, type(None)}


def test_a_workbook_holds_no_amount_its_reader_may_not_see(demo_core: Core) -> None:
    answer = sign_in(demo_core, "tom.kessler@xiber.example").client.get("/circuits.xlsx")
    head = [cell.value for cell in next(openpyxl.load_workbook(io.BytesIO(answer.content)).active.rows)]
    assert "Ref" in head
    assert not {"MRC", "NRC", "MRR"} & set(head)


def test_no_two_pages_have_one_key(demo_core: Core) -> None:
    keys = re.findall(r'data-go="(.)"', sign_in(demo_core, PRIYA.email).get("/"))
    assert len(keys) > 20
    assert len(keys) == len(set(keys)), sorted(keys)

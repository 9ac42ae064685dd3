"""Documents on the pages and by the API: sent, seen, downloaded in ranges, never run, never shown to the wrong role."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from netos_core.access.rules import Role
from netos_core.runtime import files
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.factories import make_contract, make_person, make_site
from tests.files import make_pdf, make_photo
from tests.web.conftest import HOME, Browser, as_role, make_application
from web_min.files import disposition, range_of


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db, demo=True, home=tmp_path))
    with core.session() as session:
        for role in Role:
            make_person(session, role)
    yield core
    core.close()


def made(core: Core) -> tuple[str, str]:
    """Make a site and a contract to put documents on."""
    with core.session() as session:
        return make_site(session, "Ridge"), make_contract(session)


def send(browser: Browser, on: str, content: bytes, name: str = "LOA.pdf", kind: str = "loa_cfa", **more: str) -> str:
    """Send the form of a record's page and return where it leads."""
    fields = {"csrf": browser.token(), "on": on, "kind": kind, **more}
    answer = browser.client.post("/documents", data=fields, files={"file": (name, content)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


def work(core: Core) -> None:
    while files.store_staged(core):
        pass
    while files.make_pictures(core):
        pass


def test_a_photo_is_added_seen_and_undone_where_it_is_read(core: Core) -> None:
    site, _ = made(core)
    browser = as_role(core, Role.NOC)
    where = send(browser, site, make_photo(), "IMG_1.jpg", "photo", title="North face <b>", caption="Three dishes")
    assert where.startswith(f"/sites/{site}?said=document&change=CHG-")
    assert where.endswith("#documents")
    assert "Document added." in browser.get(where)
    work(core)
    page = browser.get(f"/sites/{site}")
    assert "/documents/DOC-1001/thumbnail" in page
    assert "North face &lt;b&gt;" in page
    assert "Three dishes" in browser.get("/documents/DOC-1001")
    assert "DOC-1001" in browser.get("/documents?kind=photo")
    small = browser.client.get("/documents/DOC-1001/thumbnail")
    assert (small.headers["content-type"], small.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert small.headers["content-disposition"].startswith("inline")
    again = browser.client.get("/documents/DOC-1001/thumbnail", headers={"if-none-match": small.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_same_file_sent_twice_leads_to_the_one_that_is_there(core: Core) -> None:
    site, _ = made(core)
    browser = as_role(core, Role.NOC)
    send(browser, site, make_pdf("LOA"))
    where = send(browser, site, make_pdf("LOA"), "copy.pdf")
    assert where == "/documents/DOC-1001?said=twin"
    assert "nothing was added" in browser.get(where)


def test_a_file_that_is_refused_shows_the_form_again_and_says_why(core: Core) -> None:
    site, _ = made(core)
    browser = as_role(core, Role.NOC)
    fields = {"csrf": browser.token(), "on": site, "kind": "other"}
    answer = browser.client.post("/documents", data=fields, files={"file": ("a.pdf", b"MZ\x90\x00")})
    assert answer.status_code == 400
    assert "not kept" in answer.text
    assert f'name="on" value="{site}"' in answer.text


def test_a_download_is_a_download_whatever_the_file_calls_itself(core: Core) -> None:
    site, _ = made(core)
    browser = as_role(core, Role.NOC)
    content = make_pdf("<script>alert(1)</script>")
    send(browser, site, content, "evil\u202e.html")
    for _ in ("staged", "stored"):
        answer = browser.client.get("/documents/DOC-1001/file")
        assert answer.content == content
        headers = answer.headers
        assert headers["content-type"] == "application/pdf"
        assert (
            headers["content-disposition"] == "attachment; filename=\"evil.html.pdf\"; filename*=UTF-8''evil.html.pdf"
        )
        assert headers["content-security-policy"].startswith("sandbox")
        assert headers["x-content-type-options"] == "nosniff"
        work(core)


def test_a_part_of_a_file_can_be_asked_for(core: Core) -> None:
    site, _ = made(core)
    browser = as_role(core, Role.NOC)
    content = make_pdf("Part")
    send(browser, site, content)
    work(core)
    part = browser.client.get("/documents/DOC-1001/file", headers={"range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, content[5:10])
    assert part.headers["content-range"] == f"bytes 5-9/{len(content)}"
    beyond = browser.client.get("/documents/DOC-1001/file", headers={"range": "bytes=999999-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(content)}")
    old = browser.client.get("/documents/DOC-1001/file", headers={"range": "bytes=5-9", "if-range": '"other"'})
    assert (old.status_code, old.content) == (200, content)


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("", range(10)),
        ("bytes=0-3", range(4)),
        ("bytes=4-", range(4, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        ("bytes=8-99", range(8, 10)),
        ("bytes=10-", None),
        ("bytes=-0", None),
        ("bytes=5-2", range(10)),
        ("bytes=0-1,3-4", range(10)),
        ("lines=1-2", range(10)),
    ],
)
def test_a_range_is_read_as_http_says(asked: str, part: range | None) -> None:
    assert range_of(asked, 10) == part


def test_a_name_injects_no_header() -> None:
    told = disposition('a"\r\nSet-Cookie: x=1\u00e4.pdf')
    assert "\r" not in told
    assert "\n" not in told
    assert told.count('"') == 2
    assert told.isascii()


def test_a_contract_is_a_kind_and_nothing_more_for_who_sees_no_amounts(core: Core) -> None:
    _, contract = made(core)
    finance, noc = as_role(core, Role.FINANCE), as_role(core, Role.NOC)
    send(finance, contract, make_pdf("MRC 900"), "Rate card.pdf", "contract")
    work(core)
    assert "Rate card" in finance.get(f"/contracts/{contract}")
    for path in (f"/contracts/{contract}", "/documents", "/documents/DOC-1001", "/documents.csv"):
        page = noc.get(path)
        assert "Rate card" not in page, path
        assert "/thumbnail" not in page
    for path in ("file", "thumbnail", "preview"):
        noc.get(f"/documents/DOC-1001/{path}", 403)
    assert finance.client.get("/documents/DOC-1001/file").status_code == 200
    with core.session() as session:
        reads = session.execute(text("select ref, entity from audit where action = 'read'")).all()
    assert [tuple(row) for row in reads] == [("DOC-1001", "get_document_file")]


def test_a_document_is_described_anew_and_retired_at_once(core: Core) -> None:
    site, _ = made(core)
    browser = as_role(core, Role.NOC)
    send(browser, site, make_pdf("LOA"))
    assert "Describe DOC-1001 anew" in browser.get("/documents/DOC-1001/edit")
    fields = {"title": "LOA, panel 4", "was.title": "LOA", "reason": "as it is printed"}
    assert browser.where("/documents/DOC-1001/edit", fields).startswith("/approvals/CHG-")
    where = browser.where("/documents/DOC-1001/retire", {"reason": "wrong site"})
    assert where.startswith(f"/sites/{site}?said=undocument")
    assert "No document or photo is on it." in browser.get(where)


def test_a_program_sends_and_fetches_files(core: Core) -> None:
    site, _ = made(core)
    api = TestClient(make_application(core), base_url=HOME, client=("127.0.0.1", 5000))
    who = {"Authorization": "Bearer demo:field.person@isp.example"}
    content = make_photo()
    sent = api.post(
        "/api/v1/upload_document", headers=who, files={"file": ("a.jpg", content)}, data={"on": site, "kind": "photo"}
    )
    assert sent.status_code == 200, sent.text
    change = sent.json()["change"]
    confirmed = {"change_id": change["change_id"], "digest": change["digest"]}
    assert api.post("/api/v1/confirm_change", headers=who, json=confirmed).json()["status"] == "committed"
    rows = api.get(f"/api/v1/list_site_documents?site={site}", headers=who).json()["rows"]
    assert [row["ref"] for row in rows] == ["DOC-1001"]
    got = api.get("/api/v1/get_document_file?ref=DOC-1001", headers=who)
    assert (got.content, got.headers["content-type"]) == (content, "image/jpeg")
    assert api.get("/api/v1/get_document_file?ref=DOC-9", headers=who).status_code == 404
    early = api.get("/api/v1/get_document_file?ref=DOC-1001&picture=thumbnail", headers=who)
    assert (early.status_code, early.json()["code"]) == (503, "upstream")

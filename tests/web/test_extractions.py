"""The pages of extractions: sent, looked at, decided, proposed, and what is not shown to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.core.extractions.making import decide, get, order, propose, read, work
from tests.factories import approve, make_contract, make_person, make_provider, rows_of
from tests.files import make_photo
from tests.web.conftest import as_role


@pytest.fixture
def core(fresh_db: str, tmp_path: Path) -> Iterator[Core]:
    core = Core(Settings(database_url=fresh_db, home=tmp_path, demo=True))
    with core.session() as session:
        for role in Role:
            make_person(session, role)
        make_provider(session, "Granite Peak Fiber")
    yield core
    core.close()


ALL = {"d.mrc": "accept", "d.etf": "accept", "d.initial_term_months": "accept"}


def typed(page: str, **changed: str) -> dict[str, str]:
    """Send back what the page holds, as a browser does."""
    told = dict(re.findall(r'name="(v\.\w+)" value="([^"]*)"', page))
    told |= {name: unescape(said) for name, said in re.findall(r'<textarea[^>]* name="(v\.\w+)"[^>]*>([^<]*)<', page)}
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    return told | {"version": version[1]} | changed


def test_a_pdf_is_sent_seen_waiting_and_decided(core: Core) -> None:
    finance = as_role(core, Role.FINANCE)
    sent = finance.client.post(
        "/extractions",
        data={"csrf": finance.token()},
        files={"file": ("order.pdf", order(), "application/pdf")},
        follow_redirects=False,
    )
    assert sent.headers["location"] == "/extractions/EXT-1001"
    assert "It waits for its turn." in finance.get("/extractions/EXT-1001")
    work(core)
    page = finance.get("/extractions/EXT-1001")
    assert "0 of 3 done" in page
    assert "Monthly Recurring Charge: $4,850.00" in page
    assert 'data-for="mrc" id="q-mrc"><rect x="' in page
    picture = finance.client.get("/extractions/EXT-1001/pages/1")
    assert (picture.headers["content-type"], picture.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    again = finance.client.get("/extractions/EXT-1001/pages/1", headers={"if-none-match": picture.headers["etag"]})
    assert again.status_code == 304
    finance.get("/extractions/EXT-1001/pages/2", 404)
    saved = typed(page, **{"d.mrc": "accept", "v.mrc": "4900", "d.etf": "accept", "do": "save"})
    assert finance.where("/extractions/EXT-1001", saved) == "/extractions/EXT-1001?saved=yes"
    page = finance.get("/extractions/EXT-1001")
    assert "Typed by Finance Person" in page
    assert "2 of 3 done" in page
    refused = finance.post("/extractions/EXT-1001", typed(page, do="propose"), 400)
    assert "Nobody has decided Initial term (months)." in refused
    change = finance.where(
        "/extractions/EXT-1001", typed(page, **{"d.initial_term_months": "accept", "c.number": "SO-1", "do": "propose"})
    )
    assert change.startswith("/approvals/CHG-")
    assert "$4,900.00" in finance.get(change)
    assert "waits for approval" in finance.get("/extractions/EXT-1001")


def test_a_value_that_is_none_is_told_beside_its_field_and_stays_typed(core: Core) -> None:
    ref = read(core, order())
    finance = as_role(core, Role.FINANCE)
    page = finance.get(f"/extractions/{ref}")
    told = finance.post(f"/extractions/{ref}", typed(page, **{"d.mrc": "edit", "v.mrc": "lots", "do": "save"}), 400)
    assert "MRC is an amount." in told
    assert 'value="lots"' in told
    assert get(core, ref).missing[0] == "MRC"


def test_who_was_too_late_is_told_and_nothing_of_theirs_is_kept(core: Core) -> None:
    ref = read(core, order())
    one, other = as_role(core, Role.FINANCE), as_role(core, Role.EXEC)
    page = one.get(f"/extractions/{ref}")
    other.where(f"/extractions/{ref}", typed(page, **{"d.mrc": "reject", "do": "save"}))
    told = one.post(f"/extractions/{ref}", typed(page, **ALL, do="propose"), 409)
    assert "decided on by someone else" in told
    assert get(core, ref).missing == ["ETF", "Initial term (months)"]


def test_the_contract_on_file_stands_beside_what_was_read(core: Core) -> None:
    with core.session() as session:
        contract = make_contract(session, provider="Granite Peak Fiber", number="SO-2204417", mrc="4800.00")
    ref = read(core, order())
    page = as_role(core, Role.FINANCE).get(f"/extractions/{ref}")
    assert f"compared with {contract}" in page
    assert "On file: 4800.00" in page


def test_what_is_no_pdf_is_refused_on_the_page(core: Core) -> None:
    finance = as_role(core, Role.FINANCE)
    files = {"file": ("photo.jpg", make_photo(), "image/jpeg")}
    told = finance.client.post("/extractions", data={"csrf": finance.token()}, files=files)
    assert told.status_code == 400
    assert "A contract is read from a PDF, and this is a picture, whatever it is called." in told.text
    files = {"file": ("order.pdf", make_photo()[:2000], "application/pdf")}
    told = finance.client.post("/extractions", data={"csrf": finance.token()}, files=files)
    assert "A contract is read from a PDF, and this is a picture, whatever it is called." in told.text
    assert "damaged" not in told.text


def test_words_of_the_document_are_never_markup(core: Core) -> None:
    ref = read(core, order("<b>SO</b>", more="Governed by the laws of the State of <script>alert(1)</script>."))
    page = as_role(core, Role.FINANCE).get(f"/extractions/{ref}")
    assert "<script>alert" not in page


def test_who_sees_no_amounts_is_told_that_it_is_there_and_no_more(core: Core) -> None:
    ref = read(core, order())
    noc = as_role(core, Role.NOC)
    for path in ("/extractions", f"/extractions/{ref}"):
        page = noc.get(path)
        assert "withheld" in page
        assert "4,850" not in page
        assert "order.pdf" not in page
    noc.get(f"/extractions/{ref}/pages/1", 403)
    sales = as_role(core, Role.SALES)
    page = sales.get(f"/extractions/{ref}")
    assert "Your role does not propose prices" in page
    assert "Propose contract" not in page
    sales.post(f"/extractions/{ref}", typed('name="version" value="1"', **ALL, do="save"), 403)


def test_it_leaves_the_queue_with_a_reason_or_is_read_again(core: Core) -> None:
    ref = read(core, order())
    finance = as_role(core, Role.FINANCE)
    assert finance.where(f"/extractions/{ref}/read", {}) == "/extractions/EXT-1002"
    assert finance.where(f"/extractions/{ref}/dismiss", {"reason": "A brochure."}) == f"/extractions/{ref}"
    assert "A brochure." in finance.get(f"/extractions/{ref}")
    assert ref in finance.get("/extractions?view=dismissed")
    assert f"/extractions/{ref}" not in finance.get("/extractions")


def test_the_paper_of_a_contract_links_to_what_was_read_of_it(core: Core) -> None:
    ref = read(core, order())
    decide(core, ref, mrc="accept", etf="accept", initial_term_months="accept")
    change = propose(core, ref)
    with core.session() as session:
        approve(session, change)
        (contract,) = rows_of(session, "contract")
    work(core)
    for path in ("/documents/DOC-1001", f"/contracts/{contract['ref']}"):
        page = as_role(core, Role.NOC).get(path)
        assert f'<a href="/extractions/{ref}">{ref}</a>' in page
        assert '<span class="badge good">On file</span>' in page


def test_the_words_of_a_page_stand_beside_its_picture(core: Core) -> None:
    ref = read(core, order())
    finance = as_role(core, Role.FINANCE)
    assert f'href="/extractions/{ref}/pages/1/text"' in finance.get(f"/extractions/{ref}")
    page = finance.get(f"/extractions/{ref}/pages/1/text")
    assert "Monthly Recurring Charge: $4,850.00" in page
    assert f'src="/extractions/{ref}/pages/1"' in page
    finance.get(f"/extractions/{ref}/pages/2/text", 404)
    as_role(core, Role.NOC).get(f"/extractions/{ref}/pages/1/text", 403)

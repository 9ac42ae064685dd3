"""The import pages: upload, mapping, correction in place, proposal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from netos_core.access.rules import Role
from netos_core.runtime.calls import Core
from tests.factories import rows_of
from tests.web.conftest import Browser, as_role
from web_min.pages.imports import _plain_name

HEADER = "Circuit ID,Carrier,Service,Bandwidth,A Location,Z Location,MRC,Status\n"
ROW = "12/KFGS/204481//LUM,Lumen,DIA,1 Gig,Keystone,Internet,1200.00,active\n"
BAD = "A-2,Lumen,DIA,1 Gig,Keystone,Internet,about 1200,active\n"


@pytest.fixture
def browser(core: Core) -> Browser:
    return as_role(core, Role.ENGINEERING)


def upload(
    browser: Browser, content: str | bytes, name: str = "a.csv", *, token: str | None = None, **fields: str
) -> Any:
    data = content.encode() if isinstance(content, str) else content
    sent = {"csrf": browser.token("/imports") if token is None else token, **fields}
    return browser.client.post("/imports", data=sent, files={"file": (name, data, "text/csv")}, follow_redirects=False)


def staged(browser: Browser, content: str | bytes, **fields: str) -> str:
    answer = upload(browser, content, **fields)
    assert answer.status_code == 303, answer.text[:2000]
    where = str(answer.headers["location"])
    assert re.fullmatch(r"/imports/IMP-\d+", where)
    return where


def inputs(page: str, row: int) -> Mapping[str, str]:
    """Read the fields of a row's form, by the label a person sees."""
    form = page[page.index(f'id="row-{row}"') :].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'<label for="[^"]+">([^<]+)</label><input id="[^"]+" name="([^"]+)"', form))


def values(page: str, row: int) -> dict[str, str]:
    form = page[page.index(f'id="row-{row}"') :].split("</form>", maxsplit=1)[0]
    return dict(re.findall(r'name="((?:c|was)\.\d+)" value="([^"]*)"', form))


def test_an_upload_shows_how_the_sheet_was_read_and_changes_nothing(core: Core, browser: Browser) -> None:
    page = browser.get(staged(browser, HEADER + ROW + BAD))
    assert "Named “circuit id”; the values fit." in page
    assert "Propose 1 change<" in page
    assert "1 row with problems stays here." in page
    assert "Row 3</span>, MRC" in page
    assert "Stubs to complete" in page
    with core.session() as session:
        assert not rows_of(session, "circuit")
        assert not rows_of(session, "provider")


def test_a_proposed_import_waits_on_its_approval_page(browser: Browser) -> None:
    where = staged(browser, HEADER + ROW)
    to = browser.where(f"{where}/propose", {"reason": "The new plant list"})
    assert re.fullmatch(r"/approvals/CHG-\d+", to)
    approval = browser.get(to)
    assert "The new plant list" in approval
    page = browser.get(where)
    assert f'href="{to}"' in page
    assert "Propose 1 change" not in page, "nothing to do while it waits"
    assert "<select" not in page
    assert to.rpartition("/")[2] in browser.get("/imports")


def test_a_cell_is_corrected_in_place_and_the_row_read_again(browser: Browser) -> None:
    where = staged(browser, HEADER + ROW + BAD)
    page = browser.get(f"{where}?outcome=invalid")
    assert 'aria-invalid="true"' in page
    cells = values(page, 3) | {inputs(page, 3)["MRC"]: "1250"}
    to = browser.where(f"{where}/rows/3", cells)
    assert to == f"{where}?outcome=invalid&row=3&now=create"
    assert "Row 3 is corrected: it adds a record." in browser.get(to)
    assert "Propose 2 changes<" in browser.get(where)


def test_a_row_that_stays_wrong_says_so(browser: Browser) -> None:
    where = staged(browser, HEADER + ROW + BAD)
    page = browser.get(f"{where}?outcome=invalid")
    to = browser.where(f"{where}/rows/3", values(page, 3) | {inputs(page, 3)["MRC"]: "plenty"})
    assert "Row 3 still has a problem." in browser.get(to)
    told = browser.post(f"{where}/rows/3", values(page, 3), 400)
    assert "Nothing was corrected in row 3." in told


def test_a_toast_says_only_our_words(browser: Browser) -> None:
    where = staged(browser, HEADER + ROW)
    assert "toast" not in browser.get(f"{where}?now=hacked&row=1")
    assert "toast" not in browser.get(f"{where}?now=create&row=<b>")


def test_a_column_gets_another_field(browser: Browser) -> None:
    where = staged(browser, HEADER.replace("MRC", "Figure") + ROW)
    page = browser.get(where)
    (at,) = re.findall(r'<label class="vh" for="f-(\d+)">Field of Figure</label>', page)
    browser.post(f"{where}/mapping", {f"f.{at}": "mrc"})
    assert re.search(r'<option value="mrc" selected>', browser.get(where))
    refused = browser.post(f"{where}/mapping", {f"f.{at}": "price"}, 400)
    assert "There is no field “price”." in refused


def test_a_sheet_is_read_as_another_kind(browser: Browser) -> None:
    where = staged(browser, "Name,City\nHarbor,Carmel\n", kind="customers")
    browser.post(f"{where}/kind", {"kind": "sites"})
    assert "1 row of sites" in browser.get(where)
    assert "is not one of the known values" in browser.post(f"{where}/kind", {"kind": "cables"}, 400)


def test_a_workbook_with_several_sheets_offers_the_others(browser: Browser) -> None:
    import io

    import openpyxl

    book = openpyxl.Workbook()
    for name in ("Circuits", "Old"):
        page = book.create_sheet(name)
        page.append(["Circuit ID", "Carrier"])
        page.append(["A-1", name])
    out = io.BytesIO()
    book.save(out)
    where = staged(browser, out.getvalue(), sheet="Old")
    page_text = browser.get(where)
    assert "Another sheet of the workbook" in page_text
    assert "<option selected>Old</option>" in page_text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty (0 bytes)."),
        (b"%PDF-1.7", "The file is a PDF, not a sheet."),
        (b"qzx,vvk\n1,2\n", "The columns do not tell what the sheet lists."),
        (b"x" * ((50 << 20) + 1), "The file has 50.0 MB; a sheet may have 50 MB."),
    ],
)
def test_what_is_no_sheet_is_told_on_the_page(browser: Browser, content: bytes, said: str) -> None:
    answer = upload(browser, content)
    assert answer.status_code == 400
    assert said in answer.text
    assert 'id="refused"' in answer.text


def test_no_file_is_told_on_the_page(browser: Browser) -> None:
    answer = browser.client.post("/imports", data={"csrf": browser.token("/imports")}, follow_redirects=False)
    assert answer.status_code == 400
    assert "No file was chosen." in answer.text


def test_more_than_a_form_may_carry_is_cut_off_while_it_arrives(browser: Browser) -> None:
    sent = 0

    def endless() -> Any:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        while sent < 200 << 20:
            sent += 1 << 20
            yield b"x" * (1 << 20)

    answer = browser.client.post(
        "/imports", content=endless(), headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert answer.status_code == 413


def test_a_form_without_its_token_does_nothing(core: Core, browser: Browser) -> None:
    assert upload(browser, HEADER + ROW, token="forged").status_code == 403
    where = staged(browser, HEADER + ROW)
    for path, fields in (("propose", {}), ("rows/2", {"c.6": "1", "was.6": "1200.00"}), ("mapping", {}), ("kind", {})):
        browser.post(f"{where}/{path}", fields, 403, token="forged")
    with core.session() as session:
        assert len(rows_of(session, "import_batch")) == 1
        assert not rows_of(session, "proposal")


def test_an_import_is_nobody_elses(core: Core, browser: Browser) -> None:
    where = staged(browser, HEADER + ROW)
    other = as_role(core, Role.FINANCE)
    other.get(where, 404)
    assert "You have read no sheet yet" in other.get("/imports")
    as_role(core, Role.FIELD).get("/imports", 403)


def test_a_name_keeps_nothing_of_the_folder_it_came_from() -> None:
    assert _plain_name("C:\\Users\\pat\\plant.csv") == "plant.csv"
    assert _plain_name("../../etc/passwd") == "passwd"
    assert _plain_name("a\r\nb\x00.csv") == "ab.csv"
    assert _plain_name("/") == "upload"
    assert len(_plain_name("x" * 400 + ".csv")) == 255


def test_their_words_stay_text(browser: Browser) -> None:
    page = browser.get(staged(browser, HEADER + ROW.replace("Keystone", "<script>alert(1)</script>")))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_unknown_filter_is_refused(browser: Browser) -> None:
    where = staged(browser, HEADER + ROW)
    assert "There is no filter “colour”" in browser.get(f"{where}?colour=red", 400)
    browser.get(f"{where}?outcome=odd", 400)
    browser.get("/imports/IMP-999999", 404)


def test_many_rows_come_in_pages(browser: Browser) -> None:
    rows = "".join(f"C-{n},Lumen,DIA,1G,K,Internet,{'x' if n % 5 == 0 else 5},active\n" for n in range(120))
    where = staged(browser, HEADER + rows)
    page = browser.get(where)
    assert "50 rows shown" in page
    following = re.search(rf'href="({where}\?after=\d+#rows)"', page)
    assert following
    assert "First rows" in browser.get(following[1].partition("#")[0])
    invalid = browser.get(f"{where}?outcome=invalid")
    assert "10 rows shown" in invalid
    assert "after=" in invalid


def test_the_navigation_shows_imports(browser: Browser) -> None:
    assert 'href="/imports" title="Imports"' in browser.get("/")

"""Reports on their pages: made, read by who sees amounts and by who does not, printed, and walked to a day to come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from netos_core.access.rules import Role
from netos_core.kernel.clock import utc_now
from netos_core.reports import records
from netos_core.reports.model import Report
from netos_core.reports.rules.checking import Block, BlockKind, Part
from netos_core.reports.rules.figures import Result
from netos_core.reports.writing import Written
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import Settings
from tests.core.reports.making import Deadlines, make_deadlines
from tests.factories import make_person
from tests.web.conftest import as_role
from tests.web.test_pages import bones


@pytest.fixture
def core(fresh_db: str) -> Iterator[Core]:
    """An installation with a key, so that a report waits for its text."""
    core = Core(Settings(database_url=fresh_db, demo=True, anthropic_api_key="sk-ant-none"))
    with core.session() as session:
        for role in Role:
            make_person(session, role)
    yield core
    core.close()


@pytest.fixture
def deadlines(core: Core) -> Deadlines:
    with core.session() as session:
        return make_deadlines(session, utc_now())


def finished(core: Core, written: Written) -> None:
    with core.session() as session:
        claimed = records.claim(session, utc_now(), timedelta(minutes=9))
        assert claimed is not None
        records.spend(session, claimed, 41_234, 1_650)
        assert records.finish(session, claimed, written, utc_now()) is not None


def by_claude(deadlines: Deadlines) -> Written:
    """Make a text with a figure that stands in a result, and with words a model was told to write."""
    figure = Part("84,000.00 USD", "T1", f"lines/{deadlines.critical}/at_risk")
    blocks = (
        Block(BlockKind.HEADING, (Part("Act <now>"),)),
        Block(BlockKind.BULLET, (Part(f"{deadlines.critical} commits "), figure, Part("."))),
    )
    result = Result("T1", "get_report", {"ref": "RPT-1001"}, {}, "")
    return Written(blocks, (result,), model="claude-opus-4-7")


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_report_is_made_on_the_page_and_stands_in_the_list(core: Core, deadlines: Deadlines) -> None:
    browser = as_role(core, Role.EXEC)
    assert "No report yet" in browser.get("/reports")
    preview = browser.get("/reports/preview")
    assert "Keep it as a report" in preview
    where = browser.where("/reports/run", {})
    page = browser.get(where)
    assert "Claude is writing" in page
    assert "Download the PDF" not in page
    for contract in (deadlines.missed, deadlines.critical, deadlines.coming, deadlines.undone, deadlines.unknown):
        assert f'href="/contracts/{contract}"' in page
    assert "$84,000.00" in page
    assert "€500.00 + $85,800.00" in page, "currencies stand side by side"
    assert 'href="/reports/RPT-1001"' in browser.get("/reports")
    assert "RPT-1001" in browser.get("/reports.csv")
    assert browser.client.get("/search?q=RPT-1001").status_code == 200
    assert bones(page)


def test_a_text_by_claude_links_its_records_and_says_where_each_figure_stands(core: Core, deadlines: Deadlines) -> None:
    browser = as_role(core, Role.FINANCE)
    browser.post("/reports/run", {})
    finished(core, by_claude(deadlines))
    page = browser.get("/reports/RPT-1001")
    assert "Written by Claude" in page
    assert f'<span class="fig" title="get_report: lines/{deadlines.critical}/at_risk">$84,000.00</span>' in page
    assert f'<p class="point"><a href="/contracts/{deadlines.critical}">' in page
    assert "Act &lt;now&gt;" in page
    assert "41,234 read, 1,650 written" in plain(page)
    assert "1 figure, each checked against its source" in page


@pytest.mark.parametrize("role", [Role.NOC, Role.FIELD])
def test_who_sees_no_amounts_is_told_why_the_text_is_not_there(core: Core, deadlines: Deadlines, role: Role) -> None:
    as_role(core, Role.FINANCE).post("/reports/run", {})
    finished(core, by_claude(deadlines))
    browser = as_role(core, role)
    page = browser.get("/reports/RPT-1001")
    assert "wrote about this report with amounts in view" in page
    assert deadlines.critical in page
    for hidden in ("$", "84,000", "Act &lt;now&gt;", "At risk</th>"):
        assert hidden not in page.partition("<main")[2].partition("What the words mean")[0], hidden
    assert "Make a report" not in browser.get("/reports")
    assert browser.client.post("/reports/run", data={"csrf": browser.token()}).status_code == 403
    pdf = browser.client.get("/reports/RPT-1001/pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


def test_a_report_that_fell_back_says_so_and_what_did_not_hold(core: Core, deadlines: Deadlines) -> None:
    browser = as_role(core, Role.FINANCE)
    browser.post("/reports/run", {})
    note = "Claude's text had figures that its sources do not bear out. This is the report by rules."
    finished(core, Written(note=note, problems=["“48,000.00 USD” is not what stands at T1:lines."]))
    page = browser.get("/reports/RPT-1001")
    assert "this is the report by rules" in plain(page).lower()
    assert "48,000.00 USD" in page
    assert "48,000.00" not in as_role(core, Role.NOC).get("/reports/RPT-1001")


def test_a_report_is_printed_once_it_is_finished(core: Core, deadlines: Deadlines) -> None:
    browser = as_role(core, Role.FINANCE)
    browser.post("/reports/run", {})
    assert "still writing" in browser.get("/reports/RPT-1001/pdf", 400)
    finished(core, by_claude(deadlines))
    answer = browser.client.get("/reports/RPT-1001/pdf")
    assert (answer.headers["content-type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["content-security-policy"].startswith("sandbox")


def test_a_day_to_come_is_shown_and_not_kept(core: Core, deadlines: Deadlines) -> None:
    browser = as_role(core, Role.NOC)
    day = (utc_now() + timedelta(days=70)).date()
    page = browser.get(f"/reports/preview?as_of={day}")
    assert "Not kept" in page
    assert "renewed in silence" in page
    assert "Keep it as a report" not in page
    with core.session() as session:
        assert session.scalars(select(Report)).all() == []


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/reports/preview?as_of=2020-01-01", 400, "a day that is over"),
        ("/reports/preview?as_of=soon", 400, "as_of"),
        ("/reports/preview?day=1", 400, "day"),
        ("/reports/RPT-9", 404, "No report has that ref"),
        ("/reports/latest", 404, "No report was kept yet"),
    ],
)
def test_what_is_asked_wrongly_is_refused_calmly(core: Core, path: str, status: int, said: str) -> None:
    assert said in as_role(core, Role.EXEC).get(path, status)

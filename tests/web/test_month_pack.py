"""A month as a workbook: its formulas, worked out as a spreadsheet does, come to what the totals say."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from netos_core.access.rules import Role
from netos_core.finance.operations import get_month_pack, get_pl_totals
from netos_core.finance.schemas import GetMonthPack, PlTotals, PlTotalsRequest
from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import Forbidden
from netos_core.runtime.calls import Core
from tests.factories import apply, make_circuit, make_ctx, make_customer, make_provider, make_site
from tests.web.conftest import as_role
from web_min import month_pack
from web_min.export import XLSX

MONTH = date(2026, 5, 1)
NASTY = '=HYPERLINK("http://x","y")'
PART = re.compile(r'Lines!\$([A-Z])\$(\d+):\$[A-Z]\$(\d+),(\$[A-Z]\d+|"[^"]*")')


@pytest.fixture
def filled(core: Core) -> Core:
    """A carrier whose name is a pattern, markets that differ by a capital, two currencies, and power nobody bears."""
    with core.session() as session:
        acme, twin = make_provider(session, "Acme*"), make_provider(session, "Acme Fiber")
        tower = make_site(session, "Ridge", kind="tower", market="Ridge county")
        made: dict[str, Any] = {"a_site": tower, "customer": make_customer(session, NASTY)}
        make_circuit(session, provider=acme, mrc="500.10", mrr="900.20", market="East", **made)
        make_circuit(session, provider=twin, mrc="70.07", service_type="wave", a_site=tower)
        make_circuit(session, provider=twin, mrc="80.00", currency="CAD", market="east")
        finance = make_ctx(session, Role.ADMIN)
        for kind, amount in (("rent", "100.01"), ("power", "33.33")):
            apply(finance, "site_cost", "create", site=tower, kind=kind, amount=amount, cadence="monthly")
        apply(finance, "allocation_rule", "create", site=tower, component="facility", method="equal")
    return core


def totals(core: Core, by: str) -> PlTotals:
    with core.session() as session:
        asked = PlTotalsRequest.model_validate({"month": MONTH, "by": by})
        return get_pl_totals(make_ctx(session, Role.FINANCE), asked)


def book_of(core: Core) -> Workbook:
    page = as_role(core, Role.FINANCE).client.get("/money/2026-05.xlsx")
    assert (page.status_code, page.headers["content-type"]) == (200, XLSX)
    return load_workbook(io.BytesIO(page.content))


def value(book: Workbook, sheet: str, cell: str) -> Any:
    """Work a cell out: the formulas this workbook has, and no others."""
    said = book[sheet][cell].value
    if not str(said).startswith("=") or book[sheet][cell].data_type != "f":
        return Decimal(str(said)).quantize(Decimal("0.01")) if isinstance(said, (int, float)) else said
    if less := re.fullmatch(r"=([A-Z]\d+)-([A-Z]\d+)", said):
        return value(book, sheet, less[1]) - value(book, sheet, less[2])
    summed = re.fullmatch(r"=SUMIFS\(Lines!\$G\$(\d+):\$G\$(\d+),(.*)\)", said)
    assert summed is not None, said
    conditions = PART.findall(summed[3])
    assert all((first, last) == (summed[1], summed[2]) for _, first, last, _ in conditions)
    found = Decimal(0)
    for row in range(int(summed[1]), int(summed[2]) + 1):
        if all(_meets(book, sheet, f"{column}{row}", wanted) for column, _, _, wanted in conditions):
            found += value(book, "Lines", f"G{row}")
    return found


def _meets(book: Workbook, sheet: str, cell: str, wanted: str) -> bool:
    found = book["Lines"][cell].value
    sought = wanted.strip('"') if wanted.startswith('"') else book[sheet][wanted.replace("$", "")].value
    if isinstance(sought, str) and sought.startswith("<>"):
        return str(found).lower() != sought[2:].lower()
    return str(found).lower() == str(sought).lower()  # as a spreadsheet compares


def tables(book: Workbook) -> Iterator[tuple[str, dict[tuple[str, str], dict[str, Decimal]]]]:
    """Give each table of Summary: its grouping, and its sums by name and currency."""
    sheet = book["Summary"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for at, row in enumerate(rows):
        if row[0] == "No.":
            heads = row[3:]
            found = {}
            for below in range(at + 1, len(rows)):
                name, currency = rows[below][1:3]
                if name is None:
                    break
                cells = zip("DEFGHIJK", heads, strict=True)
                sums = {str(head): value(book, "Summary", f"{letter}{below + 1}") for letter, head in cells}
                found[str(name), str(currency)] = sums
            yield str(row[1]), found


def told(view: PlTotals) -> dict[tuple[str, str], dict[str, Decimal]]:
    names = {
        "Revenue": "revenue", "Modeled revenue": "modeled_revenue", "Carrier": "carrier", "Facility": "facility",
        "Transport": "transport", "Power": "power", "Cost": "cost", "Contribution": "contribution",
    }  # fmt: skip
    groups = [*((group.name, group.money) for group in view.groups), ("All", view.whole)]
    return {
        (name, sums.currency): {head: getattr(sums, field) for head, field in names.items()}
        for name, money in groups
        for sums in money
    }


def test_the_formulas_of_a_month_come_to_its_totals(filled: Core) -> None:
    book = book_of(filled)
    assert book.sheetnames == ["Summary", "Lines", "Circuits", "Basis"]
    by = {"Provider": "provider", "Market": "market", "Service": "service_type"}
    found = dict(tables(book))
    assert set(found) == set(by)
    for title, sums in found.items():
        assert sums == told(totals(filled, by[title])), title
    circuits = book["Circuits"]
    assert [cell.value for cell in circuits[1]][5:] == ["Revenue", "Modeled revenue", "Cost", "Contribution"]
    rows = range(2, circuits.max_row + 1)
    dollars = [row for row in rows if circuits[f"E{row}"].value == "USD"]
    whole = {sums.currency: sums for sums in totals(filled, "provider").whole}["USD"]
    assert sum(value(book, "Circuits", f"F{row}") for row in dollars) == whole.revenue
    assert sum(value(book, "Circuits", f"H{row}") for row in dollars) == (whole.cost or 0) - Decimal("33.33")


def test_what_a_program_that_adds_nothing_up_shows_is_the_same(filled: Core) -> None:
    with filled.session() as session:
        pack = get_month_pack(make_ctx(session, Role.FINANCE), GetMonthPack(month=MONTH))
    content = io.BytesIO()
    month_pack.write(pack, content)
    formulas, shown = load_workbook(content), load_workbook(content, data_only=True)
    checked = 0
    for name in ("Summary", "Circuits"):
        for row in formulas[name].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    kept = Decimal(str(shown[name][cell.coordinate].value)).quantize(Decimal("0.01"))
                    assert kept == value(formulas, name, cell.coordinate), (name, cell.coordinate)
                    checked += 1
    assert checked > 50


def test_texts_are_texts_and_amounts_are_amounts(filled: Core) -> None:
    book = book_of(filled)
    lines = book["Lines"]
    (source,) = [row[9] for row in lines.iter_rows(min_row=2) if NASTY in str(row[9].value)]
    assert source.data_type == "s"
    assert lines["G2"].number_format.startswith("#,##0.00")
    assert (lines.freeze_panes, lines.auto_filter.ref) == ("B2", f"A1:N{lines.max_row}")
    assert lines.column_dimensions["J"].width > 30
    page = as_role(filled, Role.FINANCE).client.get("/money/2026-05.csv")
    assert page.text.splitlines()[0].endswith("month,circuit,site,component,amount,currency,basis,source,how")
    assert len(page.text.splitlines()) == lines.max_row
    assert f",'{NASTY[:5]}" not in page.text  # the ref of the customer comes first


def test_the_page_the_api_and_who_sees_no_money(filled: Core) -> None:
    finance = as_role(filled, Role.FINANCE)
    assert "/money/2026-05.xlsx" in finance.get("/money?month=2026-05")
    for kind, sort in ((XLSX, b"PK"), ("text/csv", "\ufeffmonth".encode()), ("application/json", b'{"month"')):
        answer = finance.client.get("/api/v1/get_month_pack?month=2026-05-20", headers={"accept": kind})
        assert answer.content.startswith(sort), kind
    noc = as_role(filled, Role.NOC)
    assert "does not show amounts" in noc.get("/money/2026-05.xlsx", status=403)
    with filled.session() as session, pytest.raises(Forbidden):
        get_month_pack(make_ctx(session, Role.NOC, now=utc_now()), GetMonthPack())

"""Rows typed, problems gathered, kinds guessed, and the real sheets of the field."""

import json
import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from netos_core.imports.rules.cells import NoticePeriod
from netos_core.imports.rules.grid import Limits, Sheet
from netos_core.imports.rules.header import HeaderRow, data_rows, find_header
from netos_core.imports.rules.mapping import Mapping, guess_kind, map_columns, override_columns
from netos_core.imports.rules.names import header_words
from netos_core.imports.rules.preview import RowProblem, StagedRow, column_notes, read_rows
from netos_core.imports.rules.sheet import read_sheet
from netos_core.kernel.errors import Invalid

REAL = Path(__file__).resolve().parents[3] / "../shared/data/import-sheets"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="../shared/data/import-sheets is not on this machine")


def opened(content: str | bytes, kind: str | None = None) -> tuple[Sheet, HeaderRow, Mapping]:
    sheet = read_sheet("a.csv", content.encode() if isinstance(content, str) else content, Limits())
    header = find_header(sheet.rows, sheet.merges)
    return sheet, header, map_columns(kind, header, data_rows(sheet.rows, header)[0])


def staged(content: str, kind: str = "circuits") -> tuple[list[StagedRow], list[RowProblem]]:
    return read_rows(*opened(content, kind), kind)


def test_a_row_is_typed_by_its_fields() -> None:
    rows, problems = staged(
        "Circuit ID,Carrier,Svc Type,Status,Commit Rate (kbps),Port Speed (kbps),"
        "MRC,FOC,Term (years),Auto Renew,Notice (days),Z Zip\n"
        'C-1,Zayo,DIA,In Service,100000,1000000,"USD 1,234.50/mo",3/15/24,3,Y,90,6470\n'
    )
    assert not problems
    row = rows[0]
    assert row.values["bandwidth_mbps"] == 100
    assert row.values["port_speed_mbps"] == 1000
    assert (row.values["mrc"], row.values["currency"]) == (Decimal("1234.50"), "USD")
    assert row.values["foc_date"] == date(2024, 3, 15)
    assert row.values["term_months"] == 36
    assert (row.values["service_type"], row.values["status"], row.values["auto_renews"]) == ("dia", "active", True)
    assert row.values["z_postal_code"] == "06470"
    assert any("zeros" in note for note in row.notes)


def test_all_problems_come_at_once_with_their_place() -> None:
    rows, problems = staged(
        "List of circuits\n\nCircuit ID,Carrier,MRC,FOC,Status\n"
        "C-1,Zayo,lots,2/30/2024,active\n,Zayo,5,1/2/2024,strange\nC-3,,1,,active,x\nC-4,Zayo,1,,active\n"
    )
    assert {(p.row, p.column, p.code) for p in problems} == {
        (4, "MRC", "not_money"),
        (4, "FOC", "impossible_date"),
        (5, None, "required"),
        (5, "Status", "unknown_status"),
        (6, None, "required"),
        (6, "Column F", "beyond_header"),
    }
    assert all(p.message.endswith(".") for p in problems)
    assert [len(row.problems) for row in rows] == [2, 2, 2, 0]
    assert rows[0].raw["mrc"] == "lots"


def test_a_column_without_a_name_is_one_problem_of_the_sheet() -> None:
    rows, problems = staged("Circuit ID,,Carrier,MRC\nC-1,x,Zayo,1\nC-2,y,Zayo,1\nC-3,,Zayo,1\n")
    assert [(p.row, p.column, p.code) for p in problems] == [(2, "Column B", "unnamed_column")]
    assert not any(row.problems for row in rows)


@pytest.mark.parametrize(
    ("kind", "head", "cell", "expected"),
    [
        ("circuits", "MRC", "(45.00)", "negative_amount"),
        ("circuits", "MRC", "$1,200/yr", "wrong_cadence"),
        ("circuits", "NRC", "$5/mo", "wrong_cadence"),
        ("circuits", "Bandwidth", "500/50", Decimal(500)),
        ("circuits", "Bandwidth", "quick", "not_a_bandwidth"),
        ("circuits", "Notice (months)", "3", NoticePeriod(3, "months")),
        ("circuits", "Order Number", "1.23E+11", "identifier_rounded"),
        ("circuits", "Order Number", "9" * 201, "too_long"),
        ("circuits", "Notes", "n" * 10_001, "too_long"),
        ("circuits", "Service Type", "Snake oil", "other"),
        ("circuits", "Currency", "$", "USD"),
        ("circuits", "Currency", "dollars", "not_a_currency"),
        ("circuits", "Tags", "core; west,core", ("core", "west")),
        ("circuits", "Z State", "Ontario", "Ontario"),
        ("circuits", "Z Zip", "46204-1234", "46204"),
        ("contracts", "Notice Days", "90 days", 90),
        ("contracts", "Notice Days", "-3", "negative_number"),
        ("contracts", "Circuit IDs", "C-1; C-2", ("C-1", "C-2")),
        ("providers", "ASN", "AS6461", 6461),
        ("providers", "NOC Email", "call us", "not_an_email"),
        ("providers", "Website", "no site", "not_a_url"),
        ("providers", "Website", "https://zayo.com", "https://zayo.com"),
        ("sites", "Zip", "Reno", "not_a_postal_code"),
    ],
)
def test_every_type_of_cell_is_staged_or_explained(kind, head, cell, expected) -> None:
    key = {"circuits": "Circuit ID", "contracts": "Contract Number", "providers": "Name", "sites": "Site ID"}[kind]
    sheet, header, mapping = opened(f'{key},Some Text\nX-1,"{cell}"\n', kind)
    field = map_columns(kind, HeaderRow((1,), (head,), 1, ""), ()).columns[0].field
    assert field is not None
    mapping = override_columns(mapping, {"Some Text": field})
    column = replace(mapping.columns[1], unit=header_words(head).unit)
    rows, problems = read_rows(sheet, header, replace(mapping, columns=(mapping.columns[0], column)), kind)
    codes = {problem.code for problem in problems}
    shown = "bandwidth_mbps" if field == "bandwidth" else field
    assert expected == rows[0].values.get(shown) or expected in codes


def test_two_currencies_in_a_row_are_a_problem() -> None:
    _, problems = staged("Circuit ID,Carrier,MRC,Currency\nC-1,Zayo,EUR 5,USD\n")
    assert [p.code for p in problems] == ["two_currencies"]


def test_a_sheet_without_rows_is_refused() -> None:
    sheet, header, mapping = opened("Circuit ID,Carrier\n", "circuits")
    with pytest.raises(Invalid, match="no rows"):
        read_rows(sheet, header, mapping, "circuits")


def test_duplicates_name_both_rows() -> None:
    _, problems = staged("Circuit ID,Carrier,MRC\nC-1/A,Zayo,5\nc1a, ZAYO ,6\nC-1/A,Lumen,5\n")
    assert [(p.row, p.code) for p in problems] == [(3, "duplicate")]
    assert "2 and 3" in problems[0].message


def test_a_missing_column_is_one_problem_of_the_sheet() -> None:
    rows, problems = staged("Circuit ID,MRC\n" + "".join(f"C-{n},5\n" for n in range(500)))
    assert [(p.row, p.code) for p in problems] == [(1, "required_column")]
    assert len(rows) == 500


def test_forty_columns_of_junk_are_refused() -> None:
    junk = ",".join(f"qz{n}xv" for n in range(40))
    body = "\n".join(",".join(f"{n * m}qq" for n in range(40)) for m in range(1, 5))
    sheet, header, mapping = opened(f"{junk}\n{body}\n", "circuits")
    with pytest.raises(Invalid, match="No column"):
        read_rows(sheet, header, mapping, "circuits")
    with pytest.raises(Invalid, match="do not tell"):
        opened(f"{junk}\n{body}\n")


def test_a_port_speed_never_takes_the_committed_bandwidth() -> None:
    body = "C-1,Zayo,100,1000\n"
    for heads in ("Circuit ID,Carrier,Commit Rate (Mbps),Port Speed (Mbps)", "Circuit ID,Carrier,Bandwidth,Port Speed"):
        found = opened(f"{heads}\n{body}", "circuits")[2].by_field()
        assert found["port_speed_mbps" if "Mbps" in heads else "port_speed"].index == 3
        assert found["bandwidth_mbps" if "Mbps" in heads else "bandwidth"].index == 2
    assert "bandwidth" not in opened("Circuit ID,Carrier,Port Speed\nC-1,Zayo,1G\n", "circuits")[2].by_field()


def test_values_overrule_a_name_they_do_not_fit() -> None:
    found = opened("Circuit ID,Carrier,State\nC-1,Zayo,NV\nC-2,Zayo,IN\n", "circuits")[2].by_field()
    assert "status" not in found
    assert found["a_state"].score < 1
    found = opened("Circuit ID,Carrier,Install\nC-1,Zayo,3/4/2024\nC-2,Zayo,5/6/2024\n", "circuits")[2].by_field()
    assert "install_date" in found
    assert "nrc" not in found


def test_a_chosen_column_wins_and_an_unknown_one_is_an_error() -> None:
    mapping = opened("Circuit ID,Carrier,Misc Text\nC-1,Zayo,x\n", "circuits")[2]
    chosen = override_columns(mapping, {"Misc Text": "provider", "Circuit ID": None}).by_field()
    assert {field: column.header for field, column in chosen.items()} == {"provider": "Misc Text"}
    for wrong in ({"Nope": "provider"}, {"Carrier": "nope"}, {"Carrier": "mrc", "Misc Text": "mrc"}):
        with pytest.raises(Invalid):
            override_columns(mapping, wrong)
    with pytest.raises(Invalid):
        opened("Circuit ID,Carrier\nC-1,Zayo\n", "lines")


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("circuits", "Ckt ID,Vendor,A Loc,Z Loc,Speed,MRC\nC-1,Zayo,Reno,Tampa,1G,100\n"),
        ("sites", "Site Name,Address,City,State,Zip,Lat,Long\nHQ,1 Main St,Reno,NV,89501,39.5,-119.8\n"),
        (
            "contracts",
            (
                "Contract #,Vendor,Start Date,End Date,Auto Renew,Notice Period\n"
                "MSA-1,Zayo,1/1/2024,12/31/2026,Y,90 days\n"
            ),
        ),
        ("providers", "Carrier,ASN,NOC Phone,NOC Email,Portal URL\nZayo,6461,555-1212,noc@zayo.com,https://zayo.com\n"),
        (
            "customers",
            (
                "Customer Name,Account Number,Email,Phone,Address,City,State,Zip\n"
                "Acme,1001,a@acme.com,555-1212,1 Main,Reno,NV,89501\n"
            ),
        ),
    ],
)
def test_the_kind_is_told_by_the_columns(kind: str, content: str) -> None:
    sheet, header, _ = opened(content, kind)
    found, score, why = guess_kind(header, data_rows(sheet.rows, header)[0])
    assert found == kind
    assert 0.5 < score <= 1
    assert why


def test_what_was_decided_for_whole_columns_is_said() -> None:
    sheet, header, mapping = opened(
        "Circuits\nCircuit ID,Carrier,MRC,FOC Date\nC-1,Zayo,5,3/4/2024\nTotal,,5\n", "circuits"
    )
    assert len(column_notes(sheet, header, mapping)) == 3


def test_twenty_thousand_rows_are_read() -> None:
    heads = (
        "Circuit ID,Carrier,Service Type,Status,Bandwidth,Port Speed,A Address,A City,A State,A Zip,"
        "Z Address,Z City,Z State,Z Zip,"
        "MRC,NRC,Install Date,Contract End Date,Term,Customer"
    )
    rnd = random.Random(1)
    lines = [
        f"C-{n:06},Zayo,DIA,Active,{rnd.randint(1, 100)}00 Mbps,10G,{n} Main St,Reno,NV,89501,"
        f"{n} Oak Ave,Tampa,FL,33601,"
        f'"${n + 1000:,}.50","${n}.00",'
        f"{n % 12 + 1}/{n % 28 + 1}/2024,{n % 12 + 1}/{n % 28 + 1}/2027,36,Customer {n % 900}"
        for n in range(20_000)
    ]
    content = "\n".join([heads, *lines])
    rows, problems = staged(content)
    assert len(rows) == 20_000
    assert not problems
    assert len(rows[0].values) == 21


# One table from the collection's neutral names to ours, by kind where they differ.
NEUTRAL = {
    "address_line1": "address",
    "site_type": "kind",
    "circuit_id": "provider_circuit_id",
    "endpoint_a": "a_site",
    "endpoint_z": "z_site",
    "contract_number": "number",
    "description": "title",
    "contract_type": "kind",
    "start_date": "term_start_date",
    "end_date": "term_end_date",
}


@needs_real
def test_the_real_sheets_are_mapped_as_a_person_would() -> None:
    answers = json.loads((REAL / "mapping.json").read_text())
    wrong = {}
    for name, answer in answers.items():
        sheet, header, mapping = opened((REAL / name).read_bytes())
        assert mapping.kind == answer["kind"]
        expected = {head: NEUTRAL.get(field, field) for head, field in answer["columns"].items()}
        found = {column.header: column.field for column in mapping.columns if column.field}
        ours = {head: found.get(head) for head in expected}
        wrong |= {head: (ours[head], want) for head, want in expected.items() if ours[head] != want}
        wrong |= {head: (found[head], None) for head in ("ENNI Node", "Remaining_Contract_Months") if head in found}
        rows, problems = read_rows(sheet, header, mapping, mapping.kind)
        assert len(rows) == len(sheet.rows) - 1
        assert {problem.code for problem in problems} <= {"latitude_out_of_range"}
    assert not wrong


@needs_real
@pytest.mark.parametrize(
    ("name", "kind"),
    [("contracts", "contracts"), ("nodes", "sites"), ("organisations", "providers"), ("spans", "circuits")],
)
def test_the_open_fibre_sheets_are_read(name: str, kind: str) -> None:
    sheet, header, mapping = opened((REAL / f"ofds-{name}.csv").read_bytes())
    rows, problems = read_rows(sheet, header, mapping, kind)
    assert mapping.kind == kind
    assert len(rows) == len(sheet.rows) - 1
    assert {problem.code for problem in problems} <= {"required_column"}

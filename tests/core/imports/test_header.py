"""Headers where people really put them."""

import pytest

from netos_core.imports.rules.grid import Limits, Merge, Sheet, SheetRow
from netos_core.imports.rules.header import HeaderRow, data_rows, find_header
from netos_core.imports.rules.sheet import read_sheet
from netos_core.kernel.errors import Invalid


def sheet(*lines: str) -> Sheet:
    return read_sheet("a.csv", "\n".join(lines).encode(), Limits())


def header(*lines: str) -> HeaderRow:
    return find_header(sheet(*lines).rows)


DATA = ("C-1,Zayo,100,2024-03-01", "C-2,Lumen,200,2024-04-01", "C-3,AT&T,250.50,2024-05-01")


@pytest.mark.parametrize(
    ("lines", "rows", "names"),
    [
        (("Circuit ID,Carrier,MRC,FOC", *DATA), (1,), ("Circuit ID", "Carrier", "MRC", "FOC")),
        (("Circuit inventory", "", "Circuit ID,Carrier,MRC,FOC", *DATA), (3,), ("Circuit ID", "Carrier", "MRC", "FOC")),
        (("Report,Q3", "Prepared by,Ann,,", "Ckt,Vendor,Cost,Date", *DATA), (3,), ("Ckt", "Vendor", "Cost", "Date")),
        (
            ("Circuit,,Monthly,FOC", "ID,Carrier,Charge,Date", *DATA),
            (1, 2),
            ("Circuit ID", "Carrier", "Monthly Charge", "FOC Date"),
        ),
        (
            ("Circuit ID,Carrier,Commit Rate,FOC", ",,(kbps),", *DATA),
            (1, 2),
            ("Circuit ID", "Carrier", "Commit Rate (kbps)", "FOC"),
        ),
        (("Foo,Bar,Baz,Qux", *DATA), (1,), ("Foo", "Bar", "Baz", "Qux")),
        (("Circuit ID,Notes,Notes,FOC", *DATA), (1,), ("Circuit ID", "Notes", "Notes (column C)", "FOC")),
    ],
)
def test_the_header_is_found(lines, rows, names) -> None:
    found = header(*lines)
    assert (found.rows, found.names) == (rows, names)
    assert 0.4 <= found.score <= 1
    assert found.why


def test_group_titles_of_a_csv_are_carried_where_names_repeat() -> None:
    found = header(
        "Circuit,Side A,,Side Z,,MRC",
        "ID,City,State,City,State,",
        "C-1,Reno,NV,Tampa,FL,100",
        "C-2,Reno,NV,Tampa,FL,90",
    )
    assert found.names == ("Circuit ID", "Side A City", "Side A State", "Side Z City", "Side Z State", "MRC")


def test_merged_titles_do_not_join_a_header() -> None:
    rows = (SheetRow(1, ("Circuits 2026",)), SheetRow(2, ("Circuit ID", "Carrier")), SheetRow(3, ("C-1", "Zayo")))
    assert find_header(rows, (Merge(1, 0, 1, 1),)).rows == (2,)


@pytest.mark.parametrize("lines", [("1,2,3", "4,5,6", "7,8,9"), ("2024-01-01,100", "2024-02-01,200")])
def test_figures_alone_have_no_header(lines) -> None:
    with pytest.raises(Invalid) as refusal:
        header(*lines)
    assert refusal.value.fix


def test_totals_and_repeated_headers_are_left_out_and_reported() -> None:
    found = sheet(
        "Circuit ID,Carrier,MRC,FOC",
        *DATA,
        "Circuit ID,Carrier,MRC,FOC",
        "C-4,Zayo,1,2024-01-01",
        "Grand Total,,550.50,",
        "Total:,,551.50",
    )
    kept, notes = data_rows(found.rows, find_header(found.rows))
    assert [row.number for row in kept] == [2, 3, 4, 6]
    assert [note.split()[1] for note in notes] == ["5", "7", "8"]


def test_a_provider_called_total_is_no_totals_row() -> None:
    found = sheet("Circuit ID,Carrier,MRC,FOC", "C-1,Total Telecom,100,2024-03-01", "C-2,Totality,5,2024-03-01")
    assert len(data_rows(found.rows, find_header(found.rows))[0]) == 2

"""Reading files as they come: encodings, delimiters, workbooks, and what is refused."""

import io
import struct
import zipfile
import zlib
from datetime import date

import openpyxl
import pytest

from netos_core.imports.rules.biff import _grid_cells
from netos_core.imports.rules.grid import Limits, cell_text, column_letter
from netos_core.imports.rules.header import find_header
from netos_core.imports.rules.sheet import read_sheet
from netos_core.imports.rules.text import sniff_delimiter
from netos_core.kernel.errors import Invalid

LIMITS = Limits()
HEADER = "Circuit ID,Carrier,MRC\n"
BODY = "C-1,Zayo,100\nC-2,Lumen,200\n"


def workbook(*sheets, names=(), hidden=()) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for at, rows in enumerate(sheets):
        page = book.create_sheet(names[at] if names else f"Sheet{at + 1}")
        for row in rows:
            page.append(row)
        if page.title in hidden:
            page.sheet_state = "hidden"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(content: bytes, changes: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *changes}:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    return out.getvalue()


def texts(sheet) -> list[list[str]]:
    return [[cell_text(cell) for cell in row.cells] for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings_are_told_apart(encoding: str) -> None:
    sheet = read_sheet("a.csv", (HEADER + "C-1,Télé – Réseau,100\n" * 5).encode(encoding), LIMITS)
    assert texts(sheet)[1] == ["C-1", "Télé – Réseau", "100"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_told_apart(delimiter: str) -> None:
    text = delimiter.join(["Circuit ID", "Address", "MRC"]) + "\n"
    text += (delimiter.join(["C-1", '"1 Main St, Suite; 2"', "99.50"]) + "\n") * 3
    assert sniff_delimiter(text) == delimiter
    assert texts(read_sheet("a.csv", text.encode(), LIMITS))[1] == ["C-1", "1 Main St, Suite; 2", "99.50"]


def test_decimal_commas_do_not_pass_for_delimiters() -> None:
    sheet = read_sheet("a.csv", b"Circuit;Provider;MRC\nC-1;Zayo;1,5\nC-2;Zayo;2,5\n", LIMITS)
    assert sheet.delimiter == ";"


def test_excel_separator_hint_keeps_row_numbers() -> None:
    sheet = read_sheet("a.csv", b"sep=;\nCircuit;Provider\nC-1;Zayo\n", LIMITS)
    assert [row.number for row in sheet.rows] == [2, 3]


def test_row_numbers_are_those_of_the_spreadsheet() -> None:
    sheet = read_sheet("a.csv", b'Title\n\nCircuit ID,Notes\nC-1,"two\nlines"\n\nC-2,x\n', LIMITS)
    assert [row.number for row in sheet.rows] == [1, 3, 4, 6]


REFUSED = [
    ("nothing", b""),
    ("blank", b" \n\n ,,, \n"),
    ("nul", b"a,b\n1,\x00\x00\x002\n"),
    ("junk", bytes(range(1, 256)) * 20),
    ("pdf", b"%PDF-1.7 ..."),
    ("html", b"<html><table><tr><td>Circuit ID</td></tr></table></html>"),
    ("xml", b"<?xml version='1.0'?><Workbook/>"),
    ("gzip", b"\x1f\x8b\x08\x00"),
    ("cut zip", b"PK\x03\x04 nothing more"),
    ("cut xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 700),
    ("half utf-16", b"\xff\xfea\x00b"),
    ("open quote", b'Circuit ID,Provider\n"C-1,Zayo\n' + b"C-2,Zayo\n" * 300),
]


@pytest.mark.parametrize("content", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_what_is_no_sheet_is_refused_with_a_fix(name: str, content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read_sheet(name, content, LIMITS)
    assert refusal.value.code == "invalid_argument"
    assert refusal.value.fix
    assert str(refusal.value).endswith(".")


def test_content_decides_and_the_name_does_not() -> None:
    assert read_sheet("x.csv", workbook([["Circuit ID", "Carrier"], ["C-1", "Zayo"]]), LIMITS).format == "xlsx"
    assert read_sheet("x.xlsx", (HEADER + BODY).encode(), LIMITS).format == "csv"


def test_limits_are_exact_and_never_cut() -> None:
    rows = HEADER + "".join(f"C-{n},Zayo,{n}\n" for n in range(5))
    assert len(read_sheet("a", rows.encode(), Limits(data_rows=5)).rows) == 6
    for limits in (Limits(data_rows=4), Limits(columns=2), Limits(file_bytes=20)):
        with pytest.raises(Invalid):
            read_sheet("a", rows.encode(), limits)
        with pytest.raises(Invalid):
            read_sheet("a", workbook([line.split(",") for line in rows.splitlines()]), limits)


def test_the_sheet_with_most_usable_rows_is_taken_and_the_others_named() -> None:
    content = workbook(
        [["Read me"], ["This book lists circuits"]],
        [["Circuit ID", "Carrier"], ["C-1", "Zayo"], ["C-2", "Zayo"], ["C-3", "Zayo"]],
        [["Circuit ID", "Carrier"], *[[f"H-{n}", "Zayo"] for n in range(9)]],
        names=("Notes", "Circuits", "Old"),
        hidden=("Old",),
    )
    sheet = read_sheet("a.xlsx", content, LIMITS)
    assert (sheet.name, sheet.names) == ("Circuits", ("Notes", "Circuits", "Old"))
    assert read_sheet("a.xlsx", content, LIMITS, sheet="Old").name == "Old"
    with pytest.raises(Invalid) as refusal:
        read_sheet("a.xlsx", content, LIMITS, sheet="Circuit")
    assert "Circuits" in (refusal.value.fix or "")


def test_a_workbook_keeps_types_rows_and_text_that_looks_like_a_formula() -> None:
    content = workbook(
        [[None, None], [None, "Circuit ID", "Install"], [None, "'=1+1", date(2024, 3, 1)], [None, "@SUM(1)", None]]
    )
    sheet = read_sheet("a.xlsx", content, LIMITS)
    assert [row.number for row in sheet.rows] == [2, 3, 4]
    assert sheet.rows[1].cells == (None, "'=1+1", date(2024, 3, 1))
    assert texts(read_sheet("a.csv", b"Circuit ID,Notes\n=1+1,@x\n", LIMITS))[1] == ["=1+1", "@x"]


def test_merged_group_titles_are_carried_over_their_columns() -> None:
    book = openpyxl.Workbook()
    page = book.active
    for row in (
        ["Circuit list 2026"],
        [],
        ["Circuit", "Side A", None, "Side Z", None],
        ["ID", "City", "ST", "City", "ST"],
    ):
        page.append(row)
    page.append(["C-1", "Reno", "NV", "Tampa", "FL"])
    page.merge_cells("A1:E1")
    page.merge_cells("B3:C3")
    page.merge_cells("D3:E3")
    out = io.BytesIO()
    book.save(out)
    sheet = read_sheet("a.xlsx", out.getvalue(), LIMITS)
    header = find_header(sheet.rows, sheet.merges)
    assert header.rows == (3, 4)
    assert header.names == ("Circuit ID", "Side A City", "Side A ST", "Side Z City", "Side Z ST")


def bombs() -> dict[str, bytes]:
    plain = workbook([["Circuit ID", "Carrier"], ["C-1", "Zayo"]])
    far = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    long_text = b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>"
    uses = b"<worksheet><sheetData>" + b'<c r="A1" t="s"><v>0</v></c>' * 30_000 + b"</sheetData></worksheet>"
    zeros = rezipped(plain, {"xl/media/zeros.bin": b"\x00" * (60 * 1024 * 1024)})
    lying = bytearray(zeros)
    sizes = struct.pack("<L", 60 * 1024 * 1024)
    while (at := lying.find(sizes)) >= 0:
        lying[at : at + 4] = struct.pack("<L", 10)
    ods_row = b'<table:table-row table:number-rows-repeated="1048576">'
    ods_cell = b'<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="16384"/>'
    ods = io.BytesIO()
    with zipfile.ZipFile(ods, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml", b'<table:table table:name="a">' + ods_row + ods_cell + b"</table:table-row></table:table>"
        )
    return {
        "zeros": zeros,
        "lying sizes": bytes(lying),
        "far corner": rezipped(plain, {"xl/worksheets/sheet1.xml": far}),
        "shared text": rezipped(plain, {"xl/sharedStrings.xml": long_text, "xl/worksheets/sheet1.xml": uses}),
        "ods repeats": ods.getvalue(),
        "plain zip": rezipped(plain, {})[:0] or _zip_of("a.txt"),
        "word": _zip_of("word/document.xml"),
        "xlsb": _zip_of("xl/workbook.bin"),
    }


def _zip_of(name: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    "bomb", ["zeros", "lying sizes", "far corner", "shared text", "ods repeats", "plain zip", "word", "xlsb"]
)
def test_bombs_posing_as_workbooks_are_refused_unopened(bomb: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read_sheet("circuits.xlsx", bombs()[bomb], LIMITS)
    assert refusal.value.fix


def test_an_understated_member_is_stopped_at_the_cap() -> None:
    packed = zlib.compress(b"\x00" * 1000)
    assert len(packed) < 100
    content = rezipped(workbook([["Circuit ID"], ["C-1"]]), {"xl/x.bin": b"\x00" * 9_000_000})
    with pytest.raises(Invalid, match="more than a sheet may hold"):
        read_sheet("a.xlsx", content, Limits(unpacked_bytes=1_000_000))


def test_an_old_workbook_reaching_over_far_corners_is_weighed_by_its_records() -> None:
    bof = struct.pack("<HH", 0x0809, 4) + b"\x00" * 4
    near = struct.pack("<HHHH", 0x0203, 4, 0, 0)
    far = struct.pack("<HHHH", 0x0203, 4, 65535, 255)
    assert _grid_cells(bof + near + far + bof + near + far) == 2 * 65536 * 256


def old_workbook(cells: list[tuple[int, int, object]], stream: str = "Workbook") -> bytes:
    """Write the least .xls there is: one FAT sector, one directory sector, one BIFF8 stream."""

    def record(code: int, data: bytes) -> bytes:
        return struct.pack("<HH", code, len(data)) + data

    def bof(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 1997, 0, 0x0600))

    body = bof(0x10)
    for row, column, value in cells:
        at = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            body += record(0x0204, at + struct.pack("<HB", len(value), 0) + value.encode("latin-1"))
        else:
            body += record(0x0203, at + struct.pack("<d", value))
    body += record(0x000A, b"")
    name = b"Circuits"
    head_size = len(bof(5)) + 4 + 6 + 2 + len(name) + 4
    bound = record(0x0085, struct.pack("<IBBBB", head_size, 0, 0, len(name), 0) + name)
    book = (bof(5) + bound + record(0x000A, b"") + body).ljust(4096, b"\x00")
    size = -(-len(book) // 512) * 512
    book = book.ljust(size, b"\x00")
    used = size // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, used + 2), 0xFFFFFFFE]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16
    header += struct.pack(
        "<HHHHHHIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0
    )
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)

    def entry(title: str, kind: int, child: int, start: int, length: int) -> bytes:
        encoded = title.encode("utf-16-le") + b"\x00\x00"
        ids = struct.pack("<BBIII", kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return (
            encoded.ljust(64, b"\x00")
            + struct.pack("<H", len(encoded))
            + ids
            + b"\x00" * 36
            + struct.pack("<IQ", start, length)
        )

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry(stream, 2, 0xFFFFFFFF, 2, len(book))
    fat_sector = struct.pack(f"<{len(fat)}I", *fat).ljust(512, b"\xff")
    return header + fat_sector + directory.ljust(512, b"\x00") + book


def test_an_old_workbook_is_read() -> None:
    cells = [(0, 0, "Circuit ID"), (0, 1, "MRC"), (1, 0, "C-1"), (1, 1, 99.5), (3, 0, "C-2"), (3, 1, 100.0)]
    sheet = read_sheet("a.csv", old_workbook(cells), LIMITS)
    assert (sheet.format, sheet.name) == ("xls", "Circuits")
    assert texts(sheet) == [["Circuit ID", "MRC"], ["C-1", "99.5"], ["C-2", "100"]]
    assert [row.number for row in sheet.rows] == [1, 2, 4]


@pytest.mark.parametrize(
    "content",
    [
        old_workbook([(0, 0, "x")], stream="WordDocument"),
        old_workbook([(0, 0, "x")], stream="EncryptedPackage"),
        old_workbook([(0, 0, "a"), (65535, 255, "b"), *[(n % 9, 0, "c") for n in range(9)]] * 2)[:900],
    ],
)
def test_an_old_document_without_a_readable_sheet_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid) as refusal:
        read_sheet("a.xls", content, LIMITS)
    assert refusal.value.fix


def test_an_open_document_sheet_is_read() -> None:
    def line(*values: str) -> str:
        cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
        return "<table:table-row>" + "".join(map(cell.format, values)) + "</table:table-row>"

    empty = '<table:table-row table:number-rows-repeated="1048000">'
    empty += '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    body = f'<table:table table:name="List">{line("Circuit ID", "Carrier")}{line("C-1", "Zayo")}{empty}</table:table>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>{body}"
            "</office:spreadsheet></office:body></office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    sheet = read_sheet("a.xlsx", out.getvalue(), LIMITS)
    assert (sheet.format, texts(sheet)) == ("ods", [["Circuit ID", "Carrier"], ["C-1", "Zayo"]])


def test_columns_are_lettered_as_in_a_spreadsheet() -> None:
    assert [column_letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize("noise", [b"<c " * 2_000_000, b"<si>" * 1_500_000, b"<table:table " * 400_000])
def test_noise_inside_a_workbook_is_weighed_in_linear_time(noise: bytes) -> None:
    content = rezipped(
        workbook([["Circuit ID"], ["C-1"]]), {"xl/sharedStrings.xml": noise, "xl/worksheets/sheet1.xml": noise}
    )
    with pytest.raises(Invalid):
        read_sheet("a.xlsx", content, Limits(packing_ratio=100_000))

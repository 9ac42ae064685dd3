"""Delimited text: its encoding, its delimiter, its rows."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from .grid import Cell, Limits, Sheet, SheetRow, UnreadableSheet, row_of

DELIMITERS = (",", "\t", ";", "|")
_SNIFFED_RECORDS = 60
_SNIFFED_BYTES = 4096
_LONGEST_CELL = 32_767
_MOST_LINES_IN_A_CELL = 200
_MOST_CONTROLS = 0.002
_MOST_NULS_IN_TEXT_HALF = 0.02
_LEAST_NULS_IN_HIGH_HALF = 0.3
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE_AS = "Save it as .xlsx or as CSV UTF-8 and send it again."


def read_text(name: str, content: bytes, limits: Limits) -> Sheet:
    """Read delimited text whose encoding and delimiter nobody states."""
    text, encoding, notes = decode(content)
    declared = re.match(r"\s*sep=(.)\r?\n", text, re.IGNORECASE)
    delimiter = declared.group(1) if declared else sniff_delimiter(text)
    if declared:
        # Excel's own hint is a row of the file, so the numbers after it stay those a person sees.
        text = "\n" + text[declared.end() :]
    rows = tuple(_rows(text, delimiter, limits))
    return Sheet(name, (name,), "csv", rows, encoding=encoding, delimiter=delimiter, notes=notes)


def decode(content: bytes) -> tuple[str, str, tuple[str, ...]]:
    """Decode to text with the encoding used and what a reader should know of it; refuse binary junk."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), None) or _utf16_without_bom(content)
    notes: tuple[str, ...] = ()
    if encoding is None and b"\x00" in content:
        raise UnreadableSheet("The file holds NUL bytes: it is not text and not a workbook.", _SAVE_AS)
    try:
        text = content.decode(encoding or "utf-8")
        encoding = encoding or "utf-8"
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise UnreadableSheet(f"The file begins as {encoding} text but breaks off in it.", _SAVE_AS) from error
        text, encoding = _decode_western(content)
        notes = (f"The file is not UTF-8; it was read as {encoding}. Check accented letters.",)
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > max(2, len(text) * _MOST_CONTROLS):
        raise UnreadableSheet("The file is binary data, not text and not a workbook.", _SAVE_AS)
    if controls:
        text = _CONTROLS.sub("", text)
        notes = (*notes, f"{controls} control characters were left out.")
    return text, encoding, notes


def _utf16_without_bom(content: bytes) -> str | None:
    head = content[:_SNIFFED_BYTES]
    half = max(1, len(head) // 2)
    even, odd = head[::2].count(0) / half, head[1::2].count(0) / half
    if odd > _LEAST_NULS_IN_HIGH_HALF and even < _MOST_NULS_IN_TEXT_HALF:
        return "utf-16-le"
    if even > _LEAST_NULS_IN_HIGH_HALF and odd < _MOST_NULS_IN_TEXT_HALF:
        return "utf-16-be"
    return None


def _decode_western(content: bytes) -> tuple[str, str]:
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError:
        return content.decode("latin-1"), "latin-1"


def sniff_delimiter(text: str) -> str:
    """Choose the delimiter that cuts most records into the same number of fields.

    A comma inside addresses or decimal amounts cuts too, but into fewer and less even fields.
    """
    scores = {delimiter: _evenness(text, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else ","


def _evenness(text: str, delimiter: str) -> float:
    try:
        widths = [len(record) for record in islice(_records(text, delimiter), _SNIFFED_RECORDS) if any(record)]
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0
    width, rows = max(counts.items(), key=lambda item: (item[1] * (item[0] - 1), item[0]))
    ragged = sum(1 for other in widths if other not in (1, width))
    return (rows * (width - 1) - ragged * 0.5) / len(widths)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    # `skipinitialspace` keeps `a, "b, c"` one field; plain cells are trimmed later anyway.
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=delimiter != "\t")


def _rows(text: str, delimiter: str, limits: Limits) -> Iterator[SheetRow]:
    kept = 0
    try:
        for number, record in enumerate(_records(text, delimiter), start=1):
            cells: list[Cell] = [_unguarded(cell) for cell in record]
            row = row_of(number, cells)
            if row is None:
                continue
            _check_row(number, record, row, limits)
            kept += 1
            if kept > 2 * limits.data_rows + 100:
                raise too_many_rows(limits)
            yield row
    except csv.Error as error:
        raise UnreadableSheet(
            "A cell of the file is too long to be one: a quotation mark is left open.", _QUOTE
        ) from error


def _unguarded(cell: str) -> str:
    """Take off the apostrophe an export puts before what a spreadsheet would run; the sheet comes back as it was."""
    return cell[1:] if cell[:1] == "'" and cell[1:].lstrip()[:1] in _GUARDED else cell


_GUARDED = frozenset("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_QUOTE = "Close the quotation mark, or save the sheet as .xlsx, and send it again."


def _check_row(number: int, record: list[str], row: SheetRow, limits: Limits) -> None:
    if len(row.cells) > limits.columns:
        raise too_many_columns(limits)
    longest = max(record, key=len)
    if len(longest) > _LONGEST_CELL or longest.count("\n") > _MOST_LINES_IN_A_CELL:
        raise UnreadableSheet(
            f"Row {number} holds a cell that runs on for pages: a quotation mark is left open.", _QUOTE
        )


def too_many_rows(limits: Limits) -> UnreadableSheet:
    return UnreadableSheet(
        f"The sheet has more than {limits.data_rows:,} rows of data.", "Split it into smaller files and import each."
    )


def too_many_columns(limits: Limits) -> UnreadableSheet:
    return UnreadableSheet(
        f"The sheet has more than {limits.columns} columns.",
        "Delete the columns that are not needed and send it again.",
    )

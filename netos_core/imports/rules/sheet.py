"""Reading a sheet: what the bytes are decides, the file's name never does."""

from __future__ import annotations

from dataclasses import replace

from netos_core.kernel.errors import Invalid, one_of

from .archive import check_archive
from .biff import check_compound
from .grid import MEGABYTE, Limits, Sheet, UnreadableSheet
from .header import data_rows, find_header
from .text import read_text, too_many_rows
from .workbook import read_workbook

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "Open it in a spreadsheet program, save it as .xlsx or CSV, and send it again."
_NOT_SHEETS = (
    (b"%PDF", "The file is a PDF, not a sheet.", "Send it as a document, or export the table to .xlsx or CSV."),
    (b"\x89PNG", "The file is a picture, not a sheet.", "Send the sheet itself."),
    (b"\xff\xd8\xff", "The file is a picture, not a sheet.", "Send the sheet itself."),
    (b"\x1f\x8b", "The file is a gzip archive, not a sheet.", "Unpack it and send the sheet inside."),
    (b"7z\xbc\xaf", "The file is a 7z archive, not a sheet.", "Unpack it and send the sheet inside."),
    (b"Rar!", "The file is a RAR archive, not a sheet.", "Unpack it and send the sheet inside."),
    (b"{\\rtf", "The file is a word-processor document, not a sheet.", "Copy its table into a sheet."),
)
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<head", b"<workbook")


def read_sheet(name: str, content: bytes, limits: Limits, *, sheet: str | None = None) -> Sheet:
    """Read the rows of a CSV, XLSX, XLS or ODS file, whatever its name says.

    Args:
        name: The file's name, shown to people and never trusted.
        content: The file.
        limits: How large it may be; past a limit it is refused, never cut.
        sheet: Which sheet of a workbook; without it, the one with most usable rows.

    Raises:
        Invalid: The file is no sheet, or too large, or has no rows; `fix` says what to do.
    """
    if not content:
        raise UnreadableSheet("The file is empty (0 bytes).", "Send the file again; the upload may have failed.")
    if len(content) > limits.file_bytes:
        size, most = len(content) / MEGABYTE, limits.file_bytes / MEGABYTE
        raise UnreadableSheet(
            f"The file has {size:,.1f} MB; a sheet may have {most:,.0f} MB.", "Split it into smaller files."
        )
    found = _read(name, content, limits, sheet)
    if not found.rows:
        raise UnreadableSheet("The sheet is empty.", "Send a sheet with a header and rows.")
    if (usable_rows(found) or len(found.rows)) > limits.data_rows:
        raise too_many_rows(limits)
    return found


def _read(name: str, content: bytes, limits: Limits, sheet: str | None) -> Sheet:
    head = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, message, fix in _NOT_SHEETS:
        if content.startswith(magic):
            raise UnreadableSheet(message, fix)
    if content.startswith(_ZIP):
        return read_workbook(content, check_archive(content, limits), limits, sheet, usable_rows)
    if content.startswith(_COMPOUND):
        check_compound(content)
        return read_workbook(content, "xls", limits, sheet, usable_rows)
    if head.startswith(_MARKUP):
        raise UnreadableSheet("The file is a web page or XML saved under a sheet's name.", _SAVE)
    found = read_text(name, content, limits)
    if sheet is not None and sheet != found.name:
        raise one_of(sheet, list(found.names), what="sheet", field="sheet")
    return replace(found, format="tsv") if found.delimiter == "\t" else found


def usable_rows(sheet: Sheet) -> int:
    """Count the rows of data under the sheet's header; without a header, none is usable."""
    try:
        header = find_header(sheet.rows, sheet.merges)
    except Invalid:
        return 0
    return len(data_rows(sheet.rows, header)[0])

"""A zipped workbook is weighed before any reader opens it.

The declared sizes are added first, then every member is really unpacked against the same cap, because a
header may lie. What is unpacked is also measured as a grid: one cell in the last corner of a sheet, or one
long shared string used a million times, is as much a bomb as a zip of zeros.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from .grid import MEGABYTE, Limits, UnreadableSheet

_MOST_MEMBERS = 5_000
_MOST_GRID_CELLS = 20_000_000
_MOST_SHARED_TEXT = 400 * MEGABYTE
_RATIO_FREE_BYTES = 10 * MEGABYTE
_LOCAL_HEADER = 30
_ENCRYPTED = 0x1
# A tag never holds `<`; saying so keeps every pattern linear, whatever the bytes are.
_XLSX_CELL = re.compile(rb"""<(?:\w{1,20}:)?c\s[^<>]*?\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,9})["'][^<>]*(?<!/)>""")
_SHARED_USE = re.compile(
    rb"""<(?:\w{1,20}:)?c\s[^<>]*?\bt\s*=\s*["']s["'][^<>]*>\s{0,20}<(?:\w{1,20}:)?v>\s{0,20}(\d{1,9})"""
)
_SHARED_ITEM_END = re.compile(rb"</(?:\w{1,20}:)?si>")
_ODS_TAG = re.compile(rb"<table:table(-row|-cell|)(?=[\s/>])([^<>]*)>")
_ODS_ROWS = re.compile(rb"""table:number-rows-repeated\s*=\s*["'](\d{1,12})""")
_ODS_COLUMNS = re.compile(rb"""table:number-columns-repeated\s*=\s*["'](\d{1,12})""")
_AGAIN = "Open it in a spreadsheet program, save the sheet alone as .xlsx or CSV, and send it again."


def check_archive(content: bytes, limits: Limits) -> str:
    """Weigh a zip and name the workbook it holds, `xlsx` or `ods`; refuse everything else."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as error:
        raise UnreadableSheet("The file begins like a workbook but is damaged or cut short.", _AGAIN) from error
    names = {member.filename for member in members}
    kind = _workbook_kind(names)
    _check_declared(members, len(content), limits)
    unpacked = dict(_unpack(content, members, limits))
    if kind == "ods":
        _check_ods_grid(unpacked.get("content.xml", b""))
    else:
        _check_xlsx_grids(unpacked)
    return kind


def _workbook_kind(names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and "mimetype" in names:
        return "ods"
    if "xl/workbook.bin" in names:
        raise UnreadableSheet("The file is a binary .xlsb workbook, which is not read here.", "Save it as .xlsx.")
    if "word/document.xml" in names:
        raise UnreadableSheet("The file is a word-processor document, not a sheet.", "Copy its table into a sheet.")
    raise UnreadableSheet("The file is a zip archive, not a workbook.", "Unpack it and send the sheet inside.")


def _check_declared(members: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    if len(members) > _MOST_MEMBERS:
        raise UnreadableSheet(f"The workbook is an archive of more than {_MOST_MEMBERS:,} parts.", _AGAIN)
    if any(member.flag_bits & _ENCRYPTED for member in members):
        raise UnreadableSheet("The workbook is encrypted.", "Remove its password and send it again.")
    declared = sum(member.file_size for member in members)
    if declared > limits.unpacked_bytes or (
        declared > _RATIO_FREE_BYTES and declared > limits.packing_ratio * max(size, 1)
    ):
        raise _too_large(limits)


def _too_large(limits: Limits) -> UnreadableSheet:
    return UnreadableSheet(
        f"The workbook unpacks to more than a sheet may hold ({limits.unpacked_bytes // MEGABYTE} MB, "
        f"{limits.packing_ratio} times its size).",
        _AGAIN,
    )


def _unpack(content: bytes, members: list[zipfile.ZipInfo], limits: Limits) -> Iterator[tuple[str, bytes]]:
    """Unpack every member from its raw bytes, trusting no declared size."""
    left = limits.unpacked_bytes
    for member in members:
        data = _inflate(_raw_member(content, member), member.compress_type, left, limits)
        left -= len(data)
        if len(data) != member.file_size:
            raise UnreadableSheet("The workbook states false sizes for its parts.", _AGAIN)
        yield member.filename, data


def _raw_member(content: bytes, member: zipfile.ZipInfo) -> bytes:
    header = content[member.header_offset : member.header_offset + _LOCAL_HEADER]
    if len(header) < _LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise UnreadableSheet("The workbook is damaged or cut short.", _AGAIN)
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    start = member.header_offset + _LOCAL_HEADER + name_length + extra_length
    return content[start : start + member.compress_size]


def _inflate(raw: bytes, method: int, left: int, limits: Limits) -> bytes:
    if method == zipfile.ZIP_STORED:
        data = raw
    elif method == zipfile.ZIP_DEFLATED:
        try:
            # One byte past the cap is enough to know, and no more is ever unpacked.
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(raw, left + 1)
        except zlib.error as error:
            raise UnreadableSheet("The workbook is damaged or cut short.", _AGAIN) from error
    else:
        raise UnreadableSheet("The workbook is packed in an unusual way.", _AGAIN)
    if len(data) > left:
        raise _too_large(limits)
    return data


def _check_xlsx_grids(unpacked: dict[str, bytes]) -> None:
    shared = next((data for name, data in unpacked.items() if name.lower().endswith("sharedstrings.xml")), b"")
    lengths = [len(item) for item in _SHARED_ITEM_END.split(shared)]
    longest = max(lengths, default=0)
    for name, data in unpacked.items():
        if data is shared or not name.lower().endswith(".xml"):
            continue
        _check_grid(_xlsx_corners(data))
        # Most sheets pass on the count alone; only a suspicious one is added up string by string.
        if data.count(b"<v>") * longest > _MOST_SHARED_TEXT:
            uses = (int(index) for index in _SHARED_USE.findall(data))
            if sum(lengths[index] for index in uses if index < len(lengths)) > _MOST_SHARED_TEXT:
                raise UnreadableSheet("The workbook repeats one long text too often to be a sheet.", _AGAIN)


def _xlsx_corners(data: bytes) -> tuple[int, int]:
    columns: set[bytes] = set()
    last_row = 0
    for match in _XLSX_CELL.finditer(data):
        columns.add(match[1])
        last_row = max(last_row, int(match[2]))
    return last_row, max((_column_number(letters) for letters in columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _check_ods_grid(data: bytes) -> None:
    row = column = repeat = last_row = last_column = 0
    for match in _ODS_TAG.finditer(data):
        part, attributes = match[1], match[2]
        if part == b"":
            _check_grid((last_row, last_column))
            row = column = repeat = last_row = last_column = 0
        elif part == b"-row":
            row += repeat
            column, repeat = 0, _repeated(_ODS_ROWS, attributes)
        else:
            column += _repeated(_ODS_COLUMNS, attributes)
            if not attributes.endswith(b"/") or b"value-type" in attributes:
                last_row, last_column = max(last_row, row + repeat), max(last_column, column)
    _check_grid((last_row, last_column))


def _repeated(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    match = pattern.search(attributes)
    return int(match[1]) if match else 1


def _check_grid(corner: tuple[int, int]) -> None:
    rows, columns = corner
    if rows * columns > _MOST_GRID_CELLS:
        raise UnreadableSheet(f"A sheet of the workbook reaches over {rows:,} rows and {columns:,} columns.", _AGAIN)

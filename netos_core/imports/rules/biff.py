"""An old .xls workbook is weighed before any reader opens it.

The reader lays each sheet out as a full grid, so two cells in far corners of many sheets would fill the
memory of the machine. Only the record headers are walked here; the values are the reader's business.
"""

from __future__ import annotations

import struct

from .grid import UnreadableSheet

_DIRECTORY_ENTRY = 128
_CHAIN_END = 0xFFFFFFFA
_HEADER_FAT_ENTRIES = 109
_MOST_GRID_CELLS = 20_000_000
_BOF = (0x0009, 0x0209, 0x0409, 0x0809)
# BLANK and MULBLANK take no room in the grid; every other cell record begins with its row and column.
_CELLS = (0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E)
_AGAIN = "Open it in a spreadsheet program, save it as .xlsx or CSV, and send it again."


def check_compound(content: bytes) -> None:
    """Refuse a compound file that is no workbook, is encrypted, or unfolds into an enormous grid."""
    try:
        streams, stream = _workbook_stream(content)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise UnreadableSheet("The file begins like an .xls workbook but is damaged or cut short.", _AGAIN) from error
    if "EncryptedPackage" in streams:
        raise UnreadableSheet("The workbook is protected by a password.", "Remove it and send the file again.")
    if stream is None:
        raise UnreadableSheet("The file is an old Office document without a sheet.", "Send a workbook or a CSV.")
    if _grid_cells(stream) > _MOST_GRID_CELLS:
        raise UnreadableSheet("The sheets of the workbook reach over far too many rows and columns.", _AGAIN)


def _workbook_stream(content: bytes) -> tuple[set[str], bytes | None]:
    sector = 1 << struct.unpack_from("<H", content, 30)[0]
    (first_directory,) = struct.unpack_from("<I", content, 48)
    mini_cutoff, first_mini = struct.unpack_from("<I4xI", content, 56)[0], struct.unpack_from("<I", content, 60)[0]
    mini_sector = 1 << struct.unpack_from("<H", content, 32)[0]
    fat = _fat(content, sector)
    directory = _chain(content, fat, first_directory, sector, sector)
    streams: set[str] = set()
    found: bytes | None = None
    mini_stream = b""
    for at in range(0, len(directory) - _DIRECTORY_ENTRY + 1, _DIRECTORY_ENTRY):
        name_bytes = struct.unpack_from("<H", directory, at + 64)[0]
        name = directory[at : at + max(0, min(name_bytes, 64) - 2)].decode("utf-16-le")
        start, size = struct.unpack_from("<II", directory, at + 116)
        streams.add(name)
        if at == 0:
            mini_stream = _chain(content, fat, start, sector, sector)
        elif name.casefold() in {"workbook", "book"}:
            if size < mini_cutoff:
                table = _chain(content, fat, first_mini, sector, sector)
                mini_fat = list(struct.unpack(f"<{len(table) // 4}I", table))
                found = _chain(mini_stream, mini_fat, start, mini_sector, 0)[:size]
            else:
                found = _chain(content, fat, start, sector, sector)[:size]
    return streams, found


def _fat(content: bytes, sector: int) -> list[int]:
    sectors = list(struct.unpack_from(f"<{_HEADER_FAT_ENTRIES}I", content, 76))
    following, count = struct.unpack_from("<II", content, 68)
    per_sector = sector // 4
    for _ in range(min(count, len(content) // sector)):
        entries = struct.unpack_from(f"<{per_sector}I", content, (following + 1) * sector)
        sectors.extend(entries[:-1])
        following = entries[-1]
    fat: list[int] = []
    for number in sectors:
        if number < _CHAIN_END:
            fat.extend(struct.unpack_from(f"<{per_sector}I", content, (number + 1) * sector))
    return fat


def _chain(source: bytes, fat: list[int], start: int, sector: int, base: int) -> bytes:
    parts: list[bytes] = []
    number = start
    # A chain that bites its own tail ends after as many sectors as there are.
    for _ in range(len(fat)):
        if number >= _CHAIN_END:
            break
        parts.append(source[base + number * sector : base + (number + 1) * sector])
        number = fat[number]
    return b"".join(parts)


def _grid_cells(stream: bytes) -> int:
    """Add up the grids of all sheets, each as wide and as long as its last used cell."""
    total = last_row = last_column = at = 0
    end = len(stream) - 4
    unpack = struct.Struct("<HHHH").unpack_from
    while at <= end - 4:
        record, size, row, column = unpack(stream, at)
        if record in _CELLS:
            last_row, last_column = max(last_row, row + 1), max(last_column, column + 1)
        elif record in _BOF:
            total += last_row * last_column
            last_row = last_column = 0
        at += 4 + size
    return total + last_row * last_column

"""What a sheet is once it has been read, whatever file it came from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from netos_core.kernel.errors import Invalid

Cell: TypeAlias = str | int | float | bool | datetime | date | time | timedelta | None

MEGABYTE = 1024 * 1024
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one sheet may hold; past any of these the file is refused, never cut."""

    file_bytes: int = 50 * MEGABYTE
    unpacked_bytes: int = 200 * MEGABYTE
    packing_ratio: int = 200
    data_rows: int = 20_000
    columns: int = 200
    sheets: int = 100


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something; `number` is the row number a person sees in the spreadsheet."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range, with spreadsheet row numbers and column indexes from 0."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet, and how they were read."""

    name: str
    names: tuple[str, ...]
    format: str
    rows: tuple[SheetRow, ...]
    merges: tuple[Merge, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    notes: tuple[str, ...] = ()


class UnreadableSheet(Invalid):
    """The file cannot be taken as a spreadsheet; the message says why, the fix what to do."""

    def __init__(self, message: str, fix: str, *, field: str = "file") -> None:
        super().__init__(message, field=field, fix=fix)


def cell_text(cell: Cell) -> str:
    """Show a cell as the text a person reads in it."""
    if isinstance(cell, str):
        return _SPACE.sub(" ", cell).strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell)


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def column_letter(index: int) -> str:
    """Name a column as the spreadsheet does: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def row_of(number: int, cells: list[Cell]) -> SheetRow | None:
    """Keep a row without its trailing blanks; a blank row is none."""
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    return SheetRow(number, tuple(cells[:end])) if end else None

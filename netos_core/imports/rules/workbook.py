"""Workbooks (.xlsx, .xls, .ods): cached values and merged ranges of one sheet."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from netos_core.kernel.errors import one_of

from .grid import Cell, Limits, Merge, Sheet, SheetRow, UnreadableSheet, row_of
from .text import too_many_columns, too_many_rows

_DAMAGED = "Open it in a spreadsheet program, save it as .xlsx or CSV, and send it again."


def read_workbook(
    content: bytes, kind: str, limits: Limits, sheet: str | None, usable_rows: Callable[[Sheet], int]
) -> Sheet:
    """Read the named sheet, or the one with most usable rows."""
    with _refusals(), CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        worksheets = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
        names = tuple(meta.name for meta in worksheets)
        if len(names) > limits.sheets:
            raise UnreadableSheet(
                f"The workbook has more than {limits.sheets} sheets.",
                "Save the sheet you mean alone and send it again.",
            )
        if sheet is not None:
            if sheet not in names:
                raise one_of(sheet, list(names), what="sheet", field="sheet")
            return _read(book, sheet, names, kind, limits)
        shown = [meta.name for meta in worksheets if meta.visible == SheetVisibleEnum.Visible]
        return _best(book, shown, names, kind=kind, limits=limits, usable_rows=usable_rows)


def _best(
    book: CalamineWorkbook,
    shown: list[str],
    names: tuple[str, ...],
    *,
    kind: str,
    limits: Limits,
    usable_rows: Callable[[Sheet], int],
) -> Sheet:
    best: Sheet | None = None
    most = (-1, -1)
    refusal: UnreadableSheet | None = None
    for name in shown:
        try:
            found = _read(book, name, names, kind, limits)
        except UnreadableSheet as error:
            refusal = refusal or error
            continue
        usable = (usable_rows(found), len(found.rows))
        if usable > most:
            best, most = found, usable
    if refusal is not None:
        # An oversized sheet may well be the one meant, so it is not passed over in silence.
        raise refusal
    if best is None:
        raise UnreadableSheet("No sheet of the workbook holds rows.", "Send a sheet with a header and rows.")
    return best


def _read(book: CalamineWorkbook, name: str, names: tuple[str, ...], kind: str, limits: Limits) -> Sheet:
    source = book.get_sheet_by_name(name)
    # Calamine counts rows from the top of the sheet but columns from the first used one.
    offset = source.start[1] if source.start else 0
    rows: list[SheetRow] = []
    for number, cells in enumerate(source.iter_rows() if source.start else (), start=1):
        row = row_of(number, _plain(offset, cells))
        if row is None:
            continue
        if len(row.cells) > limits.columns:
            raise too_many_columns(limits)
        rows.append(row)
        if len(rows) > 2 * limits.data_rows + 100:
            raise too_many_rows(limits)
    return Sheet(name, names, kind, tuple(rows), _merges(source))


def _plain(offset: int, cells: Sequence[Cell]) -> list[Cell]:
    before: list[Cell] = [None] * offset
    return [*before, *(None if cell == "" else cell for cell in cells)]


def _merges(source: CalamineSheet) -> tuple[Merge, ...]:
    return tuple(
        Merge(top + 1, left, bottom + 1, right) for (top, left), (bottom, right) in source.merged_cell_ranges or ()
    )


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise UnreadableSheet(
            "The workbook is protected by a password.", "Remove it and send the file again."
        ) from error
    except CalamineError as error:
        raise UnreadableSheet("The workbook is damaged, or of a make that is not read here.", _DAMAGED) from error
    except BaseException as error:
        # A panic of the Rust reader is no `Exception`; for the sender it is one more damaged file.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableSheet("The workbook is damaged.", _DAMAGED) from error

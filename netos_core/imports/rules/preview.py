"""A mapped sheet into typed rows, with every problem of every cell at once."""

from __future__ import annotations

import re
from collections.abc import Mapping as Values
from collections.abc import Sequence
from dataclasses import dataclass, replace

from netos_core.kernel.errors import Invalid

from .cells import CellProblem, Empty
from .dates import DateOrder, date_order
from .fields import REQUIRED, CellType, cell_type
from .grid import Cell, Sheet, SheetRow, cell_text, column_letter, is_blank
from .header import HeaderRow, data_rows
from .mapping import ColumnMapping, Mapping
from .values import Reader, Typed, Value, reader_for

UNDERSTOOD = "understood_as"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is told of a place of the sheet; `row` is the spreadsheet's own, `column` the header, null for the row.

    It is a problem, but for the code `understood_as`: that tells why the words there mean the record they mean.
    """

    row: int
    column: str | None
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class StagedRow:
    """One row as typed values by field, the texts they came from, its notes and its problems."""

    row: int
    values: Values[str, Value]
    raw: Values[str, str]
    notes: tuple[str, ...] = ()
    problems: tuple[RowProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Column:
    mapping: ColumnMapping
    field: str
    read: Reader
    seen: dict[Cell, Typed | Empty | CellProblem]


def read_rows(sheet: Sheet, header: HeaderRow, mapping: Mapping, kind: str) -> tuple[list[StagedRow], list[RowProblem]]:
    """Type every row; problems of the sheet come first, then those of the rows in order.

    Raises:
        Invalid: No column is mapped, or there are no rows under the header.
    """
    if not mapping.by_field():
        raise Invalid(
            f"No column of the sheet fills a field of {kind}.",
            field="mapping",
            fix="Map the columns by hand, or choose another kind or sheet.",
        )
    rows, _ = data_rows(sheet.rows, header)
    if not rows:
        raise Invalid("There are no rows under the header.", field="file", fix="Send a sheet with rows of data.")
    problems = _missing_columns(header, mapping, kind)
    columns = _columns(mapping, rows)
    required = [group for group in REQUIRED[kind] if any(field in mapping.by_field() for field in group)]
    astray, unnamed = _cells_without_header(header, rows)
    problems.extend(unnamed)
    staged = [_stage(row, columns, required, astray) for row in rows]
    staged = _with_duplicates(staged, kind, mapping)
    problems.extend(problem for row in staged for problem in row.problems)
    return staged, problems


def of_sheet(staged: Sequence[StagedRow], problems: Sequence[RowProblem]) -> Sequence[RowProblem]:
    """Return the problems that are no row's: they come first."""
    return problems[: len(problems) - sum(len(row.problems) for row in staged)]


def column_notes(sheet: Sheet, header: HeaderRow, mapping: Mapping) -> list[str]:
    """Say what was decided for whole columns and rows: date orders, totals left out, titles skipped."""
    rows, dropped = data_rows(sheet.rows, header)
    orders = (
        f"{column.header}: {order.note}"
        for field, column in mapping.by_field().items()
        if cell_type(field) is CellType.DATE and (order := _order(column, rows)).note
    )
    return [*sheet.notes, *header.notes, *dropped, *orders]


def _order(column: ColumnMapping, rows: Sequence[SheetRow]) -> DateOrder:
    return date_order(row.cells[column.index] for row in rows if column.index < len(row.cells))


def _columns(mapping: Mapping, rows: Sequence[SheetRow]) -> list[_Column]:
    columns = []
    for field, column in mapping.by_field().items():
        order = _order(column, rows) if cell_type(field) is CellType.DATE else DateOrder()
        columns.append(_Column(column, field, reader_for(field, column.unit, order), {}))
    return columns


def _missing_columns(header: HeaderRow, mapping: Mapping, kind: str) -> list[RowProblem]:
    filled = mapping.by_field()
    return [
        RowProblem(header.rows[-1], None, "required_column", f"No column is mapped to {' or '.join(group)}.")
        for group in REQUIRED[kind]
        if not any(field in filled for field in group)
    ]


def _cells_without_header(header: HeaderRow, rows: Sequence[SheetRow]) -> tuple[set[int], list[RowProblem]]:
    """Tell cells that slid past the header (a comma left unquoted) from whole columns that have no name."""
    last = max((at for at, name in enumerate(header.names) if name), default=-1)
    held: dict[int, list[int]] = {}
    for row in rows:
        for at in range(len(row.cells)):
            if (at >= len(header.names) or not header.names[at]) and not is_blank(row.cells[at]):
                held.setdefault(at, []).append(row.number)
    astray = {at for at, numbers in held.items() if at > last and len(numbers) < len(rows) / 2}
    unnamed = [
        RowProblem(numbers[0], f"Column {column_letter(at)}", "unnamed_column", f"{len(numbers)} cells have no header.")
        for at, numbers in sorted(held.items())
        if at not in astray
    ]
    return astray, unnamed


def _stage(
    row: SheetRow, columns: Sequence[_Column], required: Sequence[tuple[str, ...]], astray: set[int]
) -> StagedRow:
    values: dict[str, Value] = {}
    raw: dict[str, str] = {}
    notes: list[str] = []
    problems: list[RowProblem] = []
    unread: set[str] = set()
    for column in columns:
        index, header = column.mapping.index, column.mapping.header
        cell = row.cells[index] if index < len(row.cells) else None
        if cell is None:
            continue
        found = _read(column, cell)
        if isinstance(found, Typed):
            raw[column.field] = cell_text(cell)
            problems.extend(_put(values, found, row.number, header))
            if found.note:
                notes.append(f"{header}: {found.note}")
        elif isinstance(found, CellProblem):
            raw[column.field] = cell_text(cell)
            unread.add(column.field)
            problems.append(RowProblem(row.number, header, found.code, found.message))
        elif found.reason:
            raw[column.field] = cell_text(cell)
            notes.append(f"{header}: empty ({found.reason}).")
    problems.extend(_missing_values(row.number, values, unread, required))
    problems.extend(
        RowProblem(
            row.number,
            f"Column {column_letter(at)}",
            "beyond_header",
            "The cell stands right of the last named column.",
        )
        for at in sorted(astray)
        if at < len(row.cells) and not is_blank(row.cells[at])
    )
    return StagedRow(row.number, values, raw, tuple(notes), tuple(problems))


def _read(column: _Column, cell: Cell) -> Typed | Empty | CellProblem:
    # 1, 1.0 and True are one dictionary key but three cells, so only texts are remembered.
    if not isinstance(cell, str):
        return column.read(cell)
    found = column.seen.get(cell)
    if found is None:
        found = column.seen[cell] = column.read(cell)
    return found


def _put(values: dict[str, Value], found: Typed, row: int, header: str) -> list[RowProblem]:
    problems = []
    for field, value in found.values:
        if field == "currency" and values.get(field, value) != value:
            message = "The row states two currencies. Leave one."
            problems.append(RowProblem(row, header, "two_currencies", message))
        elif field == "postal_code_plus4":
            values.setdefault(field, value)
        else:
            values[field] = value
    return problems


def _missing_values(
    row: int, values: Values[str, Value], unread: set[str], required: Sequence[tuple[str, ...]]
) -> list[RowProblem]:
    # A cell that could not be read has its own problem already; only a missing one is missing.
    return [
        RowProblem(row, None, "required", f"The row has no {' or '.join(group)}.")
        for group in required
        if not any(field in values or field in unread for field in group)
    ]


_NOT_WORD = re.compile(r"[\W_]+")
_NATURAL_KEYS = {
    "circuits": (("provider", "provider_circuit_id"), ("ref",)),
    "sites": (("external_id",), ("name", "address"), ("name",), ("address",)),
    "contracts": (("provider", "number"), ("number",)),
    "providers": (("name",),),
    "customers": (("account_number",), ("name",)),
}


def natural_key(kind: str, values: Values[str, Value]) -> tuple[str, ...] | None:
    """Make the key a row is known by: the first set of key fields it has, letters and digits only."""
    for fields in _NATURAL_KEYS[kind]:
        parts = tuple(_NOT_WORD.sub("", str(values.get(field, ""))).casefold() for field in fields)
        if all(parts):
            return (*fields, *parts)
    return None


def _with_duplicates(staged: list[StagedRow], kind: str, mapping: Mapping) -> list[StagedRow]:
    """Mark every later row of a key, naming the row that has it first."""
    by_field = mapping.by_field()
    first: dict[tuple[str, ...], int] = {}
    rows: list[StagedRow] = []
    for row in staged:
        key = natural_key(kind, row.values)
        earlier = first.setdefault(key, row.row) if key else row.row
        if key is None or earlier == row.row:
            rows.append(row)
            continue
        fields = key[: len(key) // 2]
        message = f"Rows {earlier} and {row.row} have the same {' and '.join(fields)}. Keep one of them."
        problem = RowProblem(row.row, by_field[fields[-1]].header, "duplicate", message)
        rows.append(replace(row, problems=(*row.problems, problem)))
    return rows

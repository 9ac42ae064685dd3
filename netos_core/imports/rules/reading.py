"""A file as it was read: rows, header and mapping together, whichever way they came about."""

from __future__ import annotations

from collections.abc import Mapping as Choices
from dataclasses import dataclass

from .grid import Limits, Sheet
from .header import HeaderRow, data_rows, find_header
from .mapping import Mapping, map_columns, override_columns
from .preview import RowProblem, StagedRow, column_notes, read_rows
from .sheet import read_sheet

SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """A sheet with its header found and its columns mapped."""

    sheet: Sheet
    header: HeaderRow
    mapping: Mapping

    def rows(self) -> tuple[list[StagedRow], list[RowProblem]]:
        """Type every row; the problems are those of the sheet and of all its rows."""
        return read_rows(self.sheet, self.header, self.mapping, self.mapping.kind)

    def notes(self) -> list[str]:
        return column_notes(self.sheet, self.header, self.mapping)

    def headers(self) -> dict[str, str]:
        return {field: column.header for field, column in self.mapping.by_field().items()}


def read_file(name: str, content: bytes, kind: str | None = None, *, sheet: str | None = None) -> Reading:
    """Read a file into rows, find its header and propose a field for each column.

    Raises:
        Invalid: The file is no sheet, too large, or its columns tell nothing.
    """
    found = read_sheet(name, content, Limits(), sheet=sheet)
    return read_again(found, find_header(found.rows, found.merges), kind)


def read_again(
    sheet: Sheet, header: HeaderRow, kind: str | None, chosen: Choices[str, str | None] | None = None
) -> Reading:
    """Map a sheet's columns, and then as a person chose."""
    sample, _ = data_rows(sheet.rows, header)
    mapping = map_columns(kind, header, sample[:SAMPLE])
    return Reading(sheet, header, override_columns(mapping, chosen) if chosen else mapping)

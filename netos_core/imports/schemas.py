"""What an import takes and shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from netos_core.kernel.bounds import LARGEST_INTEGER, MOST_CHARACTERS
from netos_core.kernel.page import DEFAULT_LIMIT, MAX_LIMIT, CursorText
from netos_core.kernel.redaction import Request, View

Cell = Annotated[str, Field(max_length=MOST_CHARACTERS)]
Header = Cell  # the name of a column is a cell, too
KindName = Literal["circuits", "sites", "contracts", "providers", "customers"]


class StageImport(Request):
    """A file to look at: nothing of the inventory changes by it."""

    file_name: str = Field(min_length=1, max_length=255)
    content: bytes = Field(repr=False)
    kind: KindName | None = None
    sheet: str | None = None


class GetImport(Request):
    ref: str = Field(description="Such as IMP-1003.")
    outcome: Literal["create", "update", "unchanged", "invalid"] | None = None
    after_row: int = Field(0, ge=0, le=LARGEST_INTEGER, description="Show rows below this one of the sheet.")
    limit: int = Field(50, ge=1, le=500)


class ListImports(Request):
    """The caller's own imports, newest first."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: CursorText | None = None


class MapImport(Request):
    """Read the staged sheet with other fields for its columns; null leaves a column out."""

    ref: str
    kind: KindName | None = None
    fields: dict[Header, str | None] = Field(default_factory=dict, description="Header to field.")


class EditImportRow(Request):
    """Correct cells of one staged row."""

    ref: str
    row: int = Field(ge=1, le=LARGEST_INTEGER)
    cells: dict[Header, Cell] = Field(min_length=1, description="Header to the text the cell should have.")


class ProposeImport(Request):
    """Put the valid rows of a staged import before people as one change."""

    ref: str
    reason: str | None = Field(None, max_length=2000)


class MappedColumn(View):
    header: str
    field: str | None
    score: float
    why: str


class ImportProblem(View):
    row: int
    column: str | None
    code: str
    message: str


class ImportRowView(View):
    """A staged row: its cells by header, what it would do, what is wrong with it, and why it means what it means."""

    row: int
    outcome: str
    ref: str | None
    cells: dict[str, str]
    problems: list[ImportProblem]
    understood: list[str]


class ImportView(View):
    """A staged import: how the sheet was read, what it would do, and its problems."""

    ref: str
    file_name: str
    state: str
    kind: str
    kind_why: str
    sheet: str
    sheets: list[str]
    header_row: int
    mapping: list[MappedColumn]
    fields: list[str]
    rows: int
    counts: dict[str, int]
    errors: list[ImportProblem]
    errors_total: int
    notes: list[str]
    warnings: list[str]
    sample: list[ImportRowView]
    next_row: int | None
    change_id: str | None
    change_status: str | None
    stubs: dict[str, int]


class ImportSummary(View):
    """One import in the list: staged, or what became of the change it was proposed as."""

    ref: str
    file_name: str
    sheet: str
    kind: str
    state: str
    counts: dict[str, int]
    change_id: str | None
    created_at: datetime


class ImportPage(View):
    total: int
    shown: int
    next_cursor: str | None
    imports: list[ImportSummary]


class PreviewRow(View):
    """A row as it was read: its values by field, what it would do, what is wrong, and why it means what it means."""

    row: int
    outcome: str
    values: dict[str, Any]
    problems: list[ImportProblem]
    understood: list[str]


class ImportPreview(View):
    """What `netos import preview` prints: the same reading, with nothing stored.

    `compared` tells whether the rows were held against the records; where not, every row that can be is a create.
    """

    sheet: str
    sheets: list[str]
    header_row: int
    kind: str
    kind_why: str
    mapping: list[MappedColumn]
    rows: int
    errors: list[ImportProblem]
    counts: dict[str, int]
    compared: bool
    stubs: dict[str, int]
    notes: list[str]
    warnings: list[str]
    sample: list[PreviewRow]

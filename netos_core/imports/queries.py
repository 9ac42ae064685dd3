"""Read a staged import back, as cells and as a person sees it."""

from __future__ import annotations

import re
from collections.abc import Mapping as Headers
from datetime import date, datetime
from math import isfinite
from typing import Any

from sqlalchemy import func, select

from netos_core.changes.model import Proposal
from netos_core.changes.queries import status_of
from netos_core.imports.model import ImportBatch, ImportRow
from netos_core.imports.rules.fields import fields_of
from netos_core.imports.rules.grid import Cell, Sheet, SheetRow, cell_text
from netos_core.imports.rules.header import HeaderRow
from netos_core.imports.rules.mapping import ColumnMapping, Mapping
from netos_core.imports.rules.preview import UNDERSTOOD
from netos_core.imports.rules.reading import Reading
from netos_core.imports.schemas import (
    GetImport,
    ImportPage,
    ImportProblem,
    ImportRowView,
    ImportSummary,
    ImportView,
    ListImports,
    MappedColumn,
)
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.listing import read_as
from netos_core.kernel.page import Cursor

ERRORS_SHOWN = 200


class ImportNotFound(NotFound):
    """No import of the caller has that ref."""


def get_batch(ctx: Context, ref: str, *, for_update: bool = False) -> ImportBatch:
    """Return a staged import of the caller by its reference.

    Raises:
        ImportNotFound: They have none of that ref.
    """
    query = select(ImportBatch).where(
        ImportBatch.ref == ref.strip().upper(), ImportBatch.person_id == ctx.principal.person_id
    )
    query = query.with_for_update() if for_update else query
    found = ctx.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise ImportNotFound(
            "You have no import of that ref.",
            field="ref",
            fix="`netos import run FILE` or the page Imports stages one.",
        )
    return found


def find_same(ctx: Context, sha256: str, kind: str | None, sheet: str | None) -> ImportBatch | None:
    """Find the caller's own import of the same file that still waits, so that staging twice is staging once."""
    query = select(ImportBatch).where(
        ImportBatch.sha256 == sha256, ImportBatch.person_id == ctx.principal.person_id, ImportBatch.state == "staged"
    )
    if kind:
        query = query.where(ImportBatch.kind == kind)
    if sheet:
        query = query.where(ImportBatch.sheet == sheet)
    return ctx.session.scalar(query.order_by(ImportBatch.id.desc()).limit(1).with_for_update())


def cell_json(cell: Cell) -> Any:
    """Keep a cell as JSON, with its type where JSON has none."""
    if isinstance(cell, datetime):
        return {"datetime": cell.isoformat()}
    if isinstance(cell, date):
        return {"date": cell.isoformat()}
    if isinstance(cell, str):
        return _UNSTORABLE.sub("", cell)
    if isinstance(cell, bool | int) or cell is None or (isinstance(cell, float) and isfinite(cell)):
        return cell
    return cell_text(cell)


_UNSTORABLE = re.compile("[\\x00\\ud800-\\udfff]")  # what PostgreSQL keeps in no text


def _cell(kept: Any) -> Cell:
    if isinstance(kept, dict):
        stamp = kept.get("datetime")
        return datetime.fromisoformat(stamp) if stamp else date.fromisoformat(kept["date"])
    return kept if isinstance(kept, str | int | float | bool) else None


def reading_of(ctx: Context, batch: ImportBatch) -> Reading:
    """Rebuild the sheet, its header and its mapping from what was stored."""
    rows = ctx.session.execute(
        select(ImportRow.row, ImportRow.cells).where(ImportRow.batch_id == batch.id).order_by(ImportRow.row)
    )
    sheet_rows = tuple(SheetRow(row.row, tuple(_cell(c) for c in row.cells)) for row in rows)
    kept = batch.header
    sheet = Sheet(batch.sheet, tuple(batch.sheets), "csv", sheet_rows, notes=tuple(kept["read"]))
    header = HeaderRow(tuple(kept["rows"]), tuple(kept["names"]), kept["score"], kept["why"], tuple(kept["notes"]))
    columns = tuple(ColumnMapping(**column) for column in batch.mapping)
    return Reading(sheet, header, Mapping(batch.kind, 1.0, batch.kind_why, columns))


def list_batches(ctx: Context, request: ListImports) -> ImportPage:
    """List the caller's imports, newest first, with what became of each."""
    mine = ImportBatch.person_id == ctx.principal.person_id
    total = ctx.session.scalar(select(func.count()).select_from(ImportBatch).where(mine)) or 0
    query = select(ImportBatch, Proposal).outerjoin(Proposal, Proposal.id == ImportBatch.proposal_id).where(mine)
    if request.cursor:
        query = query.where(ImportBatch.id < read_as(Cursor.decode(request.cursor, "imports").id, ImportBatch.id))
    found = ctx.session.execute(query.order_by(ImportBatch.id.desc()).limit(request.limit + 1)).all()
    shown = found[: request.limit]
    return ImportPage(
        total=total,
        shown=len(shown),
        next_cursor=Cursor("imports", None, str(shown[-1][0].id)).encode() if len(found) > request.limit else None,
        imports=[
            ImportSummary(
                ref=batch.ref,
                file_name=batch.file_name,
                sheet=batch.sheet,
                kind=batch.kind,
                state=_state(ctx, proposal),
                counts=batch.counts["outcomes"],
                change_id=proposal.ref if proposal else None,
                created_at=batch.created_at,
            )
            for batch, proposal in shown
        ],
    )


def _state(ctx: Context, proposal: Proposal | None) -> str:
    """Say what became of an import: staged, or what became of the change it was proposed as."""
    return "staged" if proposal is None else str(status_of(proposal, ctx))


def import_view(ctx: Context, batch: ImportBatch, request: GetImport) -> ImportView:
    """Show a staged import with one page of its rows, those with problems first in its error list."""
    headers = {column["header"]: column["index"] for column in batch.mapping if column["header"]}
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.row > request.after_row)
    if request.outcome:
        query = query.where(ImportRow.outcome == request.outcome)
    found = list(ctx.session.scalars(query.order_by(ImportRow.row).limit(request.limit + 1)))
    shown = found[: request.limit]
    proposal = ctx.session.get_one(Proposal, batch.proposal_id) if batch.proposal_id else None
    state = _state(ctx, proposal)
    errors = _errors(ctx, batch)
    return ImportView(
        ref=batch.ref,
        file_name=batch.file_name,
        state=state,
        kind=batch.kind,
        kind_why=batch.kind_why,
        sheet=batch.sheet,
        sheets=list(batch.sheets),
        header_row=batch.header["rows"][-1],
        mapping=[
            MappedColumn(header=c["header"], field=c["field"], score=c["score"], why=c["why"]) for c in batch.mapping
        ],
        fields=list(fields_of(batch.kind)),
        rows=sum(batch.counts["outcomes"].values()),
        counts=batch.counts["outcomes"],
        errors=errors[:ERRORS_SHOWN],
        errors_total=len(errors),
        notes=list(batch.notes),
        warnings=list(batch.counts["warnings"]),
        sample=[_row_view(row, headers) for row in shown],
        next_row=shown[-1].row if len(found) > request.limit else None,
        change_id=proposal.ref if proposal else None,
        change_status=None if proposal is None else state,
        stubs=batch.counts["stubs"],
    )


def _errors(ctx: Context, batch: ImportBatch) -> list[ImportProblem]:
    rows = ctx.session.scalars(
        select(ImportRow.problems)
        .where(ImportRow.batch_id == batch.id, ImportRow.outcome == "invalid")
        .order_by(ImportRow.row)
    )
    told = [p for problems in (batch.counts["sheet_problems"], *rows) for p in problems]
    return [ImportProblem(**p) for p in told if p["code"] != UNDERSTOOD]


def _row_view(row: ImportRow, headers: Headers[str, int]) -> ImportRowView:
    cells = [cell_text(_cell(c)) for c in row.cells]
    return ImportRowView(
        row=row.row,
        outcome=row.outcome,
        ref=row.ref,
        cells={header: cells[at] if at < len(cells) else "" for header, at in headers.items()},
        problems=[ImportProblem(**p) for p in row.problems if p["code"] != UNDERSTOOD],
        understood=[p["message"] for p in row.problems if p["code"] == UNDERSTOOD],
    )

"""Bring a sheet in: look at what it would do, correct it, and put its valid rows before people as one change."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace

from netos_core.changes import queries as changes
from netos_core.changes import records as write_path
from netos_core.changes import views
from netos_core.changes.model import Proposal
from netos_core.changes.rules import ChangeSet, Json, Status, as_json_value
from netos_core.changes.schemas import ChangeView
from netos_core.imports import queries, records
from netos_core.imports.model import ImportBatch
from netos_core.imports.plans import check, plan
from netos_core.imports.rules.cells import NoticePeriod
from netos_core.imports.rules.grid import SheetRow
from netos_core.imports.rules.mapping import override_columns
from netos_core.imports.rules.outcome import Outcome, Planned
from netos_core.imports.rules.preview import StagedRow, of_sheet
from netos_core.imports.rules.reading import Reading, read_again, read_file
from netos_core.imports.rules.values import Value
from netos_core.imports.schemas import (
    EditImportRow,
    GetImport,
    ImportPage,
    ImportPreview,
    ImportProblem,
    ImportView,
    ListImports,
    MapImport,
    MappedColumn,
    PreviewRow,
    ProposeImport,
    StageImport,
)
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid, NotFound, one_of
from netos_core.kernel.operation import Effect, operation

SAMPLE = 25


class NothingValid(Invalid):
    """Every row of the sheet has a problem."""


@operation(Effect.RUN)
def stage_import(ctx: Context, request: StageImport) -> ImportView:
    """Read a sheet and show what it would do: mapping with reasons, every problem, creates and updates."""
    sha256 = hashlib.sha256(request.content).hexdigest()
    batch = queries.find_same(ctx, sha256, request.kind, request.sheet)
    if batch is not None:
        reading = queries.reading_of(ctx, batch)
    else:
        reading = read_file(request.file_name, request.content, request.kind, sheet=request.sheet)
        batch = records.save_batch(ctx, request.file_name, sha256, reading)
    _restage(ctx, batch, reading)
    return queries.import_view(ctx, batch, GetImport(ref=batch.ref))


@operation(Effect.READ, right="run:imports")
def list_imports(ctx: Context, request: ListImports) -> ImportPage:
    """List your imports, newest first, with what became of each."""
    return queries.list_batches(ctx, request)


@operation(Effect.READ, right="run:imports")
def get_import(ctx: Context, request: GetImport) -> ImportView:
    """Show a staged import: mapping, counts, problems and a page of rows."""
    return queries.import_view(ctx, queries.get_batch(ctx, request.ref), request)


@operation(Effect.RUN)
def map_import(ctx: Context, request: MapImport) -> ImportView:
    """Read the staged sheet as another kind, or with other fields for its columns."""
    batch = _staged(ctx, request.ref)
    reading = queries.reading_of(ctx, batch)
    if request.kind and request.kind != batch.kind:
        reading = read_again(reading.sheet, reading.header, request.kind, request.fields)
    else:
        reading = replace(reading, mapping=override_columns(reading.mapping, request.fields))
    _restage(ctx, batch, reading)
    return queries.import_view(ctx, batch, GetImport(ref=batch.ref))


@operation(Effect.RUN)
def edit_import_row(ctx: Context, request: EditImportRow) -> ImportView:
    """Correct cells of a staged row; the sheet is read again with them."""
    batch = _staged(ctx, request.ref)
    reading = queries.reading_of(ctx, batch)
    names = list(reading.header.names)
    for header in request.cells:
        if header not in names:
            raise one_of(header, [n for n in names if n], what="column", field="cells")
    if request.row not in {row.number for row in reading.sheet.rows}:
        raise NotFound("The sheet has no such row.", field="row")
    rows = tuple(_edited(row, names, request.cells) if row.number == request.row else row for row in reading.sheet.rows)
    _restage(ctx, batch, replace(reading, sheet=replace(reading.sheet, rows=rows)))
    return queries.import_view(ctx, batch, GetImport(ref=batch.ref, outcome=None, after_row=request.row - 1, limit=1))


def _restage(ctx: Context, batch: ImportBatch, reading: Reading) -> Planned:
    """Read every row anew, plan the sheet and keep each row's outcome; returns the plan, which is not stored."""
    staged, problems = reading.rows()
    planned = plan(ctx, reading.mapping.kind, staged, reading.headers())
    records.save_staging(ctx, batch, reading, of_sheet(staged, problems), planned)
    return planned


def _edited(row: SheetRow, names: list[str], cells: dict[str, str]) -> SheetRow:
    width = max(len(row.cells), max(names.index(header) for header in cells) + 1)
    kept = [*row.cells, *([None] * (width - len(row.cells)))]
    for header, said in cells.items():
        kept[names.index(header)] = said or None
    return SheetRow(row.number, tuple(kept))


@operation(Effect.RUN)
def propose_import(ctx: Context, request: ProposeImport) -> ChangeView:
    """Propose the valid rows of a staged import as one change; rows with problems stay staged."""
    batch = queries.get_batch(ctx, request.ref, for_update=True)
    waiting = _waiting(ctx, batch)
    if waiting is not None:  # asked for already, by a call that was repeated or by another one a moment ago
        return views.change_view(ctx, waiting, limit=SAMPLE, cursor=None)
    planned = _restage(ctx, batch, queries.reading_of(ctx, batch))
    counts = planned.counts()
    if not planned.changes:
        if counts["unchanged"]:
            raise write_path.NothingToChange(
                f"All {counts['unchanged']} valid rows are already as the sheet has them. Nothing to propose.",
            )
        raise NothingValid(
            f"None of the {counts['invalid']} rows can be read.", fix="Correct the cells or the mapping and try again."
        )
    change_set = ChangeSet(_title(batch, planned), planned.changes, _warnings(planned))
    source = {"import": batch.ref, "sha256": batch.sha256}
    reason = request.reason or f"Import of {batch.file_name} (sheet {batch.sheet})."
    proposal = write_path.save_proposal(ctx, change_set, reason=reason, source=source)
    batch.proposal_id = proposal.id
    batch.state = "proposed"
    return views.change_view(ctx, proposal, limit=SAMPLE, cursor=None)


def _staged(ctx: Context, ref: str) -> ImportBatch:
    """Return an import that may be worked on.

    Raises:
        Conflict: Its proposal waits for approval.
    """
    batch = queries.get_batch(ctx, ref, for_update=True)
    waiting = _waiting(ctx, batch)
    if waiting is not None:
        raise Conflict(
            f"{batch.ref} waits for approval as {waiting.ref}.", fix=f"Have {waiting.ref} decided first, or reject it."
        )
    return batch


def _waiting(ctx: Context, batch: ImportBatch) -> Proposal | None:
    """Return the open proposal of an import, if it has one; one that is over leaves the rest of the rows free."""
    proposal = changes.get_proposal_by_id(ctx, batch.proposal_id) if batch.proposal_id else None
    return proposal if proposal is not None and changes.status_of(proposal, ctx) is Status.OPEN else None


def _title(batch: ImportBatch, planned: Planned) -> str:
    counts = planned.counts()
    parts = [
        f"{counts['create']} new" if counts["create"] else "",
        f"{counts['update']} updated" if counts["update"] else "",
    ]
    told = ", ".join(p for p in parts if p)
    return f"Import {batch.file_name}: {batch.kind}, {told}"


def _warnings(planned: Planned) -> tuple[str, ...]:
    stubs = [f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in planned.stubs.items() if n]
    left = planned.counts()["invalid"]
    return (
        *planned.warnings,
        *([f"Adds stubs to be completed: {', '.join(stubs)}."] if stubs else []),
        *([f"{left} rows with problems are left out and stay staged."] if left else []),
    )


def preview_file(
    file_name: str, content: bytes, kind: str | None = None, *, sheet: str | None = None, ctx: Context | None = None
) -> ImportPreview:
    """Read a file and say what importing it would do; nothing is stored.

    Args:
        file_name: The file's name.
        content: The file.
        kind: What the sheet lists; guessed from its columns without it.
        sheet: Which sheet of a workbook.
        ctx: The call to hold the rows against the records with; without it every row that can be is a create.

    Raises:
        Invalid: The file is no sheet, too large, or its columns tell nothing.
    """
    reading = read_file(file_name, content, kind, sheet=sheet)
    staged, problems = reading.rows()
    kind = reading.mapping.kind
    if ctx is None:
        bad = check(kind, staged, reading.headers())
        planned = Planned((), {row.row: Outcome("create") for row in staged}, {}).with_problems(bad)
    else:
        ctx.require("run:imports")
        planned = plan(ctx, kind, staged, reading.headers())
    told = [
        *of_sheet(staged, problems),
        *(p for row in staged for p in planned.outcomes[row.row].problems),
    ]
    return ImportPreview(
        sheet=reading.sheet.name,
        sheets=list(reading.sheet.names),
        header_row=reading.header.rows[-1],
        kind=kind,
        kind_why=reading.mapping.kind_why,
        mapping=[
            MappedColumn(header=c.header, field=c.field, score=c.score, why=c.why) for c in reading.mapping.columns
        ],
        rows=len(staged),
        errors=[ImportProblem(**asdict(p)) for p in told],
        counts=planned.counts(),
        compared=ctx is not None,
        stubs={kind: n for kind, n in planned.stubs.items() if n},
        notes=reading.notes(),
        warnings=list(planned.warnings),
        sample=[_preview_row(row, planned.outcomes[row.row]) for row in staged[:SAMPLE]],
    )


def _preview_row(row: StagedRow, outcome: Outcome) -> PreviewRow:
    return PreviewRow(
        row=row.row,
        outcome=outcome.outcome,
        values={field: _value(value) for field, value in row.values.items()},
        problems=[ImportProblem(**asdict(p)) for p in outcome.problems],
        understood=[p.message for p in outcome.understood],
    )


def _value(value: Value) -> Json:
    if isinstance(value, NoticePeriod):
        return f"{value.count} {value.unit.replace('_', ' ')}"
    return list(value) if isinstance(value, tuple) else as_json_value(value)

"""Stage a sheet: keep its cells, and beside each row what it would do. Staging changes nothing of the inventory."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, text

from netos_core.changes.plans import take_refs
from netos_core.imports.model import ImportBatch, ImportRow
from netos_core.imports.queries import cell_json
from netos_core.imports.rules.header import data_rows
from netos_core.imports.rules.outcome import Planned
from netos_core.imports.rules.preview import RowProblem
from netos_core.imports.rules.reading import Reading
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id


def save_batch(ctx: Context, name: str, sha256: str, reading: Reading) -> ImportBatch:
    """Store a sheet for the first time; what it would do is told by `save_staging`."""
    batch = ImportBatch(
        id=new_id(),
        ref=take_refs(ctx.session, "import")[0],
        file_name=name,
        sha256=sha256,
        kind=reading.mapping.kind,
        kind_why=reading.mapping.kind_why,
        sheet=reading.sheet.name,
        sheets=list(reading.sheet.names),
        header={**asdict(reading.header), "read": sheet_notes(reading)},
        mapping=[],
        notes=[],
        counts={},
        state="staged",
        person_id=ctx.principal.person_id,
        created_at=ctx.now,
    )
    ctx.session.add(batch)
    return batch


def sheet_notes(reading: Reading) -> list[str]:
    """Return what was done to the file when it was read: its rows are kept without what these tell of."""
    return [*reading.sheet.notes, *data_rows(reading.sheet.rows, reading.header)[1]]


def save_staging(
    ctx: Context, batch: ImportBatch, reading: Reading, problems: Sequence[RowProblem], planned: Planned
) -> None:
    """Keep how a sheet was read, and beside each row what it would do.

    Args:
        ctx: The call.
        batch: The import.
        reading: The sheet as it is read now.
        problems: Those of the sheet as a whole.
        planned: What its rows come to; the changes themselves are not stored.
    """
    batch.kind = reading.mapping.kind
    batch.kind_why = reading.mapping.kind_why
    batch.mapping = [asdict(column) for column in reading.mapping.columns]
    batch.notes = reading.notes()
    batch.counts = {
        "outcomes": planned.counts(),
        "stubs": {kind: n for kind, n in planned.stubs.items() if n},
        "warnings": list(planned.warnings),
        "sheet_problems": [asdict(p) for p in problems],
    }
    ctx.session.flush()
    _save_rows(ctx, batch, reading, planned)


def _save_rows(ctx: Context, batch: ImportBatch, reading: Reading, planned: Planned) -> None:
    kept = [
        {
            "row": row.number,
            "cells": [cell_json(cell) for cell in row.cells],
            "outcome": outcome.outcome,
            "ref": outcome.ref if outcome.outcome in ("update", "unchanged") else None,
            "problems": [asdict(p) for p in (*outcome.problems, *outcome.understood)],
        }
        for row in reading.sheet.rows
        if (outcome := planned.outcomes.get(row.number)) is not None
    ]
    ctx.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    ctx.session.execute(
        text(
            "insert into import_row (batch_id, row, cells, outcome, ref, problems)"
            " select :batch, r.row, r.cells, r.outcome, r.ref, r.problems from jsonb_to_recordset(cast(:rows as jsonb))"
            " as r(row int, cells jsonb, outcome text, ref text, problems jsonb)"
        ),
        {"batch": batch.id, "rows": json.dumps(kept)},
    )

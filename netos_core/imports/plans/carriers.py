"""Which provider a sheet means by the name of a carrier: who stands for it today, and why that is told in its row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from uuid import UUID

from netos_core.imports.plans.rows import Headers
from netos_core.imports.rules.outcome import Told
from netos_core.imports.rules.preview import UNDERSTOOD, RowProblem, StagedRow
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named
from netos_core.providers import queries as providers

MOST_TOLD = 5


def on_file_under(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Named]:
    """Return providers as they are spoken of, by their id."""
    rows = providers.rows_by_id(ctx, ids)
    return {row_id: Named(row_id, row["ref"], row["name"]) for row_id, row in rows.items()}


def understood(
    rows: Iterable[StagedRow], standing: providers.Standing, kept: Mapping[int, str], headers: Headers
) -> Told:
    """Tell in each row why its carrier is the provider it is.

    Args:
        rows: The rows.
        standing: Who each name of the sheet means.
        kept: Of the rows whose record is on file under another provider of the same family, what is told of that.
        headers: The header of each field.
    """
    told = {}
    for row in rows:
        why = standing.reason(str(row.values.get("provider", "")))
        message = " ".join(filter(None, (why, kept.get(row.row))))
        if message:
            told[row.row] = (RowProblem(row.row, headers.get("provider"), UNDERSTOOD, message),)
    return told


def warnings(rows: Iterable[StagedRow], standing: providers.Standing) -> tuple[str, ...]:
    """Say once of each reason in how many rows it holds, the most first."""
    reasons = Counter(why for row in rows if (why := standing.reason(str(row.values.get("provider", "")))) is not None)
    told = [f"In {n} row{'s' if n > 1 else ''}: {why}" for why, n in reasons.most_common()]
    return tuple(told[:MOST_TOLD])

"""From staged rows to the exact rows of the inventory that would change; unknown names become flagged stubs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from netos_core.imports.plans import circuits, contracts, parties, places
from netos_core.imports.plans.rows import Headers
from netos_core.imports.rules.fields import REQUIRED
from netos_core.imports.rules.outcome import Bad, Planned
from netos_core.imports.rules.preview import RowProblem, StagedRow
from netos_core.kernel.context import Context

PLANS: Mapping[str, Callable[[Context, Sequence[StagedRow], Headers], Planned]] = {
    "circuits": circuits.plan,
    "sites": places.plan,
    "contracts": contracts.plan,
    "providers": parties.plan_providers,
    "customers": parties.plan_customers,
}
CHECKS: Mapping[str, Callable[[Sequence[StagedRow], Headers], Bad]] = {
    "circuits": circuits.check,
    "sites": places.check,
    "contracts": contracts.check,
    "providers": parties.check_providers,
    "customers": parties.check_customers,
}


def plan(ctx: Context, kind: str, rows: Sequence[StagedRow], headers: Headers) -> Planned:
    """Plan every row that can be read; a row that can not is told with its reason and left out.

    Args:
        ctx: The call.
        kind: What the sheet lists.
        rows: The rows as read; those with problems are left out here.
        headers: The header of each field, for telling where a problem is.
    """
    planned = PLANS[kind](ctx, [row for row in rows if not row.problems], headers)
    return planned.with_problems({row.row: row.problems for row in rows if row.problems})


def check(kind: str, rows: Sequence[StagedRow], headers: Headers) -> Bad:
    """Tell which rows can not be, as far as that shows without the records we have."""
    readable = [row for row in rows if not row.problems]
    short = {row.row: told for row in readable if (told := _missing(kind, row))}
    return {**CHECKS[kind](readable, headers), **short, **{row.row: row.problems for row in rows if row.problems}}


def _missing(kind: str, row: StagedRow) -> tuple[RowProblem, ...]:
    if "ref" in row.values:
        return ()
    return tuple(
        RowProblem(row.row, None, "required", f"The row has no {' or '.join(group)}.")
        for group in REQUIRED[kind]
        if not any(field in row.values for field in group)
    )

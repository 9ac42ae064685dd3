"""What should be done today."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.worklist import queries
from netos_core.worklist.schemas import GetWorklist, Worklist


@operation(Effect.READ, right="read:renewals")
def get_worklist(ctx: Context, request: GetWorklist) -> Worklist:
    """List what is to be done, by the money at risk for each day that is left to act, with the evidence."""
    return queries.worklist(ctx, request)

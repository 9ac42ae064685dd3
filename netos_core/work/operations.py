"""Look at a job."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.work import queries
from netos_core.work.schemas import GetJob, JobView


@operation(Effect.READ, right="read:changes")
def get_job(ctx: Context, request: GetJob) -> JobView:
    """Show how a background job stands and what came of it."""
    return queries.get_job(ctx, request.ref)

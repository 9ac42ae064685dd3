"""Look back at a circuit's outages."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.outages import queries
from netos_core.outages.schemas import OutageHistory, OutageHistoryRequest


@operation(Effect.READ)
def get_outage_history(ctx: Context, request: OutageHistoryRequest) -> OutageHistory:
    """Show a circuit's outages and maintenance with durations and availability, from recorded events."""
    return queries.outage_history(ctx, request)

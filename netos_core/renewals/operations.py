"""Which terms come up, in the order they have to be acted on."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.renewals import queries
from netos_core.renewals.schemas import ListRenewals, RenewalList


@operation(Effect.READ)
def list_renewals(ctx: Context, request: ListRenewals) -> RenewalList:
    """List contracts by their act-by date, soonest first, with state, deadline and what silence would commit."""
    return queries.list_renewals(ctx, request)

"""Find anything."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.search import queries, records
from netos_core.search.schemas import Search, SearchResult

CAUGHT_UP_AT_ONCE = 100  # touched rows; more are the worker's, so that no search waits for an import
ROUNDS = 3  # a renamed site touches its circuits

BEHIND = "Many records changed a moment ago and are still being indexed: search again in a minute."


@operation(Effect.READ)
def search(ctx: Context, request: Search) -> SearchResult:
    """Find circuits, sites, providers, customers, contracts, quotes, notes and changes by any words or id."""
    for _ in range(ROUNDS):
        waiting = records.waiting(ctx.session, CAUGHT_UP_AT_ONCE + 1)
        if not 0 < waiting <= CAUGHT_UP_AT_ONCE:
            break
        records.take_up(ctx.session, ctx.now)
    found = queries.search(ctx, request)
    if waiting <= CAUGHT_UP_AT_ONCE:
        return found
    return found.model_copy(update={"hint": f"{found.hint} {BEHIND}" if found.hint else BEHIND})

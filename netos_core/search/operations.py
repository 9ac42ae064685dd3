"""Find anything."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.search import queries
from netos_core.search.schemas import Search, SearchResult


@operation(Effect.READ)
def search(ctx: Context, request: Search) -> SearchResult:
    """Find circuits, sites, providers, customers, contracts, notes and changes by any words or id."""
    return queries.search(ctx, request)

"""Look a place up."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.lookup import queries
from netos_core.lookup.schemas import AddressLookup, LookUpAddress


@operation(Effect.READ, right="read:sites")
def look_up_address(ctx: Context, request: LookUpAddress) -> AddressLookup:
    """Show what lies around an address: sites, circuits, carriers, whether service is there and what it costs."""
    return queries.look_up(ctx, request)

"""What circuits and assets earn and cost."""

from __future__ import annotations

from netos_core.finance.queries import circuits
from netos_core.finance.schemas import CircuitPl, PlRequest
from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation


@operation(Effect.READ, right="read:circuits")
def get_circuit_pl(ctx: Context, request: PlRequest) -> CircuitPl:
    """Show what a circuit earned and cost by month; every line names its basis and source."""
    return circuits.circuit_pl(ctx, request)

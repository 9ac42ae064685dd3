"""What circuits and assets earn and cost."""

from __future__ import annotations

from netos_core.finance.queries import assets, circuits, pack, periods, totals
from netos_core.finance.schemas import (
    CircuitPl,
    GetMonthPack,
    InfrastructurePl,
    InfrastructureRequest,
    ListPeriods,
    MonthPack,
    PeriodList,
    PlRequest,
    PlTotals,
    PlTotalsRequest,
)
from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation


@operation(Effect.READ, right="read:circuits")
def get_circuit_pl(ctx: Context, request: PlRequest) -> CircuitPl:
    """Show what a circuit earned and cost by month; every line names its basis and source."""
    return circuits.circuit_pl(ctx, request)


@operation(Effect.READ, right="read:sites", kept=True)
def get_infrastructure_pl(ctx: Context, request: InfrastructureRequest) -> InfrastructurePl:
    """Show what a tower, data center or other site earned and cost with all inside it, circuit by circuit."""
    return assets.infrastructure_pl(ctx, request)


@operation(Effect.READ, right="read:overview", kept=True)
def get_pl_totals(ctx: Context, request: PlTotalsRequest) -> PlTotals:
    """Add up what a month earned and cost by carrier, market, service, customer or asset; the parts make the whole."""
    return totals.pl_totals(ctx, request)


@operation(Effect.READ, right="read:overview")
def list_periods(ctx: Context, request: ListPeriods) -> PeriodList:
    """List the closed months with what they came to, the newest first."""
    return periods.periods(ctx, request)


@operation(Effect.READ, right="see:money")
def get_month_pack(ctx: Context, request: GetMonthPack) -> MonthPack:
    """Give every line of a month at once, to add up elsewhere; as a workbook with formulas, or as CSV."""
    return pack.month_pack(ctx, request)

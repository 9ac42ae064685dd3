"""What circuits will cost, and what they cost at each month before."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.spend.queries import forecast, snapshots
from netos_core.spend.schemas import Forecast, GetForecast, GetSpend, Spend


@operation(Effect.READ, right="read:overview", kept=True)
def get_forecast(ctx: Context, request: GetForecast) -> Forecast:
    """Project MRC by month as contracts go on, with ETF exposure, the renewal cliff, and what changes and why."""
    return forecast.forecast(ctx, request)


@operation(Effect.READ, right="read:overview")
def get_spend(ctx: Context, request: GetSpend) -> Spend:
    """Show monthly snapshots of what circuits cost, and which circuits made the last one differ."""
    return snapshots.get_spend(ctx, request)

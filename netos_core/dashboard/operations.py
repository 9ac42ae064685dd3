"""The plant at a glance."""

from __future__ import annotations

from netos_core.dashboard import queries
from netos_core.dashboard.schemas import DashboardView, GetDashboard
from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation


@operation(Effect.READ, right="read:overview", kept=True)
def get_dashboard(ctx: Context, request: GetDashboard) -> DashboardView:
    """Show spend, revenue, renewals, deadlines, outages and what waits; each figure names the list behind it."""
    return queries.dashboard_view(ctx, request)

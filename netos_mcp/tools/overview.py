"""The plant at a glance."""

from __future__ import annotations

from netos_core.dashboard.operations import get_dashboard
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        get_dashboard,
        "Show spend, revenue, renewals, deadlines, outages and what waits, each with its list. Months to come: "
        'get_forecast. Example: {"market": "Indianapolis"}.',
    ),
)

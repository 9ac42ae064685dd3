"""The plant at a glance."""

from __future__ import annotations

from netos_core.dashboard.operations import get_dashboard
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        get_dashboard,
        "Show spend, revenue, renewals, deadlines, outages and what waits at a glance; each figure names the list "
        'behind it. Example: {market: "Indianapolis"}; {} for all.',
    ),
)

"""The plant at a glance."""

from __future__ import annotations

from netos_core.overview import operations as overview
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        overview.get_dashboard,
        "Show circuits, spend, renewals, next deadlines, open outages and waiting changes at a glance. Spend of "
        "months to come: get_forecast. Takes no argument: {}.",
    ),
)

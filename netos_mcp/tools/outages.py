"""What went wrong with a circuit."""

from __future__ import annotations

from netos_core.outages import operations as outages
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        outages.get_outage_history,
        "List a circuit's recorded outages and maintenance with minutes and availability; the last twelve months by "
        'default. Example: {"ref": "CKT-1042", "since": "2026-01-01"}.',
    ),
)

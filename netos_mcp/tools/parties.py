"""Providers we buy from and customers we bill."""

from __future__ import annotations

from netos_core.overview import operations as overview
from netos_mcp.answers import Published

PUBLISHED = (
    Published(
        overview.get_provider,
        "Show one provider: names it goes by, NOC and escalation contacts, accounts, spend, contracts. Its circuits: "
        'search_circuits. Example: {"ref": "Lumen"}.',
    ),
    Published(
        overview.get_customer,
        'Show one customer, the circuits that serve it and the revenue billed for them. Example: {"ref": "CUS-1003"}.',
    ),
)

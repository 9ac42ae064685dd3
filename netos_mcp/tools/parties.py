"""Providers we buy from and customers we bill."""

from __future__ import annotations

from netos_core.overview import operations as overview
from netos_mcp.answers import LIST_WORDS, Published

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

NAME = "parties"
TOOLSET = (
    Published(
        overview.list_providers,
        "List providers with their circuits, spend and next deadline. By name, use get_provider. Example: "
        '{"sort": "-mrc"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        overview.list_customers,
        'List customers with the circuits that serve them. By name, use get_customer. Example: {"query": "hospital"}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
)

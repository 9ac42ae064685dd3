"""Money by months: assets, totals and closed months."""

from __future__ import annotations

from netos_core.finance import operations as finance
from netos_core.spend import operations as spend
from netos_mcp.answers import Published

NAME = "finance"
TOOLSET = (
    Published(
        finance.get_infrastructure_pl,
        "Show what a tower, data center or other site earned and cost with all inside it: its costs, how they are "
        'divided, its circuits worst first. One circuit: get_circuit_pl. Example: {"ref": "SIT-1007"}.',
        toolset=NAME,
    ),
    Published(
        finance.get_pl_totals,
        "Show what a month earned and cost by provider, market, service_type, customer or asset (towers and other "
        'sites), worst first. Why of one site: get_infrastructure_pl. Example: {"by": "asset", "month": "2026-10-01"}.',
        toolset=NAME,
    ),
    Published(
        finance.list_periods,
        "List closed months with what they came to. Close one: propose_change of an accounting_period. "
        'Example: {"limit": 12}.',
        toolset=NAME,
    ),
    Published(
        spend.get_forecast,
        "Show carrier spend of months to come: committed, renewed in silence, month to month; ETF, renewal cliff, and "
        'which contracts change it by a month and why. Past months: get_spend. Example: {"month": "2027-06-01"}.',
        toolset=NAME,
    ),
    Published(
        spend.get_spend,
        "Show monthly snapshots of carrier spend, and the circuits that made the last one differ. Months to come: "
        'get_forecast. Example: {"by": "market"}.',
        toolset=NAME,
    ),
)

"""Agreements, orders and amendments."""

from __future__ import annotations

from netos_core.overview import operations as overview
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        overview.search_contracts,
        "List agreements, orders and amendments by provider, term end or deadline. For what needs a decision now, use "
        'list_renewals. Example: {"provider": "Zayo", "ends_before": "2027-03-31"}.',
        words=LIST_WORDS,
    ),
    Published(
        overview.get_contract,
        "Show one contract: term, notice clause, deadline with its reasoning, governed circuits. "
        'Example: {"ref": "CTR-1011"}.',
        words={"ref": "", "on": "Adds what held that day, and why."},
    ),
    Published(
        overview.preview_etf,
        "Show what leaving a circuit or contract early costs, line by line, and when it is cheapest. Unknown is "
        'none, never zero. Example: {"ref": "CKT-1042", "as_of": "2027-06-30"}.',
        words={
            "ref": "",
            "as_of": "Last day of service; else by notice today.",
            "notice_date": "Counts charges until it takes effect too.",
            "horizon": "Months.",
        },
    ),
)

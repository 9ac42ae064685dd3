"""Deadlines that come."""

from __future__ import annotations

from netos_core.renewals import operations as renewals
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        renewals.list_renewals,
        "List contracts whose notice must go out, the most urgent first, with the act-by day, why, and what silence "
        'costs. Example: {"within_days": 60}.',
        words=LIST_WORDS,
    ),
)

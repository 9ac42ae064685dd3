"""Deadlines that come, and what is to be done."""

from __future__ import annotations

from netos_core.renewals import operations as renewals
from netos_core.worklist import operations as worklist
from netos_mcp.answers import LIST_WORDS, Published

PUBLISHED = (
    Published(
        renewals.list_renewals,
        "List contracts whose notice must go out, the most urgent first, with the act-by day, why, and what silence "
        'costs. Example: {"within_days": 60}.',
        words=LIST_WORDS,
    ),
    Published(
        worklist.get_worklist,
        "List what should be done today, by money at risk for each day left, with the evidence. For every term on the "
        'ladder, use list_renewals. Example: {"within_days": 30}.',
        words=LIST_WORDS,
    ),
)

TOOLSET = (
    Published(
        renewals.replay_renewals,
        "Show each step of the renewal ladder that contracts would take up to a day. Keeps nothing and tells nobody. "
        ' Example: {"as_of": "2027-06-30"}.',
        toolset="renewals",
    ),
    Published(
        renewals.run_renewals,
        "Apply the renewal ladder to contracts as of today and keep each step, as is done every night. Example: {}.",
        toolset="renewals",
    ),
)

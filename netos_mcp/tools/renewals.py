"""Deadlines that come, and what is to be done."""

from __future__ import annotations

from netos_core.overview import operations as overview
from netos_core.renewals import operations as renewals
from netos_core.reports import operations as reports
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
        "List what to do today, by money at risk per day left. Every term: list_renewals. "
        'Example: {"within_days": 30}.',
        words=LIST_WORDS,
    ),
)

TOOLSET = (
    Published(
        renewals.get_pipeline,
        "Show renewals by state: how many contracts, what silence would commit, and the soonest to act on. For one "
        'state in full, use list_renewals. Example: {"market": "Indianapolis"}.',
        toolset="renewals",
    ),
    Published(
        renewals.get_decision,
        "Show one decision about a term: what and why, who sees it through, what carries it out, and the proof. "
        'Example: {"ref": "DEC-1001"}.',
        toolset="renewals",
    ),
    Published(
        overview.get_timeline,
        "Show terms of contracts over years, by provider: term, notice deadline, act-by date, install dates, and what "
        'follows in silence. Example: {"years": 3, "provider": "Zayo"}.',
        toolset="renewals",
    ),
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
    Published(
        reports.list_reports,
        'List kept renewal reports, the latest first. One in full: get_report. Example: {"weekly": true}.',
        words=LIST_WORDS,
        toolset="renewals",
    ),
    Published(
        reports.get_report,
        "Show one renewal report: what is missed, critical, upcoming, undone and unknown, what that puts at risk, and "
        'what changed since the one before. Example: {"ref": "latest"}.',
        toolset="renewals",
    ),
    Published(
        reports.preview_report,
        "Show a renewal report of today or of a day to come, made for this call. Keeps nothing; for a kept one, use "
        'get_report. Example: {"as_of": "2027-06-30"}.',
        toolset="renewals",
    ),
    Published(
        reports.run_report,
        "Apply the rules of the renewal report as of today and keep it; where Claude is set up it writes about it. "
        "Example: {}.",
        toolset="renewals",
    ),
)

"""Who is told of a report: the readers of the weekly one, or who asked for it. Amounts go only to who sees them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from netos_core.access.model import Person
from netos_core.access.queries import list_people
from netos_core.kernel.context import Context
from netos_core.notices import queries as readers
from netos_core.notices.records import Notice, tell
from netos_core.notices.rules.kinds import NoticeKind
from netos_core.reports.model import Report
from netos_core.reports.schemas import ReportChange, ReportContent, ReportLine

MOST_LINES = 10
"""Of one section in a mail; the page has more."""


def tell_of(ctx: Context, report: Report) -> int:
    """Tell of a finished report, once for ever; return how many messages were written."""
    return tell(ctx, _notice(report), _readers(ctx, report))


def _readers(ctx: Context, report: Report) -> list[Person]:
    if report.week is None:
        return list(readers.people(ctx.session, {report.asked_by} if report.asked_by else set()).values())
    return [person for person in list_people(ctx.session) if not ctx.policy.report_roles.isdisjoint(person.roles)]


def _notice(report: Report) -> Notice:
    content = ReportContent.model_validate(report.content)
    changes = content.changes[:MOST_LINES]
    return Notice(
        kind=NoticeKind.REPORT,
        key=f"report:{report.ref}",
        title=f"Renewals of {content.as_of}: {content.headline}",
        template="report",
        values={
            "ref": report.ref,
            "as_of": content.as_of.isoformat(),
            "since": content.since.isoformat(),
            "contracts": content.contracts,
            "note": report.note,
            "sections": [_section(content, one.name, one.contracts, one.meaning) for one in content.sections],
            "changed": content.changed,
            "changes": [_change(change) for change in changes],
        },
        money={
            "at_risk": _sums(content.at_risk),
            "missed_cost": _sums(content.missed_cost),
            "by_section": {one.name: _sums(one.at_risk) for one in content.sections},
            "amounts": {line.contract: _amount(line.at_risk, line.currency) for line in content.lines},
            "text": [
                {"kind": block["kind"], "text": "".join(part["text"] for part in block["parts"])}
                for block in report.narrative or ()
            ],
        },
        about=report.ref,
        link=f"/reports/{report.ref}",
    )


def _section(content: ReportContent, name: str, contracts: int, meaning: str) -> Mapping[str, Any]:
    lines = [line for line in content.lines if line.section == name][:MOST_LINES]
    return {
        "name": name,
        "meaning": meaning,
        "contracts": contracts,
        "more": contracts - len(lines),
        "lines": [{"contract": line.contract, "title": line.title, "said": _said(line)} for line in lines],
    }


def _said(line: ReportLine) -> str:
    """Say in a sentence what presses about one contract."""
    parts = [line.why]
    if line.act_by is not None and line.days_left is not None:
        parts.insert(
            0, f"act by {line.act_by}" if line.days_left >= 0 else f"to act by {line.act_by}, which has passed"
        )
    if line.choice is not None:
        parts.append(
            f"Decided to {line.choice}" + (f", seen through by {line.owner}." if line.owner else "; nobody owns it.")
        )
    return ". ".join(part.rstrip(".") for part in parts) + "."


def _change(change: ReportChange) -> Mapping[str, Any]:
    what = "renewed in silence" if change.missed else f"{change.from_state or 'new'} to {change.state}"
    return {"contract": change.contract, "title": change.title, "on": change.on.isoformat(), "said": what}


def _sums(amounts: Mapping[str, Decimal]) -> str | None:
    """Write amounts side by side, each in its currency."""
    return " + ".join(f"{value:,.2f} {currency}" for currency, value in sorted(amounts.items())) or None


def _amount(value: Decimal | None, currency: str) -> str | None:
    return None if value is None else f"{value:,.2f} {currency}"

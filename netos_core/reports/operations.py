"""Reports on renewals: look at kept ones, see one of today or of a day to come, and have one made."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.reports import records
from netos_core.reports.queries import kept, making
from netos_core.reports.schemas import (
    GetReport,
    ListReports,
    PreviewReport,
    ReportContent,
    ReportList,
    ReportView,
    RunReport,
)


@operation(Effect.READ, right="read:renewals")
def list_reports(ctx: Context, request: ListReports) -> ReportList:
    """List kept renewal reports, the latest first."""
    return kept.list_reports(ctx, request)


@operation(Effect.READ, right="read:renewals")
def get_report(ctx: Context, request: GetReport) -> ReportView:
    """Show one renewal report: what is missed, critical, upcoming, undone and unknown, and what has changed."""
    return kept.get_report(ctx, request)


@operation(Effect.READ, right="read:renewals")
def preview_report(ctx: Context, request: PreviewReport) -> ReportContent:
    """Make a renewal report of today or of a day to come; nothing is kept and nobody is told."""
    period = kept.period(ctx.session, ctx.now, weekly=False)
    return making.report(ctx, request.as_of or ctx.today, period).content


@operation(Effect.RUN)
def run_report(ctx: Context, request: RunReport) -> ReportView:  # noqa: ARG001 - it takes nothing
    """Make a renewal report of today and keep it; where Claude is set up, it then writes about it."""
    made = records.keep(ctx, week=None)
    if made is None:
        raise RuntimeError("only a weekly report is kept once")
    return kept.view_of(made, ctx.principal.name)

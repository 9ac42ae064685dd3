"""Reports that were kept: the latest, one by its ref, and the list of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.contracts.model import Contract
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.lookup import like, words_of
from netos_core.kernel.page import columns_of
from netos_core.reports.model import Report
from netos_core.reports.queries.making import Period
from netos_core.reports.schemas import (
    GetReport,
    ListReports,
    ReportBlock,
    ReportContent,
    ReportList,
    ReportRow,
    ReportSource,
    ReportView,
)

LATEST = "LATEST"
FIRST_PERIOD = timedelta(days=7)
CONCISE = ("ref", "as_of", "week", "headline", "changed", "written_by", "state")


class ReportNotFound(NotFound):
    """No report has that ref."""


def period(session: Session, now: datetime, *, weekly: bool) -> Period:
    """Say since when changes are to be told: the last report, of the weekly ones for a weekly one."""
    query = select(Report.made_at, Report.recent).order_by(Report.made_at.desc(), Report.id.desc()).limit(1)
    last = session.execute(query.where(Report.week.is_not(None)) if weekly else query).first()
    return Period(now - FIRST_PERIOD) if last is None else Period(last.made_at, frozenset(last.recent))


def on_file_before(session: Session, moment: datetime) -> bool:
    """Whether there was any contract before a moment: nothing is reported of a time before that."""
    return session.scalar(select(Contract.id).where(Contract.created_at < moment).limit(1)) is not None


def is_made(session: Session, week: str) -> bool:
    return session.scalar(select(Report.id).where(Report.week == week)) is not None


def get_report(ctx: Context, request: GetReport) -> ReportView:
    """Return one report.

    Raises:
        ReportNotFound: There is none of that ref.
    """
    wanted = request.ref.strip().upper()
    query: Any = select(Report, Person.name.label("asked_by")).outerjoin(Person, Person.id == Report.asked_by)
    if wanted == LATEST:
        query = query.order_by(Report.made_at.desc(), Report.id.desc()).limit(1)
    else:
        query = query.where(Report.ref == wanted)
    row = ctx.session.execute(query).first()
    if row is None:
        raise ReportNotFound(
            "No report was kept yet." if wanted == LATEST else "No report has that ref.",
            field="ref",
            fix="list_reports has those there are; preview_report makes one that is not kept.",
        )
    return view_of(row[0], row.asked_by)


def view_of(kept: Report, asked_by: str | None) -> ReportView:
    content = ReportContent.model_validate(kept.content)
    blocks = [ReportBlock.model_validate(block) for block in kept.narrative or ()]
    return ReportView(
        **{name: getattr(content, name) for name in ReportContent.model_fields},
        ref=kept.ref,
        week=kept.week,
        state=kept.state,
        written_by=kept.writer,
        note=kept.note,
        made_at=kept.made_at,
        done_at=kept.done_at,
        asked_by=asked_by,
        text=blocks,
        sources=[_source(one) for one in kept.evidence or ()],
        problems=kept.problems,
        figures=sum(part.source is not None for block in blocks for part in block.parts),
        model=kept.model,
        tokens_in=kept.tokens_in,
        tokens_out=kept.tokens_out,
    )


def _source(one: Mapping[str, Any]) -> ReportSource:
    return ReportSource(id=one["id"], tool=one["tool"], arguments=json.dumps(one["arguments"], sort_keys=True))


def _content(name: str) -> Any:
    return Report.content[name].astext


def list_reports(ctx: Context, request: ListReports) -> ReportList:
    """Return one page of kept reports, the latest first."""
    columns = columns_of(request, ReportRow, CONCISE)
    query = select(
        Report.ref, Report.as_of, Report.week, _content("headline").label("headline"),
        Report.content["sections"].label("sections"), _content("changed").label("changed"),
        Report.writer.label("written_by"), Report.state, Report.made_at,
        (Report.tokens_in + Report.tokens_out).label("tokens"),
    )  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "ref": Report.id,
        "as_of": Report.as_of,
        "made_at": Report.made_at,
        "written_by": Report.writer,
        "state": Report.state,
    }
    wanted: list[ColumnElement[bool]] = []
    if request.weekly is not None:
        wanted.append(Report.week.is_not(None) if request.weekly else Report.week.is_(None))
    told = func.lower(Report.ref + " " + func.coalesce(Report.week, "") + " " + _content("headline"))
    wanted += [told.like(like(word)) for word in words_of(request.query or "")]
    found = listing.page(ctx, listing.ListSource("reports", query, sortable, Report.id, "-ref"), request, wanted)
    return ReportList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None if found.total else "No report was kept yet. preview_report makes one that is not kept.",
        rows=[_row(listing.plain(row)) for row in found.rows],
    )


def _row(row: Mapping[str, Any]) -> ReportRow:
    told = dict(row)
    sections = {one["name"]: one["contracts"] for one in told.pop("sections")}
    return ReportRow(**{**told, "changed": int(told["changed"])}, **sections)

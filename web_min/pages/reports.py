"""Renewal reports: the list of those that were kept, one with its text and its data, its PDF, and one of today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.kernel.errors import Invalid
from netos_core.reports import paper
from netos_core.reports.operations import get_report, list_reports, preview_report, run_report
from netos_core.reports.rules.figures import REF
from netos_core.reports.schemas import (
    GetReport,
    PreviewReport,
    ReportBlock,
    ReportContent,
    ReportPart,
    ReportView,
    RunReport,
)
from web_min import asked, files
from web_min.asked import validated
from web_min.export import as_csv_of, as_xlsx_of
from web_min.format import money
from web_min.pages import views
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get, post
from web_min.table import YES_NO, Column, Filter, Spec, rows_of

REPORTS = Spec(
    "Reports",
    "/reports",
    "report",
    list_reports,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("as_of", "As of", "date", sort="as_of"),
        Column("week", "Week", "text", "at-m"),
        Column("missed", "Missed", "number", "at-s"),
        Column("critical", "Critical", "number", "at-s"),
        Column("upcoming", "Upcoming", "number", "at-m"),
        Column("undone", "Undone", "number", "at-m"),
        Column("unknown", "Unknown", "number", "at-l"),
        Column("changed", "Changed", "number", "at-l"),
        Column("written_by", "Written by", "words", sort="written_by"),
        Column("state", "State", "words", "at-l", sort="state"),
        Column("tokens", "Tokens", "number", "at-xl"),
        Column("made_at", "Made", "ago", "at-s", sort="made_at"),
    ),
    (Filter("weekly", "Weekly", "one", YES_NO),),
    "-ref",
    "/reports",
)
SPECS = (REPORTS,)
TABS = (("All", ""), ("Weekly", "weekly=true"), ("Asked for", "weekly=false"))
AMOUNT = re.compile(r"(-?[0-9][0-9,]*(?:\.[0-9]{2})?) ([A-Z]{3})")
PARTS = ("missed", "critical", "undone", "upcoming", "unknown")
"""The sections in the order people act on them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text: words, a record with its page, or a figure with where it stands."""

    text: str
    url: str | None = None
    source: str | None = None


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/reports", _list, "reports"),
        get(site, "/reports.csv", partial(as_csv_of, spec=REPORTS), "reports_csv"),
        get(site, "/reports.xlsx", partial(as_xlsx_of, spec=REPORTS), "reports_xlsx"),
        get(site, "/reports/preview", _preview, "report_preview"),
        post(site, "/reports/run", _run, "run_report"),
        get(site, "/reports/{ref}/pdf", _pdf, "report_pdf"),
        get(site, "/reports/{ref}", _show, "report"),
    ]


def _list(visit: Visit) -> Response:
    return views.listed(visit, REPORTS, TABS, "reports/list.html", may_run=visit.may(run_report.right))


def _view(visit: Visit) -> ReportView:
    return visit.call(get_report, validated(GetReport, {"ref": visit.request.path_params["ref"]}))


def _show(visit: Visit) -> Response:
    view = _view(visit)
    return _page(visit, view, kept=view, text=[(block.kind, list(_pieces(block, _tools(view)))) for block in view.text])


def _preview(visit: Visit) -> Response:
    """Show a report of today, or of a day to come; an empty field is today."""
    pairs = asked.given(visit.request.query_params, asked.filters_of(PreviewReport))
    return _page(visit, visit.call(preview_report, asked.request_of(PreviewReport, pairs)), kept=None, text=[])


def _page(visit: Visit, content: ReportContent, **values: Any) -> Response:
    return visit.page(
        "reports/report.html",
        r=content,
        parts=[(one, _lines(content, one.name)) for name in PARTS for one in content.sections if one.name == name],
        may_run=visit.may(run_report.right),
        **values,
    )


def _lines(content: ReportContent, section: str) -> list[Any]:
    return [line for line in content.lines if line.section == section]


def _tools(view: ReportView) -> Mapping[str, str]:
    return {source.id: source.tool for source in view.sources}


def _pieces(block: ReportBlock, tools: Mapping[str, str]) -> Iterator[Piece]:
    for part in block.parts:
        if part.source is not None:
            yield Piece(_amount(part.text), source=_source(part, tools))
        else:
            yield from _with_links(part.text)


def _source(part: ReportPart, tools: Mapping[str, str]) -> str:
    return f"{tools.get(part.source or '', '?')}: {part.address}"


def _amount(text: str) -> str:
    """Write an amount as pages do; any other figure stays."""
    found = AMOUNT.fullmatch(text)
    return money(Decimal(found[1].replace(",", "")), found[2]) if found else text


def _with_links(text: str) -> Iterator[Piece]:
    at = 0
    for ref in REF.finditer(text):
        yield Piece(text[at : ref.start()])
        yield Piece(ref[0], url=page_of(ref[0]))
        at = ref.end()
    yield Piece(text[at:])


def _run(visit: Visit) -> Response:
    made = visit.call(run_report, RunReport())
    return visit.go(f"/reports/{made.ref}")


def _pdf(visit: Visit) -> Response:
    """Print a report as its reader may see it; one that is being written about has no paper yet."""
    view = _view(visit)
    if view.done_at is None:
        raise Invalid("Claude is still writing about this report.", fix="Open it again in some minutes.")
    headers = {
        "content-disposition": files.disposition(f"{view.ref}.pdf"),
        "content-security-policy": files.SANDBOX,
        "cache-control": "private, no-store",
    }
    made = paper.printed(view, visit.site.core.policy.letterhead[:1])
    return Response(made, media_type="application/pdf", headers=headers)

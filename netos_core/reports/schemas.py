"""What reports take and show. Amounts, and a text that was written with amounts in view, are for who sees money."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from netos_core.contracts.schemas import TermDate
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, Sensitive, View


class SectionSums(View):
    """How many contracts stand in a section, what silence would commit by currency, and for how many nobody knows."""

    name: str
    contracts: int
    at_risk: Sensitive[dict[str, Decimal]]
    uncosted: Sensitive[int] | None
    meaning: str


class ReportLine(View):
    """One contract in its section; the decision is that of its term, the owner who saw to the latest one."""

    contract: str
    section: str
    title: str
    state: str
    alarm: str | None
    act_by: date | None
    days_left: int | None
    notice_deadline: date | None
    term_end_date: date | None
    at_risk: Sensitive[Decimal] | None
    currency: str
    decision: str | None
    choice: str | None
    owner: str | None
    due_date: date | None
    why: str


class ReportChange(View):
    """A step of a contract since the last report; the cost is what a term committed that opened in silence."""

    contract: str
    title: str
    on: date
    from_state: str | None
    state: str
    alarm: str | None
    missed: bool
    missed_cost: Sensitive[Decimal] | None
    currency: str | None
    why: str


class ReportContent(View):
    """A report by rules."""

    as_of: date
    since: date
    contracts: int
    headline: str
    at_risk: Sensitive[dict[str, Decimal]]
    sections: list[SectionSums]
    lines: list[ReportLine]
    changed: int
    missed_cost: Sensitive[dict[str, Decimal]]
    changes: list[ReportChange]


class ReportPart(View):
    """Words, or a figure with the tool result it stands in and its address there."""

    text: str
    source: str | None
    address: str | None


class ReportBlock(View):
    kind: str
    parts: list[ReportPart]


class ReportSource(View):
    """A tool that was called for the text, by the name its figures cite."""

    id: str
    tool: str
    arguments: str


class ReportView(ReportContent):
    """One kept report: its data by rules, the text a model wrote about it, and how it came about."""

    ref: str
    week: str | None
    state: str
    written_by: str
    note: str | None
    made_at: datetime
    done_at: datetime | None
    asked_by: str | None
    text: Sensitive[list[ReportBlock]]
    sources: Sensitive[list[ReportSource]]
    problems: Sensitive[list[str]]
    figures: int
    model: str | None
    tokens_in: int
    tokens_out: int


class GetReport(Request):
    ref: str = Field("latest", description="Such as RPT-1001; the latest by default.", max_length=24)


class PreviewReport(Request):
    as_of: TermDate | None = Field(None, description="Today, or a day to come; today if left out.")


class RunReport(Request):
    """Takes nothing: a report is kept as of today only."""


class ListReports(ListRequest):
    weekly: bool | None = Field(None, description="Only those made every week, or only those asked for.")


class ReportRow(View):
    ref: str
    as_of: date
    week: str | None
    headline: str
    missed: int
    critical: int
    upcoming: int
    undone: int
    unknown: int
    changed: int
    written_by: str
    state: str
    made_at: datetime
    tokens: int


class ReportList(Listing):
    rows: list[ReportRow]

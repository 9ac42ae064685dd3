"""What the timeline takes and shows."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from netos_core.kernel.page import CursorText
from netos_core.kernel.redaction import Request, View
from netos_core.renewals.rules import RenewalState


def _number(given: Any) -> Any:
    return int(given) if isinstance(given, str) and given in {"1", "3", "5"} else given


class GetTimeline(Request):
    years: Annotated[Literal[1, 3, 5], BeforeValidator(_number)] = 3  # an address has it as text
    state: list[RenewalState] | None = None
    provider: str | None = None
    market: str | None = Field(None, description="Of a circuit the contract governs.")
    query: str | None = None
    limit: int = Field(100, ge=1, le=500)
    cursor: CursorText | None = None


class TimelineRow(View):
    """One contract: its term in force, its deadline, and how long the next term would be."""

    ref: str
    provider: str
    title: str
    state: str
    alarm: str | None
    term_start_date: date | None
    term_end_date: date | None
    notice_opens: date | None
    notice_deadline: date | None
    act_by: date | None
    next_end_date: date | None
    goes_on: bool
    installed: list[date]
    circuits: int


class Timeline(View):
    as_of: date
    start: date
    end: date
    total: int
    shown: int
    next_cursor: str | None
    hint: str | None
    rows: list[TimelineRow]

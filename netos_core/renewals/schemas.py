"""What the renewal list takes and shows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Sensitive, View
from netos_core.renewals.rules import RenewalState


class ListRenewals(ListRequest):
    state: list[RenewalState] | None = Field(
        None, description="Rungs of the ladder; overdue, critical, active and watch by default."
    )
    provider: str | None = None
    within_days: int | None = Field(None, ge=0, le=3650, description="Act by within so many days from today.")


class RenewalRow(View):
    contract: str
    provider: str
    title: str
    state: str
    act_by: date | None
    days_left: int | None
    notice_deadline: date | None
    term_end_date: date | None
    end_of_term: str
    circuits: int
    mrc: Sensitive[Decimal] | None
    currency: str
    notice: str | None
    number: str | None
    why: str
    cost_of_silence: Sensitive[Decimal] | None


class RenewalList(Listing):
    as_of: date
    rows: list[RenewalRow]

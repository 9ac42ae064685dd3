"""What leaving early costs, as pages and agents are told it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from netos_core.kernel.redaction import Clause, Request, Sensitive, View
from netos_core.overview.schemas.parts import Money

Day = date


class PreviewEtf(Request):
    """Whose exit, when, and how many months ahead to look for a cheaper one."""

    ref: str = Field(max_length=200, description="Circuit or contract, such as CKT-1042 or CTR-1011.")
    as_of: Day | None = Field(
        None, ge=date(1900, 1, 1), le=date(2199, 12, 31),
        description="Last day of service; left out, notice today decides.",
    )  # fmt: skip
    notice_date: Day | None = Field(
        None, ge=date(1900, 1, 1), le=date(2199, 12, 31),
        description="Day notice is given; what is charged until it takes effect counts too.",
    )  # fmt: skip
    horizon: int = Field(24, ge=1, le=120, description="Months to look ahead for the cheapest exit.")


class EtfLine(View):
    """One part of what leaving costs; an amount of none is unknown and in no sum."""

    part: str
    amount: Money | None
    words: str
    clause: str | None
    months: Decimal | None
    rate: Money | None
    percent: Decimal | None


class EtfShort(View):
    """What leaving costs if notice is given today: the fee alone, and why. None is unknown, and zero has its reason."""

    as_of: date
    amount: Sensitive[Money] | None
    at_least: Sensitive[Money] | None
    currency: str
    estimated: bool
    source: str
    why: Sensitive[str] | None


class EtfExit(View):
    """Leaving with one last day of service: charges from the notice on, and the fee."""

    last_day: date
    charges: Money | None
    etf: Money | None
    exit_cost: Money | None


class CheapestExit(View):
    """Even its day tells of amounts."""

    last_day: Sensitive[date] | None
    exit_cost: Sensitive[Money] | None
    etf: Sensitive[Money] | None
    why: Sensitive[str] | None


class WayOut(View):
    """An event after which leaving costs no fee: what runs until notice takes effect is all there is to pay."""

    kind: str
    condition: str | None
    clause: str | None
    exit_cost: Money | None


class RivalSaving(View):
    """The fee set against what a quote for the same circuit saves a month."""

    quote: str
    term_months: int
    saves_a_month: Money
    once: Money
    pays_back_in_months: int | None
    words: str


class EtfPreview(View):
    """What leaving costs, line by line, with the clause it comes from; and when it would cost least."""

    ref: str
    contract: str | None
    source: str | None
    last_day: date
    notice_date: date | None
    notice: str | None
    term_end_date: date | None
    month: int | None
    of_months: Decimal | None
    currency: str
    mrc: Sensitive[Money] | None
    etf: Sensitive[Money] | None
    at_least: Sensitive[Money] | None
    at_most: Sensitive[Money] | None
    exit_cost: Sensitive[Money] | None
    estimated: bool
    why: Sensitive[str] | None
    charges: Sensitive[list[EtfLine]]
    lines: Sensitive[list[EtfLine]]
    assumptions: Sensitive[list[str]]
    clause: Clause[list[str]]
    quote: Clause[str] | None
    document: str | None
    page: int | None
    cheapest: CheapestExit
    first_without_fee: Sensitive[date] | None
    ways_out: Sensitive[list[WayOut]]
    rivals: Sensitive[list[RivalSaving]]
    by_month: Sensitive[list[EtfExit]]

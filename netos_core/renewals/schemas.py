"""What the renewal list takes and shows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import OpenChange
from netos_core.contracts.rules import NoticeMethod
from netos_core.contracts.schemas import TermDate
from netos_core.kernel.fields import LongText, Name, Text
from netos_core.kernel.page import CursorText, Listing, ListRequest
from netos_core.kernel.redaction import Request, Sensitive, View
from netos_core.renewals.rules import Choice, RenewalState


class ListRenewals(ListRequest):
    state: list[RenewalState] | None = Field(
        None, description="Rungs of the ladder; overdue, critical, active and watch by default."
    )
    provider: str | None = None
    market: str | None = Field(None, description="Of a circuit the contract governs.")
    owner: str | None = Field(None, description="E-mail of who owns the decision.")
    within_days: int | None = Field(None, ge=0, le=3650, description="Act by within so many days from today.")


class RenewalRow(View):
    contract: str
    provider: str
    title: str
    state: str
    alarm: str | None
    act_by: date | None
    days_left: int | None
    notice_opens: date | None
    notice_deadline: date | None
    term_end_date: date | None
    end_of_term: str
    renewals: int
    circuits: int
    mrc: Sensitive[Decimal] | None
    currency: str
    notice: str | None
    number: str | None
    decision: str | None
    choice: str | None
    owner: str | None
    due_date: date | None
    why: str
    cost_of_silence: Sensitive[Decimal] | None
    etf: Sensitive[Decimal] | None = Field(description="What leaving costs if notice is given today; none is unknown.")


class RenewalList(Listing):
    as_of: date
    rows: list[RenewalRow]


class GetPipeline(Request):
    provider: str | None = None
    market: str | None = Field(None, description="Of a circuit the contract governs.")
    owner: str | None = Field(None, description="E-mail of who owns the decision.")
    limit: int = Field(8, ge=1, le=50, description="Cards of each column; all are counted.")


class PipelineCard(View):
    """One contract on the board; the owner is who saw to its latest decision."""

    contract: str
    provider: str
    title: str
    alarm: str | None
    act_by: date | None
    days_left: int | None
    notice_deadline: date | None
    term_end_date: date | None
    decision: str | None
    choice: str | None
    owner: str | None
    owner_email: str | None
    mrc: Sensitive[Decimal] | None
    currency: str
    cost_of_silence: Sensitive[Decimal] | None


class PipelineColumn(View):
    """One state: what silence would commit by currency, and how many renew by themselves for an amount not known.

    That of `decided` holds what is decided and not carried out though it presses.
    """

    state: str
    contracts: int
    at_risk: Sensitive[dict[str, Decimal]]
    uncosted: Sensitive[int] | None
    cards: list[PipelineCard]


class PipelineRest(View):
    """How many stand in a state that asks for nothing yet."""

    state: str
    contracts: int


class Pipeline(View):
    as_of: date
    total: int
    at_risk: Sensitive[dict[str, Decimal]]
    columns: list[PipelineColumn]
    rest: list[PipelineRest]


class DecisionEdit(Request):
    """What is decided about a term, and how it was carried out. A field left out stays; null clears it."""

    contract: Text | None = None
    term_end_date: TermDate | None = Field(
        None, description="Last day of the term it is about; that of the term in force if left out."
    )
    choice: Choice | None = None
    decided_date: TermDate | None = None
    owner: Text | None = Field(None, description="E-mail of the person who sees it through.")
    due_date: TermDate | None = None
    reasoning: LongText | None = None
    served_date: TermDate | None = Field(None, description="Day the notice was served.")
    served_method: NoticeMethod | None = None
    served_reference: Name | None = Field(None, description="Tracking or ticket number.")
    proof: Text | None = Field(None, description="Document that proves the service, such as DOC-1004.")
    confirmed_date: TermDate | None = Field(None, description="Day the provider confirmed.")
    confirmation: Name | None = Field(None, description="The provider's confirmation number.")
    successor: Text | None = Field(None, description="Contract with the new term.")


class RunRenewals(Request):
    limit: int = Field(50, ge=1, le=2000, description="Contracts of one batch.")
    cursor: CursorText | None = None


class ReplayRenewals(RunRenewals):
    as_of: TermDate | None = Field(None, description="The day to walk to; today if left out.")


class TransitionRow(View):
    circuit: str | None
    contract: str
    from_state: str | None
    state: str
    alarm: str | None
    on: date
    term_end_date: date | None
    notice_deadline: date | None
    act_by: date | None
    missed: bool
    missed_cost: Sensitive[Decimal] | None
    currency: str | None


class RenewalRun(View):
    """One batch of a run: how many contracts were looked at, and their steps."""

    as_of: date
    evaluated: int
    transitions: list[TransitionRow]
    notices: int
    next_cursor: str | None


class GetDecision(Request):
    ref: str = Field(description="Such as DEC-1001.")


class DecisionView(View):
    """A decision about a term; `left` says what carries it out, and is none once that is done."""

    ref: str
    version: int
    contract: str
    title: str
    provider: str
    term_end_date: date | None
    is_current: bool
    choice: str
    decided_date: date
    owner: str | None
    owner_email: str | None
    due_date: date | None
    reasoning: str | None
    served_date: date | None
    served_method: str | None
    served_reference: str | None
    proof: str | None
    confirmed_date: date | None
    confirmation: str | None
    successor: str | None
    executed: bool
    left: str | None
    state: str
    alarm: str | None
    act_by: date | None
    notice_deadline: date | None
    why: str
    cost_of_silence: Sensitive[Decimal] | None
    etf: Sensitive[Decimal] | None
    etf_last_day: date
    etf_why: Sensitive[str] | None
    currency: str
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]

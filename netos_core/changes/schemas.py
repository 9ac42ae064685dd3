"""What the write path takes and returns."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from netos_core.access.rules import Aspect
from netos_core.kernel.page import DEFAULT_LIMIT, MAX_LIMIT, CursorText
from netos_core.kernel.redaction import Request, Sensitive, View

ChangeId = str


class GetChange(Request):
    change_id: str = Field(description="Such as CHG-2207.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=500, description="Changed rows of the diff to show.")
    cursor: CursorText | None = None


class ConfirmChange(Request):
    change_id: str
    digest: str = Field(description="The digest that propose_change returned for this exact diff.")


class Decide(Request):
    """A decision; only to reject, who is not shown the whole diff names no digest, for they have none."""

    change_id: str
    digest: str | None = None
    comment: str | None = Field(None, max_length=2000)


class Undo(Request):
    change_id: str
    reason: str = Field(min_length=3, max_length=2000)


class ListChanges(Request):
    status: Literal["open", "committed", "rejected", "expired", "superseded"] | None = "open"
    mine: bool = Field(False, description="Only those waiting for the caller's approval.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: CursorText | None = None


class OpenChange(View):
    """A proposal that waits on a record, as the record shows it."""

    change_id: str
    title: str
    risk: str


class DiffRow(View):
    """One field of one record: old and new value as a person reads them."""

    ref: str
    part: str
    action: str
    entity: str
    field: str
    old: Any
    new: Any
    aspect: str
    currency: str | None
    withheld: bool

    def audited_fields(self) -> frozenset[str]:
        """A diff shows what the field it changes shows."""
        shows = self.aspect == Aspect.BANK and not self.withheld and (self.old is not None or self.new is not None)
        return frozenset({self.field}) if shows else frozenset()


class MonthlyTotal(View):
    """MRC of the circuits a change touches, before and after, in one currency."""

    currency: str
    before: Sensitive[Decimal] | None
    after: Sensitive[Decimal] | None


class ApprovalView(View):
    person: str
    by_you: bool
    decision: str
    via: str
    at: datetime
    comment: str | None


class Need(View):
    """An approval still missing: for what, by whom, where."""

    aspect: str
    roles: list[str]
    four_eyes: bool
    where: str


class ChangeView(View):
    """A proposal with its exact diff, its risk and what it still needs.

    Who is not shown all of its values is not told what follows from them either: the digest, by which a guess could
    be tried, and how many people an amount needs. Both are None then.
    """

    change_id: str
    title: str
    status: str
    risk: str
    risk_words: str
    aspects: list[str]
    digest: str | None
    reason: str
    warnings: list[str]
    proposed_by: str
    by_you: bool
    agent: str | None
    created_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    ended_reason: str | None
    counts: dict[str, int]
    monthly: list[MonthlyTotal]
    diff: list[DiffRow]
    changes_shown: int
    changes_total: int
    next_cursor: str | None
    approvals: list[ApprovalView]
    needs: list[Need]
    people_needed: int | None
    may_approve: bool
    why_not: str | None
    stale_refs: list[str]
    approve_url: str
    undoes: str | None
    undone_by: str | None


class ChangeResult(View):
    """What came of a confirmation or an approval."""

    change_id: str
    status: str
    already_applied: bool
    applied: dict[str, int]
    refs: list[str] = Field(description="Records that changed; the first 50.")
    needs: list[Need]
    approve_url: str


class ChangeRow(View):
    change_id: str
    title: str
    status: str
    risk: str
    risk_words: str
    records: int
    proposed_by: str
    agent: str | None
    created_at: datetime
    expires_at: datetime
    may_approve: bool
    why_not: str | None


class ChangePage(View):
    total: int
    shown: int
    next_cursor: str | None
    changes: list[ChangeRow]


# What the trail tells of. A shown record stands there under the operation that showed it.
ACTIONS = (
    "propose", "approve", "reject", "expire", "create", "update", "retire", "restore", "read", "sign_in", "sign_out",
    "open", "close", "revoke", "backup", "send", "resend", "sign", "decline", "withdraw",
)  # fmt: skip
ENTITIES = (
    "circuit", "termination", "circuit_event", "circuit_customer", "provider", "provider_alias", "provider_contact",
    "billing_account", "customer", "customer_contact", "site", "site_cost", "site_circuit", "rf_link",
    "electrical_account", "electrical_bill", "allocation_rule", "accounting_period", "revenue_attribution",
    "contract", "contract_circuit", "contract_site", "renewal_decision",
    "document", "interface", "handoff_port", "vlan", "bgp_session", "ip_block", "quote", "quote_term",
    "circuit_order", "order_step", "letter", "note", "tag", "feedback", "feedback_comment", "proposal", "person",
    "access_token", "calendar_feed", "installation", "saved_view", "notice", "notice_preference",
)  # fmt: skip


def field_name(asked: str) -> str:
    """Read the name of a field as a person or an agent writes it: Bank account is bank_account, as a diff names it."""
    return asked.strip().lower().replace(" ", "_").removesuffix("_id")


class SearchAudit(Request):
    ref: str | None = Field(None, description="A record's reference, such as CKT-1042 or CHG-2207.")
    person: str | None = Field(None, description="E-mail of who did, proposed or approved it.")
    agent: str | None = Field(None, description="Part of the name of an agent, or what signed it in.")
    kind: Literal["changes", "decisions", "reads", "access"] | None = Field(
        None, description="reads: who was shown bank details; access: sign-ins, tokens, people."
    )
    action: str | None = None
    entity: str | None = Field(None, description="Kind of row, such as circuit.")
    field: str | None = Field(None, description="A field that was changed or shown, such as mrc.")
    channel: Literal["page", "agent", "job"] | None = None
    request_id: str | None = Field(None, description="As a log line or an error names it.")
    since: datetime | None = None
    until: datetime | None = None
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT)
    cursor: CursorText | None = None


class AuditEntry(View):
    id: int
    at: datetime
    action: str
    entity: str
    ref: str
    part: str
    person: str | None
    proposed_by: str | None
    approved_by: list[str]
    agent: str | None
    channel: str
    reason: str | None
    change_id: str | None
    client: str | None
    request_id: str
    address: str | None
    fields: list[DiffRow]


class AuditPage(View):
    total: int
    shown: int
    next_cursor: str | None
    entries: list[AuditEntry]
    hint: str | None

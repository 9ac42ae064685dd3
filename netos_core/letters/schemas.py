"""What may be said of a letter, and what lists and its page show."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from netos_core.changes.schemas import OpenChange
from netos_core.contracts.rules import NoticeMethod
from netos_core.contracts.schemas import TermDate
from netos_core.kernel.fields import LongText, Mail, Name, Text
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, View
from netos_core.letters.rules.states import LetterKind, LetterState, Sending


def _listed(value: Any) -> Any:
    """Read a list that was written as one text, as a form sends it: with commas, or one a line."""
    if not isinstance(value, str):
        return value
    return [part for part in (piece.strip() for piece in re.split(r"[,\n]", value)) if part]


class LetterEdit(Request):
    """A notice letter. A field left out stays, or is taken from the contract for a new one; null clears it."""

    contract: Text | None = Field(None, description="Ref or number of the contract it is under.")
    decision: Text | None = Field(
        None, description="Ref of the decision its service carries out; by default the open one to leave."
    )
    kind: LetterKind | None = None
    method: NoticeMethod | None = Field(None, description="How it is served; by default as the contract asks.")
    letter_date: TermDate | None = None
    recipient_name: Name | None = None
    recipient_address: LongText | None = None
    recipient_email: Mail | None = None
    effective_date: TermDate | None = Field(None, description="Last day of service; by default the end of the term.")
    circuits: Annotated[list[Text], BeforeValidator(_listed)] | None = Field(
        None, max_length=5000, description="Refs of the services it names; by default those the contract governs."
    )
    opening: LongText | None = Field(None, description="First paragraph, instead of the template's.")
    extra: LongText | None = Field(None, description="A paragraph of your own before the list of services.")
    signer_name: Name | None = None
    signer_title: Name | None = None
    signer_email: Mail | None = None
    sign_by: TermDate | None = Field(None, description="Last day to sign it; by default the day to act by.")
    sending: Sending | None = Field(
        None, description="docuseal: goes out for signature once approved; manual: signed by hand; null: withdrawn."
    )
    signed_date: TermDate | None = Field(None, description="Day it was signed by hand.")
    served_date: TermDate | None = None
    served_method: NoticeMethod | None = Field(None, description="By default the letter's.")
    tracking_number: Name | None = None
    proof_document: Text | None = Field(None, description="Ref of the document that proves its service.")


class ListLetters(ListRequest):
    contract: str | None = None
    decision: str | None = None
    provider: str | None = None
    kind: list[LetterKind] | None = None
    state: list[LetterState] | None = None
    open: bool | None = Field(None, description="Whether it is neither served nor a mere draft.")


class LetterRow(View):
    """A letter and where it stands."""

    ref: str
    kind: str
    contract: str
    contract_title: str
    decision: str | None
    provider: str
    state: str
    method: str | None
    letter_date: date
    effective_date: date | None
    notice_deadline: date | None
    act_by: date | None
    served_date: date | None
    signer: str | None
    problem: str | None


class LetterList(Listing):
    rows: list[LetterRow]


class GetLetter(Request):
    ref: str = Field(description="Such as LTR-1001.", max_length=24)


class GetLetterFile(Request):
    ref: str = Field(description="Such as LTR-1001.", max_length=24)
    change: str | None = Field(None, description="The proposal that would send it; else what was approved.")


class PartView(View):
    """A part of a letter's text."""

    part: str
    text: str


class MissingView(View):
    field: str
    message: str


class SigningView(View):
    """A request for the signature, and what became of it. `told` is what the signer said when declining."""

    state: str
    through: str | None
    submission: str | None
    queued_at: datetime
    out_at: datetime | None
    opened_at: datetime | None
    ended_at: datetime | None
    told: str | None
    filed_at: datetime | None
    problem: str | None
    approved_by: str
    change: str


class LetterView(View):
    """One letter: its facts, its text as approved or as it would be now, where it stands and what is next."""

    ref: str
    version: int
    kind: str
    state: str
    next: str
    contract: str
    contract_number: str | None
    contract_title: str
    decision: str | None
    provider: str
    provider_ref: str
    method: str | None
    letter_date: date
    recipient_name: str | None
    recipient_address: str | None
    recipient_email: str | None
    effective_date: date | None
    circuits: list[str]
    opening: str | None
    extra: str | None
    signer_name: str | None
    signer_title: str | None
    signer_email: str | None
    sign_by: date | None
    notice: str | None
    notice_deadline: date | None
    act_by: date | None
    sending: str | None
    serve_to: str | None
    signed_date: date | None
    served_date: date | None
    served_method: str | None
    tracking_number: str | None
    proof_document: str | None
    pdf_document: str | None
    signed_document: str | None
    record_document: str | None
    pdf_sha256: str | None
    approved: bool
    wording: list[PartView]
    missing: list[MissingView]
    warnings: list[str]
    signs_through_docuseal: bool
    signing: SigningView | None
    earlier: list[SigningView]
    tags: list[str]
    open_changes: list[OpenChange]
    created_at: datetime
    updated_at: datetime
    retired_at: datetime | None

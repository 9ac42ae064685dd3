"""What staging, reviewing and showing a draft takes and shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from netos_core.kernel.redaction import Request, Sensitive, View

Source = Annotated[str, StringConstraints(min_length=1, max_length=60_000)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
Value = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if isinstance(value, (int, float)) else value),
    StringConstraints(strip_whitespace=True, max_length=2000),
]


class ReadValue(Request):
    value: Value
    proof: Annotated[str, StringConstraints(max_length=2000)] = ""


class StageQuoteDraft(Request):
    """A source and what was read out of it. Nothing of the history changes by it."""

    text: Source = Field(description="The whole mail or document text, unchanged.")
    values: Annotated[dict[str, ReadValue], Field(min_length=1, max_length=120)] = Field(
        description="Field of netos://schema/quote, or months.field of quote_term such as 36.mrc, to value and proof."
    )
    kind: Literal["mail", "document"] = "mail"
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None


class ReadFlag(View):
    """A value that its words do not prove."""

    field: str
    problem: str


class StagedDraft(View):
    """A staged draft: what was flagged, and where a person reviews it."""

    ref: str
    state: str
    already_staged: bool
    values: int
    flags: list[ReadFlag]
    review_url: str
    next: str


class GetQuoteDraft(Request):
    ref: str = Field(description="Such as QDR-1003.")


class DraftField(View):
    """A value as it was read, what a person made of it, and where the words that prove it stand."""

    field: str
    value: str
    as_read: str
    proof: str
    start: int | None
    end: int | None
    problem: str | None
    told: str | None
    means: str | None = Field(description="Of the provider: the record its name means today, and why.")
    decides: bool
    decision: Literal["accepted", "rejected"] | None
    by: str | None


class QuoteDraftView(View):
    """A draft beside its source. Text and values carry prices, so who sees no money sees neither."""

    ref: str
    state: str
    kind: str
    title: Sensitive[str] | None
    source_text: Sensitive[str] | None
    fields: Sensitive[list[DraftField]]
    orders: Sensitive[list[str]] = Field(description="Sentences of the source that read like orders; nothing acts.")
    problems: int
    undecided: int
    staged_by: str
    agent: str | None
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: Sensitive[str] | None
    change_id: str | None
    change_status: str | None


class ReviewQuoteDraft(Request):
    """What a person decides of the values of a draft; a value of null or nothing stays as it is."""

    ref: str
    values: dict[str, Value] = Field(default_factory=dict, description="Field to corrected value.")
    accept: list[str] = Field(default_factory=list)
    reject: list[str] = Field(default_factory=list)


class ProposeQuoteDraft(Request):
    ref: str
    reason: Said | None = None


class RejectQuoteDraft(Request):
    ref: str
    reason: Said

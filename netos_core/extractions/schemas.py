"""What queueing, showing, deciding and proposing an extraction takes and shows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from netos_core.contracts.rules import ContractKind
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.extractions.rules.deciding import Choice
from netos_core.kernel.fields import Name, Text
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, View

REF = "Such as EXT-1003."
StateName = Literal["waiting", "reading", "read", "failed", "proposed", "on_file", "dismissed"]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]


class UploadContract(Request):
    """The PDF of a contract; no record need be there yet."""

    content: bytes
    file_name: str = Field("contract.pdf", max_length=500)
    contract: Text | None = Field(None, description="Ref or number of the contract on file it is the paper of.")


class Queued(View):
    """What came of an upload: the extraction that waits, or the one that has these bytes already."""

    ref: str
    state: str
    already_there: bool
    told: str
    review_url: str


class ListExtractions(ListRequest):
    state: list[StateName] | None = Field(None, description="By default all that wait for somebody.")
    document: list[str] | None = Field(
        None, max_length=100, description="Only of these, such as DOC-1007; in any state."
    )


class ExtractionRow(View):
    ref: str
    state: str
    document: str | None
    file_name: str | None
    provider: str | None
    pages: int | None
    pages_read: int
    extractor: str | None
    undecided: int | None = Field(description="Of MRC, ETF and term.")
    problems: int | None
    asked_by: str
    agent: str | None
    created_at: datetime
    read_at: datetime | None
    withheld: bool


class ExtractionList(Listing):
    rows: list[ExtractionRow]


class GetExtraction(Request):
    ref: str = Field(description=REF, max_length=24)
    contract: Text | None = Field(None, description="Compare with this contract instead of the one it seems to be.")


class GetExtractionPage(Request):
    ref: str = Field(description=REF, max_length=24)
    page: int = Field(ge=1, le=10_000)


class ExtractionPage(View):
    """Leave to draw a page of the file, and its words as they were read."""

    ref: str
    sha256: str
    page: int
    pages: int
    text: str | None = Field(description="Null where it was read before words were kept.")

    def audited_fields(self) -> frozenset[str]:
        """The trail notes who was shown a page of a contract."""
        return frozenset({"page"})


class FieldItem(View):
    value: str
    page: int
    quote: str
    box: list[float] | None


class OtherReading(View):
    """How the other extractor read a field."""

    value: Any
    confidence: float
    page: int
    quote: str


class ExtractionField(View):
    """A field as it was read, what a person made of it, and what the contract on file says."""

    name: str
    label: str
    mandatory: bool
    used: bool = Field(description="Whether the contract is made of it, or a person is only shown it.")
    value: Any = Field(description="As it was read; null where the document does not say.")
    confidence: float | None
    page: int | None
    quote: str | None
    box: list[float] | None
    counted: bool
    items: list[FieldItem]
    others: list[OtherReading] = Field(description="Where two extractors read it differently: what the other one read.")
    problem: str | None
    decision: str | None
    stands: Any = Field(description="The value the contract would get.")
    becomes: list[str] = Field(description="Of a clause: its typed terms, as the contract would tell them.")
    by_hand: str | None = Field(description="Of a clause that is not typed by itself: why.")
    by: str | None
    at: datetime | None
    on_file: Any
    differs: bool


class Told(View):
    """Something to know before trusting the fields."""

    code: str
    message: str
    field: str | None
    page: int | None


class PageSize(View):
    number: int
    width: float
    height: float
    ocr: bool


class ExtractionView(View):
    """An extraction whole. Who may not see the document is told that it is there, and no more."""

    ref: str
    state: str
    version: int
    withheld: bool
    document: str | None
    file_name: str | None
    number: int
    earlier: list[str]
    pages_read: int
    page_count: int | None
    pages: list[PageSize]
    extractor: str | None
    problem: str | None
    fields: list[ExtractionField]
    silent: list[str] = Field(description="Fields the document does not say.")
    told: list[Told]
    missing: list[str] = Field(description="Mandatory fields nobody has decided.")
    contract: str | None = Field(description="The contract on file it is compared with.")
    provider: str | None = Field(description="The provider on file whose name was read.")
    asked_by: str
    agent: str | None
    created_at: datetime
    read_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    reason: str | None
    change_id: str | None
    change_status: str | None

    def audited_fields(self) -> frozenset[str]:
        """The trail notes who was shown what leaving costs, as it does for a contract."""
        shown = any(one.name == FieldName.ETF and (one.value or one.stands) for one in self.fields)
        return frozenset({"etf"}) if shown else frozenset()


class FieldDecision(Request):
    field: FieldName
    choice: Choice
    value: str | None = Field(None, max_length=2000, description="Of an edit: the value, as a person types it.")


class DecideExtraction(Request):
    """Decisions about several fields at once; all are kept, or none."""

    ref: str = Field(description=REF, max_length=24)
    version: int = Field(ge=1, description="The version that was looked at.")
    decisions: list[FieldDecision] = Field(min_length=1, max_length=40)


class ProposeExtraction(Request):
    """The contract that the decided fields make, new or on file."""

    ref: str = Field(description=REF, max_length=24)
    version: int = Field(ge=1)
    contract: Text | None = Field(None, description="Contract on file to update; left out, a new one is made.")
    provider: Text | None = Field(None, description="By default the one whose name was read.")
    kind: ContractKind | None = None
    parent: Text | None = Field(None, description="Ref or number of the agreement it is under or amends.")
    number: Name | None = None
    title: Name | None = None
    reason: Said | None = None


class DismissExtraction(Request):
    ref: str = Field(description=REF, max_length=24)
    reason: Said


class ReadAgain(Request):
    ref: str = Field(description=REF, max_length=24)

"""What may be said about a document, and what is shown of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from netos_core.annotations.schemas import NoteView
from netos_core.changes.schemas import ChangeView, OpenChange
from netos_core.documents.rules.kinds import DocumentKind, Sensitivity
from netos_core.kernel.fields import LongText, Name, Text
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, View

REF = "Such as DOC-1007."
ON = "Ref of the record it is on, such as SIT-1007."


class DocumentEdit(Request):
    """What people say of a document. Its file is never changed: upload another, and retire this one."""

    kind: DocumentKind | None = None
    title: Name | None = None
    caption: LongText | None = Field(None, description="What it shows, in a sentence.")
    sensitivity: Sensitivity | None = Field(
        None, description="money and bank are shown only to roles that see amounts or bank details."
    )


class UploadDocument(Request):
    """A file for one record."""

    on: Text = Field(description=ON)
    content: bytes
    file_name: str = Field("file", max_length=500)
    kind: DocumentKind = DocumentKind.OTHER
    title: Name | None = Field(None, description="By default its file's name.")
    caption: LongText | None = Field(None, description="What it shows, in a sentence.")
    sensitivity: Sensitivity | None = Field(
        None, description="By default money for contracts, invoices and quotes, else open."
    )
    reason: str | None = Field(None, min_length=3, max_length=2000)


class Uploaded(View):
    """What came of an upload: a change that attaches it, or the document that has these bytes already."""

    ref: str
    on: str
    duplicate: bool
    told: str
    file_name: str
    content_type: str
    bytes: int
    sha256: str
    pages: int | None
    change: ChangeView | None


class GetDocument(Request):
    ref: str = Field(description=REF, max_length=24)


class GetDocumentFile(Request):
    ref: str = Field(description=REF, max_length=24)
    picture: Literal["thumbnail", "preview"] | None = Field(
        None, description="A small JPEG of it instead of the file itself."
    )


class ListDocuments(ListRequest):
    on: str | None = Field(None, description=ON)
    kind: list[DocumentKind] | None = None
    uploaded_since: date | None = None


class ListSiteDocuments(ListRequest):
    site: str = Field(description="Ref or name.", max_length=200)
    kind: list[DocumentKind] | None = None


class DocumentRow(View):
    """A document in a list. Of one its reader may not see, there is its kind and where it is."""

    ref: str
    on: str
    kind: str
    title: str | None
    caption: str | None
    file_name: str | None
    content_type: str | None
    bytes: int | None
    pages: int | None
    width: int | None
    height: int | None
    taken_at: str | None
    lat: float | None
    lon: float | None
    sensitivity: str
    state: str
    pictured: bool
    withheld: bool
    uploaded_by: str
    agent: str | None
    uploaded_at: datetime


class DocumentList(Listing):
    rows: list[DocumentRow]


class DocumentView(DocumentRow):
    """One document whole."""

    version: int
    sha256: str | None
    resource: str | None
    tags: list[str]
    notes: list[NoteView]
    open_changes: list[OpenChange]
    stored_at: datetime | None
    problem: str | None = Field(description="The virus that was found, or why there is no picture.")
    retired_at: datetime | None


class DocumentFile(View):
    """Leave to read a document's bytes: which ones, and as what they are sent."""

    ref: str
    sha256: str
    bytes: int | None
    content_type: str
    file_name: str
    pages: int | None
    sensitivity: str
    picture: bool

    def audited_fields(self) -> frozenset[str]:
        """The trail notes who opened a file that shows amounts or bank details."""
        return frozenset() if self.sensitivity == Sensitivity.OPEN or self.picture else frozenset({"file"})

"""Reads of documents; one that its reader's roles do not show is a kind and a place, and answers to no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, false, func, select
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.annotations.queries import notes_on, refs_of, tags_of, targets
from netos_core.changes.queries import open_changes
from netos_core.documents.model import Document, StoredFile
from netos_core.documents.rules.content import BY_MEDIA_TYPE, Family, FileRefused
from netos_core.documents.rules.kinds import SEEN_WITH, Sensitivity, classes_seen
from netos_core.documents.schemas import (
    DocumentFile,
    DocumentList,
    DocumentRow,
    DocumentView,
    GetDocumentFile,
    ListDocuments,
)
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from netos_core.kernel.lookup import Names, fill
from netos_core.kernel.page import columns_of

CONCISE = ("ref", "on", "kind", "title", "pages", "taken_at", "uploaded_at")
THUMBNAIL_TYPE = "image/jpeg"
STAGED, STORED, INFECTED, LEAVING = "staged", "stored", "infected", "leaving"
WAITING, NONE = "waiting", "none"  # of small pictures


class DocumentNotFound(NotFound):
    """No document has that reference."""


class ContentWithheld(Forbidden):
    """The document shows what the reader's roles do not."""


class NotYet(Unavailable):
    """The file is not ready to be read."""


_OWN = (
    Document.id, Document.ref, Document.entity, Document.entity_id, Document.kind, Document.title, Document.caption,
    Document.file_name, Document.sha256, Document.sensitivity, Document.agent, Document.version, Document.retired_at,
    Document.created_at.label("uploaded_at"), Person.name.label("uploaded_by"), StoredFile.content_type,
    StoredFile.bytes, StoredFile.pages, StoredFile.width, StoredFile.height, StoredFile.taken_at, StoredFile.lat,
    StoredFile.lon, StoredFile.state, StoredFile.pictured, StoredFile.thumbnail_sha256, StoredFile.preview_sha256,
    StoredFile.stored_at, StoredFile.problem,
)  # fmt: skip
_ALL = (
    select(*_OWN).join(StoredFile, StoredFile.sha256 == Document.sha256).join(Person, Person.id == Document.uploaded_by)
)
_WITHHELD = (
    "title", "caption", "file_name", "content_type", "bytes", "pages", "width", "height", "taken_at", "lat", "lon",
    "sha256", "problem",
)  # fmt: skip


def may_see(ctx: Context, sensitivity: str) -> bool:
    right = SEEN_WITH[Sensitivity(sensitivity)]
    return right is None or ctx.principal.may(right)


def list_documents(ctx: Context, request: ListDocuments) -> DocumentList:
    """Return one page of documents, newest first."""
    columns = columns_of(request, DocumentRow, CONCISE)
    seen = Document.sensitivity.in_(classes_seen(ctx.principal.rights))
    wanted: list[ColumnElement[bool]] = [Document.retired_at.is_(None)]
    if request.on:
        target = targets(ctx, [request.on]).get(request.on)
        wanted += [Document.entity == target.entity, Document.entity_id == target.id]
    if request.kind:
        wanted.append(Document.kind.in_(request.kind))
    if request.uploaded_since:
        first = datetime.combine(request.uploaded_since, time(), ctx.policy.zone)
        wanted.append(Document.created_at >= first)
    for word in (request.query or "").lower().split():
        wanted.append(case((seen, Document.search_text.contains(word, autoescape=True)), else_=false()))
    sortable: dict[str, listing.Column] = {
        "uploaded_at": Document.id,
        "ref": Document.id,
        "kind": Document.kind,
        "title": case((seen, func.lower(Document.title)), else_=""),
        "bytes": case((seen, StoredFile.bytes), else_=0),
        "taken_at": case((seen, func.coalesce(StoredFile.taken_at, "")), else_=""),
    }
    source = listing.ListSource("documents", _ALL, sortable, Document.id, "-uploaded_at")
    found = listing.page(ctx, source, request, wanted)
    plain = [listing.plain(row) for row in found.rows]
    refs = refs_of(ctx, plain)
    rows = [DocumentRow(**_shown(ctx, row, refs)) for row in plain]
    return DocumentList(
        total=found.total,
        shown=len(rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None,
        rows=rows,
    )


def hint(rows: list[DocumentRow]) -> str | None:
    """Say how an agent reads what a list names."""
    readable = next((row for row in rows if not row.withheld), None)
    return f"Read a page or a photo: resource netos://document/{readable.ref}/page/1." if readable else None


def _shown(ctx: Context, row: Mapping[str, Any], refs: Mapping[UUID, str]) -> dict[str, Any]:
    """Write a row as its reader may see it."""
    withheld = not may_see(ctx, row["sensitivity"])
    told = {name: row[name] for name in DocumentRow.model_fields if name in row and name != "pictured"}
    if withheld:
        told |= {name: None for name in _WITHHELD if name in told}
    pictured = row["thumbnail_sha256"] is not None and not withheld
    return told | {"on": refs[row["entity_id"]], "pictured": pictured, "withheld": withheld}


def _one(ctx: Context, ref: str) -> Mapping[str, Any]:
    row = ctx.session.execute(_ALL.where(Document.ref == ref.strip().upper())).mappings().first()
    if row is None:
        raise DocumentNotFound("No document has that ref.", field="ref", fix="Find it with list_documents.")
    return dict(row)


def get_document(ctx: Context, ref: str) -> DocumentView:
    """Return one document, live or retired.

    Raises:
        DocumentNotFound: None has that reference.
    """
    row = _one(ctx, ref)
    shown = _shown(ctx, row, refs_of(ctx, [row]))
    hidden = shown["withheld"]
    return DocumentView(
        **shown,
        version=row["version"],
        sha256=None if hidden else row["sha256"],
        resource=None if hidden or not _readable(row["content_type"]) else f"netos://document/{row['ref']}/page/1",
        tags=tags_of(ctx, "document", row["id"]),
        notes=[] if hidden else notes_on(ctx, "document", row["id"]),
        open_changes=open_changes(ctx, row["ref"], row["id"]),
        stored_at=row["stored_at"],
        problem=None if hidden else row["problem"],
        retired_at=row["retired_at"],
    )


def _readable(content_type: str) -> bool:
    return BY_MEDIA_TYPE[content_type].family is not Family.OTHER


def get_file(ctx: Context, request: GetDocumentFile) -> DocumentFile:
    """Say which bytes the caller may read.

    Raises:
        DocumentNotFound: No document has that reference.
        ContentWithheld: Its class is not shown to the caller's roles.
        NotYet: It still waits for the virus scan, or its small pictures are not made.
        FileRefused: A virus was found in it.
    """
    row = _one(ctx, request.ref)
    if not may_see(ctx, row["sensitivity"]):
        raise ContentWithheld(
            f"{row['ref']} shows what your roles do not.", field="ref", fix="Ask someone whose role sees it."
        )
    if row["state"] == INFECTED:
        raise FileRefused(f"A virus was found in the file of {row['ref']}, so it was not kept.", field="ref")
    if row["state"] == STAGED and ctx.policy.scans_uploads:
        raise NotYet(f"{row['ref']} waits for the virus scan.", fix="Ask again in a minute.")
    if request.picture is None:
        name, kind, sha256 = row["file_name"], row["content_type"], row["sha256"]
    else:
        sha256, kind = row[f"{request.picture}_sha256"], THUMBNAIL_TYPE
        name = f"{row['ref']}-{request.picture}.jpg"
    if sha256 is None:
        raise _no_picture(row)
    return DocumentFile(
        ref=row["ref"],
        sha256=sha256,
        bytes=row["bytes"] if request.picture is None else None,
        content_type=kind,
        file_name=name,
        pages=row["pages"],
        sensitivity=row["sensitivity"],
        picture=request.picture is not None,
    )


def _no_picture(row: Mapping[str, Any]) -> Exception:
    if row["pictured"] == "waiting":
        return NotYet(f"The small pictures of {row['ref']} are not made yet.", fix="Ask again in a minute.")
    why = f": {row['problem']}" if row["problem"] else "."
    return Invalid(f"There is no picture of {row['ref']}{why}", field="picture", fix="Ask for the file itself.")


def staged_content(session: Session, sha256: str) -> bytes | None:
    """Return bytes that are not in the store yet."""
    return session.scalar(select(StoredFile.content).where(StoredFile.sha256 == sha256))


def rows_by_ref(ctx: Context, refs: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return whole live document rows, for planning."""
    table = Document.__table__
    wanted = [ref.strip().upper() for ref in refs]
    rows = ctx.session.execute(select(table).where(table.c.ref.in_(wanted), table.c.retired_at.is_(None)))
    return {row["ref"]: dict(row) for row in rows.mappings()}


def twin(ctx: Context, entity: str, entity_id: UUID, sha256: str) -> str | None:
    """Find the live document of a record that has the same bytes."""
    return ctx.session.scalar(
        select(Document.ref).where(
            Document.entity == entity,
            Document.entity_id == entity_id,
            Document.sha256 == sha256,
            Document.retired_at.is_(None),
        )
    )


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look documents up by ref; their titles are told only where they are shown."""
    found = Names("document", "list_documents")
    fill(ctx.session, found, Document.__table__, list(keys), by=[], name=Document.__table__.c.ref)
    return found

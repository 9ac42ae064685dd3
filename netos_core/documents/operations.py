"""Bring documents in, find them, and open them."""

from __future__ import annotations

from typing import Any

from netos_core.annotations.queries import Target, targets
from netos_core.changes import records as write_path
from netos_core.changes import views
from netos_core.changes.rules import ChangeSet
from netos_core.documents import plans, queries, staging
from netos_core.documents.schemas import (
    DocumentFile,
    DocumentList,
    DocumentView,
    GetDocument,
    GetDocumentFile,
    ListDocuments,
    ListSiteDocuments,
    UploadDocument,
    Uploaded,
)
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.kernel.operation import Effect, operation
from netos_core.sites.queries import get_site_id

SAMPLE = 25


@operation(Effect.PROPOSE, right="propose:changes")
def upload_document(ctx: Context, request: UploadDocument) -> Uploaded:
    """Keep a file and propose it for a record. Bytes that are on the record already are told, not kept twice."""
    target = _record(ctx, request.on)
    staged = staging.stage(ctx, request.content, request.file_name)
    twin = queries.twin(ctx, target.entity, target.id, staged.sha256)
    if twin is not None:
        told = f"This very file is on {target.ref} already, as {twin}."
        return _uploaded(twin, target, staged, told, None)
    change = plans.plan_attached(ctx, request, target, sha256=staged.sha256, file_name=staged.file_name)
    words = request.kind.replace("_", " ")
    change_set = ChangeSet(f"Add {change.ref} ({words}) to {target.ref}", (change,))
    source: dict[str, Any] = {"upload": staged.sha256}
    proposal = write_path.save_proposal(
        ctx, change_set, reason=request.reason or f"A file for {target.ref}.", source=source
    )
    view = views.change_view(ctx, proposal, limit=SAMPLE, cursor=None)
    told = f"Kept; {proposal.ref} puts it on {target.ref}."
    return _uploaded(view.diff[0].ref, target, staged, told, view)


def _record(ctx: Context, ref: str) -> Target:
    target = targets(ctx, [ref]).get(ref)
    if target.entity == "document":
        raise Invalid("A document is not on another document.", field="on", fix="Name the record both are on.")
    return target


def _uploaded(ref: str, target: Target, staged: staging.Staged, told: str, change: Any) -> Uploaded:
    return Uploaded(
        ref=ref,
        on=target.ref,
        duplicate=change is None,
        told=told,
        file_name=staged.file_name,
        content_type=staged.content_type,
        bytes=staged.bytes,
        sha256=staged.sha256,
        pages=staged.pages,
        change=change,
    )


@operation(Effect.READ)
def list_documents(ctx: Context, request: ListDocuments) -> DocumentList:
    """List documents and photos by record, kind or day of upload, newest first."""
    return queries.list_documents(ctx, request)


@operation(Effect.READ)
def list_site_documents(ctx: Context, request: ListSiteDocuments) -> DocumentList:
    """List documents and photos of one site with what is known of each."""
    site = get_site_id(ctx, request.site)
    asked = request.model_dump(exclude={"site"}, exclude_unset=True)
    listed = queries.list_documents(ctx, ListDocuments(**asked, on=site.ref))
    return listed.model_copy(update={"hint": queries.hint(listed.rows)})


@operation(Effect.READ)
def get_document(ctx: Context, request: GetDocument) -> DocumentView:
    """Show one document: what it is, when and where it was taken, who brought it."""
    return queries.get_document(ctx, request.ref)


@operation(Effect.READ)
def get_document_file(ctx: Context, request: GetDocumentFile) -> DocumentFile:
    """Open the file of a document; sensitive ones are noted in the trail."""
    return queries.get_file(ctx, request)

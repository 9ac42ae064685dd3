"""Documents and photos: sent where they are read, shown with what is known of them, opened, described, retired."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import SearchAudit
from netos_core.documents import operations as documents
from netos_core.documents.rules.kinds import DocumentKind
from netos_core.documents.schemas import (
    DocumentEdit,
    DocumentList,
    DocumentView,
    GetDocument,
    GetDocumentFile,
    ListDocuments,
    UploadDocument,
)
from netos_core.extractions.operations import list_extractions
from netos_core.extractions.schemas import ExtractionRow, ListExtractions
from netos_core.kernel.errors import Invalid
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from web_min import errors, fields, files, forms
from web_min.asked import validated
from web_min.fields import Layout, Section
from web_min.forms import Form
from web_min.pages import notes
from web_min.pages.find import page_of
from web_min.pages.trail import shown
from web_min.site import Site, Visit, get, post, require

SHOWN = 60
TRAIL_SHOWN = 8
MOST_EXTRACTIONS = 100
LAYOUT = Layout({"Document": ("title", "kind", "sensitivity", "caption")})


def routes(site: Site) -> list[BaseRoute]:
    return [
        post(site, "/documents", _upload, "upload_document", files=1),
        get(site, "/documents/{ref}", _show, "document"),
        get(site, "/documents/{ref}/file", partial(_file, picture=None), "document_file"),
        get(site, "/documents/{ref}/thumbnail", partial(_file, picture="thumbnail"), "document_thumbnail"),
        get(site, "/documents/{ref}/preview", partial(_file, picture="preview"), "document_preview"),
        get(site, "/documents/{ref}/edit", _edit, "edit_document"),
        post(site, "/documents/{ref}/edit", _propose_edit, "propose_document"),
        post(site, "/documents/{ref}/retire", _propose_retire, "retire_document"),
    ]


NONE = DocumentList(total=0, shown=0, next_cursor=None, columns=[], hint=None, rows=[])


def of_record(visit: Visit, ref: str, *, filed: bool = True) -> dict[str, Any]:
    """Return what the section of documents on a record's page needs; nothing is read where none is `filed`."""
    listed: DocumentList | None = None
    if visit.may("read:documents"):
        listed = NONE if not filed else visit.call(documents.list_documents, ListDocuments(on=ref, limit=SHOWN))
    papers = [row.ref for row in listed.rows if row.kind == DocumentKind.CONTRACT] if listed else []
    return {"documents": listed, "extracted": extracted(visit, papers), **_form_values(visit)}


def extracted(visit: Visit, papers: list[str]) -> dict[str, ExtractionRow]:
    """Return for each document that was read as a contract its newest extraction."""
    if not papers or not visit.may(list_extractions.right):
        return {}
    found = visit.call(list_extractions, ListExtractions(document=papers, limit=MOST_EXTRACTIONS)).rows
    return {row.document: row for row in reversed(found) if row.document}


def _form_values(visit: Visit) -> dict[str, Any]:
    return {
        "document_kinds": [str(kind) for kind in DocumentKind],
        "most_megabytes": visit.site.core.settings.upload_megabytes,
    }


def _ref(visit: Visit) -> str:
    return str(visit.request.path_params["ref"])[:24]


def _upload(visit: Visit) -> Response:
    ref = visit.text("on").upper()
    back = page_of(ref)
    if back is None:
        raise Invalid("Which record?", field="on", fix="Open a record's page and add it there.")
    try:
        done = visit.call(documents.upload_document, _sent(visit))
    except Invalid as refusal:
        status = errors.shown(refusal).status
        return visit.page("upload.html", status=status, refusal=refusal, ref=ref, back=back, **_form_values(visit))
    if done.change is None:
        return visit.go(f"/documents/{done.ref}", said="twin")
    if notes.settle(visit, done.change):
        answer = visit.go(back, said="document", change=done.change.change_id)
        answer.headers["location"] += "#documents"
        return answer
    return visit.go(f"/approvals/{done.change.change_id}", said="proposed")


def _sent(visit: Visit) -> UploadDocument:
    name, content = visit.file("a file", visit.site.core.policy.upload_bytes)
    values = {n: visit.text(n) for n in ("on", "kind", "title", "caption", "sensitivity") if visit.text(n)}
    return validated(UploadDocument, values | {"file_name": name[-500:], "content": content})


def _view(visit: Visit) -> DocumentView:
    return visit.call(documents.get_document, GetDocument(ref=_ref(visit)))


def _show(visit: Visit) -> Response:
    view = _view(visit)
    trail = None
    if visit.may("read:audit"):
        trail = visit.call(search_audit, SearchAudit(ref=view.ref, limit=TRAIL_SHOWN)).entries
    return visit.page(
        "document.html",
        d=view,
        record=page_of(view.on),
        trail=trail,
        extracted=extracted(visit, [view.ref] if view.kind == DocumentKind.CONTRACT else []).get(view.ref),
        shown=partial(shown, zone=visit.site.zone),
        page_of=page_of,
        toast=notes.toast(visit),
    )


def _file(visit: Visit, picture: str | None) -> Response:
    request = validated(GetDocumentFile, {"ref": _ref(visit), "picture": picture})
    return files.send(visit.site.core, visit.request, visit.call(documents.get_document_file, request))


def _form(view: DocumentView) -> Form:
    page = f"/documents/{view.ref}"
    return Form(
        heading=f"Describe {view.ref} anew",
        crumbs=(("Documents", "/documents"), (view.ref, page)),
        action=f"{page}/edit",
        back=page,
        keep="Keep it as it is",
        send="Propose the change",
        hint="Only fields you change are proposed. Another file is another document.",
    )


def _sections(view: DocumentView) -> list[Section]:
    known = {name: fields.as_input(getattr(view, name)) for name in DocumentEdit.model_fields}
    return fields.sections(DocumentEdit, LAYOUT, now=known)


def _edit(visit: Visit) -> Response:
    require(visit, "propose:changes")
    view = _view(visit)
    return forms.show(visit, _form(view), _sections(view))


def _propose_edit(visit: Visit) -> Response:
    view = _view(visit)
    made = _sections(view)
    asked = fields.take(made, visit.form)
    wish = {"kind": "document", "action": "update", "ref": view.ref, "set": asked}
    return forms.propose_edit(visit, _form(view), made, asked, wish)


def _propose_retire(visit: Visit) -> Response:
    view = _view(visit)
    wish = {"kind": "document", "action": "retire", "ref": view.ref, "reason": visit.text("reason")}
    change = visit.call(propose_change, validated(ProposeChange, wish))
    if notes.settle(visit, change):
        return visit.go(page_of(view.on) or "/documents", said="undocument", change=change.change_id)
    return visit.go(f"/approvals/{change.change_id}", said="proposed")

"""Plan documents: attached with their file, described anew, retired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netos_core.annotations.queries import Target
from netos_core.changes.plans import Wanted, changed, created, next_refs, refuse_doubles, retired
from netos_core.changes.rules import Action, Change
from netos_core.documents import queries
from netos_core.documents.rules.content import title_of
from netos_core.documents.rules.kinds import Sensitivity, is_laxer, least_class
from netos_core.documents.schemas import DocumentEdit, UploadDocument
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid

_REQUIRED = ("kind", "title", "sensitivity")


def plan_attached(ctx: Context, upload: UploadDocument, target: Target, *, sha256: str, file_name: str) -> Change:
    """Plan the document of a file that is staged.

    Raises:
        Invalid: It is said to show less than every document of its kind does.
    """
    least = least_class(upload.kind)
    sensitivity = upload.sensitivity or least
    if is_laxer(sensitivity, least):
        raise Invalid(
            f"A document of this kind shows amounts, so it is at least {least}.",
            field="sensitivity",
            fix=f"Leave it out, or choose {least} or bank.",
        )
    (ref,) = next_refs(ctx.session, "document")
    values = {
        "ref": ref,
        "entity": target.entity,
        "entity_id": target.id,
        "kind": upload.kind,
        "title": upload.title or title_of(file_name),
        "caption": upload.caption,
        "file_name": file_name,
        "sha256": sha256,
        "sensitivity": sensitivity,
        "uploaded_by": ctx.principal.person_id,
        "agent": ctx.principal.agent,
    }
    labels = {str(target.id): target.ref, str(ctx.principal.person_id): ctx.principal.name}
    return created("document", values, ref=ref, labels=labels)


def plan(ctx: Context, wanted: Sequence[Wanted[DocumentEdit]]) -> list[Change]:
    """Plan new words for documents, or their retirement; a new one is made by its upload.

    Raises:
        Invalid: One is to be made without a file, or would be without its title, kind or class.
        NotFound: No document has that ref.
        Forbidden: It shows what the caller's roles do not.
        Conflict: The same document is asked for twice.
    """
    if any(w.action is Action.CREATE for w in wanted):
        raise Invalid(
            "A document is made of a file.", field="action", fix="Send it to upload_document, or on the record's page."
        )
    rows = queries.rows_by_ref(ctx, [w.ref or "" for w in wanted])
    asked = [(w, _row(ctx, rows, w.ref or "")) for w in wanted]
    refuse_doubles((row["id"], row["ref"]) for _, row in asked)
    changes: list[Change] = []
    for w, row in asked:
        change = _retired(row) if w.action is Action.RETIRE else _updated(w.edit, row)
        changes += [change] if change else []
    return changes


def _row(ctx: Context, rows: Mapping[str, dict[str, Any]], ref: str) -> dict[str, Any]:
    row = rows.get(ref.strip().upper())
    if row is None:
        raise queries.DocumentNotFound("No document has that ref.", field="ref", fix="Find it with list_documents.")
    if not queries.may_see(ctx, row["sensitivity"]):
        raise queries.ContentWithheld(
            f"{row['ref']} shows what your roles do not.", field="ref", fix="Ask someone whose role sees it."
        )
    return row


def _retired(row: Mapping[str, Any]) -> Change:
    shown = ("kind", "title", "file_name")
    return retired("document", row, ref=row["ref"], shown=shown)


def _updated(edit: DocumentEdit, row: Mapping[str, Any]) -> Change | None:
    given = edit.model_dump(include=edit.model_fields_set)
    for name in _REQUIRED:
        if name in given and given[name] is None:
            raise Invalid(f"A document can not be without a {name}.", field=name)
    after = {**row, **given}
    least = least_class(after["kind"])
    if is_laxer(Sensitivity(after["sensitivity"]), least):
        if "sensitivity" in given:
            raise Invalid(f"A document of this kind is at least {least}.", field="sensitivity")
        after["sensitivity"] = given["sensitivity"] = least
    return changed("document", row, given, ref=row["ref"])

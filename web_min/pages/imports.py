"""Bring a sheet in: upload it, see how it was read, correct it, and propose its valid rows as one change."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.imports import operations as imports
from netos_core.imports.rules.grid import MEGABYTE, Limits
from netos_core.imports.schemas import (
    EditImportRow,
    GetImport,
    ImportRowView,
    ImportView,
    KindName,
    ListImports,
    MapImport,
    ProposeImport,
    StageImport,
)
from netos_core.kernel.errors import Invalid, NetosError
from web_min import errors
from web_min.asked import given, validated
from web_min.site import Site, Visit, get, post

KINDS = get_args(KindName)
OUTCOMES = {"invalid": "With problems", "create": "New", "update": "Updated", "unchanged": "Unchanged"}
CAP = Limits().file_bytes
ROWS = 50
PROBLEM_ROWS = 10  # each with a form of its own
LONGEST_NAME = 255
CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
TOLD = {
    "create": "Row {} is corrected: it adds a record.",
    "update": "Row {} is corrected: it updates a record.",
    "unchanged": "Row {} is corrected: the record is as the row has it.",
    "invalid": "Row {} still has a problem.",
}


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/imports", _list, "imports"),
        post(site, "/imports", _upload, "upload_import", files=1),
        get(site, "/imports/{ref}", _show, "import"),
        post(site, "/imports/{ref}/mapping", _map, "map_import"),
        post(site, "/imports/{ref}/kind", _kind, "kind_of_import"),
        post(site, "/imports/{ref}/rows/{row:int}", _edit, "edit_import_row"),
        post(site, "/imports/{ref}/propose", _propose, "propose_import"),
    ]


def _list(visit: Visit) -> Response:
    pairs = dict(given(visit.request.query_params, []))
    return _index(visit, validated(ListImports, pairs))


def _index(visit: Visit, request: ListImports, *, refusal: NetosError | None = None) -> Response:
    page = visit.call(imports.list_imports, request)
    status = errors.shown(refusal).status if refusal else 200
    return visit.page(
        "imports/index.html", status=status, page=page, kinds=KINDS, refusal=refusal, most=CAP // MEGABYTE,
        first_page=request.cursor is None,
    )  # fmt: skip


def _upload(visit: Visit) -> Response:
    try:
        view = visit.call(imports.stage_import, _uploaded(visit))
    except Invalid as refusal:
        return _index(visit, ListImports(), refusal=refusal)
    return visit.go(f"/imports/{view.ref}")


def _uploaded(visit: Visit) -> StageImport:
    name, content = visit.file("a sheet", CAP)
    values = {"file_name": _plain_name(name), "content": content}
    return validated(StageImport, values | {n: visit.text(n) for n in ("kind", "sheet") if visit.text(n)})


def _plain_name(sent: str) -> str:
    """Keep the name of a file, and nothing of the folders or control characters a client may send with it."""
    name = CONTROLS.sub("", sent.replace("\\", "/").rpartition("/")[2]).strip()
    return name[-LONGEST_NAME:] or "upload"


def _ref(visit: Visit) -> str:
    return str(visit.request.path_params["ref"])[:24]


def _show(visit: Visit) -> Response:
    asked = dict(given(visit.request.query_params, ["outcome", "after", "row", "now"]))
    return _page(visit, asked, toast=_toast(asked))


def _toast(asked: dict[str, str]) -> dict[str, Any] | None:
    """Say what became of the row just corrected; the words are ours, whatever the address says."""
    told, row = TOLD.get(asked.get("now", "")), asked.get("row", "")
    if told is None or not (row.isascii() and row.isdigit()):
        return None
    return {"text": told.format(row), "undo": None, "back": "/imports"}


def _page(
    visit: Visit, asked: dict[str, str], *, toast: dict[str, Any] | None = None, refusal: NetosError | None = None
) -> Response:
    outcome = asked.get("outcome")
    request = validated(
        GetImport,
        {
            "ref": _ref(visit),
            "outcome": outcome,
            "after_row": asked.get("after", 0),
            "limit": PROBLEM_ROWS if outcome == "invalid" else ROWS,
        },
    )
    view = visit.call(imports.get_import, request)
    return visit.page(
        "imports/import.html",
        status=errors.shown(refusal).status if refusal else 200,
        i=view,
        outcome=outcome,
        outcomes=OUTCOMES,
        kinds=KINDS,
        mapped=[column for column in view.mapping if column.field],
        changes=view.counts["create"] + view.counts["update"],
        working=view.state != "open",
        started=request.after_row > 0,
        refusal=refusal,
        toast=toast,
        most=CAP // MEGABYTE,
        of_cell=_of_cell,
    )


def _of_cell(row: ImportRowView, header: str) -> list[str]:
    return [problem.message for problem in row.problems if problem.column == header]


def _again(visit: Visit, work: Callable[[], Response], **asked: str) -> Response:
    """Do it, or show the import again with what is in the way."""
    try:
        return work()
    except Invalid as refusal:
        return _page(visit, asked, refusal=refusal)


def _changed_fields(visit: Visit, view: ImportView) -> dict[str, str | None]:
    """Return the columns whose field was chosen anew, by header."""
    sent = {c.header: visit.text(f"f.{at}") for at, c in enumerate(view.mapping) if f"f.{at}" in visit.form}
    return {
        c.header: sent[c.header] or None for c in view.mapping if c.header in sent and sent[c.header] != (c.field or "")
    }


def _map(visit: Visit) -> Response:
    def work() -> Response:
        view = visit.call(imports.get_import, validated(GetImport, {"ref": _ref(visit), "limit": 1}))
        fields = _changed_fields(visit, view)
        if fields:
            visit.call(imports.map_import, validated(MapImport, {"ref": view.ref, "fields": fields}))
        return visit.go(f"/imports/{view.ref}")

    return _again(visit, work)


def _kind(visit: Visit) -> Response:
    def work() -> Response:
        request: MapImport = validated(MapImport, {"ref": _ref(visit), "kind": visit.text("kind")})
        return visit.go(f"/imports/{visit.call(imports.map_import, request).ref}")

    return _again(visit, work)


def _edit(visit: Visit) -> Response:
    row = int(visit.request.path_params["row"])

    def work() -> Response:
        view = visit.call(
            imports.get_import, validated(GetImport, {"ref": _ref(visit), "after_row": row - 1, "limit": 1})
        )
        cells = {
            column.header: visit.text(f"c.{at}")
            for at, column in enumerate(view.mapping)
            if f"c.{at}" in visit.form and visit.text(f"c.{at}") != visit.text(f"was.{at}")
        }
        if not cells:
            raise Invalid(f"Nothing was corrected in row {row}.", fix="Change a cell, then send the form again.")
        request: EditImportRow = validated(EditImportRow, {"ref": view.ref, "row": row, "cells": cells})
        now = visit.call(imports.edit_import_row, request).sample[0].outcome
        return visit.go(f"/imports/{view.ref}", outcome="invalid", row=str(row), now=now)

    return _again(visit, work, outcome="invalid", after=str(max(row - 1, 0)))


def _propose(visit: Visit) -> Response:
    def work() -> Response:
        request: ProposeImport = validated(ProposeImport, {"ref": _ref(visit), "reason": visit.text("reason") or None})
        return visit.go(f"/approvals/{visit.call(imports.propose_import, request).change_id}")

    return _again(visit, work)

"""Contracts from their PDFs: the queue, and one beside its pages, decided field by field."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.contracts.rules import ContractKind
from netos_core.extractions import operations as extractions
from netos_core.extractions import schemas as s
from netos_core.extractions.rules.deciding import Choice
from netos_core.extractions.rules.values import as_text
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound
from netos_core.runtime.draw import NotDrawn
from netos_core.runtime.extracting import page_picture
from web_min import errors, forms
from web_min.asked import given, validated
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get, post

ROWS = 50
MOST_PAGES = 60
"""Of a longer document only the pages that carry a quote are laid out."""

BESIDE, WIDE = 11.0, 14.0
"""How far left of its quote a number stands, and how wide it is, in points."""

SURE, FAIR = 0.85, 0.65
VIEWS = {
    "open": ("Waiting", ["waiting", "reading", "read", "failed"]),
    "proposed": ("Proposed", ["proposed"]),
    "on_file": ("On file", ["on_file"]),
    "dismissed": ("Dismissed", ["dismissed"]),
}
REFUSALS = (Invalid, NotFound, Conflict, Forbidden)


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/extractions", _queue, "extractions"),
        post(site, "/extractions", _upload, "upload_contract", files=1),
        get(site, "/extractions/{ref}", _show, "extraction"),
        post(site, "/extractions/{ref}", _decide, "decide_extraction"),
        get(site, "/extractions/{ref}/pages/{page}", _picture, "extraction_page"),
        get(site, "/extractions/{ref}/pages/{page}/text", _text, "extraction_text"),
        post(site, "/extractions/{ref}/dismiss", _dismiss, "dismiss_extraction"),
        post(site, "/extractions/{ref}/read", _again, "read_again"),
    ]


@dataclass(frozen=True, slots=True)
class Mark:
    """A quote on a page: which field it is for, its number there, and where it stands."""

    field: str
    number: int
    box: list[float]
    first: bool
    at: float


@dataclass(slots=True)
class Row:
    """A field with what is typed for it and its number on the pages."""

    number: int | None
    field: s.ExtractionField
    typed: str
    decision: str
    tone: str
    error: str | None = None


def _queue(visit: Visit) -> Response:
    return _list(visit)


def _list(visit: Visit, refusal: NetosError | None = None) -> Response:
    pairs = dict(given(visit.request.query_params, ["view", "query", "cursor"]))
    view = pairs.pop("view", "open")
    _, states = VIEWS.get(view, VIEWS["open"])
    listed = visit.call(
        extractions.list_extractions, validated(s.ListExtractions, {**pairs, "state": states, "limit": ROWS})
    )
    return visit.page(
        "extractions/list.html",
        status=errors.shown(refusal).status if refusal else 200,
        listing=listed,
        views=[(name, label) for name, (label, _) in VIEWS.items()],
        view=view,
        query=pairs.get("query", ""),
        started="cursor" in pairs,
        refusal=refusal,
        most_megabytes=visit.site.core.settings.upload_megabytes,
    )


def _upload(visit: Visit) -> Response:
    try:
        name, content = visit.file("a PDF", visit.site.core.policy.upload_bytes)
        sent = {"content": content, "file_name": name[-500:], "contract": visit.text("contract") or None}
        done = visit.call(extractions.upload_contract, validated(s.UploadContract, sent))
    except REFUSALS as refusal:
        return _list(visit, refusal)
    return visit.go(f"/extractions/{done.ref}")


def _ref(visit: Visit) -> str:
    return str(visit.request.path_params["ref"])[:24]


def _show(visit: Visit) -> Response:
    pairs = dict(given(visit.request.query_params, ["saved", "contract"]))
    toast = (
        {"text": "Saved. Nothing is proposed yet.", "undo": None, "back": "/extractions"} if "saved" in pairs else None
    )
    return _page(visit, contract=pairs.get("contract"), toast=toast)


def _page(
    visit: Visit,
    *,
    refusal: NetosError | None = None,
    contract: str | None = None,
    toast: dict[str, Any] | None = None,
) -> Response:
    view = visit.call(extractions.get_extraction, s.GetExtraction(ref=_ref(visit), contract=contract))
    rows = _rows(visit, view, refusal)
    marks = _marks(rows)
    laid = [page for page in view.pages if len(view.pages) <= MOST_PAGES or page.number in marks]
    typed = {name: visit.text(f"c.{name}") for name in ("contract", "provider", "kind", "number", "title", "parent")}
    return visit.page(
        "extractions/one.html",
        status=errors.shown(refusal).status if refusal else 200,
        e=view,
        must=[row for row in rows if row.field.mandatory],
        used=[row for row in rows if row.field.used and not row.field.mandatory],
        rest=[row for row in rows if not row.field.used],
        pages=laid,
        marks=marks,
        works=view.state == "read" and not view.withheld and visit.may("propose:money"),
        kinds=[str(kind) for kind in ContractKind],
        c=typed if visit.form else {**typed, "contract": view.contract or "", "provider": view.provider or ""},
        refusal=refusal if not any(row.error for row in rows) else None,
        page_of=page_of,
        text=as_text,
        toast=toast,
    )


def _rows(visit: Visit, view: s.ExtractionView, refusal: NetosError | None) -> list[Row]:
    """Lay the fields out; what was typed stays typed."""
    rows: list[Row] = []
    number = 0
    for field in view.fields:
        if field.page is not None:
            number += 1
        stands = field.stands if field.decision == Choice.EDIT else field.value
        typed = visit.text(f"v.{field.name}") if f"v.{field.name}" in visit.form else as_text(stands)
        decided = field.decision if field.decision in set(Choice) else ""
        sure = field.confidence or 0.0
        tone = "stable" if sure >= SURE else "active" if sure >= FAIR else "critical"
        row = Row(number if field.page else None, field, typed, visit.text(f"d.{field.name}") or decided or "", tone)
        if refusal is not None and refusal.field == field.name:
            row.error = forms.said(refusal)
        rows.append(row)
    return rows


def _marks(rows: list[Row]) -> dict[int, list[Mark]]:
    """Gather the quotes by their pages; of a field with several values each has its own place."""
    found: dict[int, list[Mark]] = {}
    for row in rows:
        if row.number is None or row.field.page is None:
            continue
        places = [(row.field.page, row.field.box), *((one.page, one.box) for one in row.field.items)]
        seen: list[Any] = []
        for page, box in places:
            if box is not None and (page, box) not in seen:
                there = found.setdefault(page, [])
                there.append(Mark(row.field.name, row.number, box, not seen, _free_place(there, box)))
                seen.append((page, box))
    return found


def _free_place(there: list[Mark], box: list[float]) -> float:
    """Give the place of a number left of its quote, beside those of other quotes of the same line."""
    at = max(box[0] - BESIDE, BESIDE)
    taken = sorted((m.at for m in there if m.first and abs(m.box[1] - box[1]) < BESIDE), reverse=True)
    for one in taken:
        if abs(one - at) < WIDE:
            at = one - WIDE
    return max(at, WIDE / 2)


def _decisions(visit: Visit, view: s.ExtractionView) -> list[dict[str, Any]]:
    """Read what was decided anew; a value that was typed over is an edit."""
    made: list[dict[str, Any]] = []
    for field in view.fields:
        choice, typed = visit.text(f"d.{field.name}"), visit.text(f"v.{field.name}")
        if choice == Choice.ACCEPT and typed != as_text(field.value):
            choice = Choice.EDIT
        if not choice or (choice == field.decision and (choice != Choice.EDIT or typed == as_text(field.stands))):
            continue
        made.append({"field": field.name, "choice": choice, "value": typed if choice == Choice.EDIT else None})
    return made


def _decide(visit: Visit) -> Response:
    """Keep what was decided; then, where asked, propose the contract."""
    ref = _ref(visit)
    version = visit.text("version")
    try:
        seen = visit.call(extractions.get_extraction, s.GetExtraction(ref=ref))
        made = _decisions(visit, seen)
        if made:
            asked = {"ref": ref, "version": version, "decisions": made}
            seen = visit.call(extractions.decide_extraction, validated(s.DecideExtraction, asked))
            version = str(seen.version)
        if visit.text("do") != "propose":
            return visit.go(f"/extractions/{ref}", saved="yes")
        chosen = {
            name: visit.text(f"c.{name}")
            for name in ("contract", "provider", "kind", "number", "title", "parent")
            if visit.text(f"c.{name}")
        }
        change = visit.call(
            extractions.propose_extraction, validated(s.ProposeExtraction, {"ref": ref, "version": version, **chosen})
        )
    except REFUSALS as refusal:
        return _page(visit, refusal=refusal)
    return visit.go(f"/approvals/{change.change_id}", said="proposed")


def _leave(visit: Visit) -> s.ExtractionPage:
    asked = {"ref": _ref(visit), "page": str(visit.request.path_params["page"])[:6]}
    return visit.call(extractions.get_extraction_page, validated(s.GetExtractionPage, asked))


def _text(visit: Visit) -> Response:
    """Show the words of a page beside its picture, to be heard and copied."""
    return visit.page("extractions/text.html", p=_leave(visit))


def _picture(visit: Visit) -> Response:
    """Draw a page; the leave is asked for each time, and a browser keeps what it has seen for itself alone."""
    leave = _leave(visit)
    name = f'"{hashlib.sha256(f"{leave.sha256}/{leave.page}".encode()).hexdigest()[:24]}"'
    headers = {"ETag": name, "Cache-Control": "private, no-cache"}
    if visit.request.headers.get("if-none-match") == name:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    try:
        drawn = page_picture(visit.site.core, leave.sha256, leave.page)
    except NotDrawn as refused:
        raise NotFound(refused.message, field="page") from refused
    return Response(drawn, media_type="image/jpeg", headers=headers)


def _dismiss(visit: Visit) -> Response:
    try:
        asked = {"ref": _ref(visit), "reason": visit.text("reason")}
        visit.call(extractions.dismiss_extraction, validated(s.DismissExtraction, asked))
    except REFUSALS as refusal:
        return _page(visit, refusal=refusal)
    return visit.go(f"/extractions/{_ref(visit)}")


def _again(visit: Visit) -> Response:
    done = visit.call(extractions.read_again, s.ReadAgain(ref=_ref(visit)))
    return visit.go(f"/extractions/{done.ref}")

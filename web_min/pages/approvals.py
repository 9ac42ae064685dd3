"""The inbox, and the page where a change is seen exactly and decided."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.changes.operations import approve_change, get_change, list_changes, reject_change, undo_change
from netos_core.changes.schemas import ChangeView, Decide, DiffRow, GetChange, ListChanges, Undo
from netos_core.kernel.errors import Conflict, Forbidden, NetosError, one_of
from netos_core.proposals.operations import rebase_change
from netos_core.proposals.schemas import Rebase
from web_min import asked, diffs, session
from web_min.pages.find import page_of
from web_min.pages.notes import settle
from web_min.site import Site, Visit, get, post
from web_min.table import PAGE_ROWS

LINES = 100
READ_WHOLE = 2000  # changes up to which a page sums the diff up itself
STEP = 500

VIEWS: dict[str, tuple[str, dict[str, object]]] = {
    "mine": ("Waiting for you", {"status": "open", "mine": True}),
    "open": ("All open", {"status": "open"}),
    "applied": ("Applied", {"status": "committed"}),
    "rejected": ("Rejected", {"status": "rejected"}),
    "expired": ("Expired", {"status": "expired"}),
    "superseded": ("Planned anew", {"status": "superseded"}),
}
SAID = {
    "applied": "is applied and written to the trail.",
    "approved": "has your approval. It waits for a second person.",
    "rejected": "is rejected. Nothing changed.",
    "anew": "is planned on the current values and replaces the one before.",
    "proposed": "waits for approval. Nothing has changed yet.",
    "undo": "would undo the change. It needs the same approval.",
}


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/approvals", _inbox, "approvals"),
        get(site, "/approvals/{ref}", _change, "change"),
        post(site, "/approvals/{ref}/approve", _approve, "approve"),
        post(site, "/approvals/{ref}/reject", _reject, "reject"),
        post(site, "/approvals/{ref}/rebase", _rebase, "rebase"),
        post(site, "/approvals/{ref}/undo", _undo, "undo"),
    ]


def _inbox(visit: Visit) -> Response:
    pairs = dict(asked.given(visit.request.query_params, ["view", "cursor"]))
    chosen = pairs.get("view", "mine")
    if chosen not in VIEWS:
        raise one_of(chosen, list(VIEWS), what="view", field="view")
    request = asked.validated(
        ListChanges, {**VIEWS[chosen][1], "limit": PAGE_ROWS, "cursor": pairs.get("cursor") or None}
    )
    page = visit.call(list_changes, request)
    return visit.page("approvals.html", changes=page, views=VIEWS, chosen=chosen, paged="cursor" in pairs)


def _change(visit: Visit) -> Response:
    ref = _ref(visit)
    query = visit.request.query_params
    wanted = {"change_id": ref, "limit": LINES, "cursor": query.get("cursor")}
    first = visit.call(get_change, asked.validated(GetChange, wanted))
    rows, complete = _rows(visit, first)
    diff = diffs.laid_out(rows, first.monthly, visit.site.core.policy.currency, visit.site.zone, complete=complete)
    start = _start(query.get("start", ""), len(diff.lines)) if complete else 0
    lines = diff.lines[start : start + LINES] if complete else diff.lines
    said = SAID.get(query.get("said", ""))
    return visit.page(
        "change.html",
        change=first,
        diff=diff,
        lines=lines,
        start=start,
        step=LINES,
        sentence=diffs.sentence(first, diff),
        changes=diffs.changes(first, diff),
        page_of=page_of,
        letters=diffs.letters_in(rows),
        completes=_completes(visit, first),
        own=any(a.by_you and a.decision == "approve" for a in first.approvals),
        toast={"text": f"{first.change_id} {said}", "undo": None, "back": ""} if said else None,
    )


def _rows(visit: Visit, first: ChangeView) -> tuple[list[DiffRow], bool]:
    """Read the whole diff where it can be summed up on one page; else keep the page that was asked for."""
    asked_page = visit.request.query_params.get("cursor") is not None
    if not asked_page and first.next_cursor is None:
        return list(first.diff), True
    if first.changes_total > READ_WHOLE:
        return list(first.diff), False
    rows: list[DiffRow] = []
    cursor: str | None = None
    while True:
        page = visit.call(get_change, GetChange(change_id=first.change_id, limit=STEP, cursor=cursor))
        rows += page.diff
        cursor = page.next_cursor
        if cursor is None:
            return rows, True


def _start(text: str, total: int) -> int:
    start = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0  # noqa: PLR2004
    return start if start < total else 0


def _completes(visit: Visit, change: ChangeView) -> bool:
    """Tell whether this person's approval is the last one needed."""
    given = {a.person for a in change.approvals if a.decision == "approve"}
    covered = all(
        need.aspect == "second person"
        or (visit.may(f"approve:{need.aspect}") and not (need.four_eyes and change.by_you))
        for need in change.needs
    )
    return change.may_approve and covered and len(given | {visit.person.name}) >= (change.people_needed or 1)


def _bare(visit: Visit) -> GetChange:
    """Ask for the change itself, with next to nothing of its diff."""
    return asked.validated(GetChange, {"change_id": _ref(visit), "limit": 1})


def _decide(visit: Visit) -> Decide:
    return asked.validated(
        Decide,
        {"change_id": _ref(visit), "digest": visit.text("digest") or None, "comment": visit.text("comment") or None},
    )


def _approve(visit: Visit) -> Response:
    ref = _ref(visit)
    try:
        done = visit.call(approve_change, _decide(visit))
    except Conflict:
        change = visit.call(get_change, _bare(visit))
        if not change.stale_refs and change.status == "open":
            raise
        return visit.go(f"/approvals/{ref}")  # the page says what moved and offers to plan it anew
    except Forbidden:
        if not _decided_already(visit, "approve"):
            raise
        return visit.go(f"/approvals/{ref}", said="approved")
    return visit.go(f"/approvals/{ref}", said="applied" if done.status == "committed" else "approved")


def _reject(visit: Visit) -> Response:
    try:
        visit.call(reject_change, _decide(visit))
    except NetosError:
        if not _decided_already(visit, "reject"):
            raise
    return visit.go(f"/approvals/{_ref(visit)}", said="rejected")


def _decided_already(visit: Visit, decision: str) -> bool:
    """Tell a second click from a refusal: the same person has made the same decision."""
    change = visit.call(get_change, _bare(visit))
    return any(a.by_you and a.decision == decision for a in change.approvals)


def _rebase(visit: Visit) -> Response:
    made = visit.call(rebase_change, asked.validated(Rebase, {"change_id": _ref(visit)}))
    return visit.go(f"/approvals/{made.change_id}", said="anew")


def _undo(visit: Visit) -> Response:
    reason = visit.text("reason") or "Undone from the page, right after."
    made = visit.call(undo_change, asked.validated(Undo, {"change_id": _ref(visit), "reason": reason}))
    if settle(visit, made):
        back = session.local_path(visit.text("back"))
        return (
            visit.go(back, said="undone") if back != "/" else visit.go(f"/approvals/{made.change_id}", said="applied")
        )
    return visit.go(f"/approvals/{made.change_id}", said="undo")


def _ref(visit: Visit) -> str:
    return str(visit.request.path_params["ref"]).upper()

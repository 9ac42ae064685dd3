"""Notes and tags, added where they are read. They are of low risk, so what a person typed is applied at once."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.changes.operations import approve_change
from netos_core.changes.schemas import ChangeView, Decide
from netos_core.kernel.errors import Invalid
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from web_min.asked import validated
from web_min.pages.find import page_of
from web_min.site import Site, Visit, post

SAID = {
    "note": "Note added.",
    "tag": "Tag added.",
    "untag": "Tag removed.",
    "unnote": "Note removed.",
    "undone": "Undone.",
    "document": "Document added.",
    "undocument": "Document retired.",
    "twin": "This very file is on that record already; nothing was added.",
    "reported": "Reported.",
    "comment": "Comment added.",
    "uncomment": "Comment removed.",
    "changed": "Changed.",
}
TOLD = ("said", "change")  # what an address says of what was just done
CHANGE = re.compile(r"CHG-\d{1,12}")


def routes(site: Site) -> list[BaseRoute]:
    return [post(site, "/notes", _note, "add_note"), post(site, "/tags", _tag, "tag")]


def toast(visit: Visit) -> dict[str, Any] | None:
    """Return what has just happened, and the change that undoes it; the words are ours, whatever the address says."""
    said = SAID.get(visit.request.query_params.get("said", ""))
    change = visit.request.query_params.get("change", "")
    if said is None:
        return None
    undo = change if CHANGE.fullmatch(change) else None
    return {"text": said, "undo": undo, "back": visit.request.url.path}


def settle(visit: Visit, view: ChangeView) -> bool:
    """Apply a change of notes and tags as the person who typed it; anything else waits on its page."""
    if view.aspects != ["note"] or view.status != "open" or not view.may_approve:
        return False
    done = visit.call(approve_change, Decide(change_id=view.change_id, digest=view.digest))
    return done.status == "committed"


def _note(visit: Visit) -> Response:
    ref, back = _target(visit)
    note_id = visit.text("note")
    wish = (
        {"kind": "note", "action": "retire", "ref": note_id, "reason": "Note removed on its page."}
        if note_id
        else {
            "kind": "note", "action": "create", "set": {"on": ref, "text": _filled(visit, "text")},
            "reason": "Note added on its page.",
        }
    )  # fmt: skip
    return applied(visit, wish, back, "unnote" if note_id else "note")


def _tag(visit: Visit) -> Response:
    ref, back = _target(visit)
    name = _filled(visit, "name")
    if visit.text("off"):
        wish = {"kind": "tag", "action": "retire", "ref": ref, "set": {"name": name}}
        wish["reason"] = "Tag removed on its page."
        return applied(visit, wish, back, "untag")
    wish = {"kind": "tag", "action": "create", "set": {"on": ref, "name": name}, "reason": "Tag added on its page."}
    return applied(visit, wish, back, "tag")


def applied(visit: Visit, wish: dict[str, Any], back: str, said: str) -> Response:
    """Propose and apply at once what is of low risk, and go back; else lead to the page of the change."""
    view = visit.call(propose_change, validated(ProposeChange, wish))
    if settle(visit, view):
        return visit.go(back, said=said, change=view.change_id)
    return visit.go(f"/approvals/{view.change_id}")


def _target(visit: Visit) -> tuple[str, str]:
    ref = visit.text("on").upper()
    page = page_of(ref)
    if page is None:
        raise Invalid("Which record?", field="on", fix="Open a record's page and add it there.")
    return ref, page


def _filled(visit: Visit, name: str) -> str:
    value = visit.text(name)
    if not value:
        raise Invalid("There is no text in it.", field=name, fix="Write it, then send the form again.")
    return value

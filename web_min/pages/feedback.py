"""Bugs and wishes: reported, told of and moved along where they are read. Of low risk, so applied at once."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.feedback.operations import get_feedback
from netos_core.feedback.schemas import FeedbackEdit, GetFeedback
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.proposals.operations import propose_change
from netos_core.proposals.schemas import ProposeChange
from web_min import asked, fields, forms
from web_min.fields import Layout, Section, as_input
from web_min.forms import Form
from web_min.pages import notes, records
from web_min.site import Site, Visit, get, post, require

LAYOUT = Layout(
    {"Report": ("kind", "title", "priority", "source", "text")},
    frozenset({"kind", "title"}),
)
STATE = Layout({"Report": ("title", "kind", "status", "priority", "source", "text")})
FIRST = {"kind": "bug", "priority": "normal"}


def routes(site: Site) -> list[BaseRoute]:
    return [
        get(site, "/feedback/new", _new, "new_feedback"),
        post(site, "/feedback/new", _report, "report_feedback"),
        get(site, "/feedback/{ref}", _show, "feedback_report"),
        get(site, "/feedback/{ref}/edit", _edit, "edit_feedback"),
        post(site, "/feedback/{ref}/edit", _change, "change_feedback"),
        post(site, "/feedback/{ref}/retire", _retire, "retire_feedback"),
        post(site, "/feedback/{ref}/comments", _comment, "comment_feedback"),
    ]


def _ref(visit: Visit) -> str:
    return str(visit.request.path_params["ref"])[:200]


def _new(visit: Visit) -> Response:
    require(visit, "propose:note")
    given = dict(asked.given(visit.request.query_params, ["source"]))
    return forms.show(visit, _form(), _sections({**FIRST, **given}))


def _sections(first: dict[str, str]) -> list[Section]:
    made = fields.sections(FeedbackEdit, LAYOUT, new=True)
    for entry in fields.every(made):
        entry.value = first.get(entry.name, "")[:500]
    return made


def _form() -> Form:
    return Form(
        heading="Report a bug or a wish",
        crumbs=(("Feedback", "/feedback"),),
        action="/feedback/new",
        back="/feedback",
        keep="Leave it",
        send="Report it",
        hint="It is filed at once; everyone who uses NetOS sees it.",
        at_once=True,
    )


def _report(visit: Visit) -> Response:
    made = _sections({})
    wanted = {name: value for name, value in fields.take(made, visit.form).items() if value is not None}
    wish = {"kind": "feedback", "action": "create", "set": wanted, "reason": "Reported on the page."}
    return _filed(visit, _form(), made, wish, "reported")


def _show(visit: Visit) -> Response:
    view = visit.call(get_feedback, asked.validated(GetFeedback, {"ref": _ref(visit)}))
    return visit.page("feedback.html", f=view, **records.shared(visit, view.ref))


def _edit_form(ref: str) -> Form:
    page = f"/feedback/{ref}"
    return Form(
        heading=f"Change {ref}",
        crumbs=(("Feedback", "/feedback"), (ref, page)),
        action=f"{page}/edit",
        back=page,
        keep="Keep it as it is",
        send="Change it",
        hint="Only fields you change are written; it is done at once.",
        at_once=True,
    )


def _edit(visit: Visit) -> Response:
    require(visit, "propose:note")
    view, made = _known(visit)
    return forms.show(visit, _edit_form(view.ref), made)


def _known(visit: Visit) -> tuple[Any, list[Section]]:
    view = visit.call(get_feedback, asked.validated(GetFeedback, {"ref": _ref(visit)}))
    now = {name: as_input(getattr(view, name)) for name in FeedbackEdit.model_fields}
    return view, fields.sections(FeedbackEdit, STATE, now=now)


def _change(visit: Visit) -> Response:
    view, made = _known(visit)
    wanted = fields.take(made, visit.form)
    form = _edit_form(view.ref)
    if not wanted:
        refusal = Invalid("Nothing is different from what it says now.", fix="Change a field, then send it.")
        return forms.show(visit, form, made, refusal=refusal)
    wish = {"kind": "feedback", "ref": view.ref, "set": wanted, "reason": "Changed on its page."}
    return _filed(visit, form, made, wish, "changed")


def _filed(visit: Visit, form: Form, made: list[Section], wish: dict[str, Any], said: str) -> Response:
    try:
        view = visit.call(propose_change, asked.validated(ProposeChange, wish))
    except (Invalid, NotFound, Conflict) as refused:
        return forms.show(visit, form, made, refusal=refused)
    if notes.settle(visit, view):
        return visit.go(f"/feedback/{view.diff[0].ref}", said=said, change=view.change_id)
    return visit.go(f"/approvals/{view.change_id}")


def _comment(visit: Visit) -> Response:
    ref, comment_id = _ref(visit), visit.text("comment")
    if not comment_id and not visit.text("text"):
        raise Invalid("There is no text in it.", field="text", fix="Write it, then send the form again.")
    wish = (
        {"kind": "feedback_comment", "action": "retire", "ref": comment_id, "reason": "Comment removed on its page."}
        if comment_id
        else {
            "kind": "feedback_comment", "action": "create", "set": {"feedback": ref, "text": visit.text("text")},
            "reason": "Comment added on its page.",
        }
    )  # fmt: skip
    return notes.applied(visit, wish, f"/feedback/{ref.upper()}", "uncomment" if comment_id else "comment")


def _retire(visit: Visit) -> Response:
    wish = {"kind": "feedback", "action": "retire", "ref": _ref(visit), "reason": visit.text("reason")}
    change = visit.call(propose_change, asked.validated(ProposeChange, wish))
    return visit.go(f"/approvals/{change.change_id}", said="proposed")

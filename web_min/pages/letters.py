"""Notice letters: one with its text beside its facts, its PDF, and the forms that send it and tell what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.documents.operations import list_documents
from netos_core.documents.schemas import ListDocuments
from netos_core.kernel.errors import Invalid, NotFound
from netos_core.letters import operations as letters
from netos_core.letters.paper import printed, unprintable
from netos_core.letters.rules.states import EDITABLE, UNDER_WAY, LetterState, Sending
from netos_core.letters.schemas import GetLetter, GetLetterFile, LetterEdit, LetterView
from netos_core.letters.wording import Part
from web_min import fields, files, forms
from web_min.asked import validated
from web_min.fields import Layout, Section
from web_min.forms import Form
from web_min.pages import edit, records
from web_min.site import Site, Visit, get, post, require

MOST_DOCUMENTS = 100
KIND = edit.Kind(
    "letter",
    "/letters",
    LetterEdit,
    letters.get_letter,
    Layout(
        {
            "Letter": ("contract", "decision", "kind", "method", "letter_date", "effective_date", "sign_by"),
            "To": ("recipient_name", "recipient_email", "recipient_address"),
            "Signed by": ("signer_name", "signer_title", "signer_email"),
            "Text": ("opening", "extra", "circuits"),
        },
        frozenset({"contract"}),
    ),
    partial(edit.same_names, model=LetterEdit),
    given=("contract", "decision"),
    hint="What you leave empty is taken from the contract and its provider.",
)
WAYS = ((str(Sending.DOCUSEAL), "Through DocuSeal"), (str(Sending.MANUAL), "Printed and signed by hand"))


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done with a letter: from which states, with which fields, under which words."""

    heading: str
    send: str
    hint: str
    layout: Layout
    states: frozenset[LetterState]
    fixed: Mapping[str, Any]
    prepare: Callable[[Visit, LetterView, list[Section]], None]


def _nothing(_visit: Visit, _view: LetterView, _made: list[Section]) -> None:
    """Leave the form as it is."""


def _ways(_visit: Visit, view: LetterView, made: list[Section]) -> None:
    """Offer the ways there are; the usual one is chosen."""
    for entry in fields.every(made):
        entry.choices = WAYS if view.signs_through_docuseal else WAYS[1:]
        entry.value, entry.hint, entry.required = entry.choices[0][0], None, True


def _today(visit: Visit, _view: LetterView, made: list[Section]) -> None:
    for entry in fields.every(made):
        entry.value, entry.required = visit.today.isoformat(), True


def _service(visit: Visit, view: LetterView, made: list[Section]) -> None:
    """Offer the documents of the contract as the proof, newest first."""
    listed = visit.call(list_documents, ListDocuments(on=view.contract, limit=MOST_DOCUMENTS))
    own = {view.pdf_document, view.signed_document, view.record_document}
    for entry in fields.every(made):
        if entry.name == "proof_document":
            rows = [row for row in listed.rows if row.ref not in own]
            entry.kind, entry.choices = "choice", [(row.ref, f"{row.ref} {row.title or ''}".strip()) for row in rows]
            entry.hint = "The receipt, report or screenshot. Add it to the contract as a document first."
        entry.required = entry.name in {"served_date", "proof_document"}
        entry.value = {"served_date": visit.today.isoformat(), "served_method": view.method or ""}.get(entry.name, "")


ACTS: Mapping[str, Act] = {
    "send": Act(
        "Send {ref} for signature", "Propose to send it",
        "It goes out, word for word as it stands, once a second person has approved it.",
        Layout({"How": ("sending",)}), EDITABLE, {}, _ways,
    ),
    "withdraw": Act(
        "Withdraw {ref}", "Propose to withdraw it", "The request to sign it is taken back once that is approved.",
        Layout({}), UNDER_WAY, {"sending": None}, _nothing,
    ),
    "signed": Act(
        "Record {ref} as signed", "Propose the day it was signed", "It is still to be served then.",
        Layout({"Signature": ("signed_date",)}), frozenset({LetterState.APPROVED}), {}, _today,
    ),
    "served": Act(
        "Record {ref} as served", "Propose its service", "Notice counts as given with this proof.",
        Layout({"Service": ("served_date", "served_method", "tracking_number", "proof_document")}),
        frozenset({LetterState.SIGNED}), {}, _service,
    ),
}  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    acts = [
        route
        for name in ACTS
        for route in (
            get(site, f"/letters/{{ref}}/{name}", partial(_act, name=name), f"letter_{name}"),
            post(site, f"/letters/{{ref}}/{name}", partial(_propose, name=name), f"propose_letter_{name}"),
        )
    ]
    shown = [get(site, "/letters/{ref}/pdf", _pdf, "letter_pdf"), get(site, "/letters/{ref}", _show, "letter")]
    return [*edit.kind_routes(site, KIND), *acts, *shown]


def _view(visit: Visit) -> LetterView:
    return visit.call(letters.get_letter, validated(GetLetter, {"ref": visit.request.path_params["ref"]}))


def _show(visit: Visit) -> Response:
    view = _view(visit)
    shared = records.shared(visit, view.ref)
    return visit.page(
        "letters/letter.html",
        k=view,
        text={part.part: part.text for part in view.wording},
        acts=_acts_of(view) if visit.may("propose:outside") else [],
        editable=view.state in EDITABLE and view.retired_at is None,
        **{name: value for name, value in shared.items() if not name.startswith("document")},
    )


def _acts_of(view: LetterView) -> list[str]:
    """Name what can be done with a letter where it stands."""
    if view.retired_at is not None:
        return []
    return [name for name, act in ACTS.items() if view.state in act.states]


def _pdf(visit: Visit) -> Response:
    """Send the PDF: the one that was approved, the one a proposal would send, or the draft as it stands."""
    view = _view(visit)
    change = visit.request.query_params.get("change")
    if change is not None or view.approved:
        request = validated(GetLetterFile, {"ref": view.ref, "change": change})
        return files.send(visit.site.core, visit.request, visit.call(letters.get_letter_file, request))
    parts = tuple(Part(one.part, one.text) for one in view.wording)
    if unprintable(parts):
        raise Invalid("It has characters that its typeface has no sign for.", fix="Write them in Latin letters.")
    made = printed(parts, view.ref, view.letter_date)
    headers = {
        "content-disposition": files.disposition(f"{view.ref}-draft.pdf"),
        "content-security-policy": files.SANDBOX,
    }
    return Response(made.pdf, media_type="application/pdf", headers=headers)


def _form(view: LetterView, name: str) -> Form:
    act, page = ACTS[name], f"/letters/{view.ref}"
    return Form(
        heading=act.heading.format(ref=view.ref),
        crumbs=(("Letters", "/letters"), (view.ref, page)),
        action=f"{page}/{name}",
        back=page,
        keep="Keep it as it is",
        send=act.send,
        hint=act.hint,
    )


def _open(visit: Visit, name: str) -> tuple[LetterView, list[Section]]:
    """Read the letter and lay out the form of an act.

    Raises:
        NotFound: That is not done with a letter where it stands.
    """
    require(visit, "propose:outside")
    view = _view(visit)
    if name not in _acts_of(view):
        state = view.state.replace("_", " ")
        raise NotFound(f"{view.ref} is {state}; this is not done with it now.", fix="Its page says what is next.")
    made = fields.sections(LetterEdit, ACTS[name].layout)
    ACTS[name].prepare(visit, view, made)
    return view, made


def _act(visit: Visit, name: str) -> Response:
    view, made = _open(visit, name)
    return forms.show(visit, _form(view, name), made)


def _propose(visit: Visit, name: str) -> Response:
    view, made = _open(visit, name)
    given = fields.take(made, visit.form)
    wish = {"kind": "letter", "ref": view.ref, "set": {**ACTS[name].fixed, **given}}
    return forms.propose(visit, _form(view, name), made, wish)

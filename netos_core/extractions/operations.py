"""Contracts from their PDFs: queue one, look at what was read, decide it field by field, propose the contract."""

from __future__ import annotations

from netos_core.changes import records as write_path
from netos_core.changes import views
from netos_core.changes.schemas import ChangeView
from netos_core.contracts import queries as contracts
from netos_core.documents import staging
from netos_core.documents.model import Extraction
from netos_core.documents.rules.content import Family, FileRefused, type_of
from netos_core.documents.rules.kinds import Sensitivity
from netos_core.extractions import plans, queries, records
from netos_core.extractions import schemas as s
from netos_core.extractions.rules import values
from netos_core.extractions.rules.deciding import Choice, missing, refuse_unproven
from netos_core.extractions.rules.states import FAILED, READ, READING, WAITING, state_of
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid, NotFound
from netos_core.kernel.operation import Effect, operation

SAMPLE = 25


class NotOpen(Conflict):
    """The extraction is not there yet, or is decided already."""


class Moved(Conflict):
    """Somebody else decided fields of it in between."""


class Undecided(Invalid):
    """A person has not decided what a person must."""


@operation(Effect.PROPOSE, right="propose:changes")
def upload_contract(ctx: Context, request: s.UploadContract) -> s.Queued:
    """Keep the PDF of a contract and queue it to be read; no record need be there. Nothing is proposed by it."""
    contract = contracts.get_contract_id(ctx, request.contract, "contract") if request.contract else None
    _refuse_what_is_no_pdf(request.content)
    staged = staging.stage(ctx, request.content, request.file_name)
    known = queries.find_live(ctx, staged.sha256)
    if known is not None:
        return _queued(ctx, known, "This very file is here already.", already=True)
    made = records.queue(
        ctx,
        staged.sha256,
        staged.file_name,
        sensitivity=Sensitivity.MONEY,
        contract_id=contract.id if contract else None,
    )
    return _queued(ctx, made, "Kept; it is read in a moment.", already=False)


@operation(Effect.READ, right="read:contracts")
def list_extractions(ctx: Context, request: s.ListExtractions) -> s.ExtractionList:
    """List contract PDFs that were or are to be read, by state; without one, those that wait for somebody."""
    return queries.list_extractions(ctx, request)


@operation(Effect.READ, right="read:contracts")
def get_extraction(ctx: Context, request: s.GetExtraction) -> s.ExtractionView:
    """Show what was read out of a contract: each field with its quote, its decision and what is on file."""
    return queries.view(ctx, queries.get_row(ctx, request.ref), request.contract)


@operation(Effect.READ, right="read:contracts", page_only=True)
def get_extraction_page(ctx: Context, request: s.GetExtractionPage) -> s.ExtractionPage:
    """Give leave to draw a page of the file, and its words; the trail notes it."""
    row = queries.get_row(ctx, request.ref)
    queries.refuse_unseen(ctx, row)
    pages = [one["number"] for one in (row.result or {"pages": ()})["pages"]]
    if request.page not in pages:
        raise NotFound(f"{row.ref} has {len(pages)} pages that were read.", field="page", fix="Ask for one of them.")
    text = queries.text_of(ctx, row, request.page)
    return s.ExtractionPage(ref=row.ref, sha256=row.sha256, page=request.page, pages=len(pages), text=text)


@operation(Effect.PROPOSE, right="propose:money", page_only=True)
def decide_extraction(ctx: Context, request: s.DecideExtraction) -> s.ExtractionView:
    """Accept, edit and reject fields of an extraction; what has no quote on a page is only edited or rejected."""
    row = _open(ctx, request.ref, request.version)
    reads = queries.reads_of(row)
    names = [one.field for one in request.decisions]
    if len(set(names)) < len(names):
        raise Invalid("A field is decided twice.", field="decisions", fix="Decide each field once.")
    kept: dict[str, dict[str, object] | None] = {}
    for one in request.decisions:
        if one.choice is Choice.REOPEN:
            kept[one.field] = None
        elif one.choice is Choice.EDIT:
            kept[one.field] = {"choice": one.choice, "value": values.typed(one.field, one.value or "")}
        else:
            if one.choice is Choice.ACCEPT:
                refuse_unproven(one.field, reads.get(one.field))
            kept[one.field] = {"choice": one.choice}
    records.save_decisions(ctx, row, kept)
    return queries.view(ctx, row)


@operation(Effect.PROPOSE, right="propose:money", page_only=True)
def propose_extraction(ctx: Context, request: s.ProposeExtraction) -> ChangeView:
    """Put the decided fields before people as a contract, new or changed; someone else approves the exact diff."""
    row = _open(ctx, request.ref, request.version)
    left = missing(row.decisions)
    if left:
        raise Undecided(
            f"Nobody has decided {', '.join(map(values.label_of, left))}.",
            field=left[0],
            fix="Accept, edit or reject each of them first.",
        )
    planned = plans.plan(ctx, row, request)
    proposal = write_path.save_proposal(
        ctx,
        planned.change_set,
        reason=request.reason or f"Read from a contract's PDF and looked at, {row.ref}.",
        source={"extraction": row.ref, "fields": planned.proof},
    )
    records.propose(ctx, row, proposal.id)
    return views.change_view(ctx, proposal, limit=SAMPLE, cursor=None)


@operation(Effect.PROPOSE, right="propose:money", page_only=True)
def dismiss_extraction(ctx: Context, request: s.DismissExtraction) -> s.ExtractionView:
    """Take an extraction out of the queue; the file and what was read of it stay, with the reason."""
    row = queries.get_row(ctx, request.ref, for_update=True)
    queries.refuse_unseen(ctx, row)
    if _state(ctx, row) not in (READ, FAILED, WAITING):
        raise NotOpen(f"{row.ref} is not in the queue.", fix="Read it again with get_extraction.")
    records.dismiss(ctx, row, request.reason)
    return queries.view(ctx, row)


@operation(Effect.PROPOSE, right="propose:money", page_only=True)
def read_again(ctx: Context, request: s.ReadAgain) -> s.Queued:
    """Queue the same file once more; what was read and decided before stays as it is."""
    row = queries.get_row(ctx, request.ref, for_update=True)
    queries.refuse_unseen(ctx, row)
    newest = queries.find_live(ctx, row.sha256)
    if newest is not None and newest.state in (WAITING, READING):
        return _queued(ctx, newest, "It is about to be read already.", already=True)
    made = records.queue(
        ctx,
        row.sha256,
        row.file_name,
        sensitivity=row.sensitivity,
        document_id=row.document_id,
        contract_id=row.contract_id,
    )
    return _queued(ctx, made, "It is read once more in a moment.", already=False)


def _refuse_what_is_no_pdf(content: bytes) -> None:
    """Say what was sent instead, before it is looked at more closely: its name may say otherwise."""
    found = type_of(content)
    if found.family is not Family.PDF:
        what = "this is a picture, whatever it is called" if found.family is Family.PICTURE else "this is another file"
        raise FileRefused(
            f"A contract is read from a PDF, and {what}.", field="file", fix="Save or scan it as PDF, then send that."
        )


def _state(ctx: Context, row: Extraction) -> str:
    return state_of(row.state, queries.status_of(ctx, row)[1])


def _open(ctx: Context, ref: str, version: int) -> Extraction:
    """Return an extraction that a person may still decide, as it was when they looked.

    Raises:
        NotOpen: It is not read yet, was dismissed, or has become a proposal.
        Moved: Somebody decided fields of it since.
        ContentWithheld: The caller's roles do not show the document.
    """
    row = queries.get_row(ctx, ref, for_update=True)
    queries.refuse_unseen(ctx, row)
    state = _state(ctx, row)
    if state != READ:
        words = state.replace("_", " ")
        raise NotOpen(f"{row.ref} is {words}, so its fields are not decided now.", fix="Read it again.")
    if row.version != version:
        raise Moved(
            f"{row.ref} was decided on by someone else in between. Nothing of yours was kept.",
            field="version",
            fix="Look at it again, then decide.",
        )
    return row


def _queued(ctx: Context, row: Extraction, told: str, *, already: bool) -> s.Queued:
    return s.Queued(
        ref=row.ref,
        state=_state(ctx, row),
        already_there=already,
        told=told,
        review_url=f"{ctx.policy.public_url}/extractions/{row.ref}",
    )

"""One letter whole, and the leave to read its PDF."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from netos_core.access.queries import names_of
from netos_core.changes.model import Proposal, ProposalChange
from netos_core.contracts.queries import terms_of
from netos_core.contracts.rules import BY_METHOD, NoticeMethod
from netos_core.documents.model import Document, StoredFile
from netos_core.documents.rules.kinds import Sensitivity
from netos_core.documents.schemas import DocumentFile
from netos_core.kernel.clock import business_day
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.letters.model import Letter, LetterSigning
from netos_core.letters.queries import facts, finding
from netos_core.letters.queries.finding import LETTER, state_in
from netos_core.letters.rules.sending import Ready, problems, warnings
from netos_core.letters.rules.states import EDITABLE, NEXT, LetterState, Sending, SigningState
from netos_core.letters.schemas import GetLetterFile, LetterView, MissingView, PartView, SigningView
from netos_core.letters.wording import compose
from netos_core.overview.queries import parts

PDF = "application/pdf"


class LetterNotFound(NotFound):
    """No letter has that reference."""


class NotPrinted(NotFound):
    """The letter was not approved yet, so there is no PDF that is the one."""


def _one(ctx: Context, ref: str) -> dict[str, Any]:
    row = ctx.session.execute(select(LETTER).where(LETTER.c.ref == ref.strip().upper())).mappings().first()
    if row is None:
        raise LetterNotFound("No letter has that ref.", field="ref", fix="Find it with list_letters.")
    return dict(row)


_OWN = (
    "ref", "version", "kind", "method", "letter_date", "recipient_name", "recipient_address", "recipient_email",
    "effective_date", "circuits", "opening", "extra", "signer_name", "signer_title", "signer_email", "sign_by",
    "sending", "serve_to", "signed_date", "tracking_number", "pdf_sha256", "created_at", "updated_at", "retired_at",
)  # fmt: skip


def letter(ctx: Context, ref: str) -> LetterView:
    """Read one letter, live or retired; its text is the approved one while that holds, else what it would say now.

    Raises:
        LetterNotFound: None has that reference.
    """
    row = _one(ctx, ref)
    contract = facts.contract_of(ctx, row["contract_id"])
    signings = _signings(ctx, row["id"])
    counts = _that_counts(row, signings)
    state = state_in(row, counts)
    ready = facts.ready(ctx, row, contract)
    approved = row["wording"] is not None and state not in EDITABLE
    by_itself = state is LetterState.SERVED and row["served_date"] is None
    named = _documents(ctx, row, counts)
    views = _views(ctx, signings)
    notice = terms_of(contract).notice
    return LetterView(
        **{name: row[name] for name in _OWN},
        state=state,
        next=_next(state, row["method"]),
        contract=contract["ref"],
        contract_number=contract["number"],
        contract_title=contract["title"],
        decision=finding.decision_refs(ctx, {row["decision_id"]} - {None}).get(row["decision_id"]),
        provider=contract["provider"],
        provider_ref=contract["provider_ref"],
        notice=str(notice) if notice else None,
        notice_deadline=contract["notice_deadline"],
        act_by=contract["act_by"],
        served_date=_ended(ctx, counts) if by_itself else row["served_date"],
        served_method=NoticeMethod.EMAIL if by_itself else row["served_method"],
        proof_document=named.get(counts.signed_document_id if by_itself and counts else row["proof_document_id"]),
        pdf_document=named.get(row["pdf_document_id"]),
        signed_document=named.get(counts.signed_document_id if counts else None),
        record_document=named.get(counts.record_document_id if counts else None),
        approved=approved,
        wording=_wording(ctx, row, contract, approved=approved),
        missing=_missing(ctx, ready) if state in EDITABLE else [],
        warnings=[f"{said[0].upper()}{said[1:]}" for said in _warned(ctx, ready, state)],
        signs_through_docuseal=ctx.policy.signs_letters,
        signing=views.get(counts.id) if counts else None,
        earlier=[view for signing_id, view in views.items() if counts is None or signing_id != counts.id],
        tags=parts.tags(ctx, "letter", row["id"]),
        open_changes=parts.open_changes(ctx, row["ref"], row["id"]),
    )


def _next(state: LetterState, method: str | None) -> str:
    if state is LetterState.SIGNED:
        return f"Serve it{BY_METHOD[NoticeMethod(method or NoticeMethod.UNKNOWN)]}, and record that with its proof."
    return NEXT[state]


def _warned(ctx: Context, ready: Ready, state: LetterState) -> Sequence[str]:
    return () if state is LetterState.SERVED else warnings(ready, ctx.today)


def _missing(ctx: Context, ready: Ready) -> list[MissingView]:
    sending = Sending.DOCUSEAL if ctx.policy.signs_letters else Sending.MANUAL
    return [MissingView(field=one.field, message=one.message) for one in problems(ready, ctx.today, sending)]


def _wording(ctx: Context, row: Mapping[str, Any], contract: Mapping[str, Any], *, approved: bool) -> list[PartView]:
    if approved:
        return [PartView(part=told["part"], text=told["text"]) for told in row["wording"]]
    return [PartView(part=part.name, text=part.text) for part in compose(facts.facts(ctx, row, contract))]


def _signings(ctx: Context, letter_id: UUID) -> list[LetterSigning]:
    query = select(LetterSigning).where(LetterSigning.letter_id == letter_id).order_by(LetterSigning.id.desc())
    return list(ctx.session.scalars(query.execution_options(populate_existing=True)))


def _that_counts(row: Mapping[str, Any], signings: Iterable[LetterSigning]) -> LetterSigning | None:
    """Pick the letter's own request, else the last one that was signed; `finding.COUNTS` says the same in SQL."""
    own = [one for one in signings if one.sending_key == row["sending_key"]]
    signed = [one for one in signings if one.state == SigningState.SIGNED]
    return next(iter((*own, *signed)), None)


def _views(ctx: Context, signings: Sequence[LetterSigning]) -> dict[UUID, SigningView]:
    names = names_of(ctx.session, {one.approved_by for one in signings})
    refs = {
        row.id: row.ref
        for row in ctx.session.execute(
            select(Proposal.id, Proposal.ref).where(Proposal.id.in_({one.proposal_id for one in signings}))
        )
    }
    return {
        one.id: SigningView(
            state=one.state,
            through=one.through,
            submission=one.submission_id,
            queued_at=one.queued_at,
            out_at=one.out_at,
            opened_at=one.opened_at,
            ended_at=one.ended_at,
            told=one.told,
            filed_at=one.filed_at,
            problem=one.problem,
            approved_by=names[one.approved_by],
            change=refs[one.proposal_id],
        )
        for one in signings
    }


def _documents(ctx: Context, row: Mapping[str, Any], counts: LetterSigning | None) -> dict[UUID | None, str]:
    ids = {row["pdf_document_id"], row["proof_document_id"]}
    ids |= {counts.signed_document_id, counts.record_document_id} if counts else set()
    found = ctx.session.execute(select(Document.id, Document.ref).where(Document.id.in_(ids - {None})))
    return {one.id: one.ref for one in found}


def _ended(ctx: Context, counts: LetterSigning | None) -> Any:
    return business_day(counts.ended_at, ctx.policy.zone) if counts is not None and counts.ended_at else None


def file(ctx: Context, request: GetLetterFile) -> DocumentFile:
    """Say which bytes are the letter's PDF: those that were approved, or those a proposal would send.

    Raises:
        LetterNotFound: No letter has that reference.
        NotPrinted: It was not approved yet, or the proposal does not send it.
    """
    row = _one(ctx, request.ref)
    sha256 = row["pdf_sha256"] if request.change is None else _proposed(ctx, row["id"], request.change)
    size = ctx.session.scalar(select(StoredFile.bytes).where(StoredFile.sha256 == sha256)) if sha256 else None
    if sha256 is None or size is None:
        raise NotPrinted(
            f"No PDF of {row['ref']} was approved." if request.change is None else "That change sends no PDF of it.",
            field="ref" if request.change is None else "change",
            fix="Its page shows the draft; its PDF is kept once its sending is proposed.",
        )
    return DocumentFile(
        ref=row["ref"],
        sha256=sha256,
        bytes=size,
        content_type=PDF,
        file_name=f"{row['ref']}.pdf",
        pages=None,
        sensitivity=Sensitivity.OPEN,
        picture=False,
    )


def _proposed(ctx: Context, letter_id: UUID, change: str) -> str | None:
    return ctx.session.scalar(
        select(ProposalChange.after["pdf_sha256"].astext)
        .join(Proposal, Proposal.id == ProposalChange.proposal_id)
        .where(
            Proposal.ref == change.strip().upper(),
            ProposalChange.entity == Letter.__tablename__,
            ProposalChange.entity_id == letter_id,
        )
    )

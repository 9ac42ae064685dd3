"""Reads of extractions: the queue, and one beside its document and the contract on file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, false, func, or_, select

from netos_core.access.model import Person
from netos_core.access.queries import names_of
from netos_core.changes import queries as changes
from netos_core.changes.model import Proposal, ProposalChange
from netos_core.changes.rules import Status
from netos_core.contracts import queries as contracts
from netos_core.contracts.rules.etf import clause_words, escalator_of, escalator_words, etf_terms
from netos_core.documents.model import Document, Extraction, StoredFile
from netos_core.documents.queries import ContentWithheld, may_see
from netos_core.documents.rules.extraction.fields import FieldName
from netos_core.documents.rules.kinds import classes_seen
from netos_core.extractions.filed import comparable, terms_on_file
from netos_core.extractions.rules import clauses, deciding, values
from netos_core.extractions.rules.states import DISMISSED, FAILED, ON_FILE, OPEN, PROPOSED, READ, state_of
from netos_core.extractions.schemas import (
    ExtractionField,
    ExtractionList,
    ExtractionRow,
    ExtractionView,
    FieldItem,
    ListExtractions,
    OtherReading,
    PageSize,
    StateName,
    Told,
)
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.lookup import Named
from netos_core.kernel.page import columns_of
from netos_core.kernel.redaction import View
from netos_core.providers import queries as providers

RULES = "rules"
"""Who has read it, where nobody else has."""

CONCISE = ("ref", "state", "file_name", "provider", "undecided", "problems", "created_at")


class ExtractionNotFound(NotFound):
    """No extraction has that reference."""


def get_row(ctx: Context, ref: str, *, for_update: bool = False) -> Extraction:
    """Return an extraction.

    Raises:
        ExtractionNotFound: None has that reference.
    """
    query = select(Extraction).where(Extraction.ref == ref.strip().upper()).execution_options(populate_existing=True)
    row = ctx.session.scalar(query.with_for_update() if for_update else query)
    if row is None:
        raise ExtractionNotFound("No extraction has that ref.", field="ref", fix="Find it with list_extractions.")
    return row


def refuse_unseen(ctx: Context, row: Extraction) -> None:
    """Refuse what needs the document to be seen.

    Raises:
        ContentWithheld: The caller's roles do not show it.
    """
    if not may_see(ctx, row.sensitivity):
        raise ContentWithheld(
            f"{row.ref} shows what your roles do not.", field="ref", fix="Ask someone whose role sees it."
        )


def text_of(ctx: Context, row: Extraction, page: int) -> str | None:
    """Return the words of a page as they were read."""
    return ctx.session.scalar(select(Extraction.texts[page]).where(Extraction.id == row.id))


def find_live(ctx: Context, sha256: str) -> Extraction | None:
    """Find the newest extraction of a file that was not dismissed."""
    query = select(Extraction).where(Extraction.sha256 == sha256, Extraction.state != DISMISSED)
    return ctx.session.scalar(query.order_by(Extraction.number.desc()).limit(1))


_STATUS_OVER = (Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED)


def _in_state(ctx: Context, name: str) -> ColumnElement[bool]:
    over = or_(Proposal.status.in_(_STATUS_OVER), and_(Proposal.status == Status.OPEN, Proposal.expires_at <= ctx.now))
    proposed = Extraction.state == PROPOSED
    if name == READ:
        return or_(Extraction.state == READ, proposed & over)
    if name == ON_FILE:
        return proposed & (Proposal.status == Status.COMMITTED)
    if name == PROPOSED:
        return proposed & (Proposal.status == Status.OPEN) & (Proposal.expires_at > ctx.now)
    return Extraction.state == name


def list_extractions(ctx: Context, request: ListExtractions) -> ExtractionList:
    """Return one page of the queue, the newest first."""
    columns = columns_of(request, ExtractionRow, CONCISE)
    seen = Extraction.sensitivity.in_(classes_seen(ctx.principal.rights))
    states = request.state or (get_args(StateName) if request.document else OPEN)
    wanted: list[ColumnElement[bool]] = [or_(*(_in_state(ctx, name) for name in states))]
    if request.document:
        wanted.append(Document.ref.in_([ref.strip().upper() for ref in request.document]))
    for word in (request.query or "").lower().split():
        told = func.lower(Extraction.ref).contains(word, autoescape=True)
        named = func.lower(Extraction.file_name).contains(word, autoescape=True)
        wanted.append(or_(told, case((seen, named), else_=false())))
    query = (
        select(
            Extraction.id, Extraction.ref, Extraction.state, Extraction.file_name, Extraction.sensitivity,
            Extraction.pages_read, Extraction.extractor, Extraction.result, Extraction.decisions, Extraction.agent,
            Extraction.created_at, Extraction.read_at, Person.name.label("asked_by"), Document.ref.label("document"),
            StoredFile.pages, Proposal.status, Proposal.expires_at,
        )
        .select_from(Extraction)
        .join(Person, Person.id == Extraction.person_id)
        .join(StoredFile, StoredFile.sha256 == Extraction.sha256)
        .outerjoin(Document, Document.id == Extraction.document_id)
        .outerjoin(Proposal, Proposal.id == Extraction.proposal_id)
    )  # fmt: skip
    sortable: dict[str, listing.Column] = {"created_at": Extraction.created_at, "ref": Extraction.id}
    source = listing.ListSource("extractions", query, sortable, Extraction.id, "-created_at")
    found = listing.page(ctx, source, request, wanted)
    rows = [_row(ctx, listing.plain(row)) for row in found.rows]
    return ExtractionList(
        total=found.total,
        shown=len(rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=f"A person decides the fields at {ctx.policy.public_url}/extractions." if rows else None,
        rows=rows,
    )


def _row(ctx: Context, row: Mapping[str, Any]) -> ExtractionRow:
    hidden = not may_see(ctx, row["sensitivity"])
    result = None if hidden else row["result"]
    status = row["status"] and changes.standing(row["status"], row["expires_at"], ctx.now)
    read = next(
        (one["value"] for one in (result or {"fields": ()})["fields"] if one["name"] == FieldName.PROVIDER), None
    )
    return ExtractionRow(
        ref=row["ref"],
        state=state_of(row["state"], status),
        document=row["document"],
        file_name=None if hidden else row["file_name"],
        provider=_stands(row["decisions"], FieldName.PROVIDER, read) if result else None,
        pages=None if hidden else row["pages"],
        pages_read=row["pages_read"],
        extractor=row["extractor"],
        undecided=len(deciding.missing(row["decisions"])) if result else None,
        problems=len(result["problems"]) if result else None,
        asked_by=row["asked_by"],
        agent=row["agent"],
        created_at=row["created_at"],
        read_at=row["read_at"],
        withheld=hidden,
    )


def _stands(decisions: Mapping[str, Any], name: FieldName, read: Any) -> Any:
    decided = decisions.get(name)
    return decided["value"] if decided and decided["choice"] == deciding.Choice.EDIT else read


def reads_of(row: Extraction) -> dict[FieldName, Mapping[str, Any]]:
    """Return the fields that were read, by name."""
    return {FieldName(one["name"]): one for one in (row.result or {"fields": ()})["fields"]}


def read_as_it_stands(row: Extraction, name: FieldName) -> Mapping[str, Any] | None:
    """Return what was read of a field, unless a person has typed it anew."""
    decided = row.decisions.get(name)
    return None if decided and decided["choice"] == deciding.Choice.EDIT else reads_of(row).get(name)


def doubted(row: Extraction) -> frozenset[str]:
    """Name the fields a problem was told of."""
    return frozenset(_problems(row))


def _problems(row: Extraction) -> dict[str, list[Mapping[str, Any]]]:
    """Return all that was told of each field, by its name."""
    told: dict[str, list[Mapping[str, Any]]] = {}
    for one in (row.result or {"problems": ()})["problems"]:
        if one["field"]:
            told.setdefault(one["field"], []).append(one)
    return told


def status_of(ctx: Context, row: Extraction) -> tuple[str | None, Status | None]:
    """Return the ref and the status of the proposal an extraction has become."""
    if row.proposal_id is None:
        return None, None
    proposal = changes.get_proposal_by_id(ctx, row.proposal_id)
    return proposal.ref, changes.status_of(proposal, ctx)


def contract_of(ctx: Context, row: Extraction, asked: str | None) -> Mapping[str, Any] | None:
    """Return the contract on file an extraction is compared with: named, made of it, its document's, told of in it.

    Raises:
        NotFound: No contract has the ref or number that is named.
    """
    found: UUID | None = row.contract_id
    if asked:
        found = contracts.get_contract_id(ctx, asked, "contract").id
    elif row.proposal_id is not None and found is None:
        made = select(ProposalChange.entity_id).where(
            ProposalChange.proposal_id == row.proposal_id, ProposalChange.entity == "contract"
        )
        found = ctx.session.scalar(made.limit(1))
    elif row.document_id is not None:
        own = ctx.session.execute(
            select(Document.entity, Document.entity_id).where(Document.id == row.document_id)
        ).one()  # fmt: skip
        found = own.entity_id if own.entity == "contract" else found
    return contracts.rows_by_id(ctx, [found]).get(found) if found else None


def provider_of(ctx: Context, row: Extraction) -> Named | None:
    """Find the provider that stands today for the name that was read or typed, or for one of the parties."""
    reads = reads_of(row)
    told = _stands(row.decisions, FieldName.PROVIDER, reads.get(FieldName.PROVIDER, {}).get("value"))
    parties = _stands(row.decisions, FieldName.PARTIES, reads.get(FieldName.PARTIES, {}).get("value")) or []
    keys = [str(told)] if told else [str(one) for one in parties]
    known = providers.standing_names(ctx, keys, ctx.today).names if keys else None
    found = {named.id: named for key in keys if known and (named := known.find(key))}
    return next(iter(found.values())) if len(found) == 1 else None


def view(ctx: Context, row: Extraction, asked: str | None = None) -> ExtractionView:
    """Show one extraction as its reader may see it."""
    change, status = status_of(ctx, row)
    people = names_of(ctx.session, {row.person_id, *({row.ended_by} if row.ended_by else ())})
    hidden = not may_see(ctx, row.sensitivity)
    result = None if hidden else row.result
    contract = contract_of(ctx, row, asked) if not hidden else None
    provider = provider_of(ctx, row) if result else None
    fields = _fields(ctx, row, contract) if result else []
    document = row.document_id and ctx.session.scalar(select(Document.ref).where(Document.id == row.document_id))
    earlier = select(Extraction.ref).where(Extraction.sha256 == row.sha256, Extraction.id != row.id)
    return ExtractionView(
        ref=row.ref,
        state=state_of(row.state, status),
        version=row.version,
        withheld=hidden,
        document=document,
        file_name=None if hidden else row.file_name,
        number=row.number,
        earlier=list(ctx.session.scalars(earlier.order_by(Extraction.number))),
        pages_read=row.pages_read,
        page_count=None if hidden else ctx.session.get_one(StoredFile, row.sha256).pages,
        pages=[PageSize(**one) for one in result["pages"]] if result else [],
        extractor=row.extractor,
        problem=row.problem,
        fields=fields,
        silent=_silent(row) if result else [],
        told=[Told(**_of(Told, one)) for one in result["problems"]] if result else [],
        missing=[values.label_of(name) for name in deciding.missing(row.decisions)] if result else [],
        contract=contract["ref"] if contract else None,
        provider=provider.name if provider else None,
        asked_by=people[row.person_id],
        agent=row.agent,
        created_at=row.created_at,
        read_at=row.read_at,
        ended_by=people.get(row.ended_by) if row.ended_by else None,
        ended_at=row.ended_at,
        reason=None if hidden else row.reason,
        change_id=change,
        change_status=status,
    )


def _silent(row: Extraction) -> list[str]:
    """Name the fields the document says nothing of."""
    shown = {*reads_of(row), *row.decisions, *values.MANDATORY, *doubted(row)}
    return [values.label_of(name) for name in FieldName if name not in shown]


def _fields(ctx: Context, row: Extraction, contract: Mapping[str, Any] | None) -> list[ExtractionField]:
    """Lay the fields out: first what a person decides, then what a contract is made of, then the rest."""
    reads, told = reads_of(row), doubted(row)
    names = [name for name in FieldName if name in reads or name in row.decisions or name in told]
    shown = [*values.MANDATORY, *(n for n in names if n in values.USED), *(n for n in names if n not in values.USED)]
    stands = deciding.taken(reads, row.decisions, told)
    problems = _problems(row)
    on_file = terms_on_file(ctx, contract) if contract else {}
    typed = _typed(row, reads, stands)
    return [
        _field(
            name, reads.get(name), row.decisions.get(name), stands.get(name), problems.get(name, ()), on_file, told
        ).model_copy(update=_beside(typed.get(name), on_file.get(name), told=name in on_file))
        for name in dict.fromkeys(shown)
    ]


def _beside(typed: Mapping[str, Any] | None, on_file: Any, *, told: bool) -> dict[str, Any]:
    """Compare what a clause becomes with what is on file, both in our words."""
    if typed is None:
        return {}
    same = {"differs": " ".join(typed["becomes"]) != on_file} if told and typed["becomes"] else {}
    return {**typed, **same}


def _typed(
    row: Extraction, reads: Mapping[FieldName, Mapping[str, Any]], stands: Mapping[FieldName, Any]
) -> dict[FieldName, dict[str, Any]]:
    """Tell in our words what each clause becomes on the contract, or why it is left to a person."""
    seen = {**{name: read["value"] for name, read in reads.items()}, **stands}
    currency = str(seen.get(FieldName.CURRENCY) or "USD")
    found: dict[FieldName, dict[str, Any]] = {}
    for name in clauses.CLAUSES:
        if seen.get(name) is None or row.decisions.get(name, {}).get("choice") == deciding.Choice.REJECT:
            continue
        typed = clauses.typed_clause(name, seen, read_as_it_stands(row, name), by_rules=row.extractor == RULES)
        etf = etf_terms(typed.terms) if name is FieldName.ETF else None
        rise = escalator_of(typed.terms) if name is FieldName.ESCALATOR else None
        words = clause_words(etf, currency) if etf else [escalator_words(rise, currency)] if rise else []
        found[name] = {"becomes": words, "by_hand": None if typed.terms else clauses.by_hand(name, typed)}
    return found


def _field(
    name: FieldName,
    read: Mapping[str, Any] | None,
    decided: Mapping[str, Any] | None,
    stands: Any,
    problems: Sequence[Mapping[str, Any]],
    on_file: Mapping[FieldName, Any],
    told: frozenset[str],
) -> ExtractionField:
    decision = decided["choice"] if decided else "trusted" if deciding.is_trusted(name, read, told) else None
    now = on_file.get(name)
    return ExtractionField(
        name=name,
        label=values.label_of(name),
        mandatory=name in values.MANDATORY,
        used=name in values.USED,
        value=read["value"] if read else None,
        confidence=read["confidence"] if read else None,
        page=read["page"] if read else None,
        quote=read["quote"] if read else None,
        box=read["box"] if read else None,
        counted=bool(read and read.get("counted", False)),
        items=[FieldItem(**one) for one in read.get("items", ())] if read else [],
        others=[OtherReading(**_of(OtherReading, one)) for one in _others(read, problems)],
        problem=" ".join(one["message"] for one in problems) or None,
        decision=decision,
        stands=stands,
        by=decided["by"] if decided else None,
        at=datetime.fromisoformat(decided["at"]) if decided else None,
        on_file=now,
        becomes=[],
        by_hand=None,
        differs=name in on_file and now != comparable(name, stands if decided else (read or {}).get("value")),
    )


def _of(view: type[View], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Take what a view shows of what is kept."""
    return {name: kept[name] for name in view.model_fields}


def _others(read: Mapping[str, Any] | None, problems: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Gather the readings that are not the one that stands, each once."""
    found: list[Mapping[str, Any]] = []
    for one in (reading for problem in problems for reading in problem.get("candidates", ())):
        known = [other["value"] for other in found] + ([read["value"]] if read else [])
        if one["value"] not in known:
            found.append(one)
    return found


def waiting(ctx: Context, *columns: Any) -> Select[Any]:
    """Select of the extractions that wait for a person: to be decided, or not read and to be dismissed."""
    query = select(*columns).select_from(Extraction).outerjoin(Proposal, Proposal.id == Extraction.proposal_id)
    return query.where(or_(_in_state(ctx, READ), Extraction.state == FAILED))


def how_many_wait(ctx: Context) -> ScalarSelect[int]:
    """Build their number, as a part of another statement."""
    return waiting(ctx, func.count()).scalar_subquery()

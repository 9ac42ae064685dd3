"""Drafts of quotes: the queue, and one beside its source."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, or_, select

from netos_core.access.queries import names_of
from netos_core.changes import queries as changes
from netos_core.changes.model import Proposal
from netos_core.changes.rules import Status
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound, one_of
from netos_core.kernel.page import columns_of
from netos_core.providers import queries as providers
from netos_core.quotes.model import QuoteDraft
from netos_core.quotes.rules.proof import orders_in
from netos_core.quotes.rules.reading import needs_a_person
from netos_core.quotes.schemas import DraftField, ListQuotes, QuoteDraftView, QuoteList, QuoteRow

CONCISE = ("ref", "state", "provider", "staged_by", "agent", "staged_at", "problems")
NOT_OF_DRAFTS = (
    "provider", "site", "circuit", "level", "service_type", "expires_before", "min_mbps", "max_mbps", "term_months",
    "query",
)  # fmt: skip
OPEN, PROPOSED, REJECTED, IN_HISTORY = "draft", "proposed", "rejected", "in_history"

# A proposal that was turned down or ran out gives its draft back to the queue.
BACK = (Status.REJECTED, Status.EXPIRED, Status.SUPERSEDED)


def waiting(ctx: Context) -> ColumnElement[bool]:
    """Match drafts a person has still to decide on."""
    over = or_(Proposal.status.in_(BACK), (Proposal.status == Status.OPEN) & (Proposal.expires_at <= ctx.now))
    return or_(QuoteDraft.state == OPEN, (QuoteDraft.state == PROPOSED) & over)


def find_same(ctx: Context, sha256: str) -> QuoteDraft | None:
    """Find the draft that was staged from the same words."""
    return ctx.session.scalar(select(QuoteDraft).where(QuoteDraft.sha256 == sha256))


def get_draft(ctx: Context, ref: str, *, for_update: bool = False) -> QuoteDraft:
    """Return a draft.

    Raises:
        NotFound: None has that reference.
    """
    query = select(QuoteDraft).where(QuoteDraft.ref == ref.strip().upper())
    draft = ctx.session.scalar(query.with_for_update() if for_update else query)
    if draft is None:
        raise NotFound("No draft has that ref.", field="ref", fix="list_quotes {state: draft} lists those that wait.")
    return draft


def list_drafts(ctx: Context, request: ListQuotes) -> QuoteList:
    """Return one page of the drafts that wait, the oldest first. A provider is named only if it is one of ours.

    Raises:
        Invalid: A filter is given that speaks of values nobody has reviewed.
    """
    for name in NOT_OF_DRAFTS:
        if getattr(request, name) is not None:
            raise one_of(name, ["state", "limit", "cursor", "fields"], what="filter of drafts", field=name)
    columns = columns_of(request, QuoteRow, CONCISE)
    query = select(QuoteDraft.__table__).outerjoin(Proposal, Proposal.id == QuoteDraft.proposal_id)
    source = listing.ListSource("quote drafts", query, {"ref": QuoteDraft.id}, QuoteDraft.id, "ref")
    found = listing.page(ctx, source, request, [waiting(ctx)])
    people = names_of(ctx.session, {row["person_id"] for row in found.rows})
    told = {row["ref"]: _value(row["fields"], "provider") for row in found.rows}
    known = providers.standing_names(ctx, {name for name in told.values() if name}, ctx.today).names
    rows = []
    for row in found.rows:
        named = known.find(told[row["ref"]] or "") if ctx.principal.may("see:money") else None
        rows.append(
            QuoteRow(
                ref=row["ref"], state=OPEN, provider=named.name if named else None, number=None, a=None, z=None,
                service_type=None, bandwidth_mbps=None, level=None, serviceability=None, received_date=None,
                valid_until=None, terms=None, mrc=None, mrc_per_mbps=None, currency=ctx.policy.currency,
                replaces=None, staged_by=people[row["person_id"]], agent=row["agent"], staged_at=row["created_at"],
                problems=sum(field["problem"] is not None for field in row["fields"]),
            )
        )  # fmt: skip
    return QuoteList(
        total=found.total,
        shown=len(rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=f"A person reviews them at {ctx.policy.public_url}/quotes/drafts." if rows else "No draft waits.",
        rows=rows,
    )


def _value(fields: list[dict[str, str]], name: str) -> str | None:
    return next((field["value"] for field in fields if field["field"] == name), None)


def draft_view(ctx: Context, draft: QuoteDraft) -> QuoteDraftView:
    """Show one draft beside its source."""
    proposal = changes.get_proposal_by_id(ctx, draft.proposal_id) if draft.proposal_id else None
    status = changes.status_of(proposal, ctx) if proposal is not None else None
    people = names_of(ctx.session, {draft.person_id, *({draft.decided_by} if draft.decided_by else ())})
    means = _means(ctx, _value(draft.fields, "provider"))
    fields = [_field(told, means if told["field"] == "provider" else None) for told in draft.fields]
    return QuoteDraftView(
        ref=draft.ref,
        state=state_of(draft.state, status),
        kind=draft.kind,
        title=draft.title,
        source_text=draft.source_text,
        fields=fields,
        orders=orders_in(draft.source_text),
        problems=sum(field.problem is not None for field in fields),
        undecided=sum(field.decision is None for field in fields),
        staged_by=people[draft.person_id],
        agent=draft.agent,
        created_at=draft.created_at,
        decided_by=people.get(draft.decided_by) if draft.decided_by else None,
        decided_at=draft.decided_at,
        reason=draft.reason,
        change_id=proposal.ref if proposal is not None else None,
        change_status=status,
    )


def state_of(recorded: str, status: Status | None) -> str:
    """Return what a draft is today, from what became of its proposal."""
    if recorded != PROPOSED:
        return recorded
    if status is Status.COMMITTED:
        return IN_HISTORY
    return PROPOSED if status is Status.OPEN else OPEN


def _means(ctx: Context, name: str | None) -> str | None:
    """Tell which provider a name in a source means today; of one nobody has, or several have, that it is so."""
    if not name:
        return None
    standing = providers.standing_names(ctx, [name], ctx.today)
    named = standing.names.find(name)
    if named is not None:
        return " ".join(filter(None, (f"Means {named}.", standing.reason(name))))
    several = ", ".join(str(one) for one in standing.names.all(name))
    return f"Several answer to that name: {several}. Correct it to a ref." if several else "No provider has that name."


def _field(told: dict[str, str], means: str | None) -> DraftField:
    decides = needs_a_person(told["field"]) or told["problem"] is not None
    return DraftField.model_validate({**told, "means": means, "decides": decides})


def count_waiting(ctx: Context) -> int:
    """Count the drafts that wait for a person."""
    query = select(func.count()).select_from(QuoteDraft).outerjoin(Proposal, Proposal.id == QuoteDraft.proposal_id)
    return ctx.session.scalar(query.where(waiting(ctx))) or 0

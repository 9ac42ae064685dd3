"""From stored changes to what a person or an agent reads, with values withheld that their role may not see."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from netos_core.access.queries import names_of
from netos_core.access.rules import RIGHTS, RISK, Aspect, Risk
from netos_core.changes import queries
from netos_core.changes.aspects import SEE, SEEN_WITH, field_aspect, hidden_aspects, risk_words
from netos_core.changes.model import Approval, Proposal, ProposalChange
from netos_core.changes.rules import Action, Given, Status, Verdict, Via, counts, verdict
from netos_core.changes.schemas import ApprovalView, ChangeResult, ChangeView, DiffRow, MonthlyTotal, Need
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.listing import value_of
from netos_core.kernel.page import Cursor

CLASS_OF = {right: aspect for aspect, right in SEEN_WITH.items()}
PLAIN = frozenset({"kind", "entity", "entity_id"})  # told of a row whatever its class


def diff_rows(ctx: Context, row: Any, currencies: Mapping[UUID, str]) -> list[DiffRow]:
    """Spell one stored change out field by field; amounts carry their record's currency."""
    currency = row.after.get("currency") or currencies.get(row.entity_id)
    own = CLASS_OF.get(row.labels.get(SEE, ""))
    if row.action in (Action.RETIRE, Action.RESTORE):
        told = [c for c, value in row.before.items() if value is not None and not _hidden(ctx, own, row.entity, c)]
        shown = ", ".join(str(row.before[c]) for c in told)
        word = "retired" if row.action == Action.RETIRE else "live"
        other = "live" if row.action == Action.RETIRE else "retired"
        return [_row(ctx, row, "record", f"{other}: {shown}" if shown else other, word, Aspect.DELETE, None)]
    columns = [c for c in row.after if c != "ref" or row.action == Action.UPDATE]
    return [_row(ctx, row, c, row.before.get(c), row.after[c], _aspect(own, row.entity, c), currency) for c in columns]


def _aspect(own: Aspect | None, entity: str, column: str) -> Aspect:
    """Return what a field shows: of a row with a class of its own, that class."""
    return own if own is not None and column not in PLAIN else field_aspect(entity, column)


def _hidden(ctx: Context, own: Aspect | None, entity: str, column: str) -> bool:
    aspect = _aspect(own, entity, column)
    if aspect is Aspect.KEY:
        return True
    right = SEEN_WITH.get(aspect)
    return right is not None and not ctx.principal.may(right)


def _row(ctx: Context, row: Any, column: str, old: Any, new: Any, aspect: Aspect, currency: str | None) -> DiffRow:
    right = SEEN_WITH.get(aspect)
    hidden = right is not None and not ctx.principal.may(right)
    return DiffRow(
        ref=row.ref,
        part=row.part,
        action=row.action,
        entity=row.entity,
        field="on" if column == "entity_id" else column.removesuffix("_id"),
        old=None if hidden else _words(old, row.labels, aspect),
        new=None if hidden else _words(new, row.labels, aspect, replaces=old is not None),
        aspect=aspect,
        currency=currency if aspect is Aspect.MONEY and column != "currency" else None,
        withheld=hidden,
    )


def _words(value: Any, labels: Mapping[str, str], aspect: Aspect, *, replaces: bool = False) -> Any:
    if aspect is Aspect.KEY:  # sealed, and shown to nobody here: only that there is one
        return None if value is None else ("changed" if replaces else "set")
    return labels.get(value, value) if isinstance(value, str) else value


def shown_whole(ctx: Context, proposal: Proposal) -> bool:
    """Tell whether the caller sees every value of a proposal; who does not, does not decide it."""
    hidden = hidden_aspects(ctx.principal.rights)
    if not hidden:
        return True
    if not hidden.isdisjoint(proposal.aspects):
        return False
    # A retirement weighs as such, whatever it tells of the row.
    told = queries.columns_retired(ctx, proposal.id) if Aspect.DELETE in proposal.aspects else []
    if any(field_aspect(entity, column) in hidden for entity, column in told):
        return False
    # Whoever sent a paper in knows what it says.
    own = proposal.person_id == ctx.principal.person_id
    return own or all(ctx.principal.may(right) for right in queries.rights_of_rows(ctx, proposal.id))


def weigh(ctx: Context, proposal: Proposal, approvals: Iterable[Approval]) -> Verdict:
    return verdict(
        frozenset(Aspect(a) for a in proposal.aspects),
        proposal.person_id,
        queries.given(approvals, proposal.digest),
        people_needed=proposal.people_needed,
        medium_needs_page=ctx.policy.medium_needs_page,
    )


def needs(ctx: Context, proposal: Proposal, current: Verdict) -> list[Need]:
    """List the approvals still missing. That an amount needs a second person is told to whom it is shown."""
    missing = current.people_needed - current.people if shown_whole(ctx, proposal) else 0
    return _needs(current.waiting, people_missing=missing)


def _needs(waiting: Iterable[Aspect], *, people_missing: int) -> list[Need]:
    where = {
        Risk.LOW: "confirm_change by the proposer's agent, or the approval page",
        Risk.MEDIUM: "the person's own prompt in the client, or the approval page",
        Risk.HIGH: "the approval page",
    }
    needs = [
        Need(
            aspect=aspect,
            roles=[role for role, row in RIGHTS.items() if aspect in row.approves],
            four_eyes=RISK[aspect].four_eyes,
            where=where[RISK[aspect].risk],
        )
        for aspect in sorted(waiting)
    ]
    if not needs and people_missing > 0:
        needs.append(Need(aspect="second person", roles=["exec", "finance", "admin"], four_eyes=True,
                          where=where[Risk.HIGH]))  # fmt: skip
    return needs


def why_not(ctx: Context, proposal: Proposal, approvals: list[Approval]) -> str | None:
    """Say why the caller may not approve on the page; None where they may."""
    if queries.status_of(proposal, ctx) is not Status.OPEN:
        return f"{proposal.ref} is {queries.status_of(proposal, ctx)}."
    if any(a.person_id == ctx.principal.person_id and a.decision == "approve" for a in approvals):
        return "You have approved it already; someone else has to."
    current = weigh(ctx, proposal, approvals)
    own = Given(ctx.principal.person_id, ctx.principal.rights, Via.PAGE)
    aspects = current.waiting or frozenset(Aspect(a) for a in proposal.aspects)
    able = [a for a in aspects if f"approve:{a}" in ctx.principal.rights]
    if not able:
        return f"Your roles do not approve {', '.join(RISK[a].words for a in sorted(aspects))}."
    if not shown_whole(ctx, proposal):
        return "It holds values your roles do not show; someone who sees them decides."
    if not any(counts(a, own, proposal.person_id, medium_needs_page=ctx.policy.medium_needs_page) for a in aspects):
        whose = "An agent proposed it for you" if proposal.agent else "You proposed it"
        return f"{whose}; {RISK[able[0]].words} needs a second person."
    return None


def change_view(ctx: Context, proposal: Proposal, *, limit: int, cursor: str | None) -> ChangeView:
    approvals = queries.approvals_of(ctx, proposal)
    after = value_of(Cursor.decode(cursor, f"diff:{proposal.ref}").id, ProposalChange.seq) if cursor else -1
    rows = queries.change_rows(ctx, proposal.id, after_seq=after, limit=limit + 1)
    more = len(rows) > limit
    rows = rows[:limit]
    current = weigh(ctx, proposal, approvals)
    status = queries.status_of(proposal, ctx)
    is_open = status is Status.OPEN
    currencies = queries.currencies(ctx, rows)
    names = names_of(ctx.session, {proposal.person_id, *(a.person_id for a in approvals), *_some(proposal.ended_by)})
    blocked = why_not(ctx, proposal, approvals)
    whole = shown_whole(ctx, proposal)
    total = sum(n for key, n in proposal.counts.items() if key != "records")
    return ChangeView(
        change_id=proposal.ref,
        title=proposal.title,
        status=status,
        risk=proposal.risk,
        risk_words=risk_words(Aspect(a) for a in proposal.aspects),
        aspects=list(proposal.aspects),
        digest=proposal.digest if whole else None,
        reason=proposal.reason,
        warnings=_warnings(ctx, proposal),
        proposed_by=names[proposal.person_id],
        by_you=proposal.person_id == ctx.principal.person_id,
        agent=proposal.agent,
        created_at=proposal.created_at,
        expires_at=proposal.expires_at,
        ended_at=proposal.ended_at,
        ended_by=names.get(proposal.ended_by) if proposal.ended_by else None,
        ended_reason=proposal.ended_reason,
        counts=proposal.counts,
        monthly=[
            MonthlyTotal(currency=currency, before=before, after=after)
            for currency, before, after in queries.monthly_totals(ctx, proposal.id)
        ],
        diff=[line for row in rows for line in diff_rows(ctx, row, currencies)],
        changes_shown=len(rows),
        changes_total=total,
        next_cursor=Cursor(f"diff:{proposal.ref}", None, str(rows[-1].seq)).encode() if more else None,
        approvals=[
            ApprovalView(
                person=names[a.person_id],
                by_you=a.person_id == ctx.principal.person_id,
                decision=a.decision,
                via=a.via,
                at=a.at,
                comment=a.comment,
            )
            for a in approvals
        ],
        needs=needs(ctx, proposal, current) if is_open else [],
        people_needed=proposal.people_needed if whole else None,
        may_approve=blocked is None and ctx.channel is Channel.PAGE,
        why_not=blocked,
        stale_refs=queries.moved_refs(ctx, proposal) if is_open else [],
        approve_url=approve_url(ctx, proposal),
        undoes=_ref_of(ctx, proposal.undoes_id),
        undone_by=ctx.session.scalar(
            select(Proposal.ref).where(Proposal.undoes_id == proposal.id, Proposal.status == Status.COMMITTED)
        ),
    )


_AMOUNT = re.compile(r"[+-]?\d[\d,]*\.\d\d\b")  # as our own sentences write amounts


def _warnings(ctx: Context, proposal: Proposal) -> list[str]:
    """Return the warnings of a proposal, without the amounts in them for who may not see any."""
    if ctx.principal.may("see:money"):
        return list(proposal.warnings)
    return [_AMOUNT.sub("(withheld)", warning) for warning in proposal.warnings]


def _some(value: UUID | None) -> tuple[UUID, ...]:
    return (value,) if value else ()


def _ref_of(ctx: Context, proposal_id: UUID | None) -> str | None:
    return ctx.session.scalar(select(Proposal.ref).where(Proposal.id == proposal_id)) if proposal_id else None


def approve_url(ctx: Context, proposal: Proposal) -> str:
    return f"{ctx.policy.public_url}/approvals/{proposal.ref}"


def result_view(ctx: Context, proposal: Proposal, *, already: bool, waiting: Verdict | None = None) -> ChangeResult:
    committed = proposal.status == Status.COMMITTED
    refs = (
        ctx.session.scalars(
            select(ProposalChange.ref)
            .where(ProposalChange.proposal_id == proposal.id)
            .distinct()
            .order_by(ProposalChange.ref)
            .limit(50)
        ).all()
        if committed
        else []
    )
    return ChangeResult(
        change_id=proposal.ref,
        status=proposal.status,
        already_applied=already,
        applied=proposal.counts if committed else {},
        refs=list(refs),
        needs=needs(ctx, proposal, waiting) if waiting else [],
        approve_url=approve_url(ctx, proposal),
    )

"""Whom the write path tells: those who may approve, the proposer when it is decided, admins when the trail breaks."""

from __future__ import annotations

from netos_core.access.model import Person
from netos_core.access.queries import list_people, names_of, rights_held
from netos_core.access.rules import Aspect
from netos_core.changes.aspects import hidden_aspects, risk_words
from netos_core.changes.model import Proposal
from netos_core.changes.rules import Given, Status, Via, counts
from netos_core.kernel.clock import business_day
from netos_core.kernel.context import Context
from netos_core.notices.queries import admins
from netos_core.notices.records import Notice, tell, withdraw
from netos_core.notices.rules.kinds import NoticeKind

OUTCOMES = {Status.COMMITTED: ("approved and applied", "approved"), Status.REJECTED: ("declined", "declined")}


def tell_approvers(ctx: Context, proposal: Proposal) -> None:
    """Tell everyone who may approve a proposal that it waits for them, if it needs the approval page."""
    if not needs_page(ctx, proposal):
        return
    asked = Notice(
        kind=NoticeKind.APPROVAL,
        key=f"approval:{proposal.ref}",
        title=f"{proposal.ref} waits for your approval: {proposal.title}",
        template="approval",
        values={
            "title": proposal.title,
            "proposer": ctx.principal.name,
            "agent": proposal.agent,
            "reason": proposal.reason,
            "risk": risk_words(Aspect(a) for a in proposal.aspects),
            "records": proposal.counts["records"],
            "until": business_day(proposal.expires_at, ctx.policy.zone).isoformat(),
        },
        about=proposal.ref,
        link=f"/approvals/{proposal.ref}",
    )
    tell(ctx, asked, [person for person in list_people(ctx.session) if _may_approve(ctx, proposal, person)])


def tell_end(ctx: Context, proposal: Proposal) -> None:
    """Take back what still asks for a decision, and tell the proposer what someone else decided."""
    withdraw(ctx, f"approval:{proposal.ref}:")
    outcome = OUTCOMES.get(Status(proposal.status))
    if outcome is None or proposal.person_id == ctx.principal.person_id:
        return
    decided = Notice(
        kind=NoticeKind.DECIDED,
        key=f"decided:{proposal.ref}",
        title=f"{proposal.ref} was {outcome[0]}: {proposal.title}",
        template="decided",
        values={
            "change": proposal.ref,
            "title": proposal.title,
            "verb": outcome[1],
            "decided_by": names_of(ctx.session, {ctx.principal.person_id})[ctx.principal.person_id],
            "comment": proposal.ended_reason,
        },
        about=proposal.ref,
        link=f"/approvals/{proposal.ref}",
    )
    tell(ctx, decided, [ctx.session.get_one(Person, proposal.person_id)])


def tell_broken_trail(ctx: Context, seal: int, rows: int) -> None:
    """Tell the admins, once for each broken seal."""
    broken = Notice(
        kind=NoticeKind.TRAIL_BROKEN,
        key=f"trail_broken:{seal}",
        title="The audit trail of NetOS does not hold",
        template="trail_broken",
        values={"seal": seal, "rows": rows},
        link="/trail",
        urgent=True,
    )
    tell(ctx, broken, admins(ctx.session))


def needs_page(ctx: Context, proposal: Proposal) -> bool:
    """Tell whether the proposer's own word in their client can not be enough."""
    own = Given(ctx.principal.person_id, ctx.principal.rights, Via.CLIENT_RELAYED)
    strict = ctx.policy.medium_needs_page
    alone = all(counts(Aspect(a), own, proposal.person_id, medium_needs_page=strict) for a in proposal.aspects)
    return ctx.principal.scheduled or proposal.people_needed > 1 or not alone


def _may_approve(ctx: Context, proposal: Proposal, person: Person) -> bool:
    given = Given(person.id, rights_held(person), Via.PAGE)
    strict = ctx.policy.medium_needs_page
    if not hidden_aspects(given.rights).isdisjoint(proposal.aspects):
        return False  # who is not shown all of it does not decide it
    return any(counts(Aspect(a), given, proposal.person_id, medium_needs_page=strict) for a in proposal.aspects)

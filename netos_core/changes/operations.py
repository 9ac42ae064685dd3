"""Look at a change, decide it, undo it, and read the trail."""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta

from sqlalchemy import update

from netos_core.access.rules import Aspect, Risk
from netos_core.changes import lists, queries, records, views
from netos_core.changes.model import Approval, ApprovalAsk, Proposal
from netos_core.changes.rules import Given, Status, Via, counts, inverse
from netos_core.changes.schemas import (
    AuditPage,
    ChangePage,
    ChangeResult,
    ChangeView,
    ConfirmChange,
    Decide,
    GetChange,
    ListChanges,
    SearchAudit,
    Undo,
)
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError
from netos_core.kernel.operation import Effect, operation


class NeedsApproval(NetosError):
    """A person has to decide first; the change waits and nothing was written.

    `relay` tells the edge that the person's own client prompt would be enough.
    """

    code = "needs_approval"

    def __init__(self, message: str, *, fix: str, relay: bool) -> None:
        super().__init__(message, fix=fix)
        self.relay = relay


class Declined(NetosError):
    """A person said no."""

    code = "declined"


class Expired(NetosError):
    """The proposal's time is over."""

    code = "expired"


class ForeignDigest(Invalid):
    """The digest names another diff."""


@operation(Effect.READ)
def get_change(ctx: Context, request: GetChange) -> ChangeView:
    """Show a proposed change: exact diff, risk, who has approved, what it still needs."""
    return views.change_view(
        ctx, queries.get_proposal(ctx, request.change_id), limit=request.limit, cursor=request.cursor
    )


@operation(Effect.READ)
def list_changes(ctx: Context, request: ListChanges) -> ChangePage:
    """List proposed changes, newest first, with what waits for the caller."""
    return lists.change_page(ctx, request)


@operation(Effect.READ, right="read:audit")
def search_audit(ctx: Context, request: SearchAudit) -> AuditPage:
    """Find who changed or decided what, when and why, with old and new values."""
    return lists.audit_page(ctx, request)


@operation(Effect.PROPOSE, right="propose:changes")
def confirm_change(ctx: Context, request: ConfirmChange) -> ChangeResult:
    """Apply a change that has its approvals; low-risk changes need only this call by the proposer's agent."""
    proposal = _open_for(ctx, request.change_id, request.digest)
    if proposal.status == Status.COMMITTED:
        return views.result_view(ctx, proposal, already=True)
    _never_by_the_clock(ctx)
    approvals = queries.approvals_of(ctx, proposal)
    own = Given(ctx.principal.person_id, ctx.principal.rights, Via.AGENT)
    if ctx.principal.person_id == proposal.person_id and _completes(ctx, proposal, own, approvals):
        records.save_approval(ctx, proposal, decision="approve", via=Via.AGENT)
        approvals = queries.approvals_of(ctx, proposal)
    return _commit_if_enough(ctx, proposal, approvals) or _refuse(ctx, proposal, approvals)


@operation(Effect.APPROVE, right="approve:changes", page_only=True)
def approve_change(ctx: Context, request: Decide) -> ChangeResult:
    """Approve a change on the approval page; the last approval needed applies it."""
    proposal = _open_for(ctx, request.change_id, request.digest)
    if proposal.status == Status.COMMITTED:
        return views.result_view(ctx, proposal, already=True)
    blocked = views.why_not(ctx, proposal, queries.approvals_of(ctx, proposal))
    if blocked:
        raise Forbidden(blocked, fix="Ask someone who may approve it.")
    records.save_approval(ctx, proposal, decision="approve", via=Via.PAGE, comment=request.comment)
    approvals = queries.approvals_of(ctx, proposal)
    done = _commit_if_enough(ctx, proposal, approvals)
    return done or views.result_view(ctx, proposal, already=False, waiting=views.weigh(ctx, proposal, approvals))


@operation(Effect.APPROVE, right="propose:changes")
def reject_change(ctx: Context, request: Decide) -> ChangeResult:
    """Say no to a change, or withdraw one's own; it can not be applied any more."""
    proposal = _open_for(ctx, request.change_id, request.digest)
    if proposal.status == Status.COMMITTED:
        raise Conflict(f"{proposal.ref} is applied already.", fix="Undo it instead.")
    own = proposal.person_id == ctx.principal.person_id
    if not own and not any(ctx.principal.may(f"approve:{a}") for a in proposal.aspects):
        raise Forbidden("Your roles do not decide this change.", fix="Ask someone who may approve it.")
    via = Via.PAGE if ctx.channel is Channel.PAGE else Via.AGENT
    records.save_approval(ctx, proposal, decision="reject", via=via, comment=request.comment)
    records.end(ctx, proposal, Status.REJECTED, reason=request.comment)
    return views.result_view(ctx, proposal, already=False)


@operation(Effect.PROPOSE, right="propose:changes")
def undo_change(ctx: Context, request: Undo) -> ChangeView:
    """Propose the exact inverse of an applied change; it carries the same risk and needs the same approval."""
    proposal = queries.get_proposal(ctx, request.change_id, for_update=True)
    if proposal.status != Status.COMMITTED:
        raise Conflict(f"{proposal.ref} is {queries.status_of(proposal, ctx)}, so there is nothing to undo.")
    _clear_for_undo(ctx, proposal)
    turned = inverse(queries.change_set_of(ctx, proposal), proposal.ref)
    made = records.save_proposal(ctx, turned, reason=request.reason, source={"undo": proposal.ref}, undoes=proposal)
    return views.change_view(ctx, made, limit=25, cursor=None)


def _clear_for_undo(ctx: Context, proposal: Proposal) -> None:
    """Let one undo of a change be open or applied at a time; one that expired makes room."""
    earlier = queries.find_undo(ctx, proposal)
    if earlier is None:
        return
    status = queries.status_of(earlier, ctx)
    if status is Status.COMMITTED:
        raise Conflict(
            f"{proposal.ref} is already undone by {earlier.ref}.", fix=f"To bring it back, undo {earlier.ref}."
        )
    if status is Status.EXPIRED:
        records.end(ctx, earlier, Status.EXPIRED, reason="expired unapproved")
    elif earlier.person_id != ctx.principal.person_id:
        raise Conflict(f"{earlier.ref} already asks to undo {proposal.ref}.", fix=f"Have {earlier.ref} approved.")


# The relayed answer: a question the server itself put to the person through their client.


def ask_through_client(ctx: Context, request: ConfirmChange) -> str:
    """Note that the person is asked now, and return the nonce their answer must carry."""
    _never_by_the_clock(ctx)
    proposal = _open_for(ctx, request.change_id, request.digest)
    nonce = secrets.token_urlsafe(24)
    ctx.session.add(
        ApprovalAsk(
            nonce=nonce,
            proposal_id=proposal.id,
            digest=proposal.digest,
            person_id=ctx.principal.person_id,
            asked_at=ctx.now,
            expires_at=ctx.now + timedelta(minutes=10),
        )
    )
    ctx.session.flush()
    return nonce


def relay_answer(ctx: Context, request: ConfirmChange, nonce: str, answer: str) -> ChangeResult:
    """Record the person's answer to our own question and apply the change if that is enough.

    Args:
        ctx: The call.
        request: The change and the digest that were asked about.
        nonce: What `ask_through_client` returned; it answers once.
        answer: `accept`, `decline` or `cancel`, as the client reports it.

    Raises:
        Forbidden: The server did not ask this, asked someone else, or was answered already.
        Declined: The person said no; the proposal is closed.
        NeedsApproval: The person cancelled, or the risk needs the approval page.
    """
    ctx.require("propose:changes")
    _never_by_the_clock(ctx)
    proposal = _open_for(ctx, request.change_id, request.digest)
    burned = ctx.session.execute(
        update(ApprovalAsk)
        .where(
            ApprovalAsk.nonce == nonce,
            ApprovalAsk.proposal_id == proposal.id,
            ApprovalAsk.digest == proposal.digest,
            ApprovalAsk.person_id == ctx.principal.person_id,
            ApprovalAsk.answered_at.is_(None),
            ApprovalAsk.expires_at > ctx.now,
        )
        .values(answered_at=ctx.now, answer=answer)
        .returning(ApprovalAsk.nonce)
    ).first()
    if proposal.status == Status.COMMITTED:
        return views.result_view(ctx, proposal, already=True)
    if burned is None:
        raise Forbidden(
            "That answer does not belong to a question the server is still asking.",
            fix="Call confirm_change again without an answer, or use the approval page.",
        )
    approvals = queries.approvals_of(ctx, proposal)
    if answer == "decline":
        records.save_approval(ctx, proposal, decision="reject", via=Via.CLIENT_RELAYED)
        records.end(ctx, proposal, Status.REJECTED, reason="declined in the client")
        return views.result_view(ctx, proposal, already=False)
    if answer == "accept":
        own = Given(ctx.principal.person_id, ctx.principal.rights, Via.CLIENT_RELAYED)
        if _adds(ctx, proposal, own):
            records.save_approval(ctx, proposal, decision="approve", via=Via.CLIENT_RELAYED)
            approvals = queries.approvals_of(ctx, proposal)
    return _commit_if_enough(ctx, proposal, approvals) or _refuse(ctx, proposal, approvals)


def _never_by_the_clock(ctx: Context) -> None:
    if ctx.principal.scheduled:
        raise Forbidden("A scheduled agent proposes and never confirms.", fix="A person approves on the page.")


def _open_for(ctx: Context, change_id: str, digest: str | None) -> Proposal:
    """Lock a proposal that is about to be decided.

    A digest is a hash of values, so whether it is the right one is told only to who is shown them all.
    """
    proposal = queries.get_proposal(ctx, change_id, for_update=True)
    named = hmac.compare_digest(proposal.digest.encode(), (digest or "").strip().lower().encode())
    if not named and views.shown_whole(ctx, proposal):
        raise ForeignDigest(
            f"That digest is not the one of {proposal.ref}.",
            field="digest",
            fix="Show the diff again with get_change and use its digest.",
        )
    status = queries.status_of(proposal, ctx)
    if status is Status.EXPIRED:
        raise Expired(f"{proposal.ref} expired unapproved.", fix="Propose the change again.")
    if status is Status.REJECTED:
        raise Declined(f"{proposal.ref} was declined.", fix="Talk to the person who declined before proposing again.")
    if status is Status.SUPERSEDED:
        raise records.Stale(f"{proposal.ref} was replaced by a newer proposal.", fix="Use the newer one.")
    return proposal


def _adds(ctx: Context, proposal: Proposal, own: Given) -> bool:
    strict = ctx.policy.medium_needs_page
    if not views.shown_whole(ctx, proposal):
        return False
    return any(counts(Aspect(a), own, proposal.person_id, medium_needs_page=strict) for a in proposal.aspects)


def _completes(ctx: Context, proposal: Proposal, own: Given, approvals: list[Approval]) -> bool:
    """Tell whether the caller's own approval covers everything that still waits."""
    strict = ctx.policy.medium_needs_page
    waiting = views.weigh(ctx, proposal, approvals).waiting
    return (
        bool(waiting)
        and views.shown_whole(ctx, proposal)
        and all(counts(a, own, proposal.person_id, medium_needs_page=strict) for a in waiting)
    )


def _commit_if_enough(ctx: Context, proposal: Proposal, approvals: list[Approval]) -> ChangeResult | None:
    if not views.weigh(ctx, proposal, approvals).enough:
        return None
    records.commit(ctx, proposal, [a.person_id for a in approvals if a.decision == "approve"])
    return views.result_view(ctx, proposal, already=False)


def _refuse(ctx: Context, proposal: Proposal, approvals: list[Approval]) -> ChangeResult:
    current = views.weigh(ctx, proposal, approvals)
    needs = views.needs(ctx, proposal, current)
    roles = sorted({role for need in needs for role in need.roles})
    relayed = Given(ctx.principal.person_id, ctx.principal.rights, Via.CLIENT_RELAYED)
    relay = proposal.risk != Risk.HIGH and _completes(ctx, proposal, relayed, approvals)
    other = " other than the proposer" if any(n.four_eyes for n in needs) else ""
    who = f" ({', '.join(roles)})" if roles else ""
    raise NeedsApproval(
        f"{proposal.ref} waits for a person{other}{who}. Nothing was written.",
        fix=f"Give them this link: {views.approve_url(ctx, proposal)}. The last approval applies the change by itself.",
        relay=relay,
    )

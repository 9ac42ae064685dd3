"""Quotes: stage a draft, review it, look at the history, compare, follow an order."""

from __future__ import annotations

from netos_core.changes import queries as changes
from netos_core.changes import records as write_path
from netos_core.changes import views
from netos_core.changes.rules import Status
from netos_core.changes.schemas import ChangeView
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid, one_of
from netos_core.kernel.operation import Effect, operation
from netos_core.quotes import plans, records
from netos_core.quotes import schemas as s
from netos_core.quotes.model import QuoteDraft
from netos_core.quotes.queries import compare, detail, drafts, lists, orders
from netos_core.quotes.rules.reading import kind_of, names, split
from netos_core.quotes.schemas.values import fits

SAMPLE = 25
LONGEST_TERM = 360


class DraftClosed(Conflict):
    """The draft is decided already."""


class Undecided(Invalid):
    """A person has not decided every value of the draft."""


@operation(Effect.PROPOSE, right="run:drafts")
def stage_quote_draft(ctx: Context, request: s.StageQuoteDraft) -> s.StagedDraft:
    """Stage a quote read out of a mail or document, each value with the words that prove it, for a person to review."""
    for name in request.values:
        months, _ = split(name)
        if kind_of(name) is None or (months or 1) > LONGEST_TERM:
            raise one_of(name, names(), what="value", field="values")
    draft, already = records.save_draft(ctx, request)
    view = drafts.draft_view(ctx, draft)
    flags = [s.ReadFlag(field=f.field, problem=f.told) for f in view.fields if f.told]
    return s.StagedDraft(
        ref=view.ref,
        state=view.state,
        already_staged=already,
        values=len(view.fields),
        flags=flags,
        review_url=f"{ctx.policy.public_url}/quotes/drafts/{view.ref}",
        next="A person reviews it on that page. It is in no history until its quote is approved.",
    )


@operation(Effect.READ)
def list_quotes(ctx: Context, request: s.ListQuotes) -> s.QuoteList:
    """List vendor quotes by provider, place, circuit, state or expiry; state draft lists what waits for review."""
    return lists.list_quotes(ctx, request)


@operation(Effect.READ)
def get_quote(ctx: Context, request: s.GetOne) -> s.QuoteView:
    """Show one quote: ends, level, validity, the prices of each term, its orders and its rivals."""
    return detail.quote(ctx, request.ref)


@operation(Effect.READ, right="see:money")
def compare_quotes(ctx: Context, request: s.CompareQuotes) -> s.Comparison:
    """Compare quotes by total cost over one horizon, each term an offer, and say in money which wins and why."""
    return compare.comparison(ctx, request)


@operation(Effect.READ)
def get_quote_draft(ctx: Context, request: s.GetQuoteDraft) -> s.QuoteDraftView:
    """Show a draft: its source, the values read from it, their proof and what is decided of them."""
    return drafts.draft_view(ctx, drafts.get_draft(ctx, request.ref))


@operation(Effect.PROPOSE, right="propose:money", page_only=True)
def review_quote_draft(ctx: Context, request: s.ReviewQuoteDraft) -> s.QuoteDraftView:
    """Correct, accept and reject values of a draft."""
    draft = _open(ctx, request.ref)
    there = [field["field"] for field in draft.fields]
    for name in (*request.values, *request.accept, *request.reject):
        if name not in there:
            raise one_of(name, there, what="value of this draft", field="values")
    now = {field["field"]: field["value"] for field in draft.fields} | request.values
    for name in request.accept:
        if not fits(name, now[name]):
            raise Invalid(
                f"{name} can not be read as it stands.", field=name, fix="Correct it, or reject the value."
            )  # fmt: skip
    records.save_review(ctx, draft, request.values, set(request.accept), set(request.reject))
    ctx.session.flush()
    return drafts.draft_view(ctx, draft)


@operation(Effect.PROPOSE, right="propose:money", page_only=True)
def propose_quote_draft(ctx: Context, request: s.ProposeQuoteDraft) -> ChangeView:
    """Put the accepted values of a draft before people as one quote; it is in the history once that is approved."""
    draft = _open(ctx, request.ref)
    left = [field["field"] for field in draft.fields if field["decision"] is None]
    if left:
        raise Undecided(
            f"{len(left)} of its values {'is' if len(left) == 1 else 'are'} not decided: {', '.join(left[:5])}.",
            field=left[0],
            fix="Accept or reject each of them first.",
        )
    by = draft.agent or "a person"
    taken = {field["field"]: field["value"] for field in draft.fields if field["decision"] == "accepted"}
    change_set = plans.plan_draft(ctx, taken, source=f"{draft.ref}, a {draft.kind} staged by {by}")
    proposal = write_path.save_proposal(
        ctx, change_set, reason=request.reason or f"Reviewed from {draft.ref}.", source={"draft": draft.ref}
    )
    draft.proposal_id = proposal.id
    records.close(ctx, draft, drafts.PROPOSED, None)
    return views.change_view(ctx, proposal, limit=SAMPLE, cursor=None)


@operation(Effect.PROPOSE, right="propose:money", page_only=True)
def reject_quote_draft(ctx: Context, request: s.RejectQuoteDraft) -> s.QuoteDraftView:
    """Turn a draft down; it stays on file as rejected, with the reason."""
    draft = _open(ctx, request.ref)
    records.close(ctx, draft, drafts.REJECTED, request.reason)
    ctx.session.flush()
    return drafts.draft_view(ctx, draft)


def _open(ctx: Context, ref: str) -> QuoteDraft:
    """Return a draft that a person may still work on.

    Raises:
        DraftClosed: It was rejected, its quote waits for approval, or it is in the history.
    """
    draft = drafts.get_draft(ctx, ref, for_update=True)
    if draft.state == drafts.REJECTED:
        raise DraftClosed(f"{draft.ref} was rejected.", fix="Its page says by whom and why.")
    proposal = changes.get_proposal_by_id(ctx, draft.proposal_id) if draft.proposal_id else None
    status = changes.status_of(proposal, ctx) if proposal is not None else None
    if proposal is not None and status is Status.OPEN:
        raise DraftClosed(
            f"{draft.ref} waits for approval as {proposal.ref}.", fix=f"Have {proposal.ref} decided first."
        )
    if proposal is not None and status is Status.COMMITTED:
        raise DraftClosed(f"{draft.ref} is in the history since {proposal.ref}.", fix="Change the quote itself.")
    return draft


@operation(Effect.READ)
def list_orders(ctx: Context, request: s.ListOrders) -> s.OrderList:
    """List orders of accepted quotes: where each stands, what is next, what is late or does not fit."""
    return orders.list_orders(ctx, request)


@operation(Effect.READ)
def get_order(ctx: Context, request: s.GetOne) -> s.OrderView:
    """Show one order with its steps as planned and as they happened, from order to billing start."""
    return orders.order(ctx, request.ref)

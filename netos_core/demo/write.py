"""How sample data is written: proposed by one demo person, approved on the page by others, committed."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, Protocol

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from netos_core.access.queries import get_person, principal
from netos_core.changes import queries, records, views
from netos_core.changes.model import Proposal
from netos_core.changes.rules import ChangeSet, Via
from netos_core.demo.people import DANA, ELENA, MARCUS, PRIYA, DemoPerson
from netos_core.kernel.context import Channel, Context, Principal
from netos_core.notices import records as notices

ONE_AT_A_TIME = 7_301_115
APPROVERS = (ELENA, PRIYA, MARCUS, DANA)


class Calls(Protocol):
    """What loading needs of the running core: a transaction, alone or as the context of a call."""

    def session(self) -> AbstractContextManager[Session]: ...

    def context(self, caller: Principal, channel: Channel) -> AbstractContextManager[Context]: ...


def caller(calls: Calls, person: DemoPerson) -> Principal:
    with calls.session() as session:
        return principal(get_person(session, person.email))


def acting(ctx: Context, person: DemoPerson, *, agent: str | None = None) -> Context:
    """Return the same call as another demo person makes it, on the page or through an agent."""
    who = principal(get_person(ctx.session, person.email), agent)
    return replace(ctx, principal=who, channel=Channel.AGENT if agent else Channel.PAGE)


def alone(ctx: Context) -> None:
    """Wait until no other process loads or removes sample data; holds until the transaction ends."""
    ctx.session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})


def mark(stage: str, step: str) -> dict[str, Any]:
    """Make the source by which proposals of sample data are known."""
    return {"demo": stage, "step": step}


def write(
    ctx: Context, change_set: ChangeSet, *, reason: str, source: dict[str, Any], undoes: Proposal | None = None
) -> Proposal:
    """Propose a change set as the caller and have it approved by as many others as the policy wants; tell nobody."""
    proposal = records.save_proposal(ctx, change_set, reason=reason, source=source, undoes=undoes)
    approve(ctx, proposal)
    notices.withdraw(ctx, f"decided:{proposal.ref}:")
    return proposal


def approve(ctx: Context, proposal: Proposal, *, by: DemoPerson | None = None) -> None:
    """Approve a proposal on the page, one person after the other, until it is committed."""
    for person in (by,) if by else APPROVERS:
        approver = acting(ctx, person)
        if views.why_not(approver, proposal, queries.approvals_of(approver, proposal)) is not None:
            continue
        records.save_approval(approver, proposal, decision="approve", via=Via.PAGE)
        approvals = queries.approvals_of(approver, proposal)
        if views.weigh(approver, proposal, approvals).enough:
            records.commit(approver, proposal, [a.person_id for a in approvals])
            return
    raise AssertionError(f"{proposal.ref} found nobody to approve it")


def latest(ctx: Context, stage: str) -> Proposal | None:
    """Return the newest proposal of a stage, whatever became of it."""
    return ctx.session.scalar(
        select(Proposal).where(Proposal.source["demo"].astext == stage).order_by(Proposal.id.desc()).limit(1)
    )

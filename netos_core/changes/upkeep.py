"""What the write path does unasked: old proposals expire, and the trail is checked every night."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from netos_core.changes import audit, letters, records
from netos_core.changes.model import Proposal
from netos_core.changes.rules import Status
from netos_core.kernel.context import Context

MOST_AT_ONCE = 200


def expire_due(ctx: Context) -> int:
    """Close proposals that nobody decided in time, each with a row in the trail; return how many."""
    due = ctx.session.scalars(
        select(Proposal)
        .where(Proposal.status == Status.OPEN, Proposal.expires_at <= ctx.now)
        .order_by(Proposal.expires_at)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    for proposal in due:
        records.end(ctx, proposal, Status.EXPIRED, reason="nobody decided in time")
        audit.record(
            ctx,
            "expire",
            entity="proposal",
            entity_id=proposal.id,
            ref=proposal.ref,
            proposal=proposal,
            reason=proposal.ended_reason,
        )
    return len(due)


def verify_trail(ctx: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG001 - every job takes some
    """Check every seal of the trail and tell the admins of one that does not hold."""
    found = audit.verify(ctx.session)
    if found.broken_seal is not None:
        letters.tell_broken_trail(ctx, found.broken_seal, found.sealed_rows)
    return {
        "holds": found.holds,
        "seals": found.seals,
        "sealed_rows": found.sealed_rows,
        "unsealed_rows": found.unsealed_rows,
        "broken_seal": found.broken_seal,
    }

"""What features write of what is to be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.worklist.model import OPEN, WorkItem
from netos_core.worklist.rules import Finding, FindingKind


@dataclass(frozen=True, slots=True)
class About:
    """The record that findings are about, and who sees to it."""

    entity: str
    id: UUID
    ref: str
    title: str
    currency: str
    owner_id: UUID | None


def say(ctx: Context, kinds: Sequence[FindingKind], found: Sequence[tuple[About, Sequence[Finding]]]) -> None:
    """Say all that is open about records, of the kinds that the caller finds; what is no longer found is closed.

    Args:
        ctx: The call.
        kinds: The kinds the caller looks for; findings of others are left alone.
        found: The records that were looked at, each with what is open about it.
    """
    if not found:
        return
    rows = [_row(ctx, about, finding) for about, findings in found for finding in findings]
    known = _open_ones(ctx, kinds, [about.id for about, _ in found])
    kept = {(row["entity_id"], row["kind"]) for row in rows}
    done = [row_id for key, row_id in known.items() if key not in kept]
    if done:
        ctx.session.execute(update(WorkItem).where(WorkItem.id.in_(done)).values(closed_at=ctx.now))
    if rows:
        upsert = insert(WorkItem)
        moving = ("ref", "title", "why", "amount", "currency", "due_date", "owner_id")
        ctx.session.execute(
            upsert.on_conflict_do_update(
                index_elements=["entity", "entity_id", "kind"],
                index_where=OPEN,
                set_={name: upsert.excluded[name] for name in moving},
            ),
            rows,
        )


def _open_ones(ctx: Context, kinds: Sequence[FindingKind], ids: Sequence[UUID]) -> Mapping[tuple[UUID, str], UUID]:
    rows = ctx.session.execute(
        select(WorkItem.id, WorkItem.entity_id, WorkItem.kind).where(
            WorkItem.entity_id.in_(ids), WorkItem.kind.in_(kinds), WorkItem.closed_at.is_(None)
        )
    )
    return {(row.entity_id, row.kind): row.id for row in rows}


def _row(ctx: Context, about: About, finding: Finding) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": finding.kind,
        "entity": about.entity,
        "entity_id": about.id,
        "ref": about.ref,
        "title": about.title,
        "why": finding.why,
        "amount": finding.amount,
        "currency": about.currency,
        "due_date": finding.due_date,
        "owner_id": about.owner_id,
        "opened_at": ctx.now,
        "closed_at": None,
    }

"""What features write of what is to be done."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from netos_core.kernel.context import Context
from netos_core.kernel.db import among, new_id, table_of
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
    open_ones = _open_ones(ctx, kinds, {about.entity for about, _ in found}, [about.id for about, _ in found])
    done = set(open_ones)
    rows = []
    for about, findings in found:
        for finding in findings:
            key = (about.entity, about.id, finding.kind)
            row = _said(about, finding)
            if key not in done or row != {name: open_ones[key][name] for name in SAID}:
                rows.append({"id": new_id(), "entity": about.entity, "entity_id": about.id, "kind": finding.kind,
                             "opened_at": ctx.now, "closed_at": None, **row})  # fmt: skip
            done.discard(key)
    if done:
        gone = [open_ones[key]["id"] for key in done]
        ctx.session.execute(update(WorkItem).where(WorkItem.id.in_(gone)).values(closed_at=ctx.now))
    if rows:
        upsert = insert(table_of(WorkItem))
        ctx.session.execute(
            upsert.on_conflict_do_update(
                index_elements=["entity", "entity_id", "kind"],
                index_where=OPEN,
                set_={name: upsert.excluded[name] for name in SAID},
            ),
            rows,
        )


def say_all(
    ctx: Context, entity: str, kinds: Sequence[FindingKind], found: Sequence[tuple[About, Sequence[Finding]]]
) -> None:
    """Do as `say` for all records of a kind: those that are not among the found have nothing open any more."""
    item = WorkItem
    items = ctx.session.execute(
        select(item.entity_id, item.ref, item.title, item.currency).where(
            item.entity == entity, item.kind.in_(kinds), item.closed_at.is_(None)
        )
    )
    here = {about.id for about, _ in found}
    gone = {row.entity_id: About(entity, *row, None) for row in items if row.entity_id not in here}
    say(ctx, kinds, [*((about, ()) for about in gone.values()), *found])


SAID = ("ref", "title", "why", "amount", "currency", "due_date", "owner_id")
"""What is said of a finding, and said anew where it changes."""


def _open_ones(
    ctx: Context, kinds: Sequence[FindingKind], entities: Collection[str], ids: Sequence[UUID]
) -> Mapping[tuple[str, UUID, str], Mapping[str, Any]]:
    work_item = table_of(WorkItem).c
    columns = [work_item[name] for name in ("id", "entity", "entity_id", "kind", *SAID)]
    rows = ctx.session.execute(
        select(*columns).where(
            work_item.entity.in_(entities),
            among(work_item.entity_id, ids),
            work_item.kind.in_(kinds),
            work_item.closed_at.is_(None),
        )
    )
    return {(row["entity"], row["entity_id"], row["kind"]): dict(row) for row in rows.mappings()}


def _said(about: About, finding: Finding) -> dict[str, Any]:
    return {
        "ref": about.ref,
        "title": about.title,
        "why": finding.why,
        "amount": finding.amount,
        "currency": about.currency,
        "due_date": finding.due_date,
        "owner_id": about.owner_id,
    }

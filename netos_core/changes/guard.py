"""What stands in the way of a change: rights it needs, and live records that still point to one it retires."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Table, select, text

from netos_core.access.rules import Aspect
from netos_core.changes.aspects import not_to_propose
from netos_core.changes.model import Proposal, ProposalChange
from netos_core.changes.rules import Action
from netos_core.kernel.context import Context
from netos_core.kernel.db import Base
from netos_core.kernel.errors import Conflict, Forbidden

# What happened to a record stays told of it, live or retired.
HISTORY = frozenset({"circuit_event", "quote", "circuit_order", "letter", "revenue_attribution"})


class StillUsed(Conflict):
    """Live records point to one that would be retired."""


def refuse_unproposable(ctx: Context, aspects: Iterable[Aspect]) -> None:
    """Refuse what the caller's roles do not propose.

    Raises:
        Forbidden: They do not; the answer hangs on what is asked alone, never on a value.
    """
    refused = not_to_propose(aspects, ctx.principal.rights)
    if refused:
        raise Forbidden(
            f"Your roles may not propose changes of {', '.join(refused)}.",
            fix="Ask someone whose role may; the Rights page and list_rights say which.",
        )


def refuse_if_used(ctx: Context, proposal: Proposal, *, planned: bool) -> None:
    """Refuse a proposal that would leave live records pointing to a retired one.

    Args:
        ctx: The call.
        proposal: The proposal, with its changes stored.
        planned: True before the commit, when rows that the same proposal changes are left out of the count.

    Raises:
        StillUsed: It would; the first record and what still uses it are named.
    """
    retired = ctx.session.scalars(
        select(ProposalChange.entity)
        .where(ProposalChange.proposal_id == proposal.id, ProposalChange.action == Action.RETIRE)
        .distinct()
    ).all()
    for target, source, column in _references(retired):
        found = ctx.session.execute(
            text(_question(target, source, column, planned=planned)),
            {"proposal": proposal.id, "retire": Action.RETIRE, "target": target.name, "source": source.name},
        ).first()
        if found is not None:
            what = source.name.replace("_", " ")
            raise StillUsed(
                f"{found.ref} is still used by {found.users} {what}{'s' if found.users > 1 else ''}.",
                fix="Move or retire those first, or in the same change.",
            )


def _references(retired: Sequence[str]) -> list[tuple[Table, Table, Column[object]]]:
    kept = [t for t in Base.metadata.sorted_tables if "retired_at" in t.columns and t.name not in HISTORY]
    return [
        (key.column.table, table, column)
        for table in kept
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in retired
    ]


def _question(target: Table, source: Table, column: Column[object], *, planned: bool) -> str:
    """Ask which retired record has live users; the names in it are our own tables' and columns'."""
    other = (
        " and not exists (select 1 from proposal_change o where o.proposal_id = c.proposal_id"
        " and o.entity = :source and o.entity_id = s.id)"
        if planned
        else ""
    )
    return (
        f"select c.ref, count(*) as users from proposal_change c"  # noqa: S608
        f" join {target.name} t on t.id = c.entity_id join {source.name} s on s.{column.name} = t.id"
        " where c.proposal_id = :proposal and c.action = :retire and c.entity = :target"
        f" and s.retired_at is null{other} group by c.ref order by c.ref limit 1"
    )

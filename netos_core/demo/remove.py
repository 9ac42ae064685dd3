"""Take the sample data away: what loading created is retired, newest stage first, unless something real needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Table, and_, exists, select

from netos_core.changes import records
from netos_core.changes.model import Proposal, ProposalChange
from netos_core.changes.plans import retired
from netos_core.changes.rules import Action, ChangeSet, Status, Via
from netos_core.demo import activity, billing, drafts, papers, write
from netos_core.demo.people import MARCUS
from netos_core.demo.stages import STAGES
from netos_core.demo.write import Calls
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.db import Base
from netos_core.notices import records as notices

REASON = "The sample data is no longer wanted."
OF_DEMO = Proposal.source.has_key("demo")


@dataclass(frozen=True, slots=True)
class Kept:
    """A record that stays, and why."""

    ref: str
    part: str
    why: str


@dataclass(frozen=True, slots=True)
class Removed:
    """The proposals that removing made, how many rows they retired, and what had to stay."""

    changes: tuple[str, ...]
    retired: int
    kept: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """A live row that loading created, and how it is spoken of."""

    entity: str
    row: Mapping[str, Any]
    ref: str
    part: str
    edited: bool

    @property
    def id(self) -> UUID:
        row_id: UUID = self.row["id"]
        return row_id


def remove(calls: Calls) -> Removed:
    """Retire the sample data; the trail, the proposals and the people stay. Safe to run again."""
    changes: list[str] = []
    kept: list[Kept] = []
    gone = 0
    if not _was_loaded(calls):
        return Removed((), 0, ())
    for stage in (activity.STAGE, papers.STAGE, *(stage.mark for stage in reversed(STAGES))):
        with calls.context(write.caller(calls, MARCUS), Channel.PAGE) as ctx:
            write.alone(ctx)
            _close_open(ctx, stage)
            made = _made(ctx, stage)
            stays = _staying(ctx, made)
            leaves = [m for m in made if m.id not in stays]
            kept += [Kept(m.ref, m.part, stays[m.id]) for m in made if m.id in stays]
            if leaves:
                changes.append(_retire(ctx, stage, leaves, whole=not stays).ref)
                gone += len(leaves)
    with calls.context(write.caller(calls, MARCUS), Channel.PAGE) as ctx:
        write.alone(ctx)
        drafts.remove(ctx)
        billing.remove(ctx)
    return Removed(tuple(changes), gone, tuple(kept))


def _was_loaded(calls: Calls) -> bool:
    with calls.session() as session:
        return session.scalar(select(exists().where(OF_DEMO))) or False


def _close_open(ctx: Context, stage: str) -> None:
    still_open = select(Proposal).where(Proposal.source["demo"].astext == stage, Proposal.status == Status.OPEN)
    for proposal in ctx.session.scalars(still_open.with_for_update()).all():
        records.save_approval(ctx, proposal, decision="reject", via=Via.PAGE, comment=REASON)
        records.end(ctx, proposal, Status.REJECTED, reason=REASON)
        notices.withdraw(ctx, f"decided:{proposal.ref}:")


def _made(ctx: Context, stage: str) -> list[Made]:
    """Find the live rows a stage created, last made first."""
    created = ctx.session.execute(
        select(ProposalChange.entity, ProposalChange.entity_id, ProposalChange.ref, ProposalChange.part)
        .join(Proposal, Proposal.id == ProposalChange.proposal_id)
        .where(
            Proposal.source["demo"].astext == stage,
            Proposal.source["step"].astext == "load",
            Proposal.status == Status.COMMITTED,
            ProposalChange.action == Action.CREATE,
        )
        .order_by(Proposal.id.desc(), ProposalChange.seq.desc())
    ).all()
    rows = {
        row["id"]: row
        for entity in {c.entity for c in created}
        for row in _live_rows(ctx, entity, [c.entity_id for c in created if c.entity == entity])
    }
    return [
        Made(c.entity, rows[c.entity_id], c.ref, c.part, rows[c.entity_id]["edited"])
        for c in created
        if c.entity_id in rows
    ]


def _live_rows(ctx: Context, entity: str, ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
    """Return live rows, each with whether anything but sample data has changed it since."""
    table = Base.metadata.tables[entity]
    edited = exists().where(
        ProposalChange.entity_id == table.c.id,
        ProposalChange.proposal_id == Proposal.id,
        Proposal.status == Status.COMMITTED,
        ~OF_DEMO,
    )
    rows = ctx.session.execute(
        select(table, edited.label("edited")).where(table.c.id.in_(ids), table.c.retired_at.is_(None))
    )
    return [dict(row) for row in rows.mappings()]


def _staying(ctx: Context, made: Sequence[Made]) -> dict[UUID, str]:
    """Say which rows stay and why: those that were really edited, and whatever a live row still refers to.

    A record and its parts stay or leave together, and what stays keeps what it refers to.
    """
    stays = {m.id: "it was changed since" for m in made if m.edited}
    while True:
        whole = {m.ref for m in made if m.id in stays}
        found = {m.id: "it belongs to a record that stays" for m in made if m.ref in whole}
        leaving = [m for m in made if m.id not in stays and m.id not in found]
        found |= {row_id: f"a {words} refers to it" for row_id, words in _referrers(ctx, leaving).items()}
        fresh = {row_id: why for row_id, why in found.items() if row_id not in stays}
        if not fresh:
            return stays
        stays |= fresh


def _referrers(ctx: Context, leaving: Sequence[Made]) -> dict[UUID, str]:
    """Find, for rows about to leave, a kind of live row that refers to them and does not leave too."""
    going = {m.id for m in leaving}
    found: dict[UUID, str] = {}
    for entity in {m.entity for m in leaving}:
        ids = [m.id for m in leaving if m.entity == entity]
        target = Base.metadata.tables[entity]
        for table in Base.metadata.sorted_tables:
            for points in _pointers(table, target):
                query = select(points).where(table.c.retired_at.is_(None), points.in_(ids), table.c.id.not_in(going))
                if "entity" in table.c:
                    query = query.where(and_(table.c.entity == entity))
                found |= dict.fromkeys(ctx.session.scalars(query), table.name.replace("_", " "))
    return found


def _pointers(table: Table, target: Table) -> list[Any]:
    """List the columns of a table of the domain that name rows of another."""
    if "retired_at" not in table.c:
        return []
    if "entity_id" in table.c:
        return [table.c.entity_id]
    return [key.parent for key in table.foreign_keys if key.column is target.c.id]


def _retire(ctx: Context, stage: str, leaves: Sequence[Made], *, whole: bool) -> Proposal:
    loaded = ctx.session.scalars(
        select(Proposal)
        .where(
            Proposal.source["demo"].astext == stage,
            Proposal.source["step"].astext == "load",
            Proposal.status == Status.COMMITTED,
        )
        .order_by(Proposal.id.desc())
        .limit(1)
    ).one()
    changes = [retired(m.entity, m.row, ref=m.ref, part=m.part, shown=_shown(m.row)) for m in leaves]
    change_set = ChangeSet(f"Undo {loaded.ref}: {loaded.title}", tuple(changes))
    undoes = loaded if whole else None
    return write.write(ctx, change_set, reason=REASON, source=write.mark(stage, "remove"), undoes=undoes)


def _shown(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(c for c in ("ref", "name", "title", "alias", "ban", "number", "side", "kind") if row.get(c))

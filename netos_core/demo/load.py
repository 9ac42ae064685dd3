"""Load the sample data, once. A load that was cut off goes on where it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from netos_core.access.model import Person
from netos_core.changes.model import Proposal
from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, Change, ChangeSet
from netos_core.demo import activity, drafts, papers, write
from netos_core.demo.people import DEMO_PEOPLE
from netos_core.demo.stages import BILLED, STAGES, Stage, mirror_bills, rows_of
from netos_core.demo.write import Calls
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.db import new_id
from netos_core.proposals.plans import KINDS, sealed_values

REASON = "Sample data of an invented company, to try NetOS with; `netos demo remove` takes it away."


@dataclass(frozen=True, slots=True)
class Loaded:
    """The proposals that loading made, and how many rows of each kind they created; empty if all was there."""

    changes: tuple[str, ...]
    created: Mapping[str, int]


def load(calls: Calls) -> Loaded:
    """Load every stage that is not loaded yet, each in a transaction of its own."""
    _add_people(calls)
    changes: list[str] = []
    created: Counter[str] = Counter()
    for stage in STAGES:
        with calls.context(write.caller(calls, stage.proposer), Channel.PAGE) as ctx:
            write.alone(ctx)
            if is_loaded(ctx, stage):
                continue
            if stage.mark == BILLED:
                mirror_bills(ctx)
            planned = _plan(ctx, stage)
            if planned:
                proposal = _write(ctx, stage, planned)
                changes.append(proposal.ref)
                created.update(change.entity for change in planned)
    with calls.context(write.caller(calls, STAGES[-1].proposer), Channel.PAGE) as ctx:
        write.alone(ctx)
        remarks = write.latest(ctx, STAGES[-1].mark)
        if remarks is not None and not activity.is_there(ctx, remarks):
            changes += [proposal.ref for proposal in activity.make(ctx)]
        if remarks is not None and not papers.is_there(ctx, remarks):
            attached = papers.make(ctx, reason=REASON)
            if attached is not None:
                changes.append(attached.ref)
                created["document"] += attached.counts["create"]
        if not drafts.are_there(ctx):
            drafts.make(ctx)
    return Loaded(tuple(changes), created)


def is_loaded(ctx: Context, stage: Stage) -> bool:
    """Tell whether the last thing that was done with a stage was to load it."""
    last = write.latest(ctx, stage.mark)
    return last is not None and last.source["step"] == "load"


def _add_people(calls: Calls) -> None:
    rows = [{"id": new_id(), "email": p.email, "name": p.name, "roles": list(p.roles)} for p in DEMO_PEOPLE]
    with calls.session() as session:
        session.execute(insert(Person).on_conflict_do_nothing(index_elements=["email"]), rows)


def _plan(ctx: Context, stage: Stage) -> list[Change]:
    changes: list[Change] = []
    for name, rows in rows_of(ctx, stage):
        kind = KINDS[name]
        wanted = [
            Wanted(Action.CREATE, None, kind.edit.model_validate(sealed_values(ctx, kind.edit, row))) for row in rows
        ]
        changes += kind.plan(ctx, wanted) if wanted else []
    return changes


def _write(ctx: Context, stage: Stage, planned: list[Change]) -> Proposal:
    for _, name in stage.sections:
        if name in KINDS and (keep := KINDS[name].keep) is not None:
            keep(ctx, planned)
    change_set = ChangeSet(f"Sample data: {stage.words}", tuple(planned))
    return write.write(ctx, change_set, reason=REASON, source=write.mark(stage.mark, "load"))

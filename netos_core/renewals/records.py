"""What the engine writes: where contracts stand, and every step, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from netos_core.contracts.model import Contract
from netos_core.contracts.rules import explain
from netos_core.kernel.context import Context
from netos_core.kernel.db import among, new_id, table_of
from netos_core.renewals.model import Exposure, Standing, Transition
from netos_core.renewals.queries.due import Subject
from netos_core.renewals.queries.etf import exposure
from netos_core.renewals.queries.looks import BATCH, Looks, Taken, after_of, look_at, run_of
from netos_core.renewals.rules import KINDS, Look, findings
from netos_core.renewals.schemas import RenewalRun, RunRenewals
from netos_core.renewals.telling import tell_of
from netos_core.worklist.records import About, say


@dataclass(frozen=True, slots=True)
class Advance:
    """What one batch came to: the looks, the steps that were not kept before, and how many messages tell of them."""

    looks: Looks
    fresh: Sequence[Taken]
    notices: int


def advance(ctx: Context, *, every: bool = False, after: UUID | None = None, limit: int = BATCH) -> Advance:
    """Bring the standing of contracts up to today, and tell who has to know of what is new.

    Safe to run twice, late, or by several workers at once: a step is kept once for its term, deadline and state.
    """
    if after is None:
        _forget_retired(ctx)
    looks = look_at(ctx, ctx.today, every=every, after=after, limit=limit)
    fresh = _save_steps(ctx, looks.taken)
    _save_standing(ctx, looks.seen)
    if looks.seen:
        _save_exposure(ctx, [subject for subject, _ in looks.seen])
    say(
        ctx,
        KINDS,
        [(_about(subject), findings(seen.place, subject.monthly, subject.problem)) for subject, seen in looks.seen],
    )
    return Advance(looks, fresh, tell_of(ctx, looks.seen, frozenset(taken.subject.id for taken in fresh)))


def run(ctx: Context, request: RunRenewals) -> RenewalRun:
    """Bring the next batch of contracts up to today, due or not."""
    done = advance(ctx, every=True, after=after_of(request.cursor), limit=request.limit)
    return run_of(ctx, ctx.today, done.looks, done.fresh, done.notices)


def _forget_retired(ctx: Context) -> None:
    """Take away where retired contracts stood, and close what was to be done about them; their steps stay."""
    ctx.session.execute(delete(Exposure).where(Exposure.contract_id == Contract.id, Contract.retired_at.is_not(None)))
    gone = ctx.session.execute(
        delete(Standing)
        .where(Standing.contract_id == Contract.id, Contract.retired_at.is_not(None))
        .returning(Contract.id, Contract.ref, Contract.title, Contract.currency)
    )
    say(ctx, KINDS, [(About("contract", *row, owner_id=None), ()) for row in gone])


def _about(subject: Subject) -> About:
    return About("contract", subject.id, subject.ref, subject.title, subject.currency, subject.owner_id)


def _save_steps(ctx: Context, taken: Sequence[Taken]) -> list[Taken]:
    """Write steps and return those that were not there."""
    by_id = {new_id(): t for t in taken}
    if not by_id:
        return []
    ctx.session.execute(
        insert(table_of(Transition)).on_conflict_do_nothing(constraint="uq_renewal_transition_step"),
        [_step_row(row_id, t, ctx) for row_id, t in by_id.items()],
    )
    made = select(Transition.id).where(among(Transition.id, by_id))
    kept = set(ctx.session.scalars(made))
    return [t for row_id, t in by_id.items() if row_id in kept]


def _step_row(row_id: UUID, taken: Taken, ctx: Context) -> dict[str, Any]:
    subject, step = taken.subject, taken.step
    place = step.place
    return {
        "id": row_id,
        "contract_id": subject.id,
        "number": place.term.number,
        "from_state": step.before,
        "state": place.state,
        "alarm": place.alarm,
        "on": step.on,
        "term_end_date": place.term.end,
        "notice_deadline": place.deadline.notice_deadline,
        "act_by": place.deadline.act_by,
        "missed": step.missed,
        "missed_cost": step.missed_cost.value if step.missed_cost else None,
        "currency": subject.currency,
        "why": subject.problem or explain(place.term.terms, place.deadline),
        "at": ctx.now,
    }


def _save_standing(ctx: Context, looks: Sequence[tuple[Subject, Look]]) -> None:
    """Write where contracts stand, those that stand where they stood left alone."""
    stand = [(subject.stood, _standing_row(subject, seen)) for subject, seen in looks]
    rows = [row for stood, row in stand if row != stood]
    if not rows:
        return
    upsert = insert(table_of(Standing))
    ctx.session.execute(
        upsert.on_conflict_do_update(
            index_elements=["contract_id"],
            set_={name: upsert.excluded[name] for name in rows[0] if name != "contract_id"},
        ),
        rows,
    )


def _save_exposure(ctx: Context, subjects: Sequence[Subject]) -> None:
    """Write what leaving contracts costs today where it is another; one that is no commitment of its own has no row."""
    looked_at = among(Exposure.contract_id, (subject.id for subject in subjects))
    found = ctx.session.execute(select(Exposure.contract_id, Exposure.etf).where(looked_at))
    known = {row.contract_id: row.etf for row in found}
    fees = exposure(ctx, subjects)
    if gone := known.keys() - fees.keys():
        ctx.session.execute(delete(Exposure).where(Exposure.contract_id.in_(gone)))
    rows = [
        {"contract_id": row_id, "etf": fee}
        for row_id, fee in fees.items()
        if row_id not in known or known[row_id] != fee
    ]
    if rows:
        upsert = insert(table_of(Exposure))
        ctx.session.execute(
            upsert.on_conflict_do_update(index_elements=["contract_id"], set_={"etf": upsert.excluded.etf}), rows
        )


def _standing_row(subject: Subject, seen: Look) -> dict[str, Any]:
    place, known = seen.place, subject.stood
    since = seen.steps[-1].on if seen.steps else (known["since"] if known else None)
    return {
        "contract_id": subject.id,
        "contract_version": subject.version,
        "decisions": subject.versions,
        "number": place.term.number,
        "term_start_date": place.term.terms.term_start_date,
        "term_end_date": place.term.end,
        "notice_deadline": place.deadline.notice_deadline,
        "act_by": place.deadline.act_by,
        "evergreen": place.deadline.evergreen,
        "state": place.state,
        "alarm": place.alarm,
        "since": since,
        "next_on": seen.next_on,
    }

"""The engine's looks at contracts, batch by batch. Looking writes nothing, so a year can be walked without a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from netos_core.kernel.context import Context
from netos_core.kernel.page import Cursor
from netos_core.renewals.queries.due import Subject, circuits_of, is_due, subjects
from netos_core.renewals.rules import Look, RenewalState, Step, Stood, look
from netos_core.renewals.schemas import RenewalRun, ReplayRenewals, TransitionRow

BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that a contract took."""

    subject: Subject
    step: Step


@dataclass(frozen=True, slots=True)
class Looks:
    """One batch of looks, and the id to go on from; None where no contract is left."""

    seen: Sequence[tuple[Subject, Look]]
    last: UUID | None

    @property
    def taken(self) -> list[Taken]:
        return [Taken(subject, step) for subject, seen in self.seen for step in seen.steps]


def look_at(ctx: Context, today: date, *, every: bool, after: UUID | None = None, limit: int = BATCH) -> Looks:
    """Look at the next contracts in the order of their ids.

    Args:
        ctx: The call.
        today: The day of the look.
        every: Whether contracts that are not due are looked at too.
        after: The id of the last one looked at before.
        limit: How many at most.
    """
    found = subjects(ctx, today, after=after, limit=limit, wanted=None if every else is_due(today))
    return Looks([(s, _look(s, today)) for s in found], found[-1].id if len(found) == limit else None)


def _look(subject: Subject, today: date) -> Look:
    known = subject.stood
    stood = None
    if known is not None:
        alarm = RenewalState(known["alarm"]) if known["alarm"] else None
        state = RenewalState(known["state"])
        stood = Stood(known["number"], known["notice_deadline"], state, alarm, known["next_on"])
    return look(
        subject.terms,
        subject.decisions,
        stood,
        today,
        is_new=subject.is_new,
        superseded=subject.superseded,
        mrc=subject.monthly,
    )


def told(ctx: Context, taken: Sequence[Taken]) -> list[TransitionRow]:
    """Tell steps, one row for each circuit that the contract governs, or one where it governs none."""
    circuits = circuits_of(ctx, list({t.subject.id for t in taken}))
    return [
        TransitionRow(
            circuit=circuit,
            contract=t.subject.ref,
            from_state=t.step.before,
            state=t.step.place.state,
            alarm=t.step.place.alarm,
            on=t.step.on,
            term_end_date=t.step.place.term.end,
            notice_deadline=t.step.place.deadline.notice_deadline,
            act_by=t.step.place.deadline.act_by,
            missed=t.step.missed,
            missed_cost=t.step.missed_cost.value if t.step.missed_cost else None,
            currency=t.step.missed_cost.currency if t.step.missed_cost else None,
        )
        for t in taken
        for circuit in circuits.get(t.subject.id, [None])
    ]


RUN = "renewal run"


def after_of(cursor: str | None) -> UUID | None:
    """Read where a batch goes on."""
    return UUID(Cursor.decode(cursor, RUN).id) if cursor else None


def run_of(ctx: Context, as_of: date, looks: Looks, taken: Sequence[Taken], notices: int) -> RenewalRun:
    """Tell a batch of a run."""
    return RenewalRun(
        as_of=as_of,
        evaluated=len(looks.seen),
        transitions=told(ctx, taken),
        notices=notices,
        next_cursor=Cursor(RUN, None, str(looks.last)).encode() if looks.last else None,
    )


def replay(ctx: Context, request: ReplayRenewals) -> RenewalRun:
    """Walk the next batch of contracts to a day."""
    as_of = request.as_of or ctx.today
    looks = look_at(ctx, as_of, every=True, after=after_of(request.cursor), limit=request.limit)
    return run_of(ctx, as_of, looks, looks.taken, 0)

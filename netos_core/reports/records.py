"""What is written of reports: one is kept with its data, taken up to be written about, and finished once.

A weekly one is kept once for its week, however many workers try. Where a model is to write, the row waits: it is
claimed for a while, the transaction ends, the model is asked, and who still holds the claim writes what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.changes.plans import take_refs
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.reports.model import Report
from netos_core.reports.queries import kept, making
from netos_core.reports.rules.checking import Block
from netos_core.reports.rules.figures import Result, spelled
from netos_core.reports.rules.sections import SectionName
from netos_core.reports.writing import Written

MOST_NAMED = 20
"""Missed and critical contracts a text may not leave out: the most urgent, as many as one answer surely shows."""

MOST_TRIES = 3
"""Workers that may die over one report before it goes out by rules."""


class ReportState(StrEnum):
    WRITING = "writing"
    DONE = "done"


class Writer(StrEnum):
    RULES = "rules"
    CLAUDE = "claude"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A report this worker writes about, and the contracts its text may not leave out."""

    id: UUID
    ref: str
    as_of: date
    tries: int
    must_name: tuple[str, ...]


def keep(ctx: Context, *, week: str | None) -> Report | None:
    """Make and keep a report as of today; None where that of the week is kept already.

    Args:
        ctx: The call, whose transaction also tells of it where it is done at once.
        week: Of a weekly one.
    """
    if week is not None and kept.is_made(ctx.session, week):
        return None
    period = kept.period(ctx.session, ctx.now, weekly=week is not None)
    made = making.report(ctx, ctx.today, period)
    waits = ctx.policy.writes_reports
    return ctx.session.scalar(
        insert(Report)
        .values(
            id=new_id(),
            ref=take_refs(ctx.session, "report")[0],
            week=week,
            as_of=ctx.today,
            since=period.since,
            recent=made.recent,
            asked_by=None if week else ctx.principal.person_id,
            content=made.content.model_dump(mode="json"),
            state=ReportState.WRITING if waits else ReportState.DONE,
            writer=Writer.RULES,
            problems=[],
            due_at=ctx.now if waits else None,
            made_at=ctx.now,
            done_at=None if waits else ctx.now,
        )
        .on_conflict_do_nothing(index_elements=["week"])
        .returning(Report)
    )


def claim(session: Session, now: datetime, hold: timedelta) -> Claimed | None:
    """Take the report that has waited longest; None where none waits.

    Args:
        session: A transaction of its own.
        now: The instant.
        hold: How long no other worker takes it up.
    """
    due = (
        select(Report.id).where(Report.due_at <= now).order_by(Report.due_at).limit(1).with_for_update(skip_locked=True)
    )
    row = session.execute(
        update(Report)
        .where(Report.id == due.scalar_subquery())
        .values(tries=Report.tries + 1, due_at=now + hold)
        .returning(Report.id, Report.ref, Report.as_of, Report.tries, Report.content)
    ).first()
    if row is None:
        return None
    pressing = {SectionName.MISSED, SectionName.CRITICAL}
    named = tuple(line["contract"] for line in row.content["lines"] if line["section"] in pressing)
    return Claimed(row.id, row.ref, row.as_of, row.tries, named[:MOST_NAMED])


def finish(session: Session, mine: Claimed, written: Written, now: datetime) -> Report | None:
    """Record what came of it; None where another worker has finished it or holds it by now."""
    blocks = [_block(block) for block in written.blocks]
    return session.scalar(
        update(Report)
        .where(Report.id == mine.id, Report.tries == mine.tries, Report.state == ReportState.WRITING)
        .values(
            state=ReportState.DONE,
            writer=Writer.CLAUDE if blocks else Writer.RULES,
            narrative=blocks or None,
            evidence=[_evidence(result) for result in written.results] or None,
            note=written.note,
            problems=list(written.problems),
            model=written.model,
            due_at=None,
            done_at=now,
        )
        .returning(Report)
    )


def spend(session: Session, mine: Claimed, tokens_in: int, tokens_out: int) -> None:
    """Note what a turn has cost at once, so that it is known of a worker that dies too."""
    session.execute(
        update(Report)
        .where(Report.id == mine.id)
        .values(tokens_in=Report.tokens_in + tokens_in, tokens_out=Report.tokens_out + tokens_out)
    )


def _block(block: Block) -> dict[str, Any]:
    parts = [
        {"text": spelled(part.text) if part.source else part.text, "source": part.source, "address": part.address}
        for part in block.parts
    ]
    return {"kind": str(block.kind), "parts": parts}


def _evidence(result: Result) -> dict[str, Any]:
    return {
        "id": result.id, "tool": result.tool, "arguments": dict(result.arguments),
        "structured": dict(result.structured), "text": result.text,
    }  # fmt: skip

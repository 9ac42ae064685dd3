"""Says on the worklist which extractions wait for a person; decisions and changes turned down are followed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from netos_core.documents.model import Extraction
from netos_core.extractions.queries import waiting
from netos_core.extractions.rules.states import FAILED
from netos_core.kernel.context import Context
from netos_core.worklist.model import WorkItem
from netos_core.worklist.records import About, say
from netos_core.worklist.rules import Finding, FindingKind

KIND = FindingKind.UNAPPROVED_EXTRACTION
TITLE = "Contract read from its PDF"  # the name of the file is not for everybody
BATCH = 500
_COLUMNS = (Extraction.id, Extraction.ref, Extraction.state, Extraction.person_id, Extraction.created_at)


def tell_waiting(ctx: Context) -> int:
    """Open what waits and is not on the worklist, the oldest first, and close what waits no more; returns how many."""
    there = select(WorkItem.entity_id).where(
        WorkItem.entity == "extraction", WorkItem.kind == KIND, WorkItem.closed_at.is_(None)
    )
    fresh = ctx.session.execute(
        waiting(ctx, *_COLUMNS).where(Extraction.id.not_in(there)).order_by(Extraction.created_at).limit(BATCH)
    ).all()
    gone = ctx.session.execute(
        select(*_COLUMNS)
        .where(Extraction.id.in_(there), Extraction.id.not_in(waiting(ctx, Extraction.id)))
        .limit(BATCH)
    ).all()
    say(
        ctx,
        [KIND],
        [*((_about(ctx, row), [_finding(row)]) for row in fresh), *((_about(ctx, row), []) for row in gone)],
    )
    return len(fresh) + len(gone)


def _about(ctx: Context, row: Any) -> About:
    return About("extraction", row.id, row.ref, TITLE, ctx.policy.currency, row.person_id)


def _finding(row: Any) -> Finding:
    if row.state == FAILED:
        return Finding(KIND, "The file could not be read. Read it again, or dismiss it.", None, None)
    return Finding(KIND, "Nothing of it is on file until a person has decided its fields.", None, None)

"""What the trail tells of backups: each one taken or put back is a row, and the newest says how old the last is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from netos_core.changes import audit
from netos_core.changes.model import AuditRow, Proposal
from netos_core.changes.rules import Status
from netos_core.kernel.context import Channel
from netos_core.runtime.calls import Core
from netos_core.work import records as work

ENTITY = "installation"
TAKEN, PUT_BACK = "backup", "restore"
OVERDUE_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class LastBackup:
    """The newest backup this database knows of: the name of its file, and when its contents were taken."""

    name: str
    taken_at: datetime


def record(core: Core, action: str, name: str, told: Mapping[str, Any], now: datetime) -> None:
    """Write the row of a backup or a restore, by NetOS itself."""
    with core.session() as session:
        itself = work.itself(session)
    with core.context(itself, Channel.JOB, now=now) as ctx:
        audit.record(ctx, action, entity=ENTITY, ref=name, after=dict(told))


def last_backup(session: Session) -> LastBackup | None:
    """Find the newest backup; what this database was restored from is one."""
    row = session.execute(
        select(AuditRow.ref, AuditRow.after["taken_at"].astext)
        .where(AuditRow.entity == ENTITY, AuditRow.action.in_((TAKEN, PUT_BACK)))
        .order_by(AuditRow.id.desc())
        .limit(1)
    ).first()
    return LastBackup(row[0], datetime.fromisoformat(row[1])) if row else None


def holds_real_work(session: Session) -> bool:
    """Tell whether anything was committed that is not sample data."""
    committed = exists().where(Proposal.status == Status.COMMITTED, ~Proposal.source.has_key("demo"))
    return bool(session.scalar(select(committed)))

"""How far the reading of a billing system is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.revenue.model import RevenueSync


@dataclass(frozen=True, slots=True)
class Standing:
    """The latest sync of a source: as of which day, what it read, and whether it is done or what it waits for."""

    source: str
    day: date
    step: str
    started_at: datetime
    done_at: datetime | None
    problem: str | None
    accounts: int
    services: int
    gone: int
    repriced: int


def standing(session: Session, source: str) -> Standing | None:
    row = session.scalar(
        select(RevenueSync).where(RevenueSync.source == source).order_by(RevenueSync.started_at.desc()).limit(1)
    )
    if row is None:
        return None
    return Standing(
        row.source, row.day, row.step, row.started_at, row.done_at, row.problem, row.accounts, row.services, row.gone,
        row.repriced,
    )  # fmt: skip

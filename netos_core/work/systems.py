"""How the outside systems stand: one row each, written when that changes, never while another transaction is open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.work.model import OutsideSystem


class SystemState(StrEnum):
    OK = "ok"
    UNAVAILABLE = "unavailable"
    CREDENTIALS_INVALID = "credentials_invalid"


@dataclass(frozen=True, slots=True)
class Standing:
    """How one system stands, since when, and which setting to correct where it refuses ours."""

    system: str
    state: SystemState
    setting: str | None
    told: str | None
    since: datetime


def note(session: Session, now: Standing) -> bool:
    """Write how a system stands; returns whether that is news."""
    values = {"state": now.state, "setting": now.setting, "told": now.told, "since": now.since}
    written = session.execute(
        insert(OutsideSystem)
        .values(system=now.system, **values)
        .on_conflict_do_update(
            index_elements=["system"],
            set_=values,
            where=OutsideSystem.state.is_distinct_from(now.state) | OutsideSystem.setting.is_distinct_from(now.setting),
        )
        .returning(OutsideSystem.system)
    )
    return written.first() is not None


def standings(session: Session) -> list[Standing]:
    """List how every system stands that was ever asked."""
    rows = session.scalars(select(OutsideSystem).order_by(OutsideSystem.system))
    return [Standing(r.system, SystemState(r.state), r.setting, r.told, r.since) for r in rows]

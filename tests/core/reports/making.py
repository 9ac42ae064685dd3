"""What tests of reports begin from: contracts that are missed, critical, coming and not known, as of today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from netos_core.access.rules import Role
from netos_core.kernel.clock import business_day
from netos_core.kernel.context import Context
from netos_core.renewals import records as renewals
from tests.factories import POLICY, apply, make_contract, make_ctx, make_provider


@dataclass(frozen=True)
class Deadlines:
    """The contracts, by how they stand; the critical one puts 84,000.00 USD at risk, and 500.00 EUR the coming one."""

    missed: str
    critical: str
    coming: str
    undone: str
    unknown: str


def make_deadlines(session: Session, now: datetime, **titles: str) -> Deadlines:
    """Make one contract of each section, with 90 days of notice by e-mail."""
    today = business_day(now, POLICY.zone)

    def term(name: str, days: int, **more: Any) -> str:
        title = titles.get(name, f"The {name} one")
        ends = today + timedelta(days=days)
        return make_contract(session, provider=make_provider(session), title=title, **{**usual(ends), **more})

    found = Deadlines(
        missed=term("missed", 60, mrc="100.00"),
        critical=term("critical", 101, mrc="7000.00"),
        coming=term("coming", 160, mrc="500.00", currency="EUR", renewal_term_months=1),
        undone=term("undone", 105, mrc="50.00"),
        unknown=make_contract(session, provider=make_provider(session), title=titles.get("unknown", "No end is known")),
    )
    wish = {"contract": found.undone, "choice": "terminate", "reasoning": titles.get("reasoning", "Too dear")}
    apply(make_ctx(session, Role.ADMIN, now=now), "decision", "create", **wish)
    stand(make_ctx(session, Role.ADMIN, now=now))
    return found


def usual(ends: date) -> dict[str, Any]:
    return {
        "term_start_date": (ends - timedelta(days=1095)).isoformat(), "term_end_date": ends.isoformat(),
        "end_of_term": "auto_renew", "renewal_term_months": 12, "notice_count": 90, "notice_unit": "days",
        "notice_method": "email",
    }  # fmt: skip


def stand(ctx: Context) -> None:
    """Have the engine look, as it does within seconds."""
    renewals.advance(ctx, every=True)

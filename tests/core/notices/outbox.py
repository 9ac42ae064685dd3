"""What the tests of the outbox share: a notice with an amount in it, and the rows it became."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from netos_core.access.model import Person
from netos_core.access.rules import Role
from netos_core.kernel.context import Context, Policy
from netos_core.notices.model import OutboxMessage
from netos_core.notices.records import Notice, tell
from netos_core.notices.rules.kinds import NoticeKind
from tests.factories import POLICY, make_ctx, make_person

DECIDED = Notice(
    kind=NoticeKind.DECIDED,
    key="decided:CHG-2207",
    title="CHG-2207 was declined: Set mrc of CKT-1042",
    template="decided",
    values={
        "change": "CHG-2207",
        "title": "Set mrc of CKT-1042",
        "verb": "declined",
        "decided_by": "Elena Voss",
        "comment": "Too dear — ask again.\nIn May.",
    },
    about="CHG-2207",
    link="/approvals/CHG-2207",
)
RENEWAL = replace(
    DECIDED, kind=NoticeKind.RENEWAL, key="renewal:CTR-1042:2026-12-31:critical", title="CTR-1042 is critical",
    about="CTR-1042", link="/contracts/CTR-1042", due=date(2026, 12, 31), money={"comment": "$1,234.50 a month"},
)  # fmt: skip


def context(session: Session, policy: Policy = POLICY) -> Context:
    return make_ctx(session, Role.ADMIN, policy=policy)


def told(session: Session, notice: Notice = DECIDED, *people: Person, **more: Any) -> list[OutboxMessage]:
    """Tell people of a notice, the person of finance where none is named; returns its messages, oldest first."""
    ctx = context(session, **more)
    tell(ctx, notice, people or [make_person(session, Role.FINANCE)])
    return messages(session, notice.key)


def messages(session: Session, beginning: str = "") -> list[OutboxMessage]:
    query = select(OutboxMessage).where(OutboxMessage.delivery_key.startswith(beginning)).order_by(OutboxMessage.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def states(session: Session, beginning: str = "") -> dict[str, str]:
    return {row.delivery_key: row.state for row in messages(session, beginning)}

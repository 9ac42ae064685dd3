"""Whom the engine tells of a contract's move: its owner first, and more people the nearer the deadline comes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from netos_core.contracts.rules import explain
from netos_core.kernel.context import Context
from netos_core.kernel.money import Amount
from netos_core.notices import queries as readers
from netos_core.notices.records import Notice, tell, withdraw_about
from netos_core.notices.rules.kinds import NoticeKind, Step, escalate
from netos_core.renewals.queries.due import Subject
from netos_core.renewals.rules import Look, News, cost_of_silence, news_of_move, news_of_reminder

MOST_APART = 10
"""Contracts of one owner that came equally far in one look; of more of them one notice tells."""

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class _Told:
    subject: Subject
    look: Look
    news: News


def tell_of(ctx: Context, looks: Sequence[tuple[Subject, Look]], moved: frozenset[UUID]) -> int:
    """Tell of the contracts that moved or whose day to be reminded has come; return how many messages were written.

    What was still to be said of a contract that no longer presses is taken back. Many contracts that move at once, such
    as those of an import, are told of together.

    Args:
        ctx: The engine's call; notices are written in its transaction.
        looks: What was looked at.
        moved: The contracts that took a step not kept before.
    """
    piles: dict[tuple[Step, UUID | None], list[_Told]] = {}
    settled: list[str] = []
    for subject, seen in looks:
        news = None
        if subject.id in moved:
            news = news_of_move(seen.place, missed=any(step.missed for step in seen.steps))
            if news is None and subject.stood is not None:
                settled.append(subject.ref)
        elif seen.reminds:
            news = news_of_reminder(seen.place, ctx.today)
        if news is not None:
            piles.setdefault((news.rung, subject.owner_id), []).append(_Told(subject, seen, news))
    withdraw_about(ctx, NoticeKind.RENEWAL, settled)
    owners = readers.people(ctx.session, {owner for _, owner in piles if owner})
    written = 0
    for (rung, owner_id), pile in piles.items():
        people = readers.audience(
            ctx.session, escalate(NoticeKind.RENEWAL, rung), owners.get(owner_id) if owner_id else None
        )
        notices = [_one(told) for told in pile] if len(pile) <= MOST_APART else [_many(ctx, rung, pile)]
        written += sum(tell(ctx, notice, people) for notice in notices)
    return written


def _one(told: _Told) -> Notice:
    subject, place = told.subject, told.look.place
    lost = next((step.missed_cost for step in reversed(told.look.steps) if step.missed_cost), None)
    return Notice(
        kind=NoticeKind.RENEWAL,
        key=f"renewal:{subject.ref}:{told.news.event}",
        title=f"{subject.ref} {told.news.title}",
        template="renewal",
        values={
            "contract": subject.ref,
            "title": subject.title,
            "why": subject.problem or explain(place.term.terms, place.deadline),
            "what_next": "Carry the decision out, and record the proof." if place.alarm else "Decide, and record it.",
        },
        money={
            "at_risk": _words(cost_of_silence(place.term.terms, subject.monthly).amount),
            "missed_cost": _words(lost),
        },
        about=subject.ref,
        link=f"/contracts/{subject.ref}",
        due=place.deadline.act_by,
        urgent=told.news.urgent,
    )


def _many(ctx: Context, rung: Step, pile: Sequence[_Told]) -> Notice:
    lines: list[dict[str, Any]] = [
        {"contract": told.subject.ref, "title": told.subject.title, "said": told.news.title} for told in pile
    ]
    named = hashlib.sha256("\n".join(f"{told.subject.ref}:{told.news.event}" for told in pile).encode()).hexdigest()
    return Notice(
        kind=NoticeKind.RENEWAL,
        key=f"renewals:{ctx.today}:{rung.name.lower()}:{named[:16]}",
        title=f"{len(pile)} contracts have moved: {TOGETHER[rung]}",
        template="renewals",
        values={"moved": len(pile), "lines": lines[:MOST_LINES], "more": max(0, len(lines) - MOST_LINES)},
        link="/renewals",
        due=min((act_by for told in pile if (act_by := told.look.place.deadline.act_by)), default=None),
        urgent=any(told.news.urgent for told in pile),
    )


TOGETHER = {
    Step.COMING: "their deadlines come nearer",
    Step.CRITICAL: "less than 30 days are left to act",
    Step.OVERDUE: "their notice deadlines have passed",
}


def _words(amount: Amount | None) -> str | None:
    return f"{amount.value:,.2f} {amount.currency}" if amount else None

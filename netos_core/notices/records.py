"""Writes of notices: one is told with its cause, taken back with what made it needless, gathered into a digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from netos_core.access.model import Person
from netos_core.access.queries import rights_held
from netos_core.access.rules import PersonKind
from netos_core.kernel.context import Context
from netos_core.kernel.db import new_id
from netos_core.kernel.redaction import MONEY
from netos_core.notices import queries
from netos_core.notices.model import NoticePreference, OutboxMessage
from netos_core.notices.rules.delivery import MessageState
from netos_core.notices.rules.kinds import KINDS, NoticeKind, Way
from netos_core.notices.rules.wishes import Preferences, digest_day, routes

MOST_LINES = 100
"""Of one digest; the notice centre has the rest."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told, apart from whom and by which way.

    Args:
        kind: What it is about; people choose ways and timing by it.
        key: Names the event for ever, such as `renewal:CTR-1042:2026-12-31:critical`: told again, nothing is written.
        title: One line without amounts: the subject of a mail, the head of a card, the line in a digest.
        template: Name of its text in notices/templates.
        values: What the text says to everyone; values as JSON has them.
        money: What it says besides to who sees amounts; to others each of these is None.
        about: Ref of the record; later notices about it join its thread.
        link: Path of the page to open, such as /contracts/CTR-1042.
        due: Day by which somebody has to act.
        urgent: It goes out at once, through quiet hours, whatever its reader has set.
    """

    kind: NoticeKind
    key: str
    title: str
    template: str
    values: Values = field(default_factory=dict)
    money: Values = field(default_factory=dict)
    about: str | None = None
    link: str | None = None
    due: date | None = None
    urgent: bool = False


def tell(ctx: Context, notice: Notice, people: Iterable[Person]) -> int:
    """Write what a notice becomes, in the transaction of its cause: a message for each person and way.

    Each person is told as they have set, and only where their roles may read of it; where many read, it is told
    once. A person may be given twice.

    Returns:
        How many messages were written; 0 where all of it was told before.
    """
    told = {person.id: person for person in people if person.active and person.kind == PersonKind.PERSON}
    wishes = queries.preferences(ctx.session, told)
    rows = [row for person in told.values() for row in _to_person(ctx, notice, person, wishes[person.id])]
    rows += [
        _row(ctx, notice, way=room.channel, recipient=room.name, money=room.money)
        for room in ctx.policy.rooms
        if notice.kind in room.kinds
    ]
    return len(_put(ctx, rows))


def _to_person(ctx: Context, notice: Notice, person: Person, wishes: Preferences) -> list[dict[str, Any]]:
    rights = rights_held(person)
    if KINDS[notice.kind].right not in rights:
        return []
    usable = ctx.policy.personal_channels
    return [
        _row(
            ctx,
            notice,
            way=route.way,
            recipient=person.email,
            person_id=person.id,
            money=MONEY.right in rights,
            state=MessageState.HELD if route.held else None,
        )
        for route in routes(wishes, notice.kind, urgent=notice.urgent, usable=usable)
    ]


def _row(
    ctx: Context,
    notice: Notice,
    *,
    way: str,
    recipient: str,
    money: bool,
    person_id: UUID | None = None,
    state: MessageState | None = None,
) -> dict[str, Any]:
    here = way == Way.CENTRE
    return {
        "id": new_id(),
        "delivery_key": f"{notice.key}:{person_id}:{way}" if person_id else f"{notice.key}:{way}",
        "kind": notice.kind,
        "channel": way,
        "recipient": recipient,
        "person_id": person_id,
        "about": notice.about,
        "title": " ".join(notice.title.split()),
        "link": notice.link,
        "urgent": notice.urgent,
        "payload": {
            "template": notice.template,
            "values": dict(notice.values),
            "amounts": list(notice.money),
            "due": notice.due.isoformat() if notice.due else None,
        },
        "money": dict(notice.money) if money and notice.money else None,
        "state": MessageState.DELIVERED if here else state or MessageState.WAITING,
        "created_at": ctx.now,
        "waits_since": ctx.now,
        "next_try_at": ctx.now,
        "delivered_at": ctx.now if here else None,
    }


def _put(ctx: Context, rows: list[dict[str, Any]]) -> set[UUID]:
    """Write messages; one whose key was written before is left out."""
    if not rows:
        return set()
    made = ctx.session.scalars(
        insert(OutboxMessage)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["delivery_key"])
        .returning(OutboxMessage.id)
    )
    return set(made)


def withdraw(ctx: Context, beginning: str) -> int:
    """Take back messages that nobody needs any more and that have not gone out; return how many.

    Args:
        ctx: The call that makes them needless.
        beginning: What their keys begin with, such as `approval:CHG-2207:`.
    """
    return _withdraw(ctx, OutboxMessage.delivery_key.startswith(beginning, autoescape=True))


def withdraw_about(ctx: Context, kind: NoticeKind, refs: Collection[str]) -> int:
    """Take back what is still to be told of a kind about records; return how many messages that were."""
    return _withdraw(ctx, OutboxMessage.kind == kind, OutboxMessage.about.in_(refs)) if refs else 0


def _withdraw(ctx: Context, *which: ColumnElement[bool]) -> int:
    moved = ctx.session.execute(
        update(OutboxMessage)
        .where(
            *which,
            or_(
                OutboxMessage.state == MessageState.WAITING, OutboxMessage.state == MessageState.HELD
            ),  # by their indexes
        )
        .values(state=MessageState.WITHDRAWN)
        .returning(OutboxMessage.id)
    )
    return len(moved.all())


def gather(ctx: Context) -> int:
    """Put what people hold for their digest into one message for each person and way; return how many were written.

    Safe to run at any time and twice: a person has one digest a day, after their hour, of all that is held by then.
    """
    holding = select(OutboxMessage.person_id).where(OutboxMessage.state == MessageState.HELD).distinct()
    readers = queries.people(ctx.session, [reader for reader in ctx.session.scalars(holding) if reader])
    wishes = queries.preferences(ctx.session, readers)
    return sum(_gather_of(ctx, reader, wishes[reader.id]) for reader in readers.values())


def _gather_of(ctx: Context, reader: Person, wishes: Preferences) -> int:
    """Write the digests of one reader that are due, one for each way."""
    day = digest_day(wishes.digest_at, ctx.now, ctx.policy.zone)
    if not reader.active:
        _settle_pile(ctx, _held(ctx, reader), state=MessageState.WITHDRAWN)
    if not reader.active or day is None:
        return 0
    piles: dict[str, list[OutboxMessage]] = {}
    for row in _held(ctx, reader):
        piles.setdefault(row.channel, []).append(row)
    made = 0
    for way, pile in piles.items():
        message = _row(ctx, _digest(pile, day), way=way, recipient=reader.email, person_id=reader.id, money=False)
        if _put(ctx, [message]):
            _settle_pile(ctx, pile, state=MessageState.GATHERED, digest_id=message["id"])
            made += 1
    return made


def _held(ctx: Context, reader: Person) -> list[OutboxMessage]:
    wanted = (OutboxMessage.person_id == reader.id, OutboxMessage.state == MessageState.HELD)
    query = select(OutboxMessage).where(*wanted, OutboxMessage.created_at <= ctx.now).order_by(OutboxMessage.id)
    return list(ctx.session.scalars(query.with_for_update(skip_locked=True)))


def _digest(pile: list[OutboxMessage], day: date) -> Notice:
    """Make the digest of a pile: titles and links, which carry no amounts."""
    lines = [{"title": row.title, "link": row.link} for row in pile[:MOST_LINES]]
    noun = "notice" if len(pile) == 1 else "notices"
    return Notice(
        kind=NoticeKind.DIGEST,
        key=f"digest:{day.isoformat()}",
        title=f"{len(pile)} {noun} of NetOS",
        template="digest",
        values={"lines": lines, "more": len(pile) - len(lines)},
        link="/notices",
    )


def _settle_pile(ctx: Context, pile: list[OutboxMessage], **values: Any) -> None:
    if not pile:
        return
    ids = [row.id for row in pile]
    ctx.session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(ids)).values(**values))


def prefer(ctx: Context, person_id: UUID, wanted: Preferences) -> None:
    """Keep how somebody wants to be told."""
    values = {
        "wishes": {
            kind: {"ways": [str(way) for way in wish.ways], "timing": str(wish.timing)}
            for kind, wish in wanted.wishes.items()
        },
        "quiet_from": wanted.quiet.starts if wanted.quiet else None,
        "quiet_until": wanted.quiet.ends if wanted.quiet else None,
        "digest_at": wanted.digest_at,
        "updated_at": ctx.now,
    }
    ctx.session.execute(
        insert(NoticePreference)
        .values(person_id=person_id, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )

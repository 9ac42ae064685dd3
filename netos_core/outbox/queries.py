"""Reads of the notice centre: each sees what went to them, who runs NetOS everything."""

from __future__ import annotations

from typing import Any

from jinja2 import TemplateError
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from netos_core.access.model import Person
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.lookup import like, words_of
from netos_core.kernel.page import columns_of
from netos_core.kernel.redaction import MONEY
from netos_core.notices import queries as notices
from netos_core.notices.channels import text_of
from netos_core.notices.model import OutboxMessage, RestingWay
from netos_core.notices.rules.delivery import MessageState
from netos_core.notices.rules.kinds import CHOSEN, KINDS, PERSONAL, Way
from netos_core.notices.rules.wishes import Wish
from netos_core.notices.sending import values_of
from netos_core.outbox.schemas import (
    ListNotices,
    NoticeList,
    NoticePreferences,
    NoticeRow,
    NoticeView,
    WayTrouble,
    WishView,
)

RUN = "run:jobs"
CONCISE = ("ref", "title", "kind", "channel", "recipient", "state", "error", "created_at")
_Digest = aliased(OutboxMessage)
_LINES = (
    select(
        OutboxMessage.ref, OutboxMessage.title, OutboxMessage.kind, OutboxMessage.about, OutboxMessage.channel,
        OutboxMessage.recipient, Person.name.label("person"), OutboxMessage.state, OutboxMessage.urgent,
        OutboxMessage.repeat, OutboxMessage.tries, OutboxMessage.next_try_at, OutboxMessage.error,
        OutboxMessage.created_at, OutboxMessage.delivered_at, _Digest.ref.label("digest"), OutboxMessage.link,
    )
    .select_from(OutboxMessage)
    .join(Person, Person.id == OutboxMessage.person_id, isouter=True)
    .join(_Digest, _Digest.id == OutboxMessage.digest_id, isouter=True)
)  # fmt: skip


class NoticeNotFound(NotFound):
    """No message the caller may see has that ref."""


def list_notices(ctx: Context, request: ListNotices) -> NoticeList:
    """Return one page of messages, newest first unless sorted otherwise."""
    columns = columns_of(request, NoticeRow, CONCISE)
    sortable: dict[str, listing.Column] = {
        "created_at": OutboxMessage.id,
        "ref": OutboxMessage.id,
        "title": func.lower(OutboxMessage.title),
        "kind": OutboxMessage.kind,
        "channel": OutboxMessage.channel,
        "recipient": func.lower(OutboxMessage.recipient),
        "state": OutboxMessage.state,
        "tries": OutboxMessage.tries,
        "next_try_at": OutboxMessage.next_try_at,
    }
    source = listing.ListSource("notices", _LINES, sortable, OutboxMessage.id, "-created_at")
    found = listing.page(ctx, source, request, _filters(ctx, request))
    return NoticeList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None,
        rows=[_row(listing.plain(row)) for row in found.rows],
        troubles=_troubles(ctx) if ctx.principal.may(RUN) else [],
    )


def _row(line: dict[str, Any]) -> NoticeRow:
    return NoticeRow(**line | _next_try(line))


def _next_try(line: dict[str, Any]) -> dict[str, Any]:
    return {"next_try_at": line["next_try_at"] if line["state"] == MessageState.WAITING else None}


def _filters(ctx: Context, request: ListNotices) -> list[ColumnElement[bool]]:
    wanted = [_seen(ctx)]
    for column, values in (
        (OutboxMessage.state, request.state),
        (OutboxMessage.kind, request.kind),
        (OutboxMessage.channel, request.channel),
    ):
        if values:
            wanted.append(column.in_(values))
    if not request.state:
        wanted.append(OutboxMessage.state != MessageState.WITHDRAWN)
    if request.about:
        wanted.append(func.lower(OutboxMessage.about) == request.about.lower())
    if request.mine is not None:
        own = OutboxMessage.person_id == ctx.principal.person_id
        wanted.append(own if request.mine else OutboxMessage.person_id.is_distinct_from(ctx.principal.person_id))
    text = func.lower(func.concat_ws(" ", OutboxMessage.ref, OutboxMessage.title, OutboxMessage.recipient,
                                     OutboxMessage.about, Person.name))  # fmt: skip
    return [*wanted, *(text.like(like(word)) for word in words_of(request.query or ""))]


def _seen(ctx: Context) -> ColumnElement[bool]:
    """Say whose messages the caller sees."""
    if ctx.principal.may(RUN):
        return OutboxMessage.id.is_not(None)
    return OutboxMessage.person_id == ctx.principal.person_id


def _troubles(ctx: Context) -> list[WayTrouble]:
    states = (MessageState.WAITING, MessageState.DEAD)
    counted = ctx.session.execute(
        select(OutboxMessage.channel, OutboxMessage.state, func.count().label("n"))
        .where(OutboxMessage.state.in_(states))
        .group_by(OutboxMessage.channel, OutboxMessage.state)
    )
    numbers = {(row.channel, row.state): row.n for row in counted}
    rests = {rest.channel: rest for rest in notices.rests(ctx.session)}
    troubled = [way for way in Way if way in rests or (way, MessageState.DEAD) in numbers]
    return [_trouble(way, rests.get(way), *(numbers.get((way, state), 0) for state in states)) for way in troubled]


def _trouble(way: Way, rest: RestingWay | None, waiting: int, dead: int) -> WayTrouble:
    return WayTrouble(
        channel=way,
        waiting=waiting,
        dead=dead,
        shut=rest.shut if rest else False,
        told=rest.told if rest else None,
        since=rest.since if rest else None,
        rests_until=rest.rests_until if rest else None,
    )


def message(ctx: Context, ref: str) -> OutboxMessage:
    """Return a message the caller may see.

    Raises:
        NoticeNotFound: There is none; one of somebody else is the same as absent.
    """
    found = ctx.session.scalar(select(OutboxMessage).where(func.lower(OutboxMessage.ref) == ref.lower(), _seen(ctx)))
    if found is None:
        raise NoticeNotFound("No notice of yours has that ref.", field="ref", fix="list_notices lists them.")
    return found


def notice(ctx: Context, ref: str) -> NoticeView:
    """Read one message with its text; amounts are in it where both its reader and the caller see them."""
    found = message(ctx, ref)
    line = dict(ctx.session.execute(_LINES.where(OutboxMessage.id == found.id)).mappings().one())
    return NoticeView(
        **line | _next_try(line),
        text=_text(ctx, found),
        may_send_again=found.state == MessageState.DEAD and ctx.principal.may(RUN),
    )


def _text(ctx: Context, found: OutboxMessage) -> str:
    values = values_of(found, sees_money=ctx.principal.may(MONEY.right))
    try:
        return text_of(found.payload["template"], values, ctx.policy.public_url)
    except TemplateError:
        return "Its text can not be written; that is a fault of NetOS."


def dead(ctx: Context, channel: Way) -> list[OutboxMessage]:
    """Return every dead message of a way, the oldest first."""
    query = select(OutboxMessage).where(OutboxMessage.channel == channel, OutboxMessage.state == MessageState.DEAD)
    return list(ctx.session.scalars(query.order_by(OutboxMessage.id).with_for_update()))


def preferences(ctx: Context, person: Person) -> NoticePreferences:
    """Show how somebody is told: what they have set, and the usual where they have set nothing."""
    found = notices.preferences(ctx.session, {person.id})[person.id]
    mark = notices.refused_address(ctx.session, person.email)
    wishes = {kind: found.wishes.get(kind, Wish()) for kind in CHOSEN}
    return NoticePreferences(
        email=person.email,
        name=person.name,
        is_you=person.id == ctx.principal.person_id,
        wishes=[
            WishView(
                kind=kind,
                words=KINDS[kind].words,
                explained=KINDS[kind].explained,
                ways=[*wish.ways],
                timing=wish.timing,
                chosen=KINDS[kind].chosen,
            )
            for kind, wish in wishes.items()
        ],
        ways=[way for way in PERSONAL if way in ctx.policy.personal_channels],
        quiet_from=f"{found.quiet.starts:%H:%M}" if found.quiet else None,
        quiet_until=f"{found.quiet.ends:%H:%M}" if found.quiet else None,
        digest_at=f"{found.digest_at:%H:%M}",
        timezone=ctx.policy.zone.key,
        refused=mark.told if mark else None,
        refused_at=mark.since if mark else None,
    )

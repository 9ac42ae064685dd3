"""Look at notices, send dead ones again, set how you want to be told. What changes something is done on a page."""

from __future__ import annotations

from netos_core.access.model import Person
from netos_core.access.queries import get_person
from netos_core.changes import audit
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Forbidden, Invalid
from netos_core.kernel.operation import Effect, operation
from netos_core.notices import records as notices
from netos_core.notices import sending
from netos_core.notices.rules.delivery import MessageState
from netos_core.notices.rules.kinds import CHOSEN, KINDS, PERSONAL
from netos_core.notices.rules.wishes import Preferences, Quiet, Wish
from netos_core.outbox import queries
from netos_core.outbox.schemas import (
    GetNotice,
    GetNoticePreferences,
    ListNotices,
    NoticeList,
    NoticePreferences,
    NoticeView,
    ResendNotice,
    Resent,
    SetNoticePreferences,
    WishEdit,
)

EVERYONE = "read:overview"
MANAGE = "run:people"


@operation(Effect.READ, right=EVERYONE)
def list_notices(ctx: Context, request: ListNotices) -> NoticeList:
    """List what went to you by mail, Slack and other ways, and how it fares; of everybody where you run NetOS."""
    return queries.list_notices(ctx, request)


@operation(Effect.READ, right=EVERYONE)
def get_notice(ctx: Context, request: GetNotice) -> NoticeView:
    """Show one notice with its text, its tries and why the last one failed."""
    return queries.notice(ctx, request.ref)


@operation(Effect.RUN, right=queries.RUN, page_only=True)
def resend_notice(ctx: Context, request: ResendNotice) -> Resent:
    """Try a dead message anew, or every dead one of a way, to where its reader is now."""
    if (request.ref is None) == (request.channel is None):
        raise Invalid("Name one notice, or the way whose dead ones are sent again.", field="ref", fix="Give either.")
    if request.channel is not None:
        found = queries.dead(ctx, request.channel)
    else:
        one = queries.message(ctx, str(request.ref))
        if one.state != MessageState.DEAD:
            raise Conflict(f"{one.ref} is {one.state}, not dead.", field="ref", fix="Only dead ones are sent again.")
        found = [one]
    sending.send_again(ctx, found)
    if found:
        told = {"notices": len(found), "channel": found[0].channel, "recipients": sorted({r.recipient for r in found})}
        entity_id, ref = (found[0].id, found[0].ref) if request.ref else (None, str(request.channel))
        audit.record(ctx, "resend", entity="notice", entity_id=entity_id, ref=ref, after=told)
    return Resent(count=len(found), refs=[row.ref for row in found])


@operation(Effect.READ, right=EVERYONE)
def get_notice_preferences(ctx: Context, request: GetNoticePreferences) -> NoticePreferences:
    """Show how you are told of each kind of notice, or somebody else where your role manages people."""
    return queries.preferences(ctx, _someone(ctx, request.email, "read:people"))


@operation(Effect.RUN, right=EVERYONE, page_only=True)
def set_notice_preferences(ctx: Context, request: SetNoticePreferences) -> NoticePreferences:
    """Set by which ways you are told of each kind, at once or in the digest, and your quiet hours."""
    person = _someone(ctx, request.email, MANAGE)
    wanted = Preferences(
        wishes={wish.kind: _wish(wish) for wish in request.wishes},
        quiet=_quiet(request),
        digest_at=request.digest_at.replace(second=0, microsecond=0, tzinfo=None),
    )
    notices.prefer(ctx, person.id, wanted)
    told = {
        "quiet_hours": f"{wanted.quiet.starts:%H:%M} to {wanted.quiet.ends:%H:%M}" if wanted.quiet else None,
        "digest_at": f"{wanted.digest_at:%H:%M}",
        **{kind: f"{', '.join(wish.ways) or 'centre'}; {wish.timing}" for kind, wish in wanted.wishes.items()},
    }
    audit.record(
        ctx, "update", entity="notice_preference", entity_id=person.id, ref=person.email,
        after={name: value for name, value in told.items() if value},
    )  # fmt: skip
    return queries.preferences(ctx, person)


def _wish(wish: WishEdit) -> Wish:
    """Read the wish for one kind.

    Raises:
        Invalid: A way leads to no person, or the kind can not be put off.
    """
    if wish.kind not in CHOSEN:
        raise Invalid(f"{KINDS[wish.kind].words}: nothing to set.", field="wishes", fix=f"Valid: {', '.join(CHOSEN)}.")
    if any(way not in PERSONAL for way in wish.ways):
        raise Invalid("That way leads to no single person.", field="wishes", fix=f"Valid: {', '.join(PERSONAL)}.")
    made = Wish(tuple(way for way in PERSONAL if way in wish.ways), wish.timing)
    if not KINDS[wish.kind].chosen and (not made.ways or made.timing is not Wish().timing):
        words = KINDS[wish.kind].words
        raise Invalid(f"{words}: always sent, and at once.", field="wishes", fix="Choose a way, and at once.")
    return made


def _quiet(request: SetNoticePreferences) -> Quiet | None:
    if (request.quiet_from is None) != (request.quiet_until is None):
        missing = "quiet_until" if request.quiet_until is None else "quiet_from"
        raise Invalid("Quiet hours have a beginning and an end.", field=missing, fix="Give both, or neither.")
    if request.quiet_from is None or request.quiet_until is None:
        return None
    starts, ends = (
        at.replace(second=0, microsecond=0, tzinfo=None) for at in (request.quiet_from, request.quiet_until)
    )
    if starts == ends:
        raise Invalid("Quiet hours end when they begin.", field="quiet_until", fix="Leave both empty for none.")
    return Quiet(starts, ends)


def _someone(ctx: Context, email: str | None, right: str) -> Person:
    """Return the caller, or somebody else for who holds a right."""
    own = ctx.session.get_one(Person, ctx.principal.person_id)
    if email is None or email.strip().lower() == own.email.lower():
        return own
    if not ctx.principal.may(right):
        raise Forbidden("Your roles show only your own.", field="email", fix="Leave the address out.")
    return get_person(ctx.session, email)

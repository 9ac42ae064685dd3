"""Look at people and their rights; sign out, shut out and let in again; make and revoke personal tokens and
calendar feeds.

Everything that changes something is done by a signed-in person on a page, and is in the trail.
"""

from __future__ import annotations

from netos_core.access.model import Person
from netos_core.access.rules import rights_table
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Forbidden, Invalid
from netos_core.kernel.operation import Effect, operation
from netos_core.people import queries, records
from netos_core.people.schemas import (
    CreateFeed,
    CreateToken,
    FeedMade,
    GetPerson,
    ListPeople,
    ListRights,
    PeopleView,
    PersonView,
    RevokeFeed,
    RevokeToken,
    RightsView,
    RoleView,
    SetAccess,
    SignOut,
    TokenMade,
)

EVERYONE = "read:overview"


@operation(Effect.READ)
def list_people(ctx: Context, request: ListPeople) -> PeopleView:
    """List people and agents with their roles, last use, open sessions and tokens."""
    return queries.list_people(ctx, active=request.active)


@operation(Effect.READ, right=EVERYONE)
def get_person(ctx: Context, request: GetPerson) -> PersonView:
    """Show yourself, or somebody else where your role manages people: rights, sessions, tokens, agents."""
    return queries.person_view(ctx, _someone(ctx, request.email, "read:people"))


@operation(Effect.READ, right=EVERYONE)
def list_rights(ctx: Context, request: ListRights) -> RightsView:  # noqa: ARG001 - every operation takes a request
    """Show the one table of what each role may read, see, propose, approve and run."""
    return RightsView(roles=[RoleView(role=role, **row) for role, row in rights_table().items()])


@operation(Effect.RUN, right=EVERYONE, page_only=True)
def end_sessions(ctx: Context, request: SignOut) -> PersonView:
    """Sign yourself, or somebody you manage, out of every browser."""
    person = _someone(ctx, request.email, queries.MANAGE)
    records.end_sessions(ctx, person)
    return queries.person_view(ctx, person)


@operation(Effect.RUN, right=queries.MANAGE, page_only=True)
def close_access(ctx: Context, request: SetAccess) -> PersonView:
    """Shut somebody out: their sessions end, their tokens are revoked, they can not sign in."""
    person = queries.get_anyone(ctx.session, request.email)
    if person.id == ctx.principal.person_id:
        raise Invalid("You can not shut yourself out.", field="email", fix="Another admin can.")
    if not person.active:
        raise Conflict(f"{person.name} is shut out already.")
    records.set_active(ctx, person, active=False, reason=request.reason)
    return queries.person_view(ctx, person)


@operation(Effect.RUN, right=queries.MANAGE, page_only=True)
def open_access(ctx: Context, request: SetAccess) -> PersonView:
    """Let somebody in again who was shut out; they sign in anew."""
    person = queries.get_anyone(ctx.session, request.email)
    if person.active:
        raise Conflict(f"{person.name} may sign in already.")
    records.set_active(ctx, person, active=True, reason=request.reason)
    return queries.person_view(ctx, person)


@operation(Effect.RUN, right=EVERYONE, page_only=True)
def create_token(ctx: Context, request: CreateToken) -> TokenMade:
    """Make a personal token for a local agent of yours; it has at most your rights and is shown once."""
    person = ctx.session.get_one(Person, ctx.principal.person_id)
    row, secret = records.create_token(ctx, person, name=request.name, scope=request.scope, days=request.days)
    return TokenMade(token=queries.token_view(row, ctx.now), secret=secret)


@operation(Effect.RUN, right=EVERYONE, page_only=True)
def revoke_token(ctx: Context, request: RevokeToken) -> PersonView:
    """Revoke a personal token of yours, or of somebody you manage; it stops working at once."""
    token = queries.get_token(ctx.session, request.ref)
    if token.person_id != ctx.principal.person_id and not ctx.principal.may(queries.MANAGE):
        raise queries.TokenNotFound("No token of yours has that ref.", field="ref", fix="Your own page lists them.")
    if token.revoked_at is not None:
        raise Conflict(f"{token.ref} is revoked already.")
    records.revoke_token(ctx, token)
    return queries.person_view(ctx, ctx.session.get_one(Person, token.person_id))


@operation(Effect.RUN, right="read:renewals", page_only=True)
def create_feed(ctx: Context, request: CreateFeed) -> FeedMade:  # noqa: ARG001 - every operation takes a request
    """Make the secret address of your calendar of deadlines; one you had stops working, and it is shown once."""
    person = ctx.session.get_one(Person, ctx.principal.person_id)
    row, secret = records.create_feed(ctx, person)
    return FeedMade(feed=queries.feed_view(row), secret=secret)


@operation(Effect.RUN, right=EVERYONE, page_only=True)
def revoke_feed(ctx: Context, request: RevokeFeed) -> PersonView:
    """Revoke your calendar feed, or that of somebody you manage; it stops working at once."""
    person = _someone(ctx, request.email, queries.MANAGE)
    if not records.revoke_feed(ctx, person):
        raise Conflict(f"{person.name} has no calendar feed.")
    return queries.person_view(ctx, person)


def _someone(ctx: Context, email: str | None, right: str) -> Person:
    """Return the caller, or somebody else for who holds a right; what others may not see is the same as absent."""
    own = ctx.session.get_one(Person, ctx.principal.person_id)
    if email is None or email.strip().lower() == own.email.lower():
        return own
    if not ctx.principal.may(right):
        raise Forbidden("Your roles show only yourself.", field="email", fix="Leave the address out.")
    return queries.get_anyone(ctx.session, email)

"""Facts about people that the system learns by itself: who a token admits, what acted for them, what was ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from netos_core.access import sessions
from netos_core.access.claims import Identity, require_role
from netos_core.access.model import AccessToken, AgentUse, CalendarFeed, Person
from netos_core.access.queries import principal
from netos_core.access.rules import PersonKind, Scope
from netos_core.changes import audit
from netos_core.changes.plans import take_refs
from netos_core.kernel.context import Context, Principal
from netos_core.kernel.db import new_id
from netos_core.kernel.errors import Conflict, Forbidden, NotSignedIn
from netos_core.people.rules import fingerprint, new_feed_secret, new_token

NOBODYS_MAIL = "invalid"  # RFC 2606: mail to it goes nowhere
USED_EVERY = timedelta(minutes=1)
LONGEST_NAME = 60
CALENDAR = "calendar feed"


class PersonClosed(Forbidden):
    """The person was shut out of this installation."""


class TokenNotValid(NotSignedIn):
    """A personal token that is unknown, expired or revoked."""

    code = "invalid_token"


class AddressTaken(Conflict):
    """Two people of the directory have, one after the other, the same e-mail address."""


def admit(session: Session, identity: Identity, now: datetime) -> Person:
    """Return the person of a verified token, made on the first sign-in; roles are those of the newest token.

    The directory's object id says who it is. An e-mail address never does: it can be given to someone else.

    Raises:
        PersonClosed: An admin shut them out.
        NoRole: Nobody of that directory id is known here, and the token gives no role.
        AddressTaken: Someone else here still has their address.
    """
    person = session.scalar(select(Person).where(Person.directory_id == identity.directory_id))
    if person is None:
        person = _newcomer(session, identity, now)
    if not person.active:
        raise PersonClosed(
            "Your access to NetOS was closed by an admin.", fix="Ask an admin to open it on the People page."
        )
    roles: list[str] = sorted(identity.roles or ())
    newer = person.roles_at is None or identity.issued_at >= person.roles_at
    if newer and (person.roles, person.name) != (roles, identity.name):
        person.roles, person.name = roles, identity.name
        person.roles_at = identity.issued_at
        session.flush()
    return person


_person, _token = cast("Table", Person.__table__).c, cast("Table", AccessToken.__table__).c
_feed = cast("Table", CalendarFeed.__table__).c
_PRINCIPAL = (_person.id, _person.email, _person.name, _person.roles, _person.kind)  # what a call needs of a person

# Asked at every call, so made once, of plain columns: a token may not cost more than the row it stands for.
_KNOWN = select(*_PRINCIPAL, _person.roles_at).where(_person.directory_id == bindparam("directory_id"), _person.active)
_OF_TOKEN = (
    select(_token.id.label("token_id"), _token.ref, _token.scope, _token.used_at, *_PRINCIPAL)
    .join_from(Person.__table__, AccessToken.__table__, _person.id == _token.person_id)
    .where(
        _token.sha256 == bindparam("sha256"),
        _token.expires_at > bindparam("now"),
        _token.revoked_at.is_(None),
        _person.active,
    )
)
_OF_FEED = (
    select(_feed.used_at, *_PRINCIPAL)
    .join_from(Person.__table__, CalendarFeed.__table__, _person.id == _feed.person_id)
    .where(_feed.sha256 == bindparam("sha256"), _person.active)
)


def known(session: Session, identity: Identity, client: str) -> Principal | None:
    """Return the principal of somebody nothing is new about: one row read, and nothing written.

    None where `admit` has to look: a newcomer, other roles, somebody who was shut out.
    """
    row = session.execute(_KNOWN, {"directory_id": identity.directory_id}).first()
    if row is None or not row.roles:
        return None
    newer = row.roles_at is None or identity.issued_at >= row.roles_at
    if newer and (row.roles, row.name) != (sorted(identity.roles or ()), identity.name):
        return None
    return principal(row, client=client)


def _newcomer(session: Session, identity: Identity, now: datetime) -> Person:
    require_role(identity.roles)
    kind = PersonKind.AGENT if identity.application else PersonKind.PERSON
    email = (identity.email or f"{identity.object_id}@{kind}.{NOBODYS_MAIL}").lower()
    _free_address(session, email)
    session.execute(
        insert(Person)
        .values(
            id=new_id(),
            email=email,
            name=identity.name,
            roles=sorted(identity.roles or ()),
            kind=kind,
            directory_id=identity.directory_id,
            roles_at=identity.issued_at,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["directory_id"])  # two first requests at once make one person
    )
    return session.scalars(select(Person).where(Person.directory_id == identity.directory_id)).one()


def _free_address(session: Session, email: str) -> None:
    """Take an address from someone who was shut out; anyone else keeps it."""
    holder = session.scalar(select(Person).where(func.lower(Person.email) == email).with_for_update())
    if holder is None:
        return
    if holder.active:
        raise AddressTaken(
            "Someone else in NetOS has your e-mail address.",
            fix="An admin closes the earlier account on the People page; then sign in again.",
        )
    holder.email = f"{holder.id}@former.{NOBODYS_MAIL}"
    session.flush()


def note_agent(session: Session, who: Principal, name: str, now: datetime, address: str | None) -> None:
    """Note that an agent acts for somebody now."""
    seen = {"name": name[:LONGEST_NAME], "last_at": now, "address": address}
    session.execute(
        insert(AgentUse)
        .values(person_id=who.person_id, client=who.client, first_at=now, **seen)
        .on_conflict_do_update(index_elements=["person_id", "client"], set_=seen)
    )


# Personal tokens


def create_token(ctx: Context, person: Person, *, name: str, scope: Scope, days: int) -> tuple[AccessToken, str]:
    """Make a personal token; the second value is the token itself, which nobody can show again."""
    secret = new_token()
    row = AccessToken(
        id=new_id(),
        ref=take_refs(ctx.session, "token")[0],
        person_id=person.id,
        name=name,
        scope=scope,
        sha256=fingerprint(secret),
        created_at=ctx.now,
        expires_at=ctx.now + timedelta(days=days),
    )
    ctx.session.add(row)
    ctx.session.flush()
    told = {"name": name, "scope": str(scope), "person": person.email, "expires": row.expires_at.isoformat()}
    audit.record(ctx, "create", entity="access_token", entity_id=row.id, ref=row.ref, after=told)
    return row, secret


def revoke_token(ctx: Context, token: AccessToken) -> None:
    """End a personal token for good."""
    token.revoked_at = ctx.now
    ctx.session.flush()
    audit.record(ctx, "revoke", entity="access_token", entity_id=token.id, ref=token.ref, after={"name": token.name})


def principal_of_token(session: Session, secret: str, now: datetime, address: str | None) -> Principal:
    """Return who a personal token acts for, with what its scope leaves of their rights today.

    Raises:
        TokenNotValid: It is unknown, expired or revoked, or its person was shut out.
    """
    row = session.execute(_OF_TOKEN, {"sha256": fingerprint(secret), "now": now}).first()
    if row is None:
        raise TokenNotValid(
            "That personal token is unknown, expired or revoked.", fix="Make another with `netos token create`."
        )
    if row.used_at is None or row.used_at < now - USED_EVERY:
        used = {"used_at": now, "used_from": address}
        session.execute(update(AccessToken).where(AccessToken.id == row.token_id).values(**used))
    return principal(row, client=f"token:{row.ref}", scope=Scope(row.scope))


# Calendar feeds


def create_feed(ctx: Context, person: Person) -> tuple[CalendarFeed, str]:
    """Make a person's feed in place of any they had; the second value is its secret, which nobody can show again."""
    revoke_feed(ctx, person)
    secret = new_feed_secret()
    row = CalendarFeed(person_id=person.id, sha256=fingerprint(secret), created_at=ctx.now)
    ctx.session.add(row)
    ctx.session.flush()
    audit.record(ctx, "create", entity="calendar_feed", entity_id=person.id, ref=person.email)
    return row, secret


def revoke_feed(ctx: Context, person: Person) -> bool:
    """End somebody's feed for good; tells whether there was one."""
    feed = ctx.session.get(CalendarFeed, person.id, with_for_update=True)
    if feed is None:
        return False
    ctx.session.delete(feed)
    ctx.session.flush()
    audit.record(ctx, "revoke", entity="calendar_feed", entity_id=person.id, ref=person.email)
    return True


def principal_of_feed(session: Session, secret: str, now: datetime, address: str | None) -> Principal | None:
    """Return who a feed shows deadlines to, with what they may read today; None where nobody has it any more."""
    row = session.execute(_OF_FEED, {"sha256": fingerprint(secret)}).first()
    if row is None:
        return None
    if row.used_at is None or row.used_at < now - USED_EVERY:
        used = {"used_at": now, "used_from": address}
        session.execute(update(CalendarFeed).where(CalendarFeed.person_id == row.id).values(**used))
    return principal(row, CALENDAR, scope=Scope.READ)


# Sessions and admission, as acts of a person


def note_sign_in(ctx: Context, how: str) -> None:
    audit.record(ctx, "sign_in", entity="person", ref=ctx.principal.email, after={"through": how})


def note_sign_out(ctx: Context) -> None:
    audit.record(ctx, "sign_out", entity="person", ref=ctx.principal.email)


def end_sessions(ctx: Context, person: Person) -> int:
    """Sign somebody out of every browser."""
    ended = sessions.end_all(ctx.session, person.id)
    audit.record(ctx, "sign_out", entity="person", entity_id=person.id, ref=person.email, after={"sessions": ended})
    return ended


def set_active(ctx: Context, person: Person, *, active: bool, reason: str) -> None:
    """Shut somebody out, sessions, tokens and feed included, or let them in again."""
    person.active = active
    ctx.session.flush()
    if not active:
        sessions.end_all(ctx.session, person.id)
        _revoke_all(ctx, person.id)
        revoke_feed(ctx, person)
    action = "open" if active else "close"
    audit.record(ctx, action, entity="person", entity_id=person.id, ref=person.email, reason=reason)


def _revoke_all(ctx: Context, person_id: UUID) -> None:
    live = select(AccessToken).where(AccessToken.person_id == person_id, AccessToken.revoked_at.is_(None))
    for token in ctx.session.scalars(live).all():
        revoke_token(ctx, token)

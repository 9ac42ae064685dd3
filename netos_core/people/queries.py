"""Reads of people, of what is signed in for them, and of the agents that act for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from netos_core.access import sessions
from netos_core.access.model import AccessToken, AgentUse, CalendarFeed, Person, WebSession
from netos_core.access.queries import principal
from netos_core.access.rules import PersonKind
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.redaction import View
from netos_core.people.schemas import AgentView, FeedView, PeopleView, PersonRow, PersonView, SessionView, TokenView

MANAGE = "run:people"
MOST_AGENTS = 50


class TokenNotFound(NotFound):
    """No token of the caller has that ref."""


class NobodyNamed(NotFound):
    """Nobody has that e-mail address, active or not."""


def list_people(ctx: Context, *, active: bool | None) -> PeopleView:
    """List everyone by name, with how many browsers, tokens and agents are theirs."""
    live_sessions = _counted(WebSession.person_id).where(
        WebSession.expires_at > ctx.now, WebSession.seen_at > ctx.now - sessions.IDLE
    )
    live_tokens = _counted(AccessToken.person_id).where(
        AccessToken.expires_at > ctx.now, AccessToken.revoked_at.is_(None)
    )
    agents = select(AgentUse.person_id, func.count().label("n"), func.max(AgentUse.last_at).label("last_at"))
    s, t, a = live_sessions.subquery(), live_tokens.subquery(), agents.group_by(AgentUse.person_id).subquery()
    query = (
        select(
            Person.email,
            Person.name,
            Person.kind,
            Person.roles,
            Person.active,
            func.greatest(Person.seen_at, a.c.last_at).label("seen_at"),
            func.coalesce(s.c.n, 0).label("sessions"),
            func.coalesce(t.c.n, 0).label("tokens"),
            func.coalesce(a.c.n, 0).label("agents"),
        )
        .outerjoin(s, s.c.person_id == Person.id)
        .outerjoin(t, t.c.person_id == Person.id)
        .outerjoin(a, a.c.person_id == Person.id)
        .where(Person.kind != PersonKind.SYSTEM)
        .order_by(Person.name, Person.email)
    )
    if active is not None:
        query = query.where(Person.active.is_(active))
    rows = [PersonRow(**row) for row in ctx.session.execute(query).mappings()]
    return PeopleView(total=len(rows), people=rows)


def _counted(column: InstrumentedAttribute[UUID]) -> Select[Any, Any]:
    return select(column.label("person_id"), func.count().label("n")).group_by(column)


def person_view(ctx: Context, person: Person) -> PersonView:
    """Show somebody with their browsers, tokens and agents, newest first."""
    agents = select(AgentUse).where(AgentUse.person_id == person.id).order_by(AgentUse.last_at.desc())
    tokens = select(AccessToken).where(AccessToken.person_id == person.id).order_by(AccessToken.id.desc())
    browsers = (
        select(WebSession)
        .where(
            WebSession.person_id == person.id,
            WebSession.expires_at > ctx.now,
            WebSession.seen_at > ctx.now - sessions.IDLE,
        )
        .order_by(WebSession.seen_at.desc())
    )
    feed = ctx.session.get(CalendarFeed, person.id)
    used = [AgentView(**_fields(row, AgentView)) for row in ctx.session.scalars(agents.limit(MOST_AGENTS))]
    return PersonView(
        email=person.email,
        name=person.name,
        kind=person.kind,
        roles=sorted(person.roles),
        rights=sorted(principal(person).rights),
        active=person.active,
        is_you=person.id == ctx.principal.person_id,
        seen_at=max((at for at in (person.seen_at, *(agent.last_at for agent in used)) if at), default=None),
        sessions=[
            SessionView(since=row.created_at, **_fields(row, SessionView, frozenset({"since"})))
            for row in ctx.session.scalars(browsers)
        ],
        tokens=[token_view(row, ctx.now) for row in ctx.session.scalars(tokens)],
        agents=used,
        feed=feed_view(feed) if feed is not None else None,
        may_manage=ctx.principal.may(MANAGE),
    )


def token_view(token: AccessToken, now: datetime) -> TokenView:
    live = token.revoked_at is None and token.expires_at > now
    return TokenView(live=live, **_fields(token, TokenView, frozenset({"live"})))


def feed_view(feed: CalendarFeed) -> FeedView:
    return FeedView(**_fields(feed, FeedView))


def _fields(row: object, view: type[View], without: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {name: getattr(row, name) for name in view.model_fields if name not in without}


def get_anyone(session: Session, email: str) -> Person:
    """Return who has an address, shut out or not.

    Raises:
        NobodyNamed: There is none.
    """
    person = session.scalar(
        select(Person).where(func.lower(Person.email) == email.strip().lower(), Person.kind != PersonKind.SYSTEM)
    )
    if person is None:
        raise NobodyNamed("Nobody here has that e-mail address.", field="email", fix="The People page lists everyone.")
    return person


def get_token(session: Session, ref: str) -> AccessToken:
    """Return a personal token by its ref.

    Raises:
        TokenNotFound: There is none.
    """
    token = session.scalar(select(AccessToken).where(AccessToken.ref == ref.strip().upper()).with_for_update())
    if token is None:
        raise TokenNotFound("No token has that ref.", field="ref", fix="`netos token list` lists them.")
    return token


def list_tokens(session: Session) -> list[tuple[AccessToken, Person]]:
    """List every personal token with its person, newest first."""
    rows = session.execute(
        select(AccessToken, Person).join(Person, Person.id == AccessToken.person_id).order_by(AccessToken.id.desc())
    )
    return [(row.AccessToken, row.Person) for row in rows]

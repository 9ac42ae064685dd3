"""What the people page and its operations take and return."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from netos_core.access.rules import Scope
from netos_core.kernel.fields import Name
from netos_core.kernel.redaction import Request, View
from netos_core.people.rules import DEFAULT_DAYS, LONGEST_DAYS


class ListPeople(Request):
    active: bool | None = Field(None, description="Only those who may sign in (true), or who were shut out (false).")


class AgentView(View):
    """A client that has acted for somebody. `name` is what it calls itself, `client` what signed it in."""

    client: str
    name: str
    first_at: datetime
    last_at: datetime
    address: str | None


class TokenView(View):
    """A personal token, without its secret."""

    ref: str
    name: str
    scope: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    used_from: str | None
    revoked_at: datetime | None
    live: bool


class FeedView(View):
    """A calendar feed, without its secret."""

    created_at: datetime
    used_at: datetime | None
    used_from: str | None


class SessionView(View):
    """A browser somebody is signed in with."""

    since: datetime
    seen_at: datetime
    expires_at: datetime
    address: str | None
    browser: str | None


class PersonRow(View):
    """Somebody who signs in, or an agent that does so by itself."""

    email: str
    name: str
    kind: str
    roles: list[str]
    active: bool
    seen_at: datetime | None = Field(description="Last sign-in or last call of an agent of theirs.")
    sessions: int
    tokens: int
    agents: int


class PeopleView(View):
    total: int
    people: list[PersonRow]


class GetPerson(Request):
    email: str | None = Field(None, description="Whose; your own without one.")


class PersonView(View):
    """Somebody with everything that is signed in for them."""

    email: str
    name: str
    kind: str
    roles: list[str]
    rights: list[str]
    active: bool
    is_you: bool
    seen_at: datetime | None
    sessions: list[SessionView]
    tokens: list[TokenView]
    agents: list[AgentView]
    feed: FeedView | None
    may_manage: bool


class RoleView(View):
    """One row of the rights table."""

    role: str
    reads: list[str]
    sees: list[str]
    proposes: list[str]
    approves: list[str]
    runs: list[str]


class RightsView(View):
    """The one table of who may do what; `netos doctor --rights` prints the same."""

    roles: list[RoleView]


class ListRights(Request):
    """Takes nothing."""


class SignOut(Request):
    email: str | None = Field(None, description="Whose browsers; your own without one.")


class SetAccess(Request):
    email: str
    reason: str = Field(min_length=3, max_length=2000)


class CreateToken(Request):
    name: Name = Field(description="What will use it, such as “laptop”.")
    scope: Scope = Field(Scope.READ, description="read, or propose: read, propose changes, confirm small ones.")
    days: int = Field(DEFAULT_DAYS, ge=1, le=LONGEST_DAYS, description="Days until it expires.")


class TokenMade(View):
    """A new personal token; `secret` is shown this once."""

    token: TokenView
    secret: str


class CreateFeed(Request):
    """Takes nothing."""


class FeedMade(View):
    """A new calendar feed; `secret`, the part of its address before `.ics`, is shown this once."""

    feed: FeedView
    secret: str


class RevokeFeed(Request):
    email: str | None = Field(None, description="Whose; your own without one.")


class RevokeToken(Request):
    ref: str = Field(description="Such as TOK-1001.")

"""People, how they are signed in, and what acts for them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base


class Person(Base):
    """Someone who signs in, approves, or has an agent act for them. Never deleted: audit names people by id.

    `kind` tells a person from an agent that signs in by itself and from NetOS. `directory_id` is who they are
    for the identity provider (tenant and object id); e-mail address and name are only for showing.
    """

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    roles: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    kind: Mapped[str] = mapped_column(server_default=text("'person'"))
    directory_id: Mapped[str | None] = mapped_column(unique=True)
    roles_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]


class WebSession(Base):
    """A browser session. The cookie holds a random id; only its SHA-256 is stored.

    `refresh_sealed` is the identity provider's refresh token, sealed; `renew_at` is when the roles behind the
    session are asked for anew, and `renewing_at` when somebody began to.
    """

    __tablename__ = "web_session"

    id_sha256: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    seen_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    expires_at: Mapped[datetime]
    address: Mapped[str | None]
    browser: Mapped[str | None]
    refresh_sealed: Mapped[str | None]
    renew_at: Mapped[datetime | None]
    renewing_at: Mapped[datetime | None]


class AccessToken(Base):
    """A personal token for a local agent. It is shown once; only its SHA-256 is stored."""

    __tablename__ = "access_token"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str]
    scope: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_from: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class CalendarFeed(Base):
    """The secret address of somebody's calendar of deadlines. It is shown once; only its SHA-256 is stored."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_from: Mapped[str | None]


class AgentUse(Base):
    """That a client has acted for a person, and when last. `name` is what the client calls itself."""

    __tablename__ = "agent_use"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    client: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    address: Mapped[str | None]

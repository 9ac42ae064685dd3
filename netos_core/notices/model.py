"""The outbox, what people set about it, and which ways rest."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from netos_core.kernel.db import Base


class OutboxMessage(Base):
    """A message to the outside, written in the transaction of its cause and delivered after it.

    `delivery_key` is the promise to send once: the second message with a key is not written. `claimed_at` is set
    while a worker sends it; `repeat` says that an earlier try may have got through. `money` holds what only those
    may read who see amounts. `waits_since` is from when the days are counted after which it is given up.
    """

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    ref: Mapped[str] = mapped_column(String(24), unique=True, server_default=text("'NTC-' || nextval('ref_notice')"))
    delivery_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    channel: Mapped[str]
    recipient: Mapped[str]
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    about: Mapped[str | None]
    title: Mapped[str]
    link: Mapped[str | None]
    urgent: Mapped[bool] = mapped_column(server_default=text("false"))
    payload: Mapped[dict[str, Any]]
    money: Mapped[dict[str, Any] | None]
    state: Mapped[str] = mapped_column(server_default=text("'waiting'"))
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_try_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    claimed_at: Mapped[datetime | None]
    repeat: Mapped[bool] = mapped_column(server_default=text("false"))
    error: Mapped[str | None]
    vendor_ref: Mapped[str | None]
    digest_id: Mapped[UUID | None] = mapped_column(ForeignKey("outbox.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    waits_since: Mapped[datetime] = mapped_column(server_default=text("now()"))
    delivered_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_outbox_due", "channel", "next_try_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_outbox_held", "person_id", postgresql_where=text("state = 'held'")),
        Index("ix_outbox_dead", "channel", postgresql_where=text("state = 'dead'")),
        Index("ix_outbox_thread", "about", "recipient", postgresql_where=text("vendor_ref is not null")),
        Index("ix_outbox_person_id_id", "person_id", "id"),
    )


class NoticePreference(Base):
    """What a person has set: ways and timing by kind, quiet hours and the hour of the digest (business time)."""

    __tablename__ = "notice_preference"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    wishes: Mapped[dict[str, Any]]
    quiet_from: Mapped[time | None]
    quiet_until: Mapped[time | None]
    digest_at: Mapped[time]
    updated_at: Mapped[datetime]


class RestingWay(Base):
    """A way that rests: its system is away, limits us or refuses our credential. Gone once something gets through."""

    __tablename__ = "notice_rest"

    channel: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    rests_until: Mapped[datetime]
    shut: Mapped[bool]
    told: Mapped[str]
    since: Mapped[datetime]


class RefusedAddress(Base):
    """A mail address that was refused for good. Mail to it is still tried: it is a mark for people, not a block."""

    __tablename__ = "notice_refused_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    told: Mapped[str]
    since: Mapped[datetime]

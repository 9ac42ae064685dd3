"""Who is calling, when and from where: handed to every operation, made only by an edge."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from netos_core.kernel.clock import business_day
from netos_core.kernel.errors import Forbidden
from netos_core.kernel.sealing import Keys, NoKeys

Read = TypeVar("Read")


class Channel(StrEnum):
    """The door a call came through, strongest last."""

    JOB = "job"
    AGENT = "agent"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Principal:
    """The person a call is made for and, where one is in between, the agent that makes it.

    `rights` is worked out once by `access` from the person's roles; an agent has at most the rights
    of its person, a scheduled agent acts for itself and may not confirm. `agent` is what the agent calls
    itself, `client` what signed it in: an application of the directory, a personal token.
    """

    person_id: UUID
    name: str
    email: str
    roles: frozenset[str]
    rights: frozenset[str]
    agent: str | None = None
    client: str | None = None
    scheduled: bool = False

    def may(self, right: str) -> bool:
        return right in self.rights


@dataclass(frozen=True, slots=True)
class Room:
    """A place outside where many read, such as a Slack channel.

    Args:
        channel: The way there, such as `slack`.
        name: What it is called there.
        kinds: The kinds of notices it takes.
        money: Whether everybody there may read amounts.
    """

    channel: str
    name: str
    kinds: frozenset[str]
    money: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of this installation that rules need, as values."""

    zone: ZoneInfo
    currency: str = "USD"
    proration: str = "30"
    """How the days of a partial month are counted: of thirty, or as they are (`actual`)."""

    spend_change: Decimal = Decimal(500)
    """A provider's spend that changes by less a month is no anomaly, whatever part of it that is."""

    concentration_percent: int = 40
    concentration_circuits: int = 10
    """A provider is a concentration above so many percent of a market that has at least so many circuits."""

    public_url: str = "http://127.0.0.1:8420"
    proposal_days: int = 14
    bulk_limit: int = 25
    medium_needs_page: bool = False
    second_approval_from: Decimal | None = None
    upload_bytes: int = 50 << 20
    scans_uploads: bool = False
    personal_channels: frozenset[str] = frozenset({"mail"})
    rooms: tuple[Room, ...] = ()
    letterhead: tuple[str, ...] = ()
    """Our own name and the lines of our address, as letters carry them."""

    signs_letters: bool = False
    """Whether a service is configured that has letters signed."""

    writes_reports: bool = False
    """Whether a model is configured that writes about reports."""

    report_roles: frozenset[str] = frozenset()
    """The roles that are told of the weekly report."""


def new_request_id() -> str:
    return "req_" + secrets.token_hex(8)


@dataclass(frozen=True, slots=True)
class Context:
    """One call: its database session, its principal, its clock and its trace."""

    session: Session
    principal: Principal
    now: datetime
    policy: Policy
    channel: Channel
    request_id: str = field(default_factory=new_request_id)
    address: str | None = None
    keys: Keys = field(default_factory=NoKeys)
    memory: dict[Hashable, Any] | None = None
    """What was read so far in a transaction that only reads."""

    def once(self, what: Hashable, read: Callable[[], Read]) -> Read:
        """Read something once for all that is asked in a transaction that only reads; in any other, each time anew."""
        if self.memory is None:
            return read()
        if what not in self.memory:
            self.memory[what] = read()
        found: Read = self.memory[what]
        return found

    @property
    def today(self) -> date:
        """The business day of `now`."""
        return business_day(self.now, self.policy.zone)

    def require(self, right: str) -> None:
        """Refuse the call unless its principal holds a right.

        Raises:
            Forbidden: The person's roles do not give it.
        """
        if not self.principal.may(right):
            raise Forbidden(
                f"Your roles ({', '.join(sorted(self.principal.roles)) or 'none'}) do not include {right}.",
                fix="Ask someone whose role has it; the Rights page and list_rights say which.",
            )

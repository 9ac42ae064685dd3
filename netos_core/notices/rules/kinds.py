"""What people are told of, by which ways, and who is told as a deadline nears: three tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from netos_core.access.rules import Role


class Way(StrEnum):
    """How a message travels. Mail and direct messages go to a person, the rest where many read; centre stays here."""

    MAIL = "mail"
    DIRECT = "slack_direct"
    SLACK = "slack"
    TEAMS = "teams"
    MONDAY = "monday"
    CENTRE = "centre"


PERSONAL = (Way.MAIL, Way.DIRECT)

WAY_WORDS: Mapping[Way, str] = {
    Way.MAIL: "Mail",
    Way.DIRECT: "Slack, to you",
    Way.SLACK: "Slack channel",
    Way.TEAMS: "Teams",
    Way.MONDAY: "Monday.com",
    Way.CENTRE: "This page only",
}


class NoticeKind(StrEnum):
    """What a notice is about. People choose ways and timing by it."""

    APPROVAL = "approval"
    DECIDED = "decided"
    RENEWAL = "renewal"
    REPORT = "report"
    TRAIL_BROKEN = "trail_broken"
    CREDENTIALS = "credentials_invalid"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class KindPolicy:
    """One row of the table of kinds.

    Args:
        words: What people call it.
        explained: When it is sent.
        right: Who lacks it is not told.
        chosen: Whether its reader may hold it for the digest or have no message at all.
        shared: Whether it also goes to the places where many read.
    """

    words: str
    explained: str
    right: str
    chosen: bool = True
    shared: bool = False


KINDS: Mapping[NoticeKind, KindPolicy] = {
    NoticeKind.APPROVAL: KindPolicy("Approvals", "A change waits for your decision.", "read:changes"),
    NoticeKind.DECIDED: KindPolicy("Decisions", "Somebody decided a change you proposed.", "read:changes"),
    NoticeKind.RENEWAL: KindPolicy(
        "Renewals", "A contract's notice deadline came nearer, or was missed.", "read:renewals", shared=True
    ),
    NoticeKind.REPORT: KindPolicy("Reports", "A report you receive was made.", "read:renewals"),
    NoticeKind.TRAIL_BROKEN: KindPolicy(
        "Broken audit trail", "A seal does not match its rows.", "read:audit", chosen=False, shared=True
    ),
    NoticeKind.CREDENTIALS: KindPolicy(
        "Refused credentials", "An outside system no longer accepts ours.", "run:jobs", chosen=False, shared=True
    ),
    NoticeKind.DIGEST: KindPolicy("Digest", "What you asked to have once a day.", "read:overview", chosen=False),
}

CHOSEN = tuple(kind for kind in KINDS if kind is not NoticeKind.DIGEST)
"""The kinds a person may set anything about."""

SHARED = frozenset(kind for kind, policy in KINDS.items() if policy.shared)


class Step(IntEnum):
    """How near a deadline is: known to come, critical, or missed."""

    COMING = 0
    CRITICAL = 1
    OVERDUE = 2


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom one step of a ladder reaches: the record's owner, or a role in the owner's place, and further roles."""

    in_place_of_owner: frozenset[Role]
    also: frozenset[Role] = frozenset()


_FINANCE = frozenset({Role.FINANCE})
LADDER: Mapping[NoticeKind, Mapping[Step, Audience]] = {
    NoticeKind.RENEWAL: {
        Step.COMING: Audience(_FINANCE),
        Step.CRITICAL: Audience(_FINANCE, frozenset({Role.EXEC})),
        Step.OVERDUE: Audience(_FINANCE, frozenset({Role.EXEC, Role.ADMIN})),
    },
}


def escalate(kind: NoticeKind, step: Step) -> Audience:
    """Say whom a step reaches; the owner always, where the record has one."""
    return LADDER[kind][step]


def reached(audience: Audience, roles: frozenset[str], *, owner: bool, owned: bool) -> bool:
    """Tell whether somebody belongs to an audience.

    Args:
        audience: The step of the ladder.
        roles: What they hold.
        owner: Whether they own the record.
        owned: Whether anybody does who can be told.
    """
    wanted = audience.also if owned else audience.also | audience.in_place_of_owner
    return owner or not wanted.isdisjoint(roles)

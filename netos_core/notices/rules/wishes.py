"""How each person wants to be told: by which ways, at once or once a day, and at what hours not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from netos_core.notices.rules.kinds import KINDS, PERSONAL, NoticeKind, Way


class Timing(StrEnum):
    NOW = "now"
    DIGEST = "digest"


@dataclass(frozen=True, slots=True)
class Wish:
    """How somebody wants one kind of notice; without ways it stands in the notice centre only."""

    ways: tuple[Way, ...] = (Way.MAIL,)
    timing: Timing = Timing.NOW


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours without messages, by the clock of the business; `ends` before `starts` is the next morning."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Preferences:
    """What somebody has set; a kind that is not in `wishes` is as `Wish()` has it."""

    wishes: Mapping[str, Wish] = field(default_factory=dict)
    quiet: Quiet | None = None
    digest_at: time = time(7)


@dataclass(frozen=True, slots=True)
class Route:
    """One message of a notice to a person: its way, and whether it waits for the digest."""

    way: Way
    held: bool = False


def routes(wishes: Preferences, kind: NoticeKind, *, urgent: bool, usable: frozenset[str]) -> tuple[Route, ...]:
    """Say which messages a notice becomes for one person; never none.

    An urgent one, and one of a kind nobody may put off, goes out at once whatever was chosen.

    Args:
        wishes: What the person has set.
        kind: What the notice is about.
        urgent: Whether it can not wait.
        usable: The ways to a person that this installation has; mail is always one.
    """
    wish = wishes.wishes.get(kind, Wish())
    must = urgent or not KINDS[kind].chosen
    ways = tuple(way for way in PERSONAL if way in wish.ways and (way in usable or way is Way.MAIL))
    if not ways:
        silent = not wish.ways and not must
        return (Route(Way.CENTRE),) if silent else (Route(Way.MAIL, held=not must and wish.timing is Timing.DIGEST),)
    return tuple(Route(way, held=not must and wish.timing is Timing.DIGEST) for way in ways)


def quiet_until(quiet: Quiet | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when quiet hours end (UTC), or None where it is not quiet now."""
    if quiet is None or quiet.starts == quiet.ends:
        return None
    here = now.astimezone(zone)
    clock, overnight = here.time(), quiet.ends < quiet.starts
    if overnight and clock >= quiet.starts:
        return _at(here.date() + timedelta(days=1), quiet.ends, zone)
    if clock < quiet.ends and (overnight or clock >= quiet.starts):
        return _at(here.date(), quiet.ends, zone)
    return None


def digest_day(digest_at: time, now: datetime, zone: ZoneInfo) -> date | None:
    """Return the business day whose digest is due by now; None before its hour."""
    here = now.astimezone(zone)
    return here.date() if here.time() >= digest_at else None


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)

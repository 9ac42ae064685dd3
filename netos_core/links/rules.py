"""The words of RF links and subtended circuits, how far apart two points are, and when two spans of days meet."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from netos_core.geo.rules import Point, metres_between


class RfStatus(StrEnum):
    PLANNED = "planned"
    ACTIVE = "active"
    OFFLINE = "offline"
    DECOMMISSIONED = "decommissioned"


class Licensing(StrEnum):
    """Whether a link needs a licence: its own, one that is only registered, or none."""

    LICENSED = "licensed"
    LIGHTLY_LICENSED = "lightly_licensed"
    UNLICENSED = "unlicensed"


class SubtendRole(StrEnum):
    """What a circuit is to an asset it does not end at, or ends at as well."""

    SUBTENDED = "subtended"
    BACKHAUL = "backhaul"
    BACKUP = "backup"
    TRANSIT = "transit"


def path_length_km(a: Point | None, z: Point | None) -> float | None:
    """Give the great-circle distance of two points in kilometres, to the metre; None where a point is unknown."""
    return None if a is None or z is None else round(metres_between(a, z) / 1000, 3)


def overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> bool:
    """Tell whether two spans of days share a day; an end that is None is open, and both ends count."""
    return (one[0] or date.min) <= (other[1] or date.max) and (other[0] or date.min) <= (one[1] or date.max)


def holds_on(span: tuple[date | None, date | None], day: date) -> bool:
    """Tell whether a span of days has a day in it."""
    return overlap(span, (day, day))

"""Points, and the boxes that hold everything within a distance: on a sphere, over the date line and the poles."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

EARTH_METRES = 6371008.7714150598
"""Mean radius of WGS 84, (2a + b) / 3: the sphere PostGIS measures on when it is told to use no spheroid."""

FARTHEST_METRES = math.pi * EARTH_METRES
MARGIN = 1e-6  # degrees a box is wider than need be: rounding must not lose a point, and every hit is measured again
POLE, DATE_LINE = 90.0, 180.0

LAT_LON = re.compile(r"\s*([+-]?\d{1,3}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Point:
    """A place on WGS 84, in degrees."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Box:
    """From west to east and from south to north; it never runs over the date line."""

    west: float
    south: float
    east: float
    north: float


def point_of(text: str) -> Point | None:
    """Read `lat,lon` as people write it; None where the text is no such pair, or lies off the earth."""
    found = LAT_LON.fullmatch(text)
    if found is None:
        return None
    lat, lon = float(found[1]), float(found[2])
    return Point(lon, lat) if abs(lat) <= POLE and abs(lon) <= DATE_LINE else None


def metres_between(one: Point, other: Point) -> float:
    """Measure along the sphere, exact for near points and for opposite ones alike (Vincenty's formula on a sphere)."""
    lat1, lat2 = math.radians(one.lat), math.radians(other.lat)
    turn = math.radians(other.lon - one.lon)
    across = math.cos(lat2) * math.sin(turn)
    along = math.cos(lat1) * math.sin(lat2) - math.sin(lat1) * math.cos(lat2) * math.cos(turn)
    inward = math.sin(lat1) * math.sin(lat2) + math.cos(lat1) * math.cos(lat2) * math.cos(turn)
    return EARTH_METRES * math.atan2(math.hypot(across, along), inward)


def boxes_around(at: Point, metres: float) -> tuple[Box, ...]:
    """Give the one or two boxes that hold every point within a distance."""
    angle = metres / EARTH_METRES
    reach = math.degrees(angle) + MARGIN
    south, north = at.lat - reach, at.lat + reach
    if south <= -POLE or north >= POLE:  # a pole is within: every longitude is
        return (Box(-DATE_LINE, max(south, -POLE), DATE_LINE, min(north, POLE)),)
    sine = math.sin(angle) / math.cos(math.radians(at.lat))
    wide = math.degrees(math.asin(min(1.0, sine))) + MARGIN
    west, east = at.lon - wide, at.lon + wide
    if west < -DATE_LINE:
        return Box(west + 2 * DATE_LINE, south, DATE_LINE, north), Box(-DATE_LINE, south, east, north)
    if east > DATE_LINE:
        return Box(west, south, DATE_LINE, north), Box(-DATE_LINE, south, east - 2 * DATE_LINE, north)
    return (Box(west, south, east, north),)

"""Areas as people draw them: GeoJSON polygons, checked before any database is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netos_core.geo.rules import DATE_LINE, POLE, Box
from netos_core.kernel.errors import Invalid

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

MOST_CORNERS = 20_000
MOST_BOXES = 32
FEWEST_OF_A_RING = 4  # the first corner comes again as the last
FIELD = "polygon"
FIX = (
    'Give {"type": "Polygon", "coordinates": [[[-86.2, 39.7], [-86.1, 39.7], [-86.1, 40], [-86.2, 39.7]]]}, lon first.'
)


class NotAnArea(Invalid):
    """What was given is no polygon we can ask for."""


@dataclass(frozen=True, slots=True)
class Area:
    """A valid polygon or several, on one turn of the globe, and the boxes that hold its parts."""

    shape: BaseGeometry
    boxes: tuple[Box, ...]


def area_of(given: Mapping[str, Any]) -> Area:
    """Read a GeoJSON Polygon or MultiPolygon, or the Feature of one; sides are straight on the map, holes are holes.

    What goes on past the date line (longitudes beyond 180) is cut there, as RFC 7946 asks its writers to do.

    Raises:
        NotAnArea: It is something else, crosses itself, or is too large to be drawn by a person.
    """
    import shapely

    polygons = [_polygon(rings) for rings in _polygons(given)]
    if not polygons:
        raise _refused("The polygon has no corner.")
    shape = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
    if not shape.is_valid:
        raise _refused("The polygon crosses or touches itself.", "Draw its parts as a MultiPolygon.")
    shape = _on_one_turn(shape)
    parts = list(getattr(shape, "geoms", [shape]))
    bounds = [part.bounds for part in parts] if len(parts) <= MOST_BOXES else [shape.bounds]
    return Area(shape, tuple(Box(*each) for each in bounds))


def _polygons(given: Mapping[str, Any]) -> list[Any]:
    if given.get("type") == "Feature" and isinstance(given.get("geometry"), Mapping):
        given = given["geometry"]
    kind, coordinates = given.get("type"), given.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(coordinates, list):
        raise _refused("That is no GeoJSON Polygon or MultiPolygon.")
    polygons = [coordinates] if kind == "Polygon" else coordinates
    left = MOST_CORNERS
    for rings in polygons:
        if not isinstance(rings, list) or not all(isinstance(ring, list) for ring in rings):
            raise _refused("A polygon is a list of rings, and a ring a list of corners.")
        left -= sum(map(len, rings))
    if left < 0:
        raise _refused(f"The polygon has more than {MOST_CORNERS:,} corners.", "Simplify it.")
    return [rings for rings in polygons if rings]


def _polygon(rings: Sequence[Sequence[Any]]) -> BaseGeometry:
    import shapely

    outer, *holes = [_ring(ring) for ring in rings]
    return shapely.Polygon(outer, holes)


def _ring(corners: Sequence[Any]) -> list[tuple[float, float]]:
    ring = [_corner(corner) for corner in corners]
    if len(ring) < FEWEST_OF_A_RING or ring[0] != ring[-1]:
        raise _refused("A ring has at least three corners and ends at its first one.")
    return ring


def _corner(corner: Any) -> tuple[float, float]:
    match corner:
        case [(int() | float()) as lon, (int() | float()) as lat, *_] if not isinstance(lon, bool):
            if abs(lon) <= 3 * DATE_LINE and abs(lat) <= POLE:  # nan and infinity are no less than anything
                return float(lon), float(lat)
            raise _refused("A corner lies off the earth.", "Longitude comes first, then latitude.")
    raise _refused("A corner is longitude and latitude.")


def _on_one_turn(shape: BaseGeometry) -> BaseGeometry:
    """Move what lies beyond the date line to where those places are numbered."""
    import shapely
    from shapely.affinity import translate

    west, _, east, _ = shape.bounds
    if west >= -DATE_LINE and east <= DATE_LINE:
        return shape
    turn = 2 * DATE_LINE
    moved = [
        translate(shape.intersection(shapely.box(start, -POLE, start + turn, POLE)), xoff=-(start + DATE_LINE))
        for start in (-DATE_LINE - turn, -DATE_LINE, DATE_LINE)
    ]
    whole = shapely.union_all([part for part in moved if part.area])
    return shapely.MultiPolygon([part for part in getattr(whole, "geoms", [whole]) if part.geom_type == "Polygon"])


def _refused(message: str, fix: str = FIX) -> NotAnArea:
    return NotAnArea(message, field=FIELD, fix=fix)

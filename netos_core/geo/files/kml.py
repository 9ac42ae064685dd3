"""KML 2.x: placemarks, tracks and ground overlays become features; entities and outside files never are read."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from netos_core.geo.files.corners import OffTheEarth, corner
from netos_core.geo.files.reading import Reading, unreadable

DEEPEST = 200  # elements in elements
FEATURES = {"Placemark", "GroundOverlay"}
DONE = {*FEATURES, "Folder", "Document", "Style", "StyleMap", "Schema"}
TOLD = {"name", "description", "address", "phoneNumber", "visibility", "styleUrl", "snippet", "Snippet"}
Shape = dict[str, Any]


def read(content: bytes, called: str) -> Reading:
    """Read a document feature by feature, so that a large one never stands in memory whole.

    Raises:
        FileUnreadable: It is no XML, or declares entities.
    """
    document = _Document(Reading(called))
    try:
        for event, element in iterparse(io.BytesIO(content.lstrip()), events=("start", "end")):
            if event == "start":
                document.enter(element)
            else:
                document.leave(element)
    except DefusedXmlException as hostile:
        raise unreadable("The KML declares entities, which we do not read.", "Export it without them.") from hostile
    except (ParseError, ValueError, LookupError) as broken:
        where = getattr(broken, "position", None)
        raise unreadable(f"The KML is no well-formed XML{f' (line {where[0]})' if where else ''}.") from broken
    return document.found


@dataclass(slots=True)
class _Document:
    """Where reading stands: the elements and named folders around, and how many features came."""

    found: Reading
    path: list[Element] = field(default_factory=list)
    folders: list[str | None] = field(default_factory=list)
    number: int = 0

    def enter(self, element: Element) -> None:
        kind = _kind(element)
        self.path.append(element)
        if len(self.path) > DEEPEST:
            raise unreadable(f"Its elements are nested more than {DEEPEST} deep.")
        if len(self.path) == 1 and kind != "kml":
            raise unreadable("The XML is no KML.", "Export it as KML, KMZ or GeoJSON.")
        if kind == "Folder":
            self.folders.append(None)

    def leave(self, element: Element) -> None:
        kind = _kind(element)
        self.path.pop()
        if kind == "Folder":
            self.folders.pop()
        elif kind == "name" and self.path and _kind(self.path[-1]) == "Folder":
            self.folders[-1] = _text(element)
        elif kind in FEATURES:
            self.number += 1
            _add(self.found, self.number, element, [name for name in self.folders if name])
        if self.path and kind in DONE:
            self.path[-1].remove(element)  # it has been read, and the next ones need its room


def _add(found: Reading, number: int, element: Element, folders: list[str]) -> None:
    shapes: list[Shape] = []
    properties = _properties(element)
    if folders:
        properties["folder"] = " / ".join(folders)
    if _kind(element) == "GroundOverlay":
        shapes += _overlay(found, number, element)
    else:
        for child in element:
            shapes += _shapes(found, number, child, properties)
    found.add(_together(shapes), properties)


def _together(shapes: list[Shape]) -> Shape | None:
    if len(shapes) <= 1:
        return shapes[0] if shapes else None
    return {"type": "GeometryCollection", "geometries": shapes}


def _shapes(found: Reading, number: int, element: Element, properties: dict[str, Any]) -> Iterator[Shape]:
    """Turn a geometry into GeoJSON; one that can not be read is a problem, and the others go on."""
    kind = _kind(element)
    if kind in {"MultiGeometry", "MultiTrack"}:
        for child in element:
            yield from _shapes(found, number, child, properties)
        return
    try:
        made = _shape(kind, element, properties)
    except OffTheEarth as wrong:
        found.problem(number, "bad_geometry", str(wrong))
        return
    if made is not None:
        yield made


def _shape(kind: str, element: Element, properties: dict[str, Any]) -> Shape | None:
    if kind == "Point":
        corners = _corners(element)
        if len(corners) != 1:
            raise OffTheEarth("A point has one coordinate.")
        return {"type": "Point", "coordinates": corners[0]}
    if kind in {"LineString", "LinearRing"}:
        return {"type": "LineString", "coordinates": _line(_corners(element))}
    if kind == "Polygon":
        rings = [_ring(one) for one in (*_below(element, "outerBoundaryIs"), *_below(element, "innerBoundaryIs"))]
        if not rings or next(_below(element, "outerBoundaryIs"), None) is None:
            raise OffTheEarth("A polygon has an outer ring.")
        return {"type": "Polygon", "coordinates": rings}
    if kind == "Track":
        if times := [_text(one) for one in _below(element, "when")]:
            properties.setdefault("coordTimes", []).extend(times)
        tracked = [corner((_text(one) or "").split()) for one in _below(element, "coord")]
        return {"type": "LineString", "coordinates": _line(tracked)}
    return None


def _line(corners: list[list[float]]) -> list[list[float]]:
    if not corners:
        raise OffTheEarth("A line has no coordinate.")
    return corners


def _ring(boundary: Element) -> list[list[float]]:
    corners = [one for ring in _below(boundary, "LinearRing") for one in _corners(ring)]
    return _line(corners)


def _corners(element: Element) -> list[list[float]]:
    text = " ".join(_text(one) or "" for one in _below(element, "coordinates"))
    return [corner(one.split(",")) for one in re.sub(r"\s*,\s*", ",", text).replace(",,", ",").split()]


def _overlay(found: Reading, number: int, element: Element) -> Iterator[Shape]:
    """Turn the box of an overlay, turned about its middle, into a polygon."""
    box = next(_below(element, "LatLonBox"), None)
    if box is None:
        return
    sides = {_kind(side): _text(side) or "" for side in box}
    try:
        west, south = corner([sides.get("west", ""), sides.get("south", "")])
        east, north = corner([sides.get("east", ""), sides.get("north", "")])
        turned = math.radians(corner([sides.get("rotation", "0"), "0"])[0])
    except OffTheEarth as wrong:
        found.problem(number, "bad_geometry", str(wrong))
        return
    middle, centre = (west + east) / 2, (south + north) / 2
    squeeze = math.cos(math.radians(centre)) or 1.0
    ring = []
    for lon, lat in ((west, south), (east, south), (east, north), (west, north), (west, south)):
        across, up = (lon - middle) * squeeze, lat - centre
        ring.append(
            [
                middle + (across * math.cos(turned) - up * math.sin(turned)) / squeeze,
                centre + across * math.sin(turned) + up * math.cos(turned),
            ]
        )
    yield {"type": "Polygon", "coordinates": [ring]}


def _properties(element: Element) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for child in element:
        kind = _kind(child)
        if kind in TOLD and (text := _text(child)):
            told[kind] = text
        elif kind == "TimeSpan":
            told["timespan"] = {_kind(part): _text(part) for part in child}
        elif kind == "TimeStamp":
            told["timestamp"] = _text(next(_below(child, "when"), child))
        elif kind == "ExtendedData":
            _extended(child, told)
    return told


def _extended(element: Element, told: dict[str, Any]) -> None:
    """Take `Data` and `SchemaData`, which say the same in two ways."""
    for data in _below(element, "Data"):
        if name := data.get("name"):
            told[name] = _text(next(_below(data, "value"), data))
    for schema in _below(element, "SchemaData"):
        for data in _below(schema, "SimpleData"):
            if name := data.get("name"):
                told[name] = _text(data)


def _below(element: Element, kind: str) -> Iterator[Element]:
    return (child for child in element if _kind(child) == kind)


def _kind(element: Element) -> str:
    """Name an element without its namespace: there are four of KML, and files that name none."""
    return str(element.tag).rpartition("}")[2]


def _text(element: Element) -> str | None:
    return (element.text or "").strip() or None

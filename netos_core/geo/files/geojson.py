"""GeoJSON (RFC 7946): features as they are, once each coordinate has proved to be one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from netos_core.geo.files.corners import OffTheEarth, corner
from netos_core.geo.files.reading import Reading, unreadable

DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
DEEPEST = 20  # collections in collections


def read(content: bytes) -> Reading:
    """Read a FeatureCollection, a Feature or a bare geometry.

    Raises:
        FileUnreadable: It is no JSON, or JSON of something else.
    """
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        whole = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        raise unreadable("The file is no valid JSON.") from None
    if not isinstance(whole, Mapping):
        raise unreadable("The JSON is no GeoJSON object.", 'It begins with {"type": "FeatureCollection", ...}.')
    found = Reading("geojson")
    for number, feature in enumerate(_features(whole), start=1):
        _add(found, number, feature)
    return found


def _finite(text: str) -> float:
    """Read a number; what is none (NaN, Infinity) is no JSON either, whatever writes it."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _features(whole: Mapping[str, Any]) -> list[Any]:
    kind = str(whole.get("type"))
    if kind == "FeatureCollection" and isinstance(whole.get("features"), list):
        features: list[Any] = whole["features"]
        return features
    if kind == "Feature":
        return [whole]
    if kind in DEPTHS or kind == "GeometryCollection":
        return [{"type": "Feature", "geometry": whole, "properties": {}}]
    raise unreadable("The JSON is no GeoJSON.", "Its type is FeatureCollection, Feature or a geometry.")


def _add(found: Reading, number: int, feature: Any) -> None:
    if not isinstance(feature, Mapping) or feature.get("type") != "Feature":
        found.problem(number, "not_a_feature", "It is no GeoJSON feature.")
        return
    told = feature.get("properties")
    properties = dict(told) if isinstance(told, Mapping) else {}
    if "id" in feature and isinstance(feature["id"], (str, int, float)):
        properties.setdefault("id", feature["id"])
    given = feature.get("geometry")
    geometry = None
    if given is not None:
        try:
            geometry = _geometry(given, DEEPEST)
        except OffTheEarth as wrong:
            found.problem(number, "bad_geometry", str(wrong))
    found.add(geometry, properties)


def _geometry(given: Any, deepest: int) -> dict[str, Any]:
    kind = given.get("type") if isinstance(given, Mapping) else None
    if kind == "GeometryCollection" and isinstance(given.get("geometries"), list) and deepest:
        return {"type": kind, "geometries": [_geometry(one, deepest - 1) for one in given["geometries"]]}
    if not isinstance(kind, str) or kind not in DEPTHS:
        raise OffTheEarth("It has no geometry that GeoJSON knows.")
    return {"type": kind, "coordinates": _coordinates(given.get("coordinates"), DEPTHS[kind])}


def _coordinates(given: Any, depth: int) -> list[Any]:
    if not isinstance(given, list):
        raise OffTheEarth("Its coordinates are not lists as deep as its type asks for.")
    return corner(given) if depth == 0 else [_coordinates(one, depth - 1) for one in given]

"""Places in plain PostgreSQL: boxes by an index on the plane, the nearest by one on the sphere, measured exactly."""

from __future__ import annotations

import math

from sqlalchemy import ColumnElement, Float, FromClause, and_, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from netos_core.geo.areas import Area
from netos_core.geo.queries import MOST_CANDIDATES, in_boxes, refuse_crowds
from netos_core.geo.rules import EARTH_METRES, Point, boxes_around
from netos_core.kernel.db import among

DOUBLE = Float(53)


class Native:
    """What needs no extension but `cube`, which every PostgreSQL brings."""

    def metres(self, table: FromClause, at: Point) -> ColumnElement[float]:
        """Measure by Vincenty's formula on a sphere, as PostGIS does."""
        lat = func.radians(table.c.lat)
        turn = func.radians(table.c.lon - literal(at.lon, DOUBLE))
        sine, cosine = (literal(value, DOUBLE) for value in _sine_and_cosine(at.lat))
        across = func.cos(lat) * func.sin(turn)
        along = cosine * func.sin(lat) - sine * func.cos(lat) * func.cos(turn)
        inward = sine * func.sin(lat) + cosine * func.cos(lat) * func.cos(turn)
        angle = func.atan2(func.sqrt(across * across + along * along), inward)
        return type_coerce(angle * literal(EARTH_METRES, DOUBLE), DOUBLE)

    def within(self, table: FromClause, at: Point, metres: float) -> ColumnElement[bool]:
        return and_(in_boxes(table, boxes_around(at, metres)), self.metres(table, at) <= literal(metres, DOUBLE))

    def nearness(self, table: FromClause, at: Point) -> ColumnElement[float]:
        here = func.netos_xyz(literal(at.lon, DOUBLE), literal(at.lat, DOUBLE))
        return func.netos_xyz(table.c.lon, table.c.lat).op("<->", return_type=DOUBLE)(here)

    def inside(self, session: Session, table: FromClause, area: Area) -> ColumnElement[bool]:
        """Load the points around the area and test each: PostgreSQL's own polygons have no holes and blunt sides."""
        import numpy as np
        import shapely

        refuse_crowds(session, table, area)
        around = select(table.c.id, table.c.lon, table.c.lat).where(in_boxes(table, area.boxes)).limit(MOST_CANDIDATES)
        rows = session.execute(around).all()
        if not rows:
            return table.c.id.is_(None)
        ids, lons, lats = zip(*rows, strict=True)
        shapely.prepare(area.shape)
        hits = shapely.intersects_xy(area.shape, np.array(lons), np.array(lats))
        found = [row_id for row_id, hit in zip(ids, hits, strict=True) if hit]
        return among(table.c.id, found)


def _sine_and_cosine(degrees: float) -> tuple[float, float]:
    return math.sin(math.radians(degrees)), math.cos(math.radians(degrees))

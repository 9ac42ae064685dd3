"""Places by PostGIS, on the generated columns of `netos_core.geo.tables`; always on the sphere, never the spheroid."""

from __future__ import annotations

from geoalchemy2 import Geography, Geometry
from geoalchemy2.functions import ST_Distance, ST_DWithin, ST_Intersects, ST_MakePoint, ST_SetSRID
from geoalchemy2.shape import from_shape
from sqlalchemy import ColumnElement, Float, FromClause, column, literal, type_coerce
from sqlalchemy.orm import Session

from netos_core.geo.areas import Area
from netos_core.geo.queries import refuse_crowds
from netos_core.geo.rules import Point

WGS84 = 4326
DOUBLE = Float(53)
SPHEROID = False  # the sphere is what plain PostgreSQL measures on too


class PostGIS:
    """What a database with PostGIS answers by itself."""

    def metres(self, table: FromClause, at: Point) -> ColumnElement[float]:
        return type_coerce(ST_Distance(_geog(table), _here(at), SPHEROID), DOUBLE)

    def within(self, table: FromClause, at: Point, metres: float) -> ColumnElement[bool]:
        return ST_DWithin(_geog(table), _here(at), literal(metres, DOUBLE), SPHEROID)

    def nearness(self, table: FromClause, at: Point) -> ColumnElement[float]:
        return _geog(table).op("<->", return_type=DOUBLE)(_here(at))

    def inside(self, session: Session, table: FromClause, area: Area) -> ColumnElement[bool]:
        refuse_crowds(session, table, area)
        return ST_Intersects(_geom(table), from_shape(area.shape, srid=WGS84))


def _geog(table: FromClause) -> ColumnElement[object]:
    return column("geog", Geography(srid=WGS84), _selectable=table)


def _geom(table: FromClause) -> ColumnElement[object]:
    return column("geom", Geometry(srid=WGS84), _selectable=table)


def _here(at: Point) -> ColumnElement[object]:
    return ST_SetSRID(ST_MakePoint(literal(at.lon, DOUBLE), literal(at.lat, DOUBLE)), WGS84).cast(Geography(srid=WGS84))

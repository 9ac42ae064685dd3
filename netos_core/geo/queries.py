"""Conditions and orders on tables with a point, in the words the database at hand understands best.

The two ways give the same rows. Which one an engine has is asked once: PostGIS columns that are added later
(`netos migrate --spatial`) are used from the next start on.
"""

from __future__ import annotations

from typing import Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Engine, Float, FromClause, func, literal, or_, select
from sqlalchemy.orm import Session

from netos_core.geo.areas import FIELD, Area
from netos_core.geo.rules import Box, Point
from netos_core.geo.tables import Standing, standing
from netos_core.kernel.errors import Invalid

MOST_CANDIDATES = 50_000


class AreaTooLarge(Invalid):
    """More places lie around an area than are looked at one by one."""


class Places(Protocol):
    """How to ask for places, as conditions on a table that has `lon` and `lat`."""

    def metres(self, table: FromClause, at: Point) -> ColumnElement[float]:
        """Measure the distance along the ground; null without a point."""

    def within(self, table: FromClause, at: Point, metres: float) -> ColumnElement[bool]:
        """Match what lies at most so far away."""

    def nearness(self, table: FromClause, at: Point) -> ColumnElement[float]:
        """Give what orders by distance, nearest first, with the help of an index; its unit is its own."""

    def inside(self, session: Session, table: FromClause, area: Area) -> ColumnElement[bool]:
        """Match what lies in an area or on its border."""


_ways: WeakKeyDictionary[Engine, Places] = WeakKeyDictionary()


def places(session: Session) -> Places:
    """Return how to ask the database of a session."""
    engine = session.get_bind().engine
    way = _ways.get(engine)
    if way is None:
        way = _ways[engine] = _with_postgis() if standing(session.connection()) is Standing.IN_USE else _native()
    return way


def _with_postgis() -> Places:
    from netos_core.geo.postgis import PostGIS

    return PostGIS()


def _native() -> Places:
    from netos_core.geo.native import Native

    return Native()


def in_box(table: FromClause, box: Box) -> ColumnElement[bool]:
    """Match points in a box by the plain index; corners may be a millionth of a degree out, so measure again."""
    corners = func.box(
        func.point(_number(box.west), _number(box.south)), func.point(_number(box.east), _number(box.north))
    )
    return func.point(table.c.lon, table.c.lat).op("<@", is_comparison=True)(corners)


def in_boxes(table: FromClause, boxes: tuple[Box, ...]) -> ColumnElement[bool]:
    return or_(*(in_box(table, box) for box in boxes))


def refuse_crowds(session: Session, table: FromClause, area: Area) -> None:
    """Refuse an area with more places around it than we look at one by one, the same on every database.

    Raises:
        AreaTooLarge: It has.
    """
    some = select(literal(1)).where(in_boxes(table, area.boxes)).limit(MOST_CANDIDATES + 1).subquery()
    if (session.scalar(select(func.count()).select_from(some)) or 0) > MOST_CANDIDATES:
        raise AreaTooLarge(
            f"More than {MOST_CANDIDATES:,} places lie around that polygon.",
            field=FIELD,
            fix="Draw it smaller, or in parts.",
        )


def _number(value: float) -> ColumnElement[Any]:
    return literal(value, Float(53)).cast(Float(53))

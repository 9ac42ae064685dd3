"""Near a place: what people call one, and what can not be found by distance."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from netos_core.geo.areas import area_of
from netos_core.geo.queries import places
from netos_core.geo.rules import Point, point_of
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.overview.schemas import SearchCircuits, SearchSites
from netos_core.sites.model import Site
from netos_core.sites.queries import get_site_id

METRES = 1000.0  # in a kilometre
SITE = Site.__table__


class NoCoordinates(Invalid):
    """Nobody has said where a site is, so nothing is near it."""


def place_of(ctx: Context, near: str) -> Point:
    """Find the place that a pair of numbers, a ref or a name means.

    Raises:
        NotFound: No site has it.
        NoCoordinates: The site it means has none.
    """
    point = point_of(near)
    if point is not None:
        return point
    named = get_site_id(ctx, near, "near")
    lon, lat = ctx.session.execute(select(Site.lon, Site.lat).where(Site.id == named.id)).one()
    if lon is None or lat is None:
        raise NoCoordinates(
            f"{named} has no coordinates.", field="near", fix="Propose its lon and lat, or give lat,lon instead."
        )
    return Point(lon, lat)


def origin(ctx: Context, request: SearchSites | SearchCircuits) -> Point | None:
    """Return the place that distances are measured from; None where none is asked for.

    Raises:
        Invalid: A radius is given and nothing to measure it from.
    """
    if request.near:
        return place_of(ctx, request.near)
    if request.radius_km is not None:
        raise Invalid("A radius needs a place to measure from.", field="near", fix="Give near: a site, or lat,lon.")
    return None


def sites_near(
    ctx: Context, at: Point | None, radius_km: float | None, polygon: dict[str, object] | None = None
) -> list[ColumnElement[bool]]:
    """Turn a place, a radius and a polygon into conditions on sites; a place alone leaves out only what has none."""
    wanted: list[ColumnElement[bool]] = []
    if at is not None and radius_km is not None:
        wanted.append(places(ctx.session).within(SITE, at, radius_km * METRES))
    elif at is not None:
        wanted.append(Site.lon.is_not(None))
    if polygon is not None:
        wanted.append(places(ctx.session).inside(ctx.session, SITE, area_of(polygon)))
    return wanted


def unplaced(ctx: Context, wanted: list[ColumnElement[bool]]) -> str | None:
    """Say how many sites that meet the other conditions have no coordinates; None where all have."""
    count = ctx.session.scalar(select(func.count()).select_from(Site).where(Site.lon.is_(None), *wanted)) or 0
    if not count:
        return None
    which = "1 site has no coordinates and" if count == 1 else f"{count:,} sites have no coordinates and"
    return f"{which} can not be found by distance."

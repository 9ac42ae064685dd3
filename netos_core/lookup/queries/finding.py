"""Where a place is: told, a site's own, or a site's that has the same address. Nothing else is known, so nothing is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping, and_, case, or_, select

from netos_core.geo.rules import Point, point_of
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.kernel.lookup import Named, like
from netos_core.lookup.rules.addresses import Address, of_parts, parsed, same_place
from netos_core.lookup.schemas import LookUpAddress, Place
from netos_core.sites.model import Site
from netos_core.sites.queries import get_site_id, names

MOST_ALIKE = 2000
NOT_GEOCODED = "Not geocoded: no site has this address, and no coordinates are made up for it."
FIX = "Give lat and lon, or the ref of a site."
OF_SITE = (
    Site.id, Site.ref, Site.name, Site.address, Site.street_number, Site.street_name, Site.city, Site.state,
    Site.postal_code, Site.lat, Site.lon,
)  # fmt: skip


def place_of(ctx: Context, request: LookUpAddress) -> Place:
    """Find a place in the only ways we know it.

    Raises:
        Invalid: Nothing was asked, two things at once, or half a pair of coordinates.
        NotFound: No site has that ref or name.
    """
    asked = [request.address, request.site, request.lat if request.lat is not None else request.lon]
    if sum(one is not None for one in asked) != 1:
        raise Invalid("Give one of address, site, or lat with lon.", field="address", fix=FIX)
    if (request.lat is None) != (request.lon is None):
        raise Invalid("Coordinates are a pair.", field="lon" if request.lon is None else "lat", fix="Give both.")
    if request.lat is not None and request.lon is not None:
        return _at(Point(request.lon, request.lat))
    if request.site is not None:
        return _of_site(_site(ctx, get_site_id(ctx, request.site)))
    return _of_address(ctx, request.address or "")


def _of_address(ctx: Context, text: str) -> Place:
    text = text.strip()
    if not text:
        raise Invalid("There is no address in it.", field="address", fix=FIX)
    point = point_of(text)
    if point is not None:
        return _at(point)
    named = names(ctx, [text]).find(text)
    if named is not None:
        return _of_site(_site(ctx, named))
    address = parsed(text)
    same = _same(ctx, address)
    placed = [row for row in same if row["lat"] is not None]
    if placed:
        site = placed[0]
        others = len(same) - 1
        told = f"{site['name']} ({site['ref']}) has this address."
        told += "" if not others else f" {others} more {'site does' if others == 1 else 'sites do'}."
        return _place("address", told, address, site)
    if same:
        told = f"{same[0]['name']} ({same[0]['ref']}) has this address and no coordinates, so it is not geocoded."
        return _place("nothing", told, address, same[0])
    return _place("nothing", NOT_GEOCODED, address, None)


def _same(ctx: Context, address: Address) -> Sequence[RowMapping]:
    """Return the live sites of the same building, one with coordinates first."""
    if address.number is None or address.street is None:
        return []
    alike = or_(
        Site.street_number == address.number,
        and_(Site.address.is_not(None), Site.search_text.like(like(f"{address.number.lower()} "))),
    )
    rows = ctx.session.execute(
        select(*OF_SITE)
        .where(Site.retired_at.is_(None), alike)
        .order_by(case((Site.lat.is_(None), 1), else_=0), Site.id)
        .limit(MOST_ALIKE)
    ).mappings()
    return [row for row in rows if (own := _address(row)) is not None and same_place(address, own)]


def _address(row: RowMapping) -> Address | None:
    return of_parts(
        row["address"], row["street_number"], row["street_name"], row["city"], row["state"], row["postal_code"]
    )


def _site(ctx: Context, named: Named) -> RowMapping:
    return ctx.session.execute(select(*OF_SITE).where(Site.id == named.id)).mappings().one()


def _of_site(site: RowMapping) -> Place:
    told = f"{site['name']} ({site['ref']})."
    if site["lat"] is None:
        told = f"{site['name']} ({site['ref']}) has no coordinates, so it is not geocoded. Propose its lon and lat."
    return _place("site" if site["lat"] is not None else "nothing", told, _address(site), site)


def _at(point: Point) -> Place:
    return Place(
        found_by="coordinates", told="At the coordinates that were given.", normalized=None, lat=point.lat,
        lon=point.lon, site=None, site_ref=None, line1=None, city=None, state=None, postal_code=None,
    )  # fmt: skip


def _place(found_by: str, told: str, address: Address | None, site: RowMapping | None) -> Place:
    known = address or Address(None, None, None, None, None)
    return Place.model_validate(
        {
            "found_by": found_by,
            "told": told,
            "normalized": str(known) or None,
            "lat": site["lat"] if site else None,
            "lon": site["lon"] if site else None,
            "site": site["name"] if site else None,
            "site_ref": site["ref"] if site else None,
            "line1": known.line1,
            "city": known.city,
            "state": known.state,
            "postal_code": known.postal_code,
        }
    )

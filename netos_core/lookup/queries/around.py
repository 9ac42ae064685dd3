"""What lies around a place: sites, circuits and carriers by distance, and what services nearby cost."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from netos_core.circuits.model import Circuit, Termination
from netos_core.circuits.rules import CircuitStatus
from netos_core.geo.queries import places
from netos_core.geo.rules import Point
from netos_core.kernel.context import Context
from netos_core.lookup.queries.finding import place_of
from netos_core.lookup.queries.prices import costs, km
from netos_core.lookup.rules.reach import own_reach
from netos_core.lookup.schemas import (
    AddressLookup,
    Availability,
    LookUpAddress,
    Match,
    NearCarrier,
    NearCircuit,
    NearSite,
    Place,
)
from netos_core.overview.queries.near import METRES, unplaced
from netos_core.providers.model import Provider
from netos_core.search import queries as search
from netos_core.search.schemas import Search
from netos_core.sites.model import Site
from netos_core.sites.rules import SiteKind

SITE = Site.__table__
ENDED = (CircuitStatus.DECOMMISSIONED, CircuitStatus.CANCELLED)
ENDPOINT = Site.kind == SiteKind.ENDPOINT


def look_up(ctx: Context, request: LookUpAddress) -> AddressLookup:
    """Read everything that is known around a place."""
    place = place_of(ctx, request)
    found: dict[str, Any] = dict.fromkeys(("endpoints", "assets", "circuits", "carriers"), ())
    counts = dict.fromkeys(("endpoint_count", "asset_count", "circuit_count", "carrier_count"), 0)
    hint = None
    if place.lat is not None and place.lon is not None:
        around = _Around(ctx, Point(place.lon, place.lat), request)
        found["endpoints"], counts["endpoint_count"] = around.sites(ENDPOINT)
        found["assets"], counts["asset_count"] = around.sites(~ENDPOINT)
        found["circuits"], counts["circuit_count"] = around.circuits()
        found["carriers"], counts["carrier_count"] = around.carriers()
        hint = unplaced(ctx, [Site.retired_at.is_(None)])
    estimates, cost_basis = costs(ctx, request, place)
    return AddressLookup(
        place=place,
        radius_km=request.radius_km,
        as_of=ctx.now,
        matches=_matches(ctx, request),
        availability=_own_answer(ctx, place),
        estimates=estimates,
        cost_basis=cost_basis,
        hint=hint,
        **found,
        **counts,
    )


class _Around:
    """The surroundings of one point."""

    def __init__(self, ctx: Context, at: Point, request: LookUpAddress) -> None:
        self._ctx = ctx
        self._request = request
        ways = places(ctx.session)
        self._metres = ways.metres(SITE, at)
        self._nearness = ways.nearness(SITE, at)
        self._within = ways.within(SITE, at, request.radius_km * METRES)
        self._ends = _ends_near(self._metres, self._within)

    def sites(self, kind: ColumnElement[bool]) -> tuple[list[NearSite], int]:
        wanted = (Site.retired_at.is_(None), self._within, kind)
        ending = (
            select(func.count(func.distinct(Termination.circuit_id)))
            .where(Termination.site_id == Site.id, Termination.retired_at.is_(None))
            .correlate(Site)
            .scalar_subquery()
        )
        rows = self._ctx.session.execute(
            select(
                Site.ref, Site.name, Site.kind, Site.address, Site.city, Site.state, self._metres.label("metres"),
                ending.label("circuits"),
            )
            .where(*wanted)
            .order_by(self._nearness, Site.id)
            .limit(self._request.limit)
        )  # fmt: skip
        made = [
            NearSite(
                ref=r.ref, name=r.name, kind=r.kind, address=r.address, city=r.city, state=r.state, km=km(r.metres),
                circuits=r.circuits,
            )
            for r in rows
        ]  # fmt: skip
        return made, self._ctx.session.scalar(select(func.count()).select_from(Site).where(*wanted)) or 0

    def circuits(self) -> tuple[list[NearCircuit], int]:
        ends = self._ends
        near = (Circuit.retired_at.is_(None), Circuit.status.not_in(ENDED))
        rows = self._ctx.session.execute(
            select(
                Circuit.ref, Provider.name.label("provider"), Circuit.provider_circuit_id, Circuit.service_type,
                Circuit.bandwidth_mbps, Circuit.status, ends.c.site, ends.c.site_ref, ends.c.metres, Circuit.mrc,
                Circuit.currency,
            )
            .join(ends, ends.c.circuit_id == Circuit.id)
            .join(Provider, Provider.id == Circuit.provider_id)
            .where(*near)
            .order_by(ends.c.metres, Circuit.id)
            .limit(self._request.limit)
        ).mappings()  # fmt: skip
        made = [NearCircuit(**{n: v for n, v in row.items() if n != "metres"}, km=km(row["metres"])) for row in rows]
        count = select(func.count()).select_from(Circuit).join(ends, ends.c.circuit_id == Circuit.id).where(*near)
        return made, self._ctx.session.scalar(count) or 0

    def carriers(self) -> tuple[list[NearCarrier], int]:
        """Count the live circuits of each carrier that end nearby, the one with most first."""
        ends = self._ends
        count, nearest = func.count().label("n"), func.min(ends.c.metres).label("metres")
        rows = self._ctx.session.execute(
            select(Provider.ref, Provider.name, count, nearest)
            .join(Circuit, Circuit.provider_id == Provider.id)
            .join(ends, ends.c.circuit_id == Circuit.id)
            .where(Circuit.retired_at.is_(None), Circuit.status.not_in(ENDED))
            .group_by(Provider.id)
            .order_by(count.desc(), nearest, Provider.id)
        ).all()
        made = [
            NearCarrier(ref=row.ref, name=row.name, circuits=row.n, nearest_km=km(row.metres))
            for row in rows[: self._request.limit]
        ]
        return made, len(rows)


def _ends_near(metres: ColumnElement[float], within: ColumnElement[bool]) -> CTE:
    """Give the nearer end of every circuit that has one nearby."""
    return (
        select(
            Termination.circuit_id, Site.name.label("site"), Site.ref.label("site_ref"), metres.label("metres"),
        )
        .join(Site, Site.id == Termination.site_id)
        .where(Termination.retired_at.is_(None), Site.retired_at.is_(None), within)
        .ext(distinct_on(Termination.circuit_id))
        .order_by(Termination.circuit_id, metres, Site.id)
        .cte("ends")
    )  # fmt: skip


def _own_answer(ctx: Context, place: Place) -> Availability:
    """Say what our own records tell of service there; they look as far as near-net goes, whatever the radius."""
    nearest: list[float | None] = [None, None]
    if place.lat is not None and place.lon is not None:
        ways = places(ctx.session)
        at = Point(place.lon, place.lat)
        metres, live = ways.metres(SITE, at), Site.retired_at.is_(None)
        ends = (
            select(Termination.site_id)
            .join(Circuit, Circuit.id == Termination.circuit_id)
            .where(
                Termination.retired_at.is_(None), Circuit.retired_at.is_(None), Circuit.status == CircuitStatus.ACTIVE
            )
        )
        for at_index, which in enumerate((Site.id.in_(ends), ~ENDPOINT)):
            asked = select(metres).where(and_(live, Site.lon.is_not(None), which))
            found = ctx.session.scalar(asked.order_by(ways.nearness(SITE, at)).limit(1))
            nearest[at_index] = None if found is None else km(found)
    reach = own_reach(placed=place.lat is not None, circuit_km=nearest[0], asset_km=nearest[1])
    return Availability(
        answered_by="own_records", status=reach.status, why=reach.why, normalized_address=place.normalized,
        lat=place.lat, lon=place.lon, offers=[], as_of=ctx.now, request_id=None, problem=None,
    )  # fmt: skip


def _matches(ctx: Context, request: LookUpAddress) -> list[Match]:
    """Find the circuits, sites and carriers that say the words of the address."""
    words = (request.address or "").strip()
    if not words:
        return []
    asked = Search(query=words, kind=["circuit", "site", "provider", "customer"], limit=request.limit)
    hits = search.search(ctx, asked, by_meaning=False).hits
    return [Match(kind=hit.kind, ref=hit.ref, title=hit.title, detail=hit.detail) for hit in hits]

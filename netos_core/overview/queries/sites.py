"""Sites: the list, and one with its place in the tree, its costs and its circuits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, RowMapping, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from netos_core.annotations.queries import tagged
from netos_core.circuits.model import Circuit, Termination
from netos_core.circuits.queries import at_site
from netos_core.customers.model import Customer
from netos_core.customers.queries import get_customer_id
from netos_core.geo.queries import places
from netos_core.geo.rules import Point
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.money import sum_by_currency
from netos_core.kernel.page import columns_of
from netos_core.network.queries import details as network
from netos_core.overview.queries import circuits, electrical, links, near, parts
from netos_core.overview.queries.words import page_of, sites_with
from netos_core.overview.schemas import CostView, GetSite, SearchSites, SiteLine, SiteList, SiteRow, SiteView
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.sites.model import Site, SiteCost
from netos_core.sites.queries import get_site_id
from netos_core.sites.rules import Cadence, monthly_amount

CONCISE = ("ref", "name", "kind", "city", "state", "circuits", "monthly_cost")
DEEPEST = 12  # levels of the tree that a page climbs
MOST_CIRCUITS = 200

Parent = aliased(Site)


def _circuit_count() -> ColumnElement[int]:
    return (
        select(func.count(func.distinct(Termination.circuit_id)))
        .where(Termination.site_id == Site.id, Termination.retired_at.is_(None))
        .correlate(Site)
        .scalar_subquery()
    )


def _by_circuits() -> listing.Tally:
    ends = (
        select(Termination.site_id, func.count(func.distinct(Termination.circuit_id)).label("circuits"))
        .where(Termination.retired_at.is_(None))
        .group_by(Termination.site_id)
        .subquery()
    )
    return listing.Tally(ends, ends.c.site_id == Site.id, func.coalesce(ends.c.circuits, 0))


def _monthly_cost(ctx: Context) -> ColumnElement[Decimal]:
    """Add up what is billed for a site today in the house currency, by the month."""
    monthly = case(
        *((SiteCost.cadence == cadence.value, SiteCost.amount * share) for cadence, share in _SHARES.items()),
        else_=None,
    )
    return (
        select(func.round(func.sum(monthly), 2))
        .where(
            SiteCost.site_id == Site.id,
            SiteCost.retired_at.is_(None),
            SiteCost.currency == ctx.policy.currency,
            or_(SiteCost.starts_on.is_(None), SiteCost.starts_on <= ctx.today),
            or_(SiteCost.ends_on.is_(None), SiteCost.ends_on >= ctx.today),
        )
        .correlate(Site)
        .scalar_subquery()
    )


_YEAR = Decimal(12)
_SHARES: dict[Cadence, Decimal] = {
    cadence: share / _YEAR for cadence in Cadence if (share := monthly_amount(_YEAR, cadence)) is not None
}


def search_sites(ctx: Context, request: SearchSites) -> SiteList:
    """Return one page of sites."""
    at = near.origin(ctx, request)
    columns = columns_of(request, SiteRow, CONCISE if at is None else (*CONCISE, "distance_km"))
    count, cost = _circuit_count(), _monthly_cost(ctx)
    query = (
        select(
            Site.ref, Site.name, Site.kind, Site.city, Site.state, count.label("circuits"), cost.label("monthly_cost"),
            Site.address, Site.postal_code, Site.market, Parent.name.label("parent"), Customer.name.label("customer"),
            Provider.name.label("provider"), Site.lon, Site.lat, Site.stub, _metres(ctx, at).label("metres"),
        )
        .outerjoin(Parent, Parent.id == Site.parent_id)
        .outerjoin(Customer, Customer.id == Site.customer_id)
        .outerjoin(Provider, Provider.id == Site.provider_id)
    )  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "ref": Site.id,
        "name": func.lower(Site.name),
        "kind": Site.kind,
        "city": func.coalesce(Site.city, ""),
        "state": func.coalesce(Site.state, ""),
        "market": func.coalesce(Site.market, ""),
    }
    if at is not None:
        sortable["distance_km"] = places(ctx.session).nearness(near.SITE, at)
    source = listing.ListSource(
        "sites",
        query,
        sortable,
        Site.id,
        "ref" if at is None else "distance_km",
        {"circuits": _by_circuits()},
    )
    wanted = _filters(ctx, request)
    placed = near.sites_near(ctx, at, request.radius_km, request.polygon)
    found, hint = page_of(ctx, source, request, [*wanted, *placed], Site, sites_with)
    if placed and (left_out := near.unplaced(ctx, wanted)):
        hint = f"{hint} {left_out}" if hint else left_out
    return SiteList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[_row_of(ctx, listing.plain(row)) for row in found.rows],
    )


def _metres(ctx: Context, at: Point | None) -> ColumnElement[Any]:
    return null().cast(Float(53)) if at is None else places(ctx.session).metres(near.SITE, at)


def _row_of(ctx: Context, row: dict[str, Any]) -> SiteRow:
    metres = row.pop("metres")
    distance = None if metres is None else round(metres / near.METRES, 3)
    return SiteRow(**row, currency=ctx.policy.currency, distance_km=distance)


def _filters(ctx: Context, request: SearchSites) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Site.retired_at.is_(None)]
    if request.kind:
        wanted.append(Site.kind.in_(request.kind))
    for column, value in ((Site.city, request.city), (Site.state, request.state), (Site.market, request.market)):
        if value:
            wanted.append(func.lower(column) == value.lower())
    if request.parent:
        wanted.append(Site.parent_id == get_site_id(ctx, request.parent, "parent").id)
    if request.customer:
        wanted.append(Site.customer_id == get_customer_id(ctx, request.customer).id)
    if request.provider:
        wanted.append(Site.provider_id == get_provider_id(ctx, request.provider).id)
    if request.tag:
        wanted.append(Site.id.in_(tagged("site", request.tag)))
    if request.stub is not None:
        wanted.append(Site.stub.is_(request.stub))
    return wanted


_OWN = (
    "ref", "version", "name", "kind", "external_id", "building_name", "address", "street_number", "street_name",
    "floor", "suite", "city", "state", "postal_code", "postal_code_plus4", "country", "lon", "lat", "clli", "lata",
    "market", "customer", "customer_ref", "provider", "provider_ref", "description", "stub", "updated_at",
)  # fmt: skip


def site(ctx: Context, request: GetSite) -> SiteView:
    """Read one site whole; its costs and ties all of them, or those of a day."""
    site_id = get_site_id(ctx, request.ref, "ref").id
    row = _row(ctx, site_id)
    day = request.as_of or ctx.today
    costs = _costs(ctx, site_id, request.as_of)
    here = at_site(site_id)
    shown = circuits.lines(ctx, here, limit=MOST_CIRCUITS)
    count = len(shown)
    if count == MOST_CIRCUITS:
        live = select(func.count()).select_from(Circuit).where(here, Circuit.retired_at.is_(None))
        count = ctx.session.scalar(live) or 0
    running = [
        (c.currency, c.monthly)
        for c in costs
        if c.monthly is not None
        and (c.starts_on is None or c.starts_on <= day)
        and (c.ends_on is None or c.ends_on >= day)
    ]
    return SiteView(
        **{name: row[name] for name in _OWN},
        ancestors=_ancestors(ctx, site_id),
        children=_children(ctx, site_id),
        costs=costs,
        monthly_cost=sum_by_currency(running),
        leases=links.leases(ctx, site_id, request.as_of),
        electrical=electrical.accounts_at(ctx, site_id, request.as_of),
        circuits=shown,
        circuit_count=count,
        network=network.at_site(ctx, site_id),
        subtended=links.subtended(ctx, site_id, request.as_of),
        rf_links=links.rf_links_at(ctx, site_id, request.as_of),
        as_of=request.as_of,
        tags=parts.tags(ctx, "site", site_id),
        notes=parts.notes(ctx, "site", site_id),
        open_changes=parts.open_changes(ctx, row["ref"], site_id),
    )


def _row(ctx: Context, site_id: UUID) -> RowMapping:
    query = (
        select(
            Site.__table__,
            Customer.name.label("customer"), Customer.ref.label("customer_ref"),
            Provider.name.label("provider"), Provider.ref.label("provider_ref"),
        )
        .outerjoin(Customer, Customer.id == Site.customer_id)
        .outerjoin(Provider, Provider.id == Site.provider_id)
        .where(Site.id == site_id)
    )  # fmt: skip
    return ctx.session.execute(query).mappings().one()


def _costs(ctx: Context, site_id: UUID, day: date | None) -> list[CostView]:
    rows = ctx.session.scalars(
        select(SiteCost)
        .where(SiteCost.site_id == site_id, SiteCost.retired_at.is_(None), *links.holds(SiteCost, day))
        .order_by(SiteCost.kind, SiteCost.starts_on)
    )
    return [
        CostView(
            id=str(c.id), kind=c.kind, description=c.description, amount=c.amount, currency=c.currency,
            cadence=c.cadence, monthly=monthly_amount(c.amount, Cadence(c.cadence)), starts_on=c.starts_on,
            ends_on=c.ends_on,
        )
        for c in rows
    ]  # fmt: skip


def _ancestors(ctx: Context, site_id: UUID) -> list[SiteLine]:
    """Climb the tree from the site to its root and return the root first."""
    up = select(Site.id, Site.parent_id, Site.ref, Site.name, Site.kind, literal(0).label("n"))
    climb = up.where(Site.id == site_id).cte("climb", recursive=True)
    above = select(Site.id, Site.parent_id, Site.ref, Site.name, Site.kind, climb.c.n + 1)
    climb = climb.union_all(above.join(climb, Site.id == climb.c.parent_id).where(climb.c.n < DEEPEST))
    rows = ctx.session.execute(
        select(climb.c.ref, climb.c.name, climb.c.kind).where(climb.c.n > 0).order_by(climb.c.n.desc())
    )
    return [SiteLine(ref=row.ref, name=row.name, kind=row.kind) for row in rows]


def _children(ctx: Context, site_id: UUID) -> list[SiteLine]:
    rows = ctx.session.execute(
        select(Site.ref, Site.name, Site.kind)
        .where(Site.parent_id == site_id, Site.retired_at.is_(None))
        .order_by(func.lower(Site.name))
    )
    return [SiteLine(ref=row.ref, name=row.name, kind=row.kind) for row in rows]

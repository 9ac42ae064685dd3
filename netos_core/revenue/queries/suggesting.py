"""What services are probably of, for many at once: each rule is asked of the database in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, or_, select

from netos_core.circuits.model import Circuit, CircuitCustomer
from netos_core.customers.model import Customer
from netos_core.geo.queries import in_boxes
from netos_core.geo.rules import Point, boxes_around, metres_between
from netos_core.kernel.context import Context
from netos_core.revenue.model import RevenueAccount, RevenueService
from netos_core.revenue.rules.suggest import Suggestion, ids_in, street_key, suggestion
from netos_core.sites.model import Site

NEAR_METRES = 100.0
POINTS_AT_ONCE = 200


def of_services(ctx: Context, ids: Sequence[UUID]) -> dict[UUID, Suggestion]:
    """Suggest what these services are of; one that nothing or too much answers to is left out."""
    if not ids:
        return {}
    s, a = RevenueService, RevenueAccount
    services = ctx.session.execute(
        select(s.id, s.name, a.number, a.line1, a.city, a.state, a.postal_code, a.lat, a.lon)
        .outerjoin(a, and_(a.source == s.source, a.key == s.account_key))
        .where(s.id.in_(ids))
    ).all()
    circuits = _circuits(ctx, {key for row in services for key in ids_in(row.name)})
    customers = _customers(ctx, {row.number for row in services if row.number})
    theirs = _circuits_of(ctx, {one for found in customers.values() for one, _ in found})
    sites = _sites(ctx, services)
    near = _near(ctx, {(row.lon, row.lat) for row in services if None not in (row.lon, row.lat)})
    made: dict[UUID, Suggestion] = {}
    for row in services:
        known = customers.get((row.number or "").lower(), [])
        idea = suggestion(
            sorted({ref for key in ids_in(row.name) for ref in circuits.get(key, ())}),
            [ref for _, ref in known],
            theirs.get(known[0][0], []) if len(known) == 1 else [],
            _at(row, sites),
            near.get((row.lon, row.lat), ()),
        )
        if idea is not None:
            made[row.id] = idea
    return made


def _circuits(ctx: Context, keys: Iterable[str]) -> dict[str, set[str]]:
    """Find live circuits by an id of theirs or by their ref, as ids are compared."""
    wanted = list(keys)
    found: dict[str, set[str]] = defaultdict(set)
    if wanted:
        ours = func.replace(Circuit.ref, "-", "")
        rows = ctx.session.execute(
            select(Circuit.ref, Circuit.provider_circuit_key, ours.label("ours")).where(
                Circuit.retired_at.is_(None), or_(Circuit.provider_circuit_key.in_(wanted), ours.in_(wanted))
            )
        )
        for row in rows:
            for key in (row.provider_circuit_key, row.ours):
                if key:
                    found[key].add(row.ref)
    return found


def _customers(ctx: Context, numbers: Iterable[str]) -> dict[str, list[tuple[UUID, str]]]:
    found: dict[str, list[tuple[UUID, str]]] = defaultdict(list)
    key = func.lower(Customer.account_number)
    rows = ctx.session.execute(
        select(key.label("key"), Customer.id, Customer.ref).where(
            key.in_([number.lower() for number in numbers]), Customer.retired_at.is_(None)
        )
    )
    for row in rows:
        found[row.key].append((row.id, row.ref))
    return found


def _circuits_of(ctx: Context, customers: Iterable[UUID]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    tie = CircuitCustomer
    rows = ctx.session.execute(
        select(tie.customer_id, Circuit.ref)
        .join(Circuit, Circuit.id == tie.circuit_id)
        .where(tie.customer_id.in_(list(customers)), tie.retired_at.is_(None), Circuit.retired_at.is_(None))
        .order_by(Circuit.ref)
    )
    for row in rows:
        found[row.customer_id].append(row.ref)
    return found


def _sites(ctx: Context, services: Sequence[Any]) -> dict[tuple[str, str], list[str]]:
    """Find live sites in the postal codes and towns of these, by street and either of the two."""
    codes = {row.postal_code[:5] for row in services if row.postal_code}
    towns = {row.city.lower() for row in services if row.city}
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    rows = ctx.session.execute(
        select(Site.ref, Site.address, Site.street_number, Site.street_name, Site.city, Site.state, Site.postal_code)
        .where(Site.retired_at.is_(None), or_(Site.postal_code.in_(codes), func.lower(Site.city).in_(towns)))
        .order_by(Site.ref)
    )
    for row in rows:
        parts = " ".join(part for part in (row.street_number, row.street_name) if part)
        street = street_key(row.address) or street_key(parts)
        for area in _areas(row):
            if street is not None:
                found[street, area].append(row.ref)
    return found


def _near(ctx: Context, places: Iterable[tuple[float, float]]) -> dict[tuple[float, float], list[tuple[str, float]]]:
    """Find the sites right at each point, and how far away; those inside another one there are left out."""
    wanted = [Point(*place) for place in sorted(places)]
    found: dict[tuple[float, float], list[tuple[str, float]]] = {}
    for start in range(0, len(wanted), POINTS_AT_ONCE):
        some = wanted[start : start + POINTS_AT_ONCE]
        boxes = tuple(box for at in some for box in boxes_around(at, NEAR_METRES))
        rows = ctx.session.execute(
            select(Site.id, Site.ref, Site.parent_id, Site.lat, Site.lon).where(
                Site.retired_at.is_(None), in_boxes(Site.__table__, boxes)
            )
        ).all()
        for at in some:
            away = {row.id: metres_between(at, Point(row.lon, row.lat)) for row in rows}
            there = {row_id for row_id, metres in away.items() if metres <= NEAR_METRES}
            found[at.lon, at.lat] = [
                (row.ref, away[row.id]) for row in rows if row.id in there and row.parent_id not in there
            ]
    return found


def _areas(row: Any) -> list[str]:
    areas = [row.postal_code[:5]] if row.postal_code else []
    return [*areas, *([f"{row.city}, {row.state}".lower()] if row.city and row.state else [])]


def _at(row: Any, sites: dict[tuple[str, str], list[str]]) -> list[str]:
    street = street_key(row.line1)
    if street is None:
        return []
    return sorted({ref for area in _areas(row) for ref in sites.get((street, area), ())})

"""RF links: the list and one; and what ties a site or a circuit to others."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, or_, select
from sqlalchemy.orm import aliased

from netos_core.annotations.queries import tagged
from netos_core.circuits.model import Circuit
from netos_core.circuits.queries import get_circuit_id
from netos_core.contracts.model import Contract
from netos_core.geo.rules import Point
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like
from netos_core.kernel.page import columns_of
from netos_core.links.model import ContractSite, RfLink, SiteCircuit
from netos_core.links.queries import get_rf_link_id
from netos_core.links.rules import path_length_km
from netos_core.overview.queries import parts
from netos_core.overview.queries.words import page_of
from netos_core.overview.schemas.links import (
    LeasedSite,
    LeaseLine,
    RfLinkLine,
    RfLinkList,
    RfLinkRow,
    RfLinkView,
    SearchRfLinks,
    SubtendedLine,
    SubtendingLine,
)
from netos_core.providers.model import Provider
from netos_core.renewals.model import Standing
from netos_core.renewals.queries import ACT_BY, TERM_END, TERM_START, renewal_state
from netos_core.sites.model import Site
from netos_core.sites.queries import get_site_id, within

CONCISE = ("ref", "name", "status", "band", "capacity_mbps", "path_length_km", "call_sign", "licence_expires_on")
A, Z = aliased(Site), aliased(Site)


def holds(model: type[Any], day: date | None) -> list[ColumnElement[bool]]:
    """Keep rows that hold on a day, by their first and last; all of them where no day is asked for."""
    if day is None:
        return []
    return [
        or_(model.starts_on.is_(None), model.starts_on <= day),
        or_(model.ends_on.is_(None), model.ends_on >= day),
    ]


def _joined() -> Select[*tuple[Any, ...]]:
    return (
        select(
            RfLink.__table__,
            A.name.label("a"), A.ref.label("a_ref"), A.lon.label("a_lon"), A.lat.label("a_lat"),
            Z.name.label("z"), Z.ref.label("z_ref"), Z.lon.label("z_lon"), Z.lat.label("z_lat"),
            Circuit.ref.label("circuit_ref"),
            func.coalesce(Circuit.provider_circuit_id, Circuit.ref).label("circuit"),
        )
        .join(A, A.id == RfLink.a_site_id)
        .join(Z, Z.id == RfLink.z_site_id)
        .outerjoin(Circuit, Circuit.id == RfLink.circuit_id)
    )  # fmt: skip


def _length(row: RowMapping) -> float | None:
    points = [(row[f"{end}_lon"], row[f"{end}_lat"]) for end in "az"]
    a, z = (Point(*point) if None not in point else None for point in points)
    return path_length_km(a, z)


_ROW = tuple(name for name in RfLinkRow.model_fields if name not in ("path_length_km", "circuit"))
_LINE = tuple(name for name in RfLinkLine.model_fields if name != "path_length_km")


def search_rf_links(ctx: Context, request: SearchRfLinks) -> RfLinkList:
    """Return one page of RF links."""
    columns = columns_of(request, RfLinkRow, CONCISE)
    sortable: dict[str, listing.Column] = {
        "ref": RfLink.id,
        "name": func.lower(RfLink.name),
        "a": func.lower(A.name),
        "z": func.lower(Z.name),
        "status": RfLink.status,
        "band": func.coalesce(RfLink.band, ""),
        "capacity_mbps": func.coalesce(RfLink.capacity_mbps, 0),
        "licence_expires_on": func.coalesce(RfLink.licence_expires_on, date.max),
    }
    if ctx.principal.may("see:money"):
        sortable["monthly_cost"] = func.coalesce(RfLink.monthly_cost, -1)
    source = listing.ListSource("rf_links", _joined(), sortable, RfLink.id, "ref")
    found, hint = page_of(ctx, source, request, _filters(ctx, request), RfLink, rf_links_with)
    return RfLinkList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[
            RfLinkRow(
                **{name: row[name] for name in _ROW}, circuit=row["circuit_ref"], path_length_km=_length(row)
            )
            for row in found.rows
        ],
    )  # fmt: skip


def rf_links_with(word: str) -> ColumnElement[bool]:
    """Match RF links by their own words or those of a site at either end."""
    places = select(Site.id).where(Site.search_text.like(like(word)))
    return or_(RfLink.search_text.like(like(word)), RfLink.a_site_id.in_(places), RfLink.z_site_id.in_(places))


def _filters(ctx: Context, request: SearchRfLinks) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [RfLink.retired_at.is_(None), *holds(RfLink, request.as_of)]
    if request.site:
        there = within(get_site_id(ctx, request.site).id)
        wanted.append(or_(RfLink.a_site_id.in_(there), RfLink.z_site_id.in_(there)))
    if request.circuit:
        wanted.append(RfLink.circuit_id == get_circuit_id(ctx, request.circuit, "circuit").id)
    if request.status:
        wanted.append(RfLink.status.in_(request.status))
    if request.licensing:
        wanted.append(RfLink.licensing.in_(request.licensing))
    if request.band:
        wanted.append(func.lower(RfLink.band) == request.band.lower())
    if request.licence_expires_before:
        wanted.append(RfLink.licence_expires_on <= request.licence_expires_before)
    if request.min_mbps is not None:
        wanted.append(RfLink.capacity_mbps >= request.min_mbps)
    if request.max_mbps is not None:
        wanted.append(RfLink.capacity_mbps <= request.max_mbps)
    if request.tag:
        wanted.append(RfLink.id.in_(tagged("rf_link", request.tag)))
    return wanted


_OWN = (
    "ref", "version", "name", "a", "a_ref", "z", "z_ref", "status", "band", "frequency_mhz", "channel_width_mhz",
    "capacity_mbps", "licensing", "call_sign", "licence_expires_on", "radio_vendor", "radio_model", "circuit",
    "circuit_ref", "monthly_cost", "currency", "starts_on", "ends_on", "description", "updated_at",
)  # fmt: skip


def rf_link(ctx: Context, ref: str) -> RfLinkView:
    """Read one RF link whole."""
    link_id = get_rf_link_id(ctx, ref).id
    row = ctx.session.execute(_joined().where(RfLink.id == link_id)).mappings().one()
    return RfLinkView(
        **{name: row[name] for name in _OWN},
        path_length_km=_length(row),
        tags=parts.tags(ctx, "rf_link", link_id),
        notes=parts.notes(ctx, "rf_link", link_id),
        open_changes=parts.open_changes(ctx, row["ref"], link_id),
    )


def rf_lines(ctx: Context, wanted: ColumnElement[bool], day: date | None = None) -> list[RfLinkLine]:
    """Return the live RF links that a condition keeps, as other records list them."""
    query = _joined().where(wanted, RfLink.retired_at.is_(None), *holds(RfLink, day)).order_by(func.lower(RfLink.name))
    rows = ctx.session.execute(query).mappings()
    return [RfLinkLine(**{name: row[name] for name in _LINE}, path_length_km=_length(row)) for row in rows]


def rf_links_at(ctx: Context, site_id: UUID, day: date | None) -> list[RfLinkLine]:
    there = within(site_id)
    return rf_lines(ctx, or_(RfLink.a_site_id.in_(there), RfLink.z_site_id.in_(there)), day)


def subtended(ctx: Context, site_id: UUID, day: date | None) -> list[SubtendedLine]:
    """Return the circuits that hang off a site."""
    rows = ctx.session.execute(
        select(
            SiteCircuit.id, Circuit.ref.label("circuit"), SiteCircuit.role, Provider.name.label("provider"),
            Circuit.provider_circuit_id, Circuit.bandwidth_mbps, Circuit.status, SiteCircuit.starts_on,
            SiteCircuit.ends_on, SiteCircuit.description, Circuit.mrc, Circuit.currency,
        )
        .join(Circuit, Circuit.id == SiteCircuit.circuit_id)
        .join(Provider, Provider.id == Circuit.provider_id)
        .where(SiteCircuit.site_id == site_id, SiteCircuit.retired_at.is_(None), *holds(SiteCircuit, day))
        .order_by(SiteCircuit.role, Circuit.id)
    ).mappings()  # fmt: skip
    return [SubtendedLine(**{**row, "id": str(row["id"])}) for row in rows]


def subtending(ctx: Context, circuit_id: UUID) -> list[SubtendingLine]:
    """Return the sites a circuit hangs off."""
    rows = ctx.session.execute(
        select(
            SiteCircuit.id, Site.ref.label("site"), Site.name, SiteCircuit.role, SiteCircuit.starts_on,
            SiteCircuit.ends_on,
        )
        .join(Site, Site.id == SiteCircuit.site_id)
        .where(SiteCircuit.circuit_id == circuit_id, SiteCircuit.retired_at.is_(None))
        .order_by(SiteCircuit.role, SiteCircuit.starts_on, SiteCircuit.id)
    ).mappings()  # fmt: skip
    return [SubtendingLine(**{**row, "id": str(row["id"])}) for row in rows]


def leases(ctx: Context, site_id: UUID, day: date | None) -> list[LeaseLine]:
    """Return the contracts that are for a site, each with its term."""
    rows = ctx.session.execute(
        select(
            ContractSite.id, Contract.ref.label("contract"), Contract.title, Contract.kind,
            Provider.name.label("provider"), TERM_START.label("term_start_date"), TERM_END.label("term_end_date"),
            Contract.end_of_term, renewal_state(ctx.today).label("renewal_state"), ACT_BY.label("act_by"),
            Contract.mrc, Contract.currency, ContractSite.starts_on, ContractSite.ends_on,
        )
        .select_from(ContractSite)
        .join(Contract, Contract.id == ContractSite.contract_id)
        .join(Provider, Provider.id == Contract.provider_id)
        .outerjoin(Standing, Standing.contract_id == Contract.id)
        .where(ContractSite.site_id == site_id, ContractSite.retired_at.is_(None), *holds(ContractSite, day))
        .order_by(ACT_BY, Contract.id)
    ).mappings()  # fmt: skip
    return [
        LeaseLine(
            **{**row, "id": str(row["id"])}, days_left=(row["act_by"] - ctx.today).days if row["act_by"] else None
        )
        for row in rows
    ]


def leased_sites(ctx: Context, contract_id: UUID) -> list[LeasedSite]:
    """Return the sites a contract is for."""
    rows = ctx.session.execute(
        select(ContractSite.id, Site.ref, Site.name, Site.kind, ContractSite.starts_on, ContractSite.ends_on)
        .join(Site, Site.id == ContractSite.site_id)
        .where(ContractSite.contract_id == contract_id, ContractSite.retired_at.is_(None))
        .order_by(func.lower(Site.name))
    ).mappings()
    return [LeasedSite(**{**row, "id": str(row["id"])}) for row in rows]

"""One circuit."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Uuid, bindparam, exists, func, select

from netos_core.annotations.model import Note, Tag
from netos_core.circuits.model import Circuit, CircuitCustomer, CircuitEvent, Termination
from netos_core.circuits.queries import get_circuit_id
from netos_core.circuits.rules import TRANSITIONS, CircuitStatus
from netos_core.customers.model import Customer
from netos_core.documents.model import Document
from netos_core.kernel.context import Context
from netos_core.links.model import RfLink, SiteCircuit
from netos_core.network.queries import details as network
from netos_core.overview.queries import etf, links, parts, terms
from netos_core.overview.schemas import CircuitView, CustomerLink, EndView, EventView
from netos_core.providers.model import BillingAccount, Provider
from netos_core.quotes.model import Quote
from netos_core.quotes.queries import orders
from netos_core.sites.model import Site

EVENTS_SHOWN = 20


def circuit(ctx: Context, ref: str) -> CircuitView:
    """Read one circuit whole, in a handful of statements."""
    circuit_id = get_circuit_id(ctx, ref).id
    row = _row(ctx, circuit_id)
    status = CircuitStatus(row["status"])
    mbps, mrc = row["bandwidth_mbps"], row["mrc"]
    own = {name: row[name] for name in _OWN}
    term = terms.term(ctx, row["contract_id"], mrc) if row["contract_id"] else None
    return CircuitView(
        **own,
        may_become=sorted(TRANSITIONS[status]),
        mrc_per_mbps=round(mrc / mbps, 4) if mrc is not None and mbps else None,
        ends=_ends(ctx, circuit_id),
        network=network.on_circuit(ctx, circuit_id) if row["has_network"] else [],
        term=term,
        etf=etf.of_circuit(ctx, dict(row), decided=term.decision is not None) if term else None,
        customers=[
            CustomerLink(ref=c["ref"], name=c["name"], mrr=c["mrr"], currency=c["currency"])
            for c in _customers(ctx, circuit_id)
        ],
        subtends=links.subtending(ctx, circuit_id) if row["has_subtends"] else [],
        rf_links=links.rf_lines(ctx, RfLink.circuit_id == circuit_id) if row["has_rf_links"] else [],
        contacts=parts.contacts(ctx, row["provider_id"]),
        events=_events(ctx, circuit_id) if row["has_events"] else [],
        tags=parts.tags(ctx, "circuit", circuit_id) if row["has_tags"] else [],
        notes=parts.notes(ctx, "circuit", circuit_id) if row["has_notes"] else [],
        documents=row["documents"] if ctx.principal.may("read:documents") else None,
        open_changes=parts.open_changes(ctx, row["ref"], circuit_id),
    )


_OWN = (
    "ref", "version", "provider", "provider_ref", "provider_circuit_id", "service_type", "bandwidth_mbps",
    "port_speed_mbps", "status", "mrc", "nrc", "currency", "ban", "order_number", "legacy_circuit_id",
    "customer_circuit_id", "market", "ordered_date", "foc_date", "install_date", "billing_start_date",
    "disconnect_date", "description", "stub", "provider_noc_phone", "provider_portal_url", "quotes", "orders",
    "updated_at",
)  # fmt: skip


# Statements are built once: with so small a read, building them would cost more than running them.
ONE = bindparam("circuit", type_=Uuid)


def _some(model: Any, *of_it: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(*of_it or (model.circuit_id == Circuit.id,), model.retired_at.is_(None))


def _count(model: Any, *of_it: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count(model.id)).where(*of_it, model.retired_at.is_(None)).correlate(Circuit).scalar_subquery()


# What most circuits have none of is asked for only where there is some.
_ROW = (
    select(
        Circuit.__table__,
        Provider.name.label("provider"),
        Provider.ref.label("provider_ref"),
        Provider.noc_phone.label("provider_noc_phone"),
        Provider.portal_url.label("provider_portal_url"),
        BillingAccount.ban,
        network.some_on("circuit_id", Circuit.id).label("has_network"),
        _some(SiteCircuit).label("has_subtends"),
        _some(RfLink).label("has_rf_links"),
        _some(CircuitEvent).label("has_events"),
        _some(Tag, Tag.entity == "circuit", Tag.entity_id == Circuit.id).label("has_tags"),
        _some(Note, Note.entity == "circuit", Note.entity_id == Circuit.id).label("has_notes"),
        _count(Quote, Quote.replaces_id == Circuit.id).label("quotes"),
        select(func.count()).select_from(orders.about(Circuit.id).subquery()).scalar_subquery().label("orders"),
        _count(Document, Document.entity == "circuit", Document.entity_id == Circuit.id).label("documents"),
    )
    .join(Provider, Provider.id == Circuit.provider_id)
    .outerjoin(BillingAccount, BillingAccount.id == Circuit.billing_account_id)
    .where(Circuit.id == ONE)
)
_ENDS = (
    select(
        Termination.side, Site.name.label("site"), Site.ref.label("site_ref"), Termination.place, Site.address,
        Site.city, Site.state, Termination.handoff, Termination.demarc, Termination.cross_connect_id,
        Termination.patch_panel_port, Termination.vlan,
    )
    .outerjoin(Site, Site.id == Termination.site_id)
    .where(Termination.circuit_id == ONE, Termination.retired_at.is_(None))
    .order_by(Termination.side)
)  # fmt: skip
_CUSTOMERS = (
    select(
        Customer.ref, Customer.name, CircuitCustomer.mrr, CircuitCustomer.currency,
    )
    .join(Customer, Customer.id == CircuitCustomer.customer_id)
    .where(CircuitCustomer.circuit_id == ONE, CircuitCustomer.retired_at.is_(None))
    .order_by(Customer.name)
)  # fmt: skip
_EVENTS = (
    select(
        CircuitEvent.kind, CircuitEvent.impact, CircuitEvent.starts_at, CircuitEvent.ends_at, CircuitEvent.summary,
        CircuitEvent.cause, CircuitEvent.ticket,
    )
    .where(CircuitEvent.circuit_id == ONE, CircuitEvent.retired_at.is_(None))
    .order_by(CircuitEvent.starts_at.desc())
    .limit(EVENTS_SHOWN)
)  # fmt: skip


def _row(ctx: Context, circuit_id: UUID) -> RowMapping:
    return ctx.session.execute(_ROW, {"circuit": circuit_id}).mappings().one()


def _ends(ctx: Context, circuit_id: UUID) -> list[EndView]:
    return [EndView(**row) for row in ctx.session.execute(_ENDS, {"circuit": circuit_id}).mappings()]


def _customers(ctx: Context, circuit_id: UUID) -> list[RowMapping]:
    return list(ctx.session.execute(_CUSTOMERS, {"circuit": circuit_id}).mappings())


def _events(ctx: Context, circuit_id: UUID) -> list[EventView]:
    return [EventView(**row) for row in ctx.session.execute(_EVENTS, {"circuit": circuit_id}).mappings()]

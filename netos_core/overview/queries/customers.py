"""Customers: the list, and one with the circuits that serve it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from netos_core.annotations.queries import tagged
from netos_core.circuits.model import Circuit, CircuitCustomer
from netos_core.customers.model import Customer, CustomerContact
from netos_core.customers.queries import get_customer_id
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import like
from netos_core.kernel.page import columns_of
from netos_core.overview.queries import circuits, parts
from netos_core.overview.queries.words import page_of
from netos_core.overview.schemas import CustomerList, CustomerRow, CustomerView, ListCustomers, SiteLine
from netos_core.overview.schemas.partners import CustomerContactView
from netos_core.sites.model import Site

CONCISE = ("ref", "name", "account_number", "city", "state", "circuits", "mrr")


def list_customers(ctx: Context, request: ListCustomers) -> CustomerList:
    """Return one page of customers with the revenue billed to them in the house currency."""
    columns = columns_of(request, CustomerRow, CONCISE)
    mine = (CircuitCustomer.customer_id == Customer.id, CircuitCustomer.retired_at.is_(None))
    count = select(func.count()).select_from(CircuitCustomer).where(*mine).correlate(Customer).scalar_subquery()
    mrr = (
        select(func.sum(CircuitCustomer.mrr))
        .where(*mine, CircuitCustomer.currency == ctx.policy.currency)
        .correlate(Customer)
        .scalar_subquery()
    )
    query = select(
        Customer.ref, Customer.name, Customer.account_number, Customer.kind, Customer.city, Customer.state,
        count.label("circuits"), mrr.label("mrr"), Customer.stub,
    )  # fmt: skip
    served = (
        select(
            CircuitCustomer.customer_id,
            func.count().label("circuits"),
            func.sum(CircuitCustomer.mrr).filter(CircuitCustomer.currency == ctx.policy.currency).label("mrr"),
        )
        .where(CircuitCustomer.retired_at.is_(None))
        .group_by(CircuitCustomer.customer_id)
        .subquery()
    )
    whose = served.c.customer_id == Customer.id
    sortable: dict[str, listing.Column] = {
        "ref": Customer.id,
        "name": func.lower(Customer.name),
        "account_number": func.coalesce(Customer.account_number, ""),
        "kind": func.coalesce(Customer.kind, ""),
        "city": func.coalesce(Customer.city, ""),
        "state": func.coalesce(Customer.state, ""),
    }
    tallies = {"circuits": listing.Tally(served, whose, func.coalesce(served.c.circuits, 0))}
    if ctx.principal.may("see:money"):
        tallies["mrr"] = listing.Tally(served, whose, func.coalesce(served.c.mrr, -1))
    wanted: list[ColumnElement[bool]] = [Customer.retired_at.is_(None)]
    if request.tag:
        wanted.append(Customer.id.in_(tagged("customer", request.tag)))
    source = listing.ListSource("customers", query, sortable, Customer.id, "name", tallies)
    found, hint = page_of(ctx, source, request, wanted, Customer, lambda word: Customer.search_text.like(like(word)))
    return CustomerList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[CustomerRow(**listing.plain(row), currency=ctx.policy.currency) for row in found.rows],
    )


_OWN = (
    "ref", "version", "name", "account_number", "kind", "email", "phone", "city", "state", "stub", "updated_at",
)  # fmt: skip


def customer(ctx: Context, ref: str) -> CustomerView:
    """Read one customer whole."""
    customer_id = get_customer_id(ctx, ref, "ref").id
    row = ctx.session.execute(select(Customer.__table__).where(Customer.id == customer_id)).mappings().one()
    mine = (CircuitCustomer.customer_id == customer_id, CircuitCustomer.retired_at.is_(None))
    revenue = ctx.session.execute(
        select(CircuitCustomer.currency, func.sum(CircuitCustomer.mrr).label("mrr"))
        .where(*mine, CircuitCustomer.mrr.is_not(None))
        .group_by(CircuitCustomer.currency)
    )
    places = ctx.session.execute(
        select(Site.ref, Site.name, Site.kind)
        .where(Site.customer_id == customer_id, Site.retired_at.is_(None))
        .order_by(func.lower(Site.name))
    )
    return CustomerView(
        **{name: row[name] for name in _OWN},
        circuits=circuits.lines(ctx, Circuit.id.in_(select(CircuitCustomer.circuit_id).where(*mine))),
        mrr={r.currency: r.mrr for r in revenue},
        sites=[SiteLine(ref=s.ref, name=s.name, kind=s.kind) for s in places],
        contacts=_contacts(ctx, customer_id),
        tags=parts.tags(ctx, "customer", customer_id),
        notes=parts.notes(ctx, "customer", customer_id),
        open_changes=parts.open_changes(ctx, row["ref"], customer_id),
    )


def _contacts(ctx: Context, customer_id: UUID) -> list[CustomerContactView]:
    contact = CustomerContact
    rows = ctx.session.execute(
        select(contact.id, contact.name, contact.role, contact.phone, contact.email)
        .where(contact.customer_id == customer_id, contact.retired_at.is_(None))
        .order_by(func.lower(contact.name))
    )
    return [CustomerContactView(id=str(r.id), name=r.name, role=r.role, phone=r.phone, email=r.email) for r in rows]

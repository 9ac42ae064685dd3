"""What the index holds of each kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from netos_core.annotations.model import Note, Tag
from netos_core.changes.model import Proposal
from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.contracts.model import Contract
from netos_core.customers.model import Customer
from netos_core.providers.model import BillingAccount, Provider, ProviderAlias, ProviderContact
from netos_core.sites.model import Site

Owner = aliased(Provider)
OWNERS: Mapping[str, Any] = {
    "circuit": Circuit, "site": Site, "provider": Provider, "customer": Customer, "contract": Contract,
}  # fmt: skip
SERVICES = {
    "dia": "dedicated internet access", "ip_transit": "IP transit", "epl": "ethernet private line",
    "evpl": "ethernet virtual private line", "wave": "wavelength", "mpls": "MPLS wide area network",
    "iru": "IRU right of use", "voice": "voice telephone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of record for the index: live rows with `id`, `ref`, `title`, `detail` and what it is found by.

    Args:
        kind: As agents name it.
        rows: Selects the columns: `ids` are answered to exactly, one a line, `names` in any near spelling; `about` is
            what it means, `words` are all it says besides.
        id: The column of the rows' own ids.
    """

    kind: str
    rows: Select[*tuple[Any, ...]]
    id: InstrumentedAttribute[UUID]


def said(*parts: Any) -> ColumnElement[str]:
    """Join what is known of some texts."""
    return func.concat_ws(" ", *parts)


def one_each(*ids: Any) -> ColumnElement[str]:
    """List ids and names, one a line."""
    return func.concat_ws("\n", *ids)


def all_of(text: SQLColumnExpression[Any], of: Select[*tuple[Any, ...]]) -> ColumnElement[str]:
    """Join a text of every row that hangs on a record."""
    return of.with_only_columns(func.string_agg(text, " ")).scalar_subquery()


def tags_of(model: Any, entity: str) -> ColumnElement[str]:
    return all_of(
        Tag.name,
        select(Tag).where(Tag.entity == entity, Tag.entity_id == model.id, Tag.retired_at.is_(None)).correlate(model),
    )


def _circuits() -> Source:
    ends = (
        select(Termination)
        .outerjoin(Site, Site.id == Termination.site_id)
        .where(Termination.circuit_id == Circuit.id, Termination.retired_at.is_(None))
        .correlate(Circuit)
    )
    customers = (
        select(CircuitCustomer)
        .join(Customer, Customer.id == CircuitCustomer.customer_id)
        .where(CircuitCustomer.circuit_id == Circuit.id, CircuitCustomer.retired_at.is_(None))
        .correlate(Circuit)
    )
    service = func.replace(Circuit.service_type, "_", " ")
    rows = (
        select(
            Circuit.id,
            Circuit.ref,
            said(Owner.name, service, Circuit.provider_circuit_id).label("title"),
            Circuit.status.label("detail"),
            one_each(Circuit.ref, Circuit.provider_circuit_id, Circuit.legacy_circuit_id, Circuit.customer_circuit_id,
                Circuit.order_number,
            ).label("ids"),
            said(Circuit.provider_circuit_id, Circuit.legacy_circuit_id, Circuit.customer_circuit_id).label("names"),
            said(
                Owner.name, case(SERVICES, value=Circuit.service_type, else_=service),
                all_of(said(Site.name, Site.city, Termination.place), ends), all_of(Customer.name, customers),
                Circuit.description, tags_of(Circuit, "circuit"),
            ).label("about"),
            said(
                service, Circuit.status, _speed(), Circuit.market, _names_of(Owner),
                all_of(
                    said(Site.address, Site.state, Site.clli, Termination.handoff, Termination.cross_connect_id), ends
                ),
            ).label("words"),
        )
        .join(Owner, Owner.id == Circuit.provider_id)
        .where(Circuit.retired_at.is_(None))
    )  # fmt: skip
    return Source("circuit", rows, Circuit.id)


def _speed() -> ColumnElement[str]:
    gigabits = func.trim_scale(Circuit.bandwidth_mbps / 1000)
    return case(
        (Circuit.bandwidth_mbps >= 1000, said(gigabits, "Gbps gigabit")),  # noqa: PLR2004 - Mbps in a Gbps
        else_=said(func.trim_scale(Circuit.bandwidth_mbps), "Mbps"),
    )


def _names_of(provider: Any) -> ColumnElement[str]:
    return all_of(
        ProviderAlias.alias,
        select(ProviderAlias)
        .where(ProviderAlias.provider_id == provider.id, ProviderAlias.retired_at.is_(None))
        .correlate(provider),
    )


def _sites() -> Source:
    parent = aliased(Site)
    kind = func.replace(Site.kind, "_", " ")
    rows = (
        select(
            Site.id,
            Site.ref,
            Site.name.label("title"),
            func.concat_ws(", ", Site.kind, Site.address, Site.city, Site.state).label("detail"),
            one_each(Site.ref, Site.name, Site.external_id, Site.clli).label("ids"),
            said(Site.name, Site.external_id, Site.clli, Site.address, Site.city).label("names"),
            said(
                Site.name, kind, Site.building_name, Site.city, Customer.name, Site.description, tags_of(Site, "site")
            ).label("about"),
            said(
                Site.floor, Site.suite, Site.state, Site.postal_code, Site.market, Owner.name, parent.name
            ).label("words"),
        )
        .outerjoin(Customer, Customer.id == Site.customer_id)
        .outerjoin(Owner, Owner.id == Site.provider_id)
        .outerjoin(parent, parent.id == Site.parent_id)
        .where(Site.retired_at.is_(None))
    )  # fmt: skip
    return Source("site", rows, Site.id)


def _providers() -> Source:
    successor = aliased(Provider)
    accounts = select(BillingAccount).where(
        BillingAccount.provider_id == Provider.id, BillingAccount.retired_at.is_(None)
    ).correlate(Provider)  # fmt: skip
    people = select(ProviderContact).where(
        ProviderContact.provider_id == Provider.id, ProviderContact.retired_at.is_(None)
    ).correlate(Provider)  # fmt: skip
    rows = (
        select(
            Provider.id,
            Provider.ref,
            Provider.name.label("title"),
            Provider.noc_phone.label("detail"),
            one_each(Provider.ref, Provider.name, Provider.legal_name).label("ids"),
            said(Provider.name, Provider.legal_name, _names_of(Provider)).label("names"),
            said(
                Provider.name, "carrier", Provider.legal_name, _names_of(Provider), tags_of(Provider, "provider")
            ).label("about"),
            said(
                "provider", successor.name, all_of(said(BillingAccount.ban, BillingAccount.name), accounts),
                all_of(said(ProviderContact.name, ProviderContact.title, ProviderContact.kind), people),
                case((Provider.asn.is_not(None), said("AS", Provider.asn))),
            ).label("words"),
        )
        .outerjoin(successor, successor.id == Provider.successor_id)
        .where(Provider.retired_at.is_(None))
    )  # fmt: skip
    return Source("provider", rows, Provider.id)


def _customers() -> Source:
    rows = select(
        Customer.id,
        Customer.ref,
        Customer.name.label("title"),
        func.concat_ws(", ", Customer.city, Customer.state).label("detail"),
        one_each(Customer.ref, Customer.name, Customer.account_number).label("ids"),
        said(Customer.name, Customer.account_number).label("names"),
        said(Customer.name, tags_of(Customer, "customer")).label("about"),
        said("customer", Customer.kind, Customer.city, Customer.state).label("words"),
    ).where(Customer.retired_at.is_(None))  # fmt: skip
    return Source("customer", rows, Customer.id)


def _contracts() -> Source:
    rows = (
        select(
            Contract.id,
            Contract.ref,
            Contract.title.label("title"),
            said(Owner.name, Contract.kind, Contract.number).label("detail"),
            one_each(Contract.ref, Contract.number).label("ids"),
            said(Contract.title, Contract.number).label("names"),
            said(
                Contract.title, Owner.name, func.replace(Contract.kind, "_", " "), Contract.description,
                tags_of(Contract, "contract"),
            ).label("about"),
            said(
                "contract", _names_of(Owner), func.replace(Contract.end_of_term, "_", " "),
                func.replace(Contract.notice_method, "_", " "),
            ).label("words"),
        )
        .join(Owner, Owner.id == Contract.provider_id)
        .where(Contract.retired_at.is_(None))
    )  # fmt: skip
    return Source("contract", rows, Contract.id)


def _notes() -> Source:
    owner = func.coalesce(
        *(
            select(model.ref).where(Note.entity == entity, model.id == Note.entity_id).correlate(Note).scalar_subquery()
            for entity, model in OWNERS.items()
        ),
        "",
    )
    rows = select(
        Note.id,
        owner.label("ref"),
        func.left(Note.text, 120).label("title"),
        Note.entity.label("detail"),
        one_each(literal("")).label("ids"),
        func.left(Note.text, 200).label("names"),
        Note.text.label("about"),
        literal("note").label("words"),
    ).where(Note.retired_at.is_(None))
    return Source("note", rows, Note.id)


def _changes() -> Source:
    rows = select(
        Proposal.id,
        Proposal.ref,
        Proposal.title.label("title"),
        Proposal.status.label("detail"),
        one_each(Proposal.ref).label("ids"),
        Proposal.title.label("names"),
        said(Proposal.title, Proposal.reason).label("about"),
        said("change proposal", Proposal.status).label("words"),
    )
    return Source("change", rows, Proposal.id)


SOURCES: Mapping[str, Source] = {
    "circuit": _circuits(),
    "site": _sites(),
    "provider": _providers(),
    "customer": _customers(),
    "contract": _contracts(),
    "note": _notes(),
    "proposal": _changes(),
}
"""By the table whose row is indexed."""

"""What the index holds of circuits, sites, providers, customers and contracts."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit, CircuitCustomer, Termination
from netos_core.contracts.model import Contract
from netos_core.customers.model import Customer
from netos_core.providers.model import BillingAccount, Provider, ProviderContact
from netos_core.search.sources.frame import Source, all_of, names_of, one_each, said, tags_of
from netos_core.sites.model import Site

Owner = aliased(Provider)
SERVICES = {
    "dia": "dedicated internet access", "ip_transit": "IP transit", "epl": "ethernet private line",
    "evpl": "ethernet virtual private line", "wave": "wavelength", "mpls": "MPLS wide area network",
    "iru": "IRU right of use", "voice": "voice telephone",
}  # fmt: skip


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
                service, Circuit.status, _speed(), Circuit.market, names_of(Owner),
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
            said(Provider.name, Provider.legal_name, names_of(Provider)).label("names"),
            said(
                Provider.name, "carrier", Provider.legal_name, names_of(Provider), tags_of(Provider, "provider")
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
                "contract", names_of(Owner), func.replace(Contract.end_of_term, "_", " "),
                func.replace(Contract.notice_method, "_", " "),
            ).label("words"),
        )
        .join(Owner, Owner.id == Contract.provider_id)
        .where(Contract.retired_at.is_(None))
    )  # fmt: skip
    return Source("contract", rows, Contract.id)


INVENTORY: Mapping[str, Source] = {
    "circuit": _circuits(),
    "site": _sites(),
    "provider": _providers(),
    "customer": _customers(),
    "contract": _contracts(),
}

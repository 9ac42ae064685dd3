"""Look at the plant: lists, details and the dashboard."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.overview import schemas as s
from netos_core.overview.queries import (
    circuits,
    contracts,
    customers,
    dashboard,
    details,
    electrical,
    etf,
    links,
    names,
    network,
    providers,
    sites,
    timeline,
)
from netos_core.overview.schemas.electrical import ElectricalList, ElectricalView, SearchElectricalAccounts
from netos_core.overview.schemas.etf import EtfPreview, PreviewEtf
from netos_core.overview.schemas.links import RfLinkList, RfLinkView, SearchRfLinks
from netos_core.overview.schemas.names import ListNames, NameList
from netos_core.overview.schemas.timeline import GetTimeline, Timeline


@operation(Effect.READ, right="read:circuits", kept=True)
def search_circuits(ctx: Context, request: s.SearchCircuits) -> s.CircuitList:
    """List circuits by provider, place, state or cost. With an id, use get_circuit."""
    return circuits.search_circuits(ctx, request)


@operation(Effect.READ, right="read:circuits")
def get_circuit(ctx: Context, request: s.GetOne) -> s.CircuitView:
    """Show one circuit: ends, contract term and deadline, customers, contacts, events, notes."""
    return details.circuit(ctx, request.ref)


@operation(Effect.READ, right="read:sites")
def search_sites(ctx: Context, request: s.SearchSites) -> s.SiteList:
    """List endpoints and infrastructure assets by kind, place, owner or tag."""
    return sites.search_sites(ctx, request)


@operation(Effect.READ, right="read:sites")
def get_site(ctx: Context, request: s.GetSite) -> s.SiteView:
    """Show one site: address, tree, costs, leases, power, and the circuits and RF links there."""
    return sites.site(ctx, request)


@operation(Effect.READ, right="read:sites")
def search_rf_links(ctx: Context, request: SearchRfLinks) -> RfLinkList:
    """List RF links by site, circuit, state, band, licence or day."""
    return links.search_rf_links(ctx, request)


@operation(Effect.READ, right="read:sites")
def get_rf_link(ctx: Context, request: s.GetOne) -> RfLinkView:
    """Show one RF link: its ends and length, radio, licence and the circuit it carries."""
    return links.rf_link(ctx, request.ref)


@operation(Effect.READ, right="read:sites")
def search_electrical_accounts(ctx: Context, request: SearchElectricalAccounts) -> ElectricalList:
    """List electrical accounts by site, utility or customer, with what a month costs on average."""
    return electrical.search_electrical_accounts(ctx, request)


@operation(Effect.READ, right="read:sites")
def get_electrical_account(ctx: Context, request: s.GetOne) -> ElectricalView:
    """Show one electrical account: service, meter, bills by month and their average."""
    return electrical.electrical_account(ctx, request.ref)


@operation(Effect.READ, right="read:network")
def get_network_record(ctx: Context, request: s.GetOne) -> s.NetworkRecord:
    """Show one interface, handoff port, VLAN, BGP session or IP block; a block with its parents and what is in it."""
    return network.record(ctx, request.ref)


@operation(Effect.READ, right="read:providers")
def list_providers(ctx: Context, request: s.ListProviders) -> s.ProviderList:
    """List providers with their circuits, spend and next deadline."""
    return providers.list_providers(ctx, request)


@operation(Effect.READ, right="read:providers")
def get_provider(ctx: Context, request: s.GetOne) -> s.ProviderView:
    """Show one provider: names, NOC, escalation, accounts, spend and contracts."""
    return providers.provider(ctx, request.ref)


@operation(Effect.READ, right="read:customers")
def list_customers(ctx: Context, request: s.ListCustomers) -> s.CustomerList:
    """List customers with their circuits and revenue."""
    return customers.list_customers(ctx, request)


@operation(Effect.READ, right="read:customers")
def get_customer(ctx: Context, request: s.GetOne) -> s.CustomerView:
    """Show one customer, the circuits that serve it and the revenue billed for them."""
    return customers.customer(ctx, request.ref)


@operation(Effect.READ, right="read:contracts")
def search_contracts(ctx: Context, request: s.SearchContracts) -> s.ContractList:
    """List agreements, orders and amendments by provider, renewal state or deadline."""
    return contracts.search_contracts(ctx, request)


@operation(Effect.READ, right="read:contracts")
def get_contract(ctx: Context, request: s.GetContract) -> s.ContractView:
    """Show one contract: term, notice clause, deadline with its reasoning, governed circuits; what held on a day."""
    return contracts.contract(ctx, request.ref, request.on)


@operation(Effect.READ, right="read:contracts")
def preview_etf(ctx: Context, request: PreviewEtf) -> EtfPreview:
    """Work out what leaving a circuit or contract early costs: line by line, by month, and when it costs least."""
    return etf.preview(ctx, request)


@operation(Effect.READ, right="read:overview")
def list_names(ctx: Context, request: ListNames) -> NameList:
    """List what letters typed so far may mean: records of one kind by ref and name, near spellings where none fits."""
    return names.list_names(ctx, request)


@operation(Effect.READ, right="read:overview", kept=True)
def get_today(ctx: Context, request: s.Nothing) -> s.Dashboard:  # noqa: ARG001 - every operation takes a request
    """Show the plant at a glance: circuits, spend, renewals, deadlines, outages; get_dashboard tells more."""
    return dashboard.dashboard(ctx)


@operation(Effect.READ, right="read:overview")
def get_counts(ctx: Context, request: s.Nothing) -> s.Counts:  # noqa: ARG001 - every operation takes a request
    """Count the records of each main kind, and the changes that wait for the caller; get_dashboard tells more."""
    return dashboard.counts(ctx)


@operation(Effect.READ, right="read:contracts")
def get_timeline(ctx: Context, request: GetTimeline) -> Timeline:
    """Show terms of contracts over years: term, deadline, act-by date, install dates, what follows in silence."""
    return timeline.timeline(ctx, request)

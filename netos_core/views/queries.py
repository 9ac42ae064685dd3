"""Which lists have views, what a view may ask of one, and the views a person has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import ColumnElement, func, or_, select

from netos_core.access.model import Person
from netos_core.documents.queries import list_documents
from netos_core.documents.schemas import DocumentList, ListDocuments
from netos_core.feedback import queries as feedback
from netos_core.feedback.schemas import FeedbackList, ListFeedback
from netos_core.kernel.arguments import parse
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid, NetosError, NotFound
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import sensitive_fields
from netos_core.letters.queries import lists as letters
from netos_core.letters.schemas import LetterList, ListLetters
from netos_core.network import schemas as network
from netos_core.network.queries import lists
from netos_core.outbox.queries import list_notices
from netos_core.outbox.schemas import ListNotices, NoticeList
from netos_core.overview import schemas as overview
from netos_core.overview.queries import circuits, contracts, customers, electrical, links, providers, sites
from netos_core.overview.schemas.electrical import ElectricalList, SearchElectricalAccounts
from netos_core.overview.schemas.links import RfLinkList, SearchRfLinks
from netos_core.people.queries import MANAGE
from netos_core.quotes import schemas as quotes
from netos_core.quotes.queries import lists as quote_lists
from netos_core.quotes.queries import orders
from netos_core.renewals.queries import list_renewals
from netos_core.renewals.schemas import ListRenewals, RenewalList
from netos_core.reports.queries.kept import list_reports
from netos_core.reports.schemas import ListReports, ReportList
from netos_core.revenue.queries.services import list_revenue
from netos_core.revenue.schemas import ListRevenue, RevenueList
from netos_core.views.model import SavedView
from netos_core.views.schemas import SavedViewLine, ViewList
from netos_core.worklist.queries import worklist
from netos_core.worklist.schemas import GetWorklist, Worklist

NOT_KEPT = ("cursor", "limit", "detail")  # they say how far one has read, not what one looks at


class ViewNotFound(NotFound):
    """No view of the caller has that name."""


@dataclass(frozen=True, slots=True)
class Source:
    """A list that may have views: its operation, what it takes, what it shows, and how to read it."""

    operation: str
    right: str
    request: type[ListRequest]
    listing: type[Listing]
    read: Callable[[Context, Any], Listing]

    def kept(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Read the arguments of the list and return them as they are kept.

        Raises:
            Invalid: One is unknown or does not fit.
        """
        properties = self.request.model_json_schema()["properties"]
        usable = {name: described for name, described in properties.items() if name not in NOT_KEPT}
        refused = next((name for name in query if name in NOT_KEPT), None)
        if refused is not None:
            raise Invalid(f"A view keeps no {refused}.", field=f"query.{refused}", fix=f"Valid: {', '.join(usable)}.")
        read = parse(self.request, query, usable)
        return read.model_dump(mode="json", exclude_unset=True, exclude_none=True)

    def hidden(self, query: Mapping[str, Any], rights: frozenset[str]) -> list[str]:
        """Name the arguments that rest on columns these rights do not show."""
        row = get_args(self.listing.model_fields["rows"].annotation)[0]
        secret = {name for name, needed in sensitive_fields(row).items() if not needed <= rights}
        sort = str(query.get("sort", "")).removeprefix("-")
        return sorted(
            name for name in query if re.sub("^(min|max)_", "", name) in secret or (name == "sort" and sort in secret)
        )


def _source(
    operation: str, right: str, request: type[ListRequest], listing: type[Listing], read: Callable[..., Listing]
) -> Source:
    return Source(operation, f"read:{right}", request, listing, read)


LISTS: Mapping[str, Source] = {
    "circuits": _source(
        "search_circuits", "circuits", overview.SearchCircuits, overview.CircuitList, circuits.search_circuits
    ),
    "sites": _source("search_sites", "sites", overview.SearchSites, overview.SiteList, sites.search_sites),
    "providers": _source(
        "list_providers", "providers", overview.ListProviders, overview.ProviderList, providers.list_providers
    ),
    "customers": _source(
        "list_customers", "customers", overview.ListCustomers, overview.CustomerList, customers.list_customers
    ),
    "contracts": _source(
        "search_contracts", "contracts", overview.SearchContracts, overview.ContractList, contracts.search_contracts
    ),
    "letters": _source("list_letters", "contracts", ListLetters, LetterList, letters.list_letters),
    "renewals": _source("list_renewals", "renewals", ListRenewals, RenewalList, list_renewals),
    "revenue": _source("list_revenue", "customers", ListRevenue, RevenueList, list_revenue),
    "reports": _source("list_reports", "renewals", ListReports, ReportList, list_reports),
    "worklist": _source("get_worklist", "renewals", GetWorklist, Worklist, worklist),
    "documents": _source("list_documents", "documents", ListDocuments, DocumentList, list_documents),
    "interfaces": _source(
        "search_interfaces", "network", network.SearchInterfaces, network.InterfaceList, lists.interfaces
    ),
    "ports": _source("search_handoff_ports", "network", network.SearchPorts, network.PortList, lists.ports),
    "vlans": _source("search_vlans", "network", network.SearchVlans, network.VlanList, lists.vlans),
    "bgp": _source("search_bgp_sessions", "network", network.SearchBgpSessions, network.BgpList, lists.sessions),
    "blocks": _source("search_ip_blocks", "network", network.SearchIpBlocks, network.BlockList, lists.blocks),
    "quotes": _source("list_quotes", "quotes", quotes.ListQuotes, quotes.QuoteList, quote_lists.list_quotes),
    "orders": _source("list_orders", "quotes", quotes.ListOrders, quotes.OrderList, orders.list_orders),
    "rf-links": _source("search_rf_links", "sites", SearchRfLinks, RfLinkList, links.search_rf_links),
    "electrical": _source(
        "search_electrical_accounts",
        "sites",
        SearchElectricalAccounts,
        ElectricalList,
        electrical.search_electrical_accounts,
    ),
    "feedback": _source("list_feedback", "feedback", ListFeedback, FeedbackList, feedback.list_feedback),
    "notices": _source("list_notices", "overview", ListNotices, NoticeList, list_notices),
}


def checked(ctx: Context, name: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Try a view's arguments on its list, as the caller, and return them as they are kept.

    Raises:
        NetosError: The list refuses them, in its own words.
    """
    source = LISTS[name]
    ctx.require(source.right)
    kept = source.kept(query)
    source.read(ctx, source.request.model_validate({**kept, "limit": 1}))
    return kept


def list_views(ctx: Context, name: str | None) -> ViewList:
    """Return the caller's own views and those of everybody, by list and name."""
    wanted: list[ColumnElement[bool]] = [or_(SavedView.shared, SavedView.owner_id == ctx.principal.person_id)]
    readable = [one for one, source in LISTS.items() if ctx.principal.may(source.right)]
    wanted.append(SavedView.list.in_([name] if name in readable else [] if name else readable))
    rows = ctx.session.execute(
        select(SavedView, Person.name)
        .join(Person, Person.id == SavedView.owner_id)
        .where(*wanted)
        .order_by(SavedView.list, func.lower(SavedView.name), SavedView.shared, SavedView.id)
    )
    return ViewList(views=[line(ctx, view, owner) for view, owner in rows])


def line(ctx: Context, view: SavedView, owner: str) -> SavedViewLine:
    """Show a view to the caller; one that rests on what they may not see says so and keeps its query back."""
    source = LISTS[view.list]
    mine = view.owner_id == ctx.principal.person_id
    problem = _problem(source, view.query, ctx.principal.rights)
    return SavedViewLine(
        list=view.list,
        operation=source.operation,
        name=view.name,
        query={} if problem else view.query,
        shared=view.shared,
        owner=owner,
        mine=mine,
        may_delete=mine or (view.shared and ctx.principal.may(MANAGE)),
        problem=problem,
        updated_at=view.updated_at,
    )


def _problem(source: Source, query: Mapping[str, Any], rights: frozenset[str]) -> str | None:
    hidden = source.hidden(query, rights)
    if hidden:
        return f"It filters or sorts by {', '.join(hidden)}, which your roles do not show."
    try:
        source.kept(query)
    except NetosError as refusal:
        return f"It no longer fits its list: {refusal.message}"
    return None


def find(ctx: Context, name: str, view: str, *, shared: bool) -> SavedView | None:
    """Find the view of a list by its name: the caller's own, or the one for everybody."""
    whose = SavedView.shared if shared else SavedView.owner_id == ctx.principal.person_id
    wanted = (SavedView.list == name, func.lower(SavedView.name) == view.lower(), SavedView.shared.is_(shared), whose)
    return ctx.session.scalar(select(SavedView).where(*wanted).with_for_update())

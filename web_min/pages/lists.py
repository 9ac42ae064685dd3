"""The lists: circuits, sites, providers, customers, contracts and renewals, each with its filters and CSV."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.rules import CircuitStatus, ServiceType
from netos_core.contracts.rules import ContractKind, EndOfTerm
from netos_core.documents.operations import list_documents
from netos_core.documents.rules.kinds import DocumentKind
from netos_core.overview import operations as overview
from netos_core.renewals.operations import list_renewals
from netos_core.renewals.rules import RenewalState
from netos_core.sites.rules import SiteKind
from web_min.export import as_csv_of, as_xlsx_of
from web_min.pages.find import page_of
from web_min.site import Site, Visit, get
from web_min.table import Column, Filter, Spec, choices, read

YES_NO = (("true", "Yes"), ("false", "No"))


def _rows(listing: Any) -> Any:
    return listing.rows


CIRCUITS = Spec(
    "Circuits",
    "/circuits",
    "circuit",
    overview.search_circuits,
    _rows,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("provider_circuit_id", "Provider circuit id", "mono", "at-l", sort="provider_circuit_id"),
        Column("provider", "Provider", "clip", "at-m", sort="provider"),
        Column("service_type", "Type", "words", "at-l", sort="service_type"),
        Column("bandwidth_mbps", "Speed", "bandwidth", "at-m", sort="bandwidth_mbps"),
        Column("a", "A to Z", "ends", "at-s"),
        Column("status", "Status", "status", "at-xl", sort="status"),
        Column("renewal_state", "Renewal", "state"),
        Column("act_by", "Act by", "date", "at-s", sort="act_by"),
        Column("days_left", "Days", "number", "at-l"),
        Column("mrc", "MRC", "money", sort="mrc", money=True),
        Column("mrr", "MRR", "money", "at-m", money=True),
    ),
    (
        Filter("provider", "Provider"),
        Filter("status", "Status", "many", choices(CircuitStatus)),
        Filter("service_type", "Type", "many", choices(ServiceType)),
        Filter("renewal_state", "Renewal state", "many", choices(RenewalState)),
        Filter("act_by_before", "Act by", "date"),
        Filter("market", "Market"),
        Filter("site", "Site"),
        Filter("customer", "Customer"),
        Filter("contract", "Contract", more=True),
        Filter("city", "City", more=True),
        Filter("state", "State", more=True),
        Filter("near", "Near", more=True, hint="Site, or lat,lon"),
        Filter("radius_km", "Within km", "number", more=True),
        Filter("tag", "Tag", more=True),
        Filter("min_mbps", "Mbps from", "number", more=True),
        Filter("max_mbps", "Mbps to", "number", more=True),
        Filter("min_mrc", "MRC from", "number", money=True, more=True),
        Filter("max_mrc", "MRC to", "number", money=True, more=True),
        Filter("stub", "Data gap", "one", YES_NO, more=True),
    ),
    "act_by",
    "/circuits",
)

SITES = Spec(
    "Sites",
    "/sites",
    "site",
    overview.search_sites,
    _rows,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("name", "Name", sort="name"),
        Column("distance_km", "Km away", "distance", sort="distance_km", needs="near"),
        Column("kind", "Kind", "words", "at-s", sort="kind"),
        Column("address", "Address", "clip", "at-l"),
        Column("city", "City", "text", "at-m", sort="city"),
        Column("state", "State", "text", "at-m", sort="state"),
        Column("market", "Market", "text", "at-l"),
        Column("parent", "Inside", "text", "at-l"),
        Column("circuits", "Circuits", "number", "at-s", sort="circuits"),
        Column("monthly_cost", "Cost a month", "money", money=True),
    ),
    (
        Filter("kind", "Kind", "many", choices(SiteKind)),
        Filter("city", "City"),
        Filter("state", "State"),
        Filter("market", "Market"),
        Filter("near", "Near", hint="Site, or lat,lon"),
        Filter("radius_km", "Within km", "number"),
        Filter("parent", "Inside"),
        Filter("customer", "Customer"),
        Filter("provider", "Provider"),
        Filter("tag", "Tag", more=True),
        Filter("polygon", "Polygon (GeoJSON)", more=True),
        Filter("stub", "Data gap", "one", YES_NO, more=True),
    ),
    "ref",
    "/sites",
)

PROVIDERS = Spec(
    "Providers",
    "/providers",
    "provider",
    overview.list_providers,
    _rows,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("name", "Name", sort="name"),
        Column("noc_phone", "NOC", "phone", "at-m"),
        Column("asn", "ASN", "code", "at-l"),
        Column("successor", "Now part of", "text", "at-l"),
        Column("contracts", "Contracts", "number", "at-m"),
        Column("next_act_by", "Next act by", "date", "at-s"),
        Column("circuits", "Circuits", "number", sort="circuits"),
        Column("mrc", "MRC", "money", "at-s", sort="mrc", money=True),
    ),
    (Filter("tag", "Tag"), Filter("stub", "Data gap", "one", YES_NO)),
    "name",
    "/providers",
)

CUSTOMERS = Spec(
    "Customers",
    "/customers",
    "customer",
    overview.list_customers,
    _rows,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("name", "Name", sort="name"),
        Column("account_number", "Account", "mono", "at-m"),
        Column("kind", "Kind", "words", "at-l"),
        Column("city", "City", "text", "at-m", sort="city"),
        Column("state", "State", "text", "at-m"),
        Column("circuits", "Circuits", "number", sort="circuits"),
        Column("mrr", "MRR", "money", "at-s", sort="mrr", money=True),
    ),
    (Filter("tag", "Tag"),),
    "name",
    "/customers",
)

CONTRACTS = Spec(
    "Contracts",
    "/contracts",
    "contract",
    overview.search_contracts,
    _rows,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("number", "Number", "mono", "at-l"),
        Column("provider", "Provider", "clip", "at-s", sort="provider"),
        Column("title", "Title", "clip", "at-m", sort="title"),
        Column("kind", "Kind", "words", "at-l"),
        Column("renewal_state", "Renewal", "state"),
        Column("act_by", "Act by", "date", "at-s", sort="act_by"),
        Column("days_left", "Days", "number", "at-l"),
        Column("term_end_date", "Term ends", "date", "at-m", sort="term_end_date"),
        Column("circuits", "Circuits", "number", "at-m", sort="circuits"),
        Column("mrc", "MRC", "money", sort="mrc", money=True),
    ),
    (
        Filter("provider", "Provider"),
        Filter("kind", "Kind", "many", choices(ContractKind)),
        Filter("renewal_state", "Renewal state", "many", choices(RenewalState)),
        Filter("end_of_term", "End of term", "many", choices(EndOfTerm)),
        Filter("act_by_before", "Act by, until", "date"),
        Filter("act_by_after", "Act by, from", "date"),
        Filter("ends_before", "Ends by", "date"),
        Filter("parent", "Under"),
        Filter("tag", "Tag"),
    ),
    "ref",
    "/contracts",
)

RENEWALS = Spec(
    "Renewals",
    "/renewals",
    "term",
    list_renewals,
    _rows,
    (
        Column("contract", "Contract", "ref"),
        Column("provider", "Provider", "clip", "at-s", sort="provider"),
        Column("title", "Title", "clip", "at-m"),
        Column("state", "Renewal", "state"),
        Column("act_by", "Act by", "date", "at-s", sort="act_by"),
        Column("days_left", "Days", "number"),
        Column("notice_deadline", "Received by", "date", "at-l"),
        Column("term_end_date", "Term ends", "date", "at-m"),
        Column("end_of_term", "End of term", "words", "at-l"),
        Column("circuits", "Circuits", "number", "at-l"),
        Column("mrc", "MRC", "money", "at-s", money=True),
        Column("cost_of_silence", "Silence costs", "money", "at-m", money=True),
    ),
    (
        Filter("state", "Renewal state", "many", choices(RenewalState)),
        Filter("provider", "Provider"),
        Filter("within_days", "Act within days", "number"),
    ),
    "act_by",
    "/contracts",
)

DOCUMENTS = Spec(
    "Documents",
    "/documents",
    "document",
    list_documents,
    _rows,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("title", "Title", "title", "at-s", sort="title"),
        Column("kind", "Kind", "words", "at-m", sort="kind"),
        Column("on", "On", "record"),
        Column("pages", "Pages", "number", "at-l"),
        Column("bytes", "Size", "size", "at-l", sort="bytes"),
        Column("taken_at", "Taken", "taken", "at-l", sort="taken_at"),
        Column("uploaded_by", "Sent by", "text", "at-m"),
        Column("uploaded_at", "Sent", "ago", "at-s", sort="uploaded_at"),
    ),
    (
        Filter("kind", "Kind", "many", choices(DocumentKind)),
        Filter("on", "On"),
        Filter("uploaded_since", "Sent since", "date"),
    ),
    "-uploaded_at",
    "/documents",
)

SPECS = (CIRCUITS, SITES, PROVIDERS, CUSTOMERS, CONTRACTS, RENEWALS, DOCUMENTS)

# Ready-made views: the words of the tab and the filters behind it.
VIEWS: dict[str, tuple[tuple[str, str], ...]] = {
    "/circuits": (
        ("All", ""),
        ("Overdue", "renewal_state=overdue&sort=act_by"),
        ("Critical", "renewal_state=critical&sort=act_by"),
        ("Act in 90 days", "renewal_state=critical&renewal_state=active&sort=act_by"),
        ("No known deadline", "renewal_state=unknown"),
        ("Active", "status=active"),
        ("Data gaps", "stub=true"),
    ),
    "/sites": (("All", ""), ("Endpoints", "kind=endpoint"), ("Data gaps", "stub=true")),
    "/providers": (("All", ""), ("Data gaps", "stub=true")),
    "/customers": (),
    "/documents": (
        ("All", ""),
        ("Photos", "kind=photo"),
        ("Contracts", "kind=contract"),
        ("LOA/CFA", "kind=loa_cfa"),
        ("Site surveys", "kind=site_survey"),
    ),
    "/contracts": (
        ("All", ""),
        ("Agreements", "kind=agreement"),
        ("Orders", "kind=order"),
        ("Auto-renewing", "end_of_term=auto_renew&sort=act_by"),
        ("No known deadline", "renewal_state=unknown"),
    ),
    "/renewals": (
        ("To decide", ""),
        ("Overdue", "state=overdue"),
        ("Critical", "state=critical"),
        ("Active", "state=active"),
        ("Watch", "state=watch"),
        ("Stable", "state=stable"),
        ("Decided", "state=decided"),
        ("Evergreen", "state=evergreen"),
        ("Unknown", "state=unknown"),
    ),
}

NEW = {"/circuits": "circuit", "/sites": "site", "/providers": "provider", "/customers": "customer",
       "/contracts": "contract"}  # fmt: skip


def routes(site: Site) -> list[BaseRoute]:
    made: list[BaseRoute] = []
    for spec in SPECS:
        name = spec.path.strip("/")
        made.append(get(site, spec.path, partial(_page, spec=spec), name))
        made.append(get(site, f"{spec.path}.csv", partial(as_csv_of, spec=spec), f"{name}_csv"))
        made.append(get(site, f"{spec.path}.xlsx", partial(as_xlsx_of, spec=spec), f"{name}_xlsx"))
    return made


def _page(visit: Visit, spec: Spec) -> Response:
    sheet = read(visit, spec)
    return visit.page(
        "list.html",
        sheet=sheet,
        views=VIEWS[spec.path],
        view_query=visit.request.url.query,
        page_of=page_of,
        new_noun=NEW.get(spec.path),
        selects=spec.path == "/circuits" and visit.may("propose:changes"),
    )

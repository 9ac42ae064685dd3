"""The lists: circuits, sites, providers, customers, contracts and renewals, each with its filters and CSV."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response
from starlette.routing import BaseRoute

from netos_core.circuits.rules import CircuitStatus, ServiceType
from netos_core.contracts.rules import ContractKind, EndOfTerm
from netos_core.overview import operations as overview
from netos_core.renewals.operations import list_renewals
from netos_core.renewals.rules import RenewalState
from netos_core.sites.rules import SiteKind
from netos_core.worklist.operations import get_worklist
from netos_core.worklist.rules import FindingKind
from web_min.calendar_file import as_ics_of
from web_min.export import as_csv_of, as_xlsx_of
from web_min.pages import views
from web_min.pages.bulk_kinds import BY_PATH
from web_min.pages.sheets import DOCUMENTS, ELECTRICAL, FEEDBACK, LETTERS, ORDERS, QUOTES, RF_LINKS
from web_min.site import Site, Visit, get
from web_min.table import DATED, YES_NO, Column, Filter, Spec, choices, rows_of

CIRCUITS = Spec(
    "Circuits",
    "/circuits",
    "circuit",
    overview.search_circuits,
    rows_of,
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
        Filter("with_taken_over", "And those it took over", "one", YES_NO, more=True),
        Filter("status", "Status", "many", choices(CircuitStatus)),
        Filter("service_type", "Type", "many", choices(ServiceType)),
        Filter("renewal_state", "Renewal state", "many", choices(RenewalState)),
        Filter("act_by_before", "Act by", "date"),
        Filter("market", "Market"),
        Filter("site", "Site"),
        Filter("customer", "Customer"),
        Filter("contract", "Contract", more=True, hint="Ref, number or none"),
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
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("name", "Name", sort="name"),
        Column("distance_km", "Km away", "distance", sort="distance_km", needs="near"),
        Column("kind", "Kind", "words", "at-s", sort="kind"),
        Column("address", "Address", "clip", "at-l"),
        Column("city", "City", "text", "at-m", sort="city"),
        Column("state", "State", "text", "at-m", sort="state"),
        Column("market", "Market", "text", "at-l", sort="market"),
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
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("name", "Name", sort="name"),
        Column("noc_phone", "NOC", "phone", "at-m"),
        Column("asn", "ASN", "code", "at-l"),
        Column("successor", "Now part of", "text", "at-l"),
        Column("contracts", "Contracts", "number", "at-m", sort="contracts"),
        Column("next_act_by", "Next act by", "date", "at-s", sort="next_act_by"),
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
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("name", "Name", sort="name"),
        Column("account_number", "Account", "mono", "at-m", sort="account_number"),
        Column("kind", "Kind", "words", "at-l", sort="kind"),
        Column("city", "City", "text", "at-m", sort="city"),
        Column("state", "State", "text", "at-m", sort="state"),
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
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("number", "Number", "mono", "at-l", sort="number"),
        Column("provider", "Provider", "clip", "at-s", sort="provider"),
        Column("title", "Title", "clip", "at-m", sort="title"),
        Column("kind", "Kind", "words", "at-l", sort="kind"),
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
    rows_of,
    (
        Column("contract", "Contract", "ref", sort="contract"),
        Column("provider", "Provider", "clip", "at-s", sort="provider"),
        Column("title", "Title", "clip", "at-m", sort="title"),
        Column("state", "Renewal", "state"),
        Column("act_by", "Act by", "date", "at-s", sort="act_by"),
        Column("days_left", "Days", "number", "at-m"),
        Column("notice_deadline", "Received by", "date", "at-l", sort="notice_deadline"),
        Column("term_end_date", "Term ends", "date", "at-m", sort="term_end_date"),
        Column("end_of_term", "End of term", "words", "at-l"),
        Column("circuits", "Circuits", "number", "at-l", sort="circuits"),
        Column("choice", "Decided", "words", "at-xl"),
        Column("owner", "Owner", "text", "at-xl"),
        Column("mrc", "MRC", "money", "at-s", sort="mrc", money=True),
        Column("cost_of_silence", "Silence costs", "money", "at-m", money=True),
    ),
    (
        Filter("state", "Renewal state", "many", choices(RenewalState)),
        Filter("provider", "Provider"),
        Filter("market", "Market"),
        Filter("owner", "Owner (e-mail)"),
        Filter("within_days", "Act within days", "number"),
    ),
    "act_by",
    "/contracts",
)

WORKLIST = Spec(
    "Worklist",
    "/worklist",
    "finding",
    get_worklist,
    rows_of,
    (
        Column("ref", "Record", "record"),
        Column("kind", "To do", "words", "at-s", sort="kind"),
        Column("title", "What", "clip", "at-m"),
        Column("due_date", "Due", "date", sort="due_date"),
        Column("days_left", "Days", "number", "at-l"),
        Column("amount", "At risk", "money", sort="amount", money=True),
        Column("per_day", "A day", "money", "at-l", sort="per_day", money=True),
        Column("owner", "Owner", "text", "at-l"),
        Column("why", "Why", "clip", "at-xl"),
    ),
    (
        Filter("kind", "To do", "many", choices(FindingKind)),
        Filter("owner", "Owner (e-mail)"),
        Filter("within_days", "Due within days", "number"),
        Filter("ref", "Record", more=True),
    ),
    "due_date",
    "/contracts",
)

SPECS = (
    WORKLIST,
    CIRCUITS, SITES, PROVIDERS, CUSTOMERS, CONTRACTS, RENEWALS, LETTERS, QUOTES, ORDERS, DOCUMENTS, RF_LINKS,
    ELECTRICAL, FEEDBACK,
)  # fmt: skip

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
        ("Leases", "kind=lease&sort=act_by"),
        ("Auto-renewing", "end_of_term=auto_renew&sort=act_by"),
        ("No known deadline", "renewal_state=unknown"),
    ),
    "/letters": (
        ("All", ""),
        ("Under way", "open=true&sort=act_by"),
        ("To be served", "state=signed&sort=act_by"),
        ("Drafts", "state=draft"),
        ("Served", "state=served"),
    ),
    "/rf-links": (
        ("All", ""),
        ("Active", "status=active"),
        ("Planned", "status=planned"),
        ("Licensed", "licensing=licensed"),
    ),
    "/electrical": (),
    "/feedback": (
        ("All", ""),
        ("Open", "open=true&sort=priority"),
        ("New", "status=new"),
        ("In progress", "status=in_progress"),
        ("Planned", "status=planned"),
        ("Done", "status=done"),
        ("Declined", "status=declined"),
    ),
    "/quotes": (
        ("All", ""),
        ("To decide", "state=answered&state=approved_orderable&sort=valid_until"),
        ("Accepted", "state=accepted"),
        ("Expired", "state=expired&sort=-valid_until"),
    ),
    "/orders": (("All", ""), ("Under way", "under_way=true"), ("Late", "late=true"), ("On hold", "stage=held")),
    "/worklist": (
        ("All", ""),
        ("To decide", "kind=renewal_deadline"),
        ("To carry out", "kind=decision_open"),
        ("Renewed in silence", "kind=renewed_in_silence"),
        ("Not stated", "kind=terms_unknown"),
        ("Read, not approved", "kind=unapproved_extraction"),
        ("Revenue of nothing", "kind=unattributed_revenue"),
        ("Spend", "kind=spend_anomaly&kind=concentration"),
        ("Losing money", "kind=negative_margin"),
        ("Cost unknown", "kind=missing_cost"),
        ("Within 30 days", "within_days=30"),
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

NEW = {
    "/circuits": "Propose a circuit",
    "/sites": "Propose a site",
    "/providers": "Propose a provider",
    "/customers": "Propose a customer",
    "/contracts": "Propose a contract",
    "/letters": "Draft a letter",
    "/rf-links": "Propose an RF link",
    "/electrical": "Propose an account",
    "/quotes": "Propose a quote",
    "/orders": "Propose an order",
    "/feedback": "Report a bug or a wish",
}


def routes(site: Site) -> list[BaseRoute]:
    made: list[BaseRoute] = []
    for spec in SPECS:
        name = spec.path.strip("/")
        made.append(get(site, spec.path, partial(_page, spec=spec), name))
        made.append(get(site, f"{spec.path}.csv", partial(as_csv_of, spec=spec), f"{name}_csv"))
        made.append(get(site, f"{spec.path}.xlsx", partial(as_xlsx_of, spec=spec), f"{name}_xlsx"))
        if spec.path in DATED:
            made.append(get(site, f"{spec.path}.ics", partial(as_ics_of, spec=spec), f"{name}_ics"))
    return made


def _page(visit: Visit, spec: Spec) -> Response:
    selects = BY_PATH.get(spec.path) if visit.may("propose:changes") else None
    return views.listed(visit, spec, VIEWS[spec.path], add=NEW.get(spec.path), selects=selects)

"""Which records can be changed many at once, each kind with its form: one entry for each list that has a form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from netos_core.circuits.schemas import CircuitEdit
from netos_core.contracts.schemas import ContractEdit
from netos_core.customers.schemas import CustomerEdit
from netos_core.documents import operations as documents
from netos_core.documents.schemas import DocumentEdit
from netos_core.electrical.schemas import ElectricalAccountEdit
from netos_core.feedback import operations as feedback
from netos_core.feedback.schemas import FeedbackEdit
from netos_core.kernel.operation import Operation
from netos_core.letters.operations import list_letters
from netos_core.letters.schemas import LetterEdit
from netos_core.links.schemas import RfLinkEdit
from netos_core.network import operations as network
from netos_core.network.schemas import BgpSessionEdit, HandoffPortEdit, InterfaceEdit, IpBlockEdit, VlanEdit
from netos_core.overview import operations as overview
from netos_core.providers.schemas import ProviderEdit
from netos_core.quotes import operations as quotes
from netos_core.quotes.schemas import OrderEdit, QuoteEdit
from netos_core.renewals.operations import list_renewals
from netos_core.renewals.schemas import DecisionEdit
from netos_core.sites.schemas import SiteEdit
from web_min.fields import Layout
from web_min.format import count

EVERY = "Set on every one"


@dataclass(frozen=True, slots=True)
class Bulk:
    """A kind of record that can be changed many at once: its list, its form, and what no record of it can lack."""

    name: str
    word: str
    prefix: str
    path: str
    operation: Operation[Any, Any]
    model: type[BaseModel]
    layout: Layout
    never_empty: frozenset[str]
    along: str = ""  # what is retired with them
    ref: str = "ref"  # the column of the list that names the record
    listed: str = ""  # what the list is called, where that is not the records' name
    about: str = ""  # where each of the chosen gets a new record of the kind: the field that names it there
    verb: str = "Change"

    @property
    def title(self) -> str:
        return count(0, self.word).removeprefix("0 ")

    @property
    def index(self) -> str:
        return self.listed or self.title[0].upper() + self.title[1:]

    @property
    def article(self) -> str:
        return "an" if self.word[0] in "aeiouRI" else "a"

    def too_many(self, found: int) -> str:
        return f"A bulk change holds up to 2,000 {self.title}; this list has {found:,}."


CONTRACT = Layout(
    {
        EVERY: ("provider", "parent", "kind", "signed_date", "description"),
        "Term": ("term_start_date", "term_months", "term_end_date", "co_terminus", "end_of_term",
                 "renewal_term_months", "evergreen"),
        "Notice": ("notice_count", "notice_unit", "notice_method", "notice_counted_from", "delivery_lead_days",
                   "notice_address"),
        "Money": ("mrc", "nrc", "total_value", "currency"),
    }
)  # fmt: skip
CONTRACT_KEEPS = frozenset({"kind", "provider", "end_of_term", "evergreen", "co_terminus", "currency"})

BULKS = (
    Bulk(
        "circuit", "circuit", "CKT", "/circuits", overview.search_circuits, CircuitEdit,
        Layout(
            {
                EVERY: ("status", "service_type", "bandwidth_mbps", "market", "order_number",
                      "install_date", "billing_start_date", "disconnect_date", "description"),
                "Money": ("mrc", "nrc", "currency"),
            }
        ),
        frozenset({"status", "service_type", "currency"}), ", with their ends, customers and network detail",
    ),
    Bulk(
        "site", "site", "SIT", "/sites", overview.search_sites, SiteEdit,
        Layout({EVERY: ("kind", "market", "parent", "customer", "provider", "city", "state",
                      "postal_code", "country", "lata", "description")}),
        frozenset({"kind"}), ", with their costs, accounts, ports and ties",
    ),
    Bulk(
        "rf_link", "RF link", "RFL", "/rf-links", overview.search_rf_links, RfLinkEdit,
        Layout(
            {
                EVERY: ("status", "circuit", "band", "frequency_mhz", "channel_width_mhz",
                      "capacity_mbps", "radio_vendor", "radio_model", "starts_on", "ends_on",
                      "description"),
                "Licence": ("licensing", "licence_expires_on"),
                "Money": ("monthly_cost", "currency"),
            }
        ),
        frozenset({"status", "currency"}),
    ),
    Bulk(
        "electrical_account", "electrical account", "ELE", "/electrical", overview.search_electrical_accounts,
        ElectricalAccountEdit,
        Layout({EVERY: ("provider", "voltage", "phase", "amperage", "tariff", "monitoring_url",
                      "starts_on", "ends_on", "description")}),
        frozenset({"provider"}), ", with their bills",
    ),
    Bulk(
        "feedback", "report", "FBK", "/feedback", feedback.list_feedback, FeedbackEdit,
        Layout({EVERY: ("status", "priority", "kind", "source")}),
        frozenset({"status", "priority", "kind"}), ", with their comments",
    ),
    Bulk(
        "provider", "provider", "PRV", "/providers", overview.list_providers, ProviderEdit,
        Layout({EVERY: ("successor", "succeeded_on", "noc_phone", "noc_email", "website", "portal_url")}),
        frozenset(), ", with their other names, contacts and accounts",
    ),
    Bulk(
        "customer", "customer", "CUS", "/customers", overview.list_customers, CustomerEdit,
        Layout({EVERY: ("kind", "city", "state", "phone", "email")}),
        frozenset(), ", with their contacts",
    ),
    Bulk(
        "contract", "contract", "CTR", "/contracts", overview.search_contracts, ContractEdit, CONTRACT,
        CONTRACT_KEEPS, ", with their ties to circuits and sites",
    ),
    Bulk(
        "decision", "contract", "CTR", "/renewals", list_renewals, DecisionEdit,
        Layout({"Decision": ("choice", "decided_date", "owner", "due_date", "reasoning")}, frozenset({"choice"})),
        frozenset(), ref="contract", listed="Renewals", about="contract", verb="Decide",
    ),
    Bulk(
        "letter", "letter", "LTR", "/letters", list_letters, LetterEdit,
        Layout({EVERY: ("method", "letter_date", "effective_date", "sign_by", "signer_name", "signer_title",
                      "signer_email", "extra")}),
        frozenset({"letter_date"}),
    ),
    Bulk(
        "quote", "quote", "QUO", "/quotes", quotes.list_quotes, QuoteEdit,
        Layout({EVERY: ("state", "level", "serviceability", "valid_until", "received_date", "provider", "replaces",
                        "requested_by", "source", "description")}),
        frozenset({"provider", "state"}), ", with their terms",
    ),
    Bulk(
        "order", "order", "ORD", "/orders", quotes.list_orders, OrderEdit,
        Layout({EVERY: ("circuit", "acceptance_days", "cancelled_date", "description")}),
        frozenset(), ", with their steps",
    ),
    Bulk(
        "document", "document", "DOC", "/documents", documents.list_documents, DocumentEdit,
        Layout({EVERY: ("kind", "sensitivity", "caption")}),
        frozenset({"kind", "sensitivity"}),
    ),
    Bulk(
        "ip_block", "IP block", "IPB", "/network/blocks", network.search_ip_blocks, IpBlockEdit,
        Layout({EVERY: ("role", "status", "customer", "circuit", "site", "description")}),
        frozenset({"role", "status"}),
    ),
    Bulk(
        "vlan", "VLAN", "VLN", "/network/vlans", network.search_vlans, VlanEdit,
        Layout({EVERY: ("scope", "outer_tag", "name", "interface", "circuit", "site", "description")}),
        frozenset({"scope"}),
    ),
    Bulk(
        "bgp_session", "BGP session", "BGP", "/network/bgp", network.search_bgp_sessions, BgpSessionEdit,
        Layout({EVERY: ("circuit", "interface", "local_asn", "peer_asn", "max_prefix", "description")}),
        frozenset({"local_asn", "peer_asn"}),
    ),
    Bulk(
        "interface", "interface", "IFC", "/network/interfaces", network.search_interfaces, InterfaceEdit,
        Layout({EVERY: ("router", "circuit", "site", "speed_mbps", "media", "lag", "mtu", "description")}),
        frozenset({"router"}),
    ),
    Bulk(
        "handoff_port", "handoff port", "PRT", "/network/ports", network.search_handoff_ports, HandoffPortEdit,
        Layout({EVERY: ("status", "circuit", "site", "rack", "panel", "connector", "media", "speed_mbps",
                        "description")}),
        frozenset({"status", "site"}),
    ),
)  # fmt: skip
BY_PATH = {bulk.path: bulk for bulk in BULKS}

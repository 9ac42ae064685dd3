"""The lists beside those of circuits and contracts: quotes, orders, documents, RF links, power, feedback."""

from __future__ import annotations

from netos_core.circuits.rules import ServiceType
from netos_core.documents.operations import list_documents
from netos_core.documents.rules.kinds import DocumentKind
from netos_core.electrical.rules import Phase
from netos_core.feedback import operations as feedback
from netos_core.feedback.rules import FeedbackKind, FeedbackStatus, Priority
from netos_core.letters.operations import list_letters
from netos_core.letters.rules.states import LetterKind, LetterState
from netos_core.links.rules import Licensing, RfStatus
from netos_core.overview import operations as overview
from netos_core.quotes import operations as quotes
from netos_core.quotes.rules.states import OrderStage, QuoteLevel, QuoteState
from web_min.table import YES_NO, Column, Filter, Spec, choices, rows_of

QUOTES = Spec(
    "Quotes",
    "/quotes",
    "quote",
    quotes.list_quotes,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("provider", "Provider", "clip", "at-s", sort="provider"),
        Column("a", "A to Z", "ends", "at-l"),
        Column("service_type", "Type", "words", "at-l", sort="service_type"),
        Column("bandwidth_mbps", "Speed", "bandwidth", "at-m", sort="bandwidth_mbps"),
        Column("level", "Level", "level", "at-xl", sort="level"),
        Column("state", "State", "quote_state", sort="state"),
        Column("valid_until", "Valid until", "date", "at-s", sort="valid_until"),
        Column("terms", "Months", "text", "at-m"),
        Column("mrc", "MRC from", "money", sort="mrc", money=True),
        Column("mrc_per_mbps", "$/Mbps", "per_mbps", "at-l", sort="mrc_per_mbps", money=True),
    ),
    (
        Filter("provider", "Provider"),
        Filter("state", "State", "many", choices(QuoteState)),
        Filter("level", "Level", "many", choices(QuoteLevel)),
        Filter("site", "Site"),
        Filter("circuit", "Replaces"),
        Filter("expires_before", "Expires before", "date"),
        Filter("service_type", "Type", "many", choices(ServiceType), more=True),
        Filter("min_mbps", "Mbps from", "number", more=True),
        Filter("max_mbps", "Mbps to", "number", more=True),
        Filter("term_months", "Term, months", "number", more=True),
    ),
    "-ref",
    "/quotes",
)

ORDERS = Spec(
    "Orders",
    "/orders",
    "order",
    quotes.list_orders,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("number", "Number", "mono", "at-l", sort="number"),
        Column("provider", "Provider", "clip", "at-s", sort="provider"),
        Column("quote", "Quote", "text", "at-m", sort="quote"),
        Column("circuit", "Circuit", "text", "at-m"),
        Column("stage", "Stands at", "order_stage"),
        Column("next_stage", "Next", "words", "at-s"),
        Column("next_date", "Planned", "date", "at-s"),
        Column("days_late", "Late", "late"),
    ),
    (
        Filter("stage", "Stands at", "many", choices(OrderStage)),
        Filter("late", "Late", "one", YES_NO),
        Filter("under_way", "Under way", "one", YES_NO),
        Filter("provider", "Provider"),
        Filter("circuit", "Circuit"),
        Filter("quote", "Quote"),
    ),
    "-ref",
    "/orders",
)

DOCUMENTS = Spec(
    "Documents",
    "/documents",
    "document",
    list_documents,
    rows_of,
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


LETTERS = Spec(
    "Letters",
    "/letters",
    "letter",
    list_letters,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("contract", "Contract", "record", "at-s", sort="contract"),
        Column("provider", "Provider", "clip", "at-s", sort="provider"),
        Column("kind", "Kind", "words", "at-l", sort="kind"),
        Column("state", "Stands", "letter_state", sort="state"),
        Column("method", "Method", "words", "at-m"),
        Column("act_by", "Act by", "date", "at-s", sort="act_by"),
        Column("notice_deadline", "Received by", "date", "at-l", sort="notice_deadline"),
        Column("letter_date", "Dated", "date", "at-l", sort="letter_date"),
        Column("served_date", "Served", "date", "at-m"),
    ),
    (
        Filter("state", "Stands", "many", choices(LetterState)),
        Filter("open", "Under way", "one", YES_NO),
        Filter("kind", "Kind", "many", choices(LetterKind)),
        Filter("contract", "Contract"),
        Filter("provider", "Provider"),
    ),
    "-ref",
    "/letters",
)


RF_LINKS = Spec(
    "RF links",
    "/rf-links",
    "RF link",
    overview.search_rf_links,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("name", "Name", "clip", "at-s", sort="name"),
        Column("a", "A", "text", "at-xl", sort="a"),
        Column("z", "Z", "text", "at-xl", sort="z"),
        Column("status", "Status", "status", sort="status"),
        Column("band", "Band", "text", "at-m", sort="band"),
        Column("capacity_mbps", "Capacity", "bandwidth", "at-s", sort="capacity_mbps"),
        Column("path_length_km", "Km long", "distance"),
        Column("call_sign", "Call sign", "mono", "at-m"),
        Column("licence_expires_on", "Licence to", "date", "at-m", sort="licence_expires_on"),
        Column("circuit", "Carries", "mono", "at-l"),
        Column("monthly_cost", "Cost a month", "money", "at-s", sort="monthly_cost", money=True),
    ),
    (
        Filter("site", "Site"),
        Filter("status", "Status", "many", choices(RfStatus)),
        Filter("licensing", "Licensing", "many", choices(Licensing)),
        Filter("band", "Band"),
        Filter("licence_expires_before", "Licence expires by", "date"),
        Filter("as_of", "As of", "date"),
        Filter("circuit", "Circuit", more=True),
        Filter("min_mbps", "Mbps from", "number", more=True),
        Filter("max_mbps", "Mbps to", "number", more=True),
        Filter("tag", "Tag", more=True),
    ),
    "ref",
    "/rf-links",
)

ELECTRICAL = Spec(
    "Electrical accounts",
    "/electrical",
    "electrical account",
    overview.search_electrical_accounts,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("site", "Site", "clip", "at-s", sort="site"),
        Column("provider", "Utility", "clip", "at-s", sort="provider"),
        Column("account_number", "Account", "mono", "at-m", sort="account_number"),
        Column("meter_number", "Meter", "mono", "at-l"),
        Column("voltage", "Voltage", "text", "at-l"),
        Column("phase", "Phase", "words", "at-xl"),
        Column("amperage", "Amperes", "number", "at-m", sort="amperage"),
        Column("last_month", "Last bill", "month", "at-m", sort="last_month"),
        Column("average_months", "Months", "number", "at-s"),
        Column("average_monthly_cost", "Average a month", "money", sort="average_monthly_cost", money=True),
    ),
    (
        Filter("site", "Site"),
        Filter("provider", "Utility"),
        Filter("customer", "Customer"),
        Filter("phase", "Phase", "many", choices(Phase)),
        Filter("as_of", "As of", "date"),
        Filter("tag", "Tag"),
    ),
    "ref",
    "/electrical",
)

FEEDBACK = Spec(
    "Feedback",
    "/feedback",
    "report",
    feedback.list_feedback,
    rows_of,
    (
        Column("ref", "Ref", "ref", sort="ref"),
        Column("title", "Title", "text", sort="title"),
        Column("kind", "Kind", "words", "at-s", sort="kind"),
        Column("priority", "Priority", "priority", "at-s", sort="priority"),
        Column("status", "Status", "status", sort="status"),
        Column("source", "From", "mono", "at-m"),
        Column("author", "By", "text", "at-l", sort="author"),
        Column("comments", "Comments", "number", "at-m", sort="comments"),
        Column("created_at", "Reported", "ago", "at-m", sort="created_at"),
    ),
    (
        Filter("status", "Status", "many", choices(FeedbackStatus)),
        Filter("kind", "Kind", "many", choices(FeedbackKind)),
        Filter("priority", "Priority", "many", choices(Priority)),
        Filter("open", "Open", "one", YES_NO),
        Filter("author", "Reported by"),
        Filter("tag", "Tag"),
    ),
    "-ref",
    "/feedback",
)

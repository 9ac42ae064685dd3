"""The lists beside those of circuits and contracts: documents, RF links, electrical accounts, feedback."""

from __future__ import annotations

from netos_core.documents.operations import list_documents
from netos_core.documents.rules.kinds import DocumentKind
from netos_core.electrical.rules import Phase
from netos_core.feedback import operations as feedback
from netos_core.feedback.rules import FeedbackKind, FeedbackStatus, Priority
from netos_core.links.rules import Licensing, RfStatus
from netos_core.overview import operations as overview
from web_min.table import YES_NO, Column, Filter, Spec, choices, rows_of

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

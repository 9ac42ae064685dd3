"""Every operation of the product, in one list: what tools, the JSON API and the documentation are made from."""

from __future__ import annotations

from typing import Any

from netos_core.changes import operations as changes
from netos_core.dashboard import operations as dashboard
from netos_core.documents import operations as documents
from netos_core.extractions import operations as extractions
from netos_core.feedback import operations as feedback
from netos_core.finance import operations as finance
from netos_core.imports import operations as imports
from netos_core.kernel.operation import Operation
from netos_core.letters import operations as letters
from netos_core.lookup import operations as lookup
from netos_core.network import operations as network
from netos_core.outages import operations as outages
from netos_core.outbox import operations as outbox
from netos_core.overview import operations as overview
from netos_core.people import operations as people
from netos_core.proposals import operations as proposals
from netos_core.quotes import operations as quotes
from netos_core.renewals import operations as renewals
from netos_core.reports import operations as reports
from netos_core.revenue import operations as revenue
from netos_core.search import operations as search
from netos_core.spend import operations as spend
from netos_core.views import operations as views
from netos_core.work import operations as work
from netos_core.worklist import operations as worklist

OPERATIONS: tuple[Operation[Any, Any], ...] = (
    search.search,
    overview.list_names,
    lookup.look_up_address,
    overview.search_circuits,
    overview.get_circuit,
    finance.get_circuit_pl,
    finance.get_infrastructure_pl,
    finance.get_month_pack,
    finance.get_pl_totals,
    finance.list_periods,
    spend.get_forecast,
    spend.get_spend,
    outages.get_outage_history,
    overview.search_sites,
    overview.get_site,
    overview.search_rf_links,
    overview.get_rf_link,
    overview.search_electrical_accounts,
    overview.get_electrical_account,
    overview.list_providers,
    overview.get_provider,
    overview.list_customers,
    overview.get_customer,
    revenue.list_revenue,
    revenue.get_revenue,
    revenue.propose_attributions,
    overview.search_contracts,
    overview.get_contract,
    overview.preview_etf,
    network.search_interfaces,
    network.search_handoff_ports,
    network.search_vlans,
    network.search_bgp_sessions,
    network.search_ip_blocks,
    network.get_bgp_key,
    overview.get_network_record,
    documents.list_documents,
    documents.list_site_documents,
    documents.get_document,
    documents.get_document_file,
    documents.upload_document,
    extractions.upload_contract,
    extractions.list_extractions,
    extractions.get_extraction,
    extractions.get_extraction_page,
    extractions.decide_extraction,
    extractions.propose_extraction,
    extractions.dismiss_extraction,
    extractions.read_again,
    worklist.get_worklist,
    renewals.list_renewals,
    renewals.get_pipeline,
    renewals.get_decision,
    renewals.replay_renewals,
    renewals.run_renewals,
    overview.get_timeline,
    letters.list_letters,
    letters.get_letter,
    letters.get_letter_file,
    reports.list_reports,
    reports.get_report,
    reports.preview_report,
    reports.run_report,
    dashboard.get_dashboard,
    overview.get_today,
    overview.get_counts,
    quotes.list_quotes,
    quotes.get_quote,
    quotes.compare_quotes,
    quotes.stage_quote_draft,
    quotes.get_quote_draft,
    quotes.review_quote_draft,
    quotes.propose_quote_draft,
    quotes.reject_quote_draft,
    quotes.list_orders,
    quotes.get_order,
    proposals.propose_change,
    proposals.rebase_change,
    changes.get_change,
    changes.list_changes,
    changes.confirm_change,
    changes.approve_change,
    changes.reject_change,
    changes.undo_change,
    changes.search_audit,
    work.get_job,
    imports.stage_import,
    imports.get_import,
    imports.list_imports,
    imports.map_import,
    imports.edit_import_row,
    imports.propose_import,
    feedback.list_feedback,
    feedback.get_feedback,
    people.list_people,
    people.get_person,
    people.list_rights,
    people.end_sessions,
    people.close_access,
    people.open_access,
    people.create_token,
    people.revoke_token,
    people.create_feed,
    people.revoke_feed,
    outbox.list_notices,
    outbox.get_notice,
    outbox.resend_notice,
    outbox.get_notice_preferences,
    outbox.set_notice_preferences,
    views.list_views,
    views.save_view,
    views.delete_view,
)

BY_NAME = {operation.name: operation for operation in OPERATIONS}

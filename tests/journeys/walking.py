"""The walk: what to ask each operation and page, in how many ways, and what a role may not be told on it.

Free text that people write (notes, reasons, comments, descriptions) is shown as they wrote it: nobody can tell what an
amount in a sentence is about. Sentences of our own are walked: a warning of a proposal carries amounts.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from typing import Any, get_args

from openpyxl import load_workbook
from pydantic import BaseModel

from netos_core.access.rules import Role, rights_of
from netos_core.catalogue import OPERATIONS
from netos_core.kernel.context import Channel, Context
from netos_core.kernel.errors import NetosError
from netos_core.kernel.operation import Operation
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.values import plain
from netos_mcp.answers import written
from tests.files import make_pdf
from tests.journeys.planting import PLANTED_AT, Plant, Secrets, read_of

ROUND = ("987654.32", "876543.21", "765432.19", "654321.98")
BANK = ("Marker Bank Nowhere", "0210009999", "77770000123456", "PO Box 9081 Markertown")
KEYS = ("Marker-MD5-9f81c2", "Marker-MD5-next-7c1")
TITLES = ("Rate card Zebra", "Void cheque Okapi")
TITLE_PARTS = ("zebra", "zebar", "oka", "rate card okapi")  # as they are typed on the way to a title
NAMED = ("circuit", "contract", "site", "provider", "customer", "document")
PAPERS = ("document", "cheque")
SECRETS = Secrets(ROUND, BANK, KEYS, TITLES)
# As they are written, and what a warning tells of the import that is planted: the step from the first to the second.
MONEY = (*ROUND, "987,654.32", "876,543.21", "765,432.19", "654,321.98", "111,111.11", "111111.11")
HIDDEN = {"see:money": (*MONEY, TITLES[0]), "see:bank": (*BANK, TITLES[1]), "see:keys": KEYS}


def requests(plant: Plant) -> dict[str, list[dict[str, Any]]]:
    """Say what to ask each operation; lists are asked in many more ways by `every_way`."""
    refs = plant.refs
    decide = [{"change_id": c, "digest": d} for c in plant.changes for d in ("0" * 64, plant.digests[c])]
    everything = [{"change_id": c} for c in plant.of_each_sort()]
    words = [*MONEY[:4], *BANK, *KEYS, *TITLES, "Marker", "192.0.2.1", "AS174"]
    of = {kind: [{"ref": ref}] for kind, ref in refs.items()}
    papers = [{"ref": refs["document"]}, {"ref": refs["cheque"]}]
    of["circuit"].append({"ref": refs["idle"]})
    staged = [refs["bad_import"], refs["good_import"], refs["own_import"]]
    csv = f"Circuit ID,Carrier,MRC\n10/KFGS/1//MRK,Marker Carrier,{MONEY[0]}\n".encode()
    return {
        "search": [{"query": word, "limit": 25} for word in words],
        "list_names": [{"kind": kind, "letters": word} for kind in NAMED for word in ("", *words, *TITLE_PARTS)],
        "look_up_address": [{"site": refs["site"], "radius_km": 50}, *({"address": word} for word in words)],
        "list_notices": [{}, {"kind": ["renewal"]}],
        "get_notice": [{"ref": refs[one]} for one in ("notice_finance", "notice_noc")],
        "resend_notice": [{"ref": refs["notice_noc"]}, {"channel": "mail"}],
        "get_notice_preferences": [{}, {"email": "finance.person@isp.example"}],
        "set_notice_preferences": [{"wishes": [{"kind": "renewal", "ways": ["mail"], "timing": "digest"}]}],
        "list_views": [{}, {"list": "circuits"}],
        "save_view": [
            {"list": "circuits", "name": "Walk", "query": {"min_mrc": "1.00"}},
            {"list": "contracts", "name": "Walk", "query": {"sort": "-mrc"}, "shared": True},
        ],
        "delete_view": [{"list": "circuits", "name": "Walk"}],
        "search_circuits": [{}],
        "get_circuit": of["circuit"],
        "get_circuit_pl": of["circuit"],
        "get_infrastructure_pl": of["site"],
        "get_pl_totals": [{"by": by} for by in ("provider", "market", "service_type", "customer", "asset")],
        "get_month_pack": [{}],
        "list_periods": [{}],
        "get_forecast": [{}, {"months": 36, "provider": refs["provider"]}],
        "get_spend": [{}, {"by": "market"}],
        "get_outage_history": of["circuit"],
        "search_sites": [{}],
        "get_site": of["site"],
        "search_rf_links": [{}],
        "get_rf_link": of["rf_link"],
        "search_electrical_accounts": [{}],
        "get_electrical_account": of["electrical_account"],
        "list_feedback": [{}],
        "get_feedback": of["feedback"],
        "list_providers": [{}],
        "get_provider": of["provider"],
        "list_customers": [{}],
        "get_customer": of["customer"],
        "list_revenue": [{}, {"attributed": False}, {"gone": True}],
        "get_revenue": of["revenue"],
        "propose_attributions": [{}, {"refs": [refs["revenue"]]}],
        "search_contracts": [{}],
        "get_contract": of["contract"],
        "preview_etf": [
            {**one, **days}
            for one in (*of["contract"], *of["circuit"])
            for days in ({}, {"as_of": "2027-03-31"}, {"notice_date": "2026-07-01", "horizon": 60})
        ],
        "search_interfaces": [{}],
        "search_handoff_ports": [{}],
        "search_vlans": [{}],
        "search_bgp_sessions": [{}, {"ip": "192.0.2.1"}],
        "search_ip_blocks": [{}, {"contains": "192.0.2.1"}],
        "get_network_record": [{"ref": ref} for ref in (refs["session"], "IPB-1001", "VLN-1001", "IFC-1001")],
        "get_bgp_key": of["session"],
        "list_renewals": [{}],
        "get_pipeline": [{}, {"provider": refs["provider"], "limit": 50}],
        "get_worklist": [{}],
        "get_decision": of["decision"],
        "get_timeline": [{}, {"years": 5}],
        "replay_renewals": [{}, {"as_of": "2028-06-30"}],
        "run_renewals": [{}],
        "list_reports": [{}, {"weekly": False, "query": "critical"}],
        "get_report": [{}, *of["report"]],
        "preview_report": [{}, {"as_of": "2028-06-30"}],
        "run_report": [{}],
        "list_documents": [{}, {"on": refs["contract"]}, {"query": "zebra"}, {"query": "okapi"}],
        "list_site_documents": [{"site": refs["site"]}],
        "get_document": papers,
        "get_document_file": [{**asked, "picture": way} for asked in papers for way in (None, "thumbnail", "preview")],
        # Who has the very file that is there already is told so, and knows what it says.
        "upload_document": [
            {"on": refs["contract"], "content": make_pdf("Marker upload"), "file_name": "x.pdf", "kind": "contract"},
            {"on": refs["provider"], "content": make_pdf("Marker upload"), "file_name": "x.pdf"},
        ],
        "upload_contract": [{"content": make_pdf("Marker contract"), "file_name": "y.pdf"}],
        "list_extractions": [{}, {"query": "zebra"}, {"state": ["on_file", "dismissed"]}, {"document": ["DOC-1001"]}],
        "get_extraction": [*of["extraction"], {"ref": refs["extraction"], "contract": refs["contract"]}],
        "get_extraction_page": [{"ref": refs["extraction"], "page": 1}],
        "decide_extraction": [
            {"ref": refs["extraction"], "version": 1, "decisions": [{"field": "mrc", "choice": choice}]}
            for choice in ("accept", "reject")
        ],
        "propose_extraction": [{"ref": refs["extraction"], "version": 1}],
        "dismiss_extraction": [{"ref": refs["extraction"], "reason": "walking"}],
        "read_again": of["extraction"],
        "list_letters": [{}, {"contract": refs["contract"]}],
        "get_letter": of["letter"],
        "get_letter_file": [{"ref": refs["letter"]}, *({"ref": refs["letter"], "change": c} for c in plant.changes)],
        "get_counts": [{}],
        "get_today": [{}],
        "get_dashboard": [{}],
        "list_quotes": [{}, {"state": ["draft"]}, {"circuit": refs["circuit"]}],
        "get_quote": of["quote"],
        "compare_quotes": [{"ref": [refs["quote"]], "overlap": 2}],
        # Who stages the very text that is there already is told so, and knows what it says.
        "stage_quote_draft": [read_of("4.00", "5.00", "6.00"), read_of("1.00", "2.00", "3.00")],
        "get_quote_draft": of["draft"],
        "review_quote_draft": [{"ref": refs["draft"], "accept": ["36.mrc"]}],
        "propose_quote_draft": of["draft"],
        "reject_quote_draft": [{"ref": refs["draft"], "reason": "walking"}],
        "list_orders": [{}, {"quote": refs["quote"]}],
        "get_order": of["order"],
        "propose_change": [
            {"kind": "circuit", "ref": refs["circuit"], "set": {"market": "Elsewhere"}, "reason": "walking"},
            {"kind": "circuit", "ref": refs["circuit"], "set": {"mrc": "1.00"}, "reason": "walking"},
            {"kind": "provider", "ref": refs["provider"], "set": {"bank_account": "1"}, "reason": "walking"},
            {"kind": "circuit", "action": "retire", "ref": refs["circuit"], "reason": "walking"},
            *({"kind": "document", "ref": refs[one], "set": {"title": "Mine"}, "reason": "walking"} for one in PAPERS),
            {"kind": "provider", "action": "retire", "ref": refs["provider"], "reason": "walking"},
            {"kind": "circuit", "action": "retire", "ref": refs["idle"], "reason": "walking"},
            {"kind": "site_cost", "action": "retire", "ref": refs["cost"], "reason": "walking"},
            {"kind": "rf_link", "action": "retire", "ref": refs["rf_link"], "reason": "walking"},
            {"kind": "electrical_bill", "action": "retire", "ref": refs["bill"], "reason": "walking"},
            {"kind": "quote_term", "action": "retire", "ref": refs["term"], "reason": "walking"},
            {"kind": "quote", "action": "retire", "ref": refs["quote"], "reason": "walking"},
            {"kind": "site", "action": "retire", "ref": refs["site"], "reason": "walking"},
            {"kind": "bgp_session", "ref": refs["session"], "set": {"max_prefix": 5}, "reason": "walking"},
            {"kind": "bgp_session", "ref": refs["session"], "set": {"md5_key": "mine"}, "reason": "walking"},
            {"kind": "bgp_session", "action": "retire", "ref": refs["session"], "reason": "walking"},
            {"kind": "letter", "action": "create", "set": {"contract": refs["contract"]}, "reason": "walking"},
            {"kind": "letter", "ref": refs["letter"], "set": {"sending": "manual"}, "reason": "walking"},
            {
                "kind": "attribution",
                "action": "create",
                "reason": "walking",
                "set": {"service": refs["revenue"], "site": refs["site"]},
            },
            *guesses(plant),
        ],
        "rebase_change": everything,
        "get_change": [{**one, "limit": 100} for one in everything],
        "list_changes": [{"status": status} for status in ("open", "committed", None)] + [{"mine": True}],
        "confirm_change": decide,
        "approve_change": decide,
        "reject_change": [*decide, *everything],
        "undo_change": [{**one, "reason": "walking"} for one in everything],
        "search_audit": [{"limit": 100}, {"ref": refs["provider"], "limit": 100}, {"kind": "reads"}],
        "get_job": of["job"],
        "stage_import": [{"file_name": "x.csv", "content": csv, "kind": "circuits"}],
        "get_import": [{"ref": ref} for ref in staged],
        "list_imports": [{}],
        "map_import": [{"ref": ref, "fields": {"MRC": None}} for ref in staged] + [{"ref": staged[-1]}],
        "edit_import_row": [{"ref": ref, "row": 2, "cells": {"Carrier": "Marker"}} for ref in staged]
        + [{"ref": staged[-1], "row": 2, "cells": {"City": "Ada"}}],
        "propose_import": [{"ref": ref} for ref in staged],
        "list_people": [{}],
        "get_person": [{}],
        "list_rights": [{}],
        "end_sessions": [{}],
        "close_access": [{"email": "noc.person@isp.example", "reason": "walking"}],
        "open_access": [{"email": "noc.person@isp.example", "reason": "walking"}],
        "create_token": [{"name": "walker"}],
        "revoke_token": [{"ref": "TOK-1001"}],
        "create_feed": [{}],
        "revoke_feed": [{}],
    }


def guesses(plant: Plant) -> list[dict[str, Any]]:
    """Try hidden values by asking for them: what they are, and what they are not."""
    refs, wrong = plant.refs, "1.00"
    tried: list[tuple[str, str, dict[str, str], dict[str, str]]] = []
    for value in (*ROUND, wrong):
        tried += [("circuit", refs["circuit"], {name: value}, {}) for name in ("mrc", "nrc", "mrr")]
        tried += [("contract", refs["contract"], {name: value}, {}) for name in ("mrc", "nrc", "total_value")]
        tried += [
            ("contract", refs["contract"], {"etf": {"formula": {"kind": "fixed", "amount": value}}}, {}),
            ("contract", refs["contract"], {"escalator": {"kind": "percent", "percent": "3"}}, {}),
        ]
        tried += [
            ("circuit", refs["circuit"], {"mrr": value, "customer": refs["customer"]}, {}),
            ("circuit", refs["circuit"], {"market": "Elsewhere"}, {"mrc": value}),
            ("site_cost", refs["cost"], {"amount": value}, {}),
            ("electrical_bill", refs["bill"], {"amount": value}, {}),
            *(("quote_term", refs["term"], {name: value}, {}) for name in ("mrc", "nrc", "etf", "special_build")),
            ("rf_link", refs["rf_link"], {"monthly_cost": value}, {}),
            ("rf_link", refs["rf_link"], {"band": "60 GHz"}, {"monthly_cost": value}),
        ]
    for value in (*BANK, "wrong"):
        for name in ("bank_name", "bank_routing", "bank_account", "remittance_address"):
            tried += [
                ("provider", refs["provider"], {name: value}, {}),
                ("provider", refs["provider"], {}, {name: value}),
            ]
    return [
        {
            "kind": kind,
            "set": fields,
            "reason": "guessing",
            **({"items": [{"ref": ref, "set": own}]} if own else {"ref": ref}),
        }
        for kind, ref, fields, own in tried
    ]


def hidden_from(role: Role) -> list[str]:
    """List the values this role may not be shown."""
    rights = rights_of([role])
    return [value for right, values in HIDDEN.items() if right not in rights for value in values]


BLIND = [role for role in Role if hidden_from(role)]

# Of roles that are shown the same, pages are looked at as the one that may read most.
BLIND_PAGES = list(
    {tuple(hidden_from(role)): role for role in sorted(BLIND, key=lambda role: len(rights_of([role])))}.values()
)


def leaked(hidden: list[str], told: str, asked: dict[str, Any]) -> list[str]:
    """Name what is told of what is hidden and was not in the question."""
    said = {str(value) for value in asked.values()}
    return [value for value in hidden if value in told and value not in said]


def row_of(operation: Operation[Any, Any]) -> type[BaseModel] | None:
    if not issubclass(operation.view, Listing):
        return None
    row: type[BaseModel] = get_args(operation.view.model_fields["rows"].annotation)[0]
    return row


def every_way(operation: Operation[Any, Any], asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Ask as told and, of a list, in every order, with every column, and by every amount."""
    yield asked
    row = row_of(operation)
    if row is None or not issubclass(operation.request, ListRequest):
        return
    yield {**asked, "detail": "detailed", "limit": 100}
    for name in row.model_fields:
        yield {**asked, "fields": [name]}
        for sort in (name, f"-{name}"):
            yield {**asked, "sort": sort, "detail": "detailed", "limit": 1}
    for value in (*MONEY[:4], *BANK, *KEYS):
        yield {**asked, "query": value, "detail": "detailed"}
        for name in operation.request.model_fields:
            if name.startswith(("min_", "max_")):
                yield {**asked, name: "987654.31"}


class _Undone(Exception):
    """Takes back what a call of the walk wrote."""


def call(plant: Plant, name: str, asked: dict[str, Any], who: Any, channel: Channel = Channel.AGENT) -> BaseModel:
    operation = next(o for o in OPERATIONS if o.name == name)
    view: BaseModel | None = None
    with contextlib.suppress(_Undone), plant.core.context(who, channel, now=PLANTED_AT) as ctx:
        view = _answer(ctx, operation, asked)
        raise _Undone
    assert view is not None
    return view


def _answer(ctx: Context, operation: Operation[Any, Any], asked: dict[str, Any]) -> BaseModel:
    view: BaseModel = operation(ctx, operation.request.model_validate(asked))
    return view


def answered(plant: Plant, name: str, asked: dict[str, Any], who: Any, channel: Channel) -> str:
    """Return all that a call tells, as a program and as a model reads it, or its refusal."""
    try:
        view = call(plant, name, asked, who, channel)
    except NetosError as refusal:
        return json.dumps(refusal.as_dict())
    answer = written(view, who)
    return json.dumps(plain(view)) + answer.text + json.dumps(answer.structured)


LISTS = ("search_circuits", "search_sites", "list_providers", "list_customers", "search_contracts",
         "search_bgp_sessions", "search_rf_links", "search_electrical_accounts", "list_feedback")  # fmt: skip


def pages(plant: Plant) -> list[str]:
    """Name every page and export there is, each record's own and each change's among them."""
    refs, made = plant.refs, []
    kept = {"circuits": "circuit", "sites": "site", "providers": "provider", "customers": "customer",
            "contracts": "contract", "rf-links": "rf_link", "electrical": "electrical_account",
            "feedback": "feedback", "quotes": "quote", "orders": "order", "letters": "letter"}  # fmt: skip
    for folder, kind in kept.items():
        made += [f"/{folder}{more}" for more in ("", ".csv", ".xlsx", "/new", f"/{refs[kind]}", f"/{refs[kind]}/edit")]
    made += [f"/renewals{more}" for more in ("", ".csv", ".xlsx")] + [f"/trail{more}" for more in ("", ".csv", ".xlsx")]
    made += [f"/approvals?view={view}" for view in ("mine", "open", "applied", "rejected", "expired", "superseded")]
    made += [f"/approvals/{change}" for change in plant.of_each_sort()]
    made += [f"/imports/{refs[name]}" for name in ("bad_import", "good_import", "own_import")]
    made += [f"/parts/site_cost/{refs['cost']}/{form}?of={refs['site']}" for form in ("edit", "retire")]
    made += [
        f"/parts/electrical_bill/{refs['bill']}/{form}?of={refs['electrical_account']}" for form in ("edit", "retire")
    ]
    made += [f"/{folder}/bulk?ref={refs[kept[folder]]}" for folder in ("sites", "rf-links", "electrical", "feedback")]
    made += [f"/revenue{more}" for more in ("", ".csv", ".xlsx", f"/{refs['revenue']}")]
    made += ["/quotes/drafts", f"/quotes/drafts/{refs['draft']}", f"/quotes/compare?ref={refs['quote']}"]
    made += [f"/parts/quote_term/{refs['term']}/{form}?of={refs['quote']}" for form in ("edit", "retire")]
    made += [f"/sites/{refs['site']}?as_of=2026-05-01", "/rf-links?as_of=2026-05-01", "/electrical?as_of=2026-05-01"]
    made += [f"/network/bgp{more}" for more in ("", ".csv", f"/{refs['session']}", f"/{refs['session']}/edit")]
    made += [
        f"/documents/{refs[one]}{more}" for one in PAPERS for more in ("", "/file", "/thumbnail", "/preview", "/edit")
    ]
    made += [f"/reports{more}" for more in ("", ".csv", ".xlsx", f"/{refs['report']}", "/preview")]
    made += [f"/{name}.ics" for name in ("circuits", "contracts", "renewals")]
    made += [f"/lookup?radius_km=50&{asked}" for asked in (f"site={refs['site']}", "address=Marker")]
    made += [f"/letters/{refs['letter']}/send"]
    made += ["/extractions", "/extractions?query=zebra", f"/extractions/{refs['extraction']}"]
    made += ["/documents", "/documents.csv", "/documents?query=zebra"]
    made += [f"/circuits/bulk?ref={refs['circuit']}", f"/circuits/{refs['idle']}", "/search?q=Marker"]
    made += ["/forecast", "/spend"]
    return ["/", "/pipeline", "/you", "/people", "/rights", "/imports", "/approvals", *made]


def read_through(content: bytes) -> str:
    """Return what a page or a file says; a workbook is a zip of binary fractions, in which no amount would be found."""
    if not content.startswith(b"PK"):
        return content.decode()
    book = load_workbook(io.BytesIO(content), read_only=True)
    cells = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    return "\n".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in cells)

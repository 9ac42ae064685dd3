"""The page of one record: circuit, site, provider, customer, contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from netos_core.changes.operations import search_audit
from netos_core.changes.schemas import AuditEntry, SearchAudit
from netos_core.letters.operations import list_letters
from netos_core.letters.schemas import ListLetters
from netos_core.outages.operations import get_outage_history
from netos_core.outages.schemas import OutageHistoryRequest
from netos_core.overview import operations as overview
from netos_core.overview.schemas import CircuitView, GetContract, GetOne, GetSite
from netos_core.quotes import operations as quotes
from netos_core.quotes.schemas import ListOrders, ListQuotes, OrderRow
from web_min import asked, charts
from web_min.asked import validated
from web_min.format import bandwidth, day, words
from web_min.pages import documents, etf, finance, notes, parts
from web_min.pages.find import page_of
from web_min.pages.trail import shown
from web_min.site import Site, Visit, get

TRAIL_SHOWN = 8
QUOTES_SHOWN = 8
LETTERS_SHOWN = 8


def routes(site: Site) -> list[BaseRoute]:
    return [
        _record(site, "/circuits/{ref}", _circuit, "circuit"),
        _record(site, "/sites/{ref}", _site, "site"),
        _record(site, "/providers/{ref}", _provider, "provider"),
        _record(site, "/customers/{ref}", _customer, "customer"),
        _record(site, "/contracts/{ref}", _contract, "contract"),
        _record(site, "/rf-links/{ref}", _rf_link, "rf_link"),
        _record(site, "/electrical/{ref}", _electrical, "electrical_account"),
    ]


Page = tuple[str, dict[str, Any]]
"""A template and what it shows."""


def _record(site: Site, path: str, read: Callable[[Visit], Page], name: str) -> Route:
    """Make the route of a record's page; all it shows is read in one transaction."""

    def handler(visit: Visit) -> Response:
        with visit.together():
            template, values = read(visit)
        return visit.page(template, **values)

    return get(site, path, handler, name)


def _one(visit: Visit) -> GetOne:
    return validated(GetOne, {"ref": visit.request.path_params["ref"]})


def _trail(visit: Visit, ref: str, limit: int) -> Sequence[AuditEntry] | None:
    """Return the record's last trail entries, or nothing where the reader's role does not include the trail."""
    if not visit.may("read:audit"):
        return None
    return visit.call(search_audit, SearchAudit(ref=ref, limit=limit)).entries


def shared(visit: Visit, ref: str, *, trail: int = TRAIL_SHOWN, filed: bool = True) -> dict[str, Any]:
    """Return what the page of every record shows besides the record; `filed` where it may have documents."""
    return {
        "toast": notes.toast(visit),
        "trail": _trail(visit, ref, trail),
        "shown": partial(shown, zone=visit.site.zone),
        "page_of": page_of,
        "links": parts.rights(visit),
        **documents.of_record(visit, ref, filed=filed),
    }


def _quotes(visit: Visit, *, some: bool = True, ordered: bool = True, **where: str) -> dict[str, Any]:
    """Read the quotes and the orders under way that belong to a circuit, a site or a provider, where there are any."""
    request = ListQuotes.model_validate({**where, "limit": QUOTES_SHOWN})
    listed = visit.call(quotes.list_quotes, request) if some else None
    orders: Sequence[OrderRow] = ()
    if ordered and "site" not in where:
        under_way = ListOrders.model_validate({**where, "under_way": True, "limit": QUOTES_SHOWN})
        orders = visit.call(quotes.list_orders, under_way).rows
    return {
        "quotes": listed.rows if listed else (),
        "quotes_total": listed.total if listed else 0,
        "quotes_where": where,
        "orders": orders,
    }


def _circuit(visit: Visit) -> Page:
    view = visit.call(overview.get_circuit, _one(visit))
    outages = visit.call(get_outage_history, OutageHistoryRequest(ref=view.ref))
    return "circuit.html", {
        "c": view,
        **finance.of_circuit(visit, view.ref),
        "outages": outages,
        "columns": charts.outage_columns(outages.minutes_by_month),
        "timeline": charts.notice_timeline(view.term, visit.today) if view.term else None,
        "sentence": _circuit_sentence(view),
        **_quotes(visit, circuit=view.ref, some=view.quotes > 0, ordered=view.orders > 0),
        **shared(visit, view.ref, filed=view.documents != 0),
    }


def _circuit_sentence(view: CircuitView) -> str:
    """Say in a line what the circuit is, such as: Zayo 10 G wave, SAT Frost Twr to DAL Infomart."""
    kind = words(view.service_type)
    kind = kind if kind[1:2].isupper() else kind.lower()
    speed = f" {bandwidth(view.bandwidth_mbps)}" if view.bandwidth_mbps is not None else ""
    ends = {end.side: end.site or end.place for end in view.ends}
    way = " to ".join(end for end in (ends.get("A"), ends.get("Z")) if end)
    since = f" In service since {day(view.install_date)}." if view.install_date and view.status == "active" else ""
    return f"{view.provider}{speed} {kind}{', ' + way if way else ''}.{since}"


def _site(visit: Visit) -> Page:
    days = dict(asked.given(visit.request.query_params, ["as_of", *notes.TOLD]))
    wish = {"ref": _one(visit).ref, **({"as_of": days["as_of"]} if "as_of" in days else {})}
    view = visit.call(overview.get_site, validated(GetSite, wish))
    return "site.html", {"s": view, **_quotes(visit, site=view.ref), **shared(visit, view.ref)}


def _provider(visit: Visit) -> Page:
    view = visit.call(overview.get_provider, _one(visit))
    return "provider.html", {
        "p": view,
        "sees_bank": visit.may("see:bank"),
        **_quotes(visit, provider=view.ref),
        **shared(visit, view.ref),
    }


def _customer(visit: Visit) -> Page:
    view = visit.call(overview.get_customer, _one(visit))
    return "customer.html", {"k": view, **shared(visit, view.ref)}


def _contract(visit: Visit) -> Page:
    told = dict(asked.given(visit.request.query_params, ["on", *notes.TOLD]))
    wish = {"ref": _one(visit).ref, "on": told.get("on") or visit.today.isoformat()}
    view = visit.call(overview.get_contract, validated(GetContract, wish))
    timeline = charts.notice_timeline(view.term, visit.today)
    beside = shared(visit, view.ref, trail=4 * TRAIL_SHOWN)
    beside["trail"] = _without_reads(beside["trail"])
    return "contract.html", {
        "k": view,
        "term": view.term,
        "timeline": timeline,
        **etf.of_contract(visit, view.ref),
        "letters": visit.call(list_letters, ListLetters(contract=view.ref, limit=LETTERS_SHOWN)),
        **beside,
    }


def _without_reads(trail: Sequence[AuditEntry] | None) -> Sequence[AuditEntry] | None:
    """Leave out who was shown the clause of the fee: every look at the page is one, and the whole trail has them."""
    return None if trail is None else [entry for entry in trail if entry.action != "read"][:TRAIL_SHOWN]


def _rf_link(visit: Visit) -> Page:
    view = visit.call(overview.get_rf_link, _one(visit))
    return "rf_link.html", {"r": view, **shared(visit, view.ref)}


def _electrical(visit: Visit) -> Page:
    view = visit.call(overview.get_electrical_account, _one(visit))
    return "electrical.html", {"e": view, "columns": charts.kwh_columns(view.bills), **shared(visit, view.ref)}

"""The pages as routes and middleware of the one ASGI application."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from netos_core.access.queries import principal
from netos_core.runtime.calls import Core
from web_min import api, hooks, session
from web_min.pages import (
    approvals,
    bulk,
    dashboard,
    documents,
    drafts,
    edit,
    etf,
    extractions,
    feedback,
    feeds,
    find,
    home,
    imports,
    letters,
    lists,
    lookup,
    money,
    network,
    notes,
    notices,
    parts,
    people,
    quotes,
    records,
    renewals,
    reports,
    revenue,
    sign_in,
    spend,
    trail,
    views,
)
from web_min.security import BodyLimit, KnownHost, SafeHeaders
from web_min.site import Site, Visit, broken, render
from web_min.static_files import serve

log = logging.getLogger(__name__)

# Forms before records: `/circuits/new` is no circuit.
FAMILIES = (
    sign_in, home, dashboard, find, lookup, approvals, notes, trail, people, imports, lists, bulk, network, documents,
    drafts, extractions, etf, edit, letters, feedback, money, parts, quotes, records, renewals, reports, revenue,
    spend, notices, feeds,
)  # fmt: skip


def make_routes(core: Core) -> list[BaseRoute]:
    """Return every page's route, the JSON API's and the static files'."""
    site = Site(core)
    pages = [route for family in FAMILIES for route in family.routes(site)]
    pages += views.routes(site, (*lists.SPECS, *network.SPECS, *notices.SPECS, *reports.SPECS, *revenue.SPECS))
    return [
        Route("/static/{name}", serve, methods=["GET"], name="static"),
        *hooks.routes(core),
        *api.routes(core),
        *pages,
    ]


def middleware(core: Core) -> list[Middleware]:
    """Return what every request passes, outermost first."""
    return [
        Middleware(SafeHeaders, https=session.is_secure(core)),
        Middleware(KnownHost, hosts=core.settings.hosts),
        Middleware(BodyLimit),
    ]


def exception_handlers(core: Core) -> Mapping[int | type[Exception], Callable[[Request, Exception], object]]:
    """Return the pages for an address nobody has and for a bug outside a page; the whole application uses them."""
    site = Site(core)

    async def outside(request: Request, refusal: Exception) -> Response:
        status = refusal.status_code if isinstance(refusal, HTTPException) else HTTPStatus.NOT_FOUND
        if not _wants_page(request):
            return PlainTextResponse(f"{HTTPStatus(status).phrase}\n", status_code=status)
        return await run_in_threadpool(_no_page, site, request, status)

    async def bug(request: Request, _: Exception) -> Response:
        if not _wants_page(request):
            return PlainTextResponse("Internal error\n", status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
        return broken(site, None)

    return {HTTPException: outside, Exception: bug}


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _no_page(site: Site, request: Request, status: int) -> Response:
    signed_in = session.find(site.core, request)
    visit = Visit(site, request, principal(signed_in.person), signed_in.csrf) if signed_in else None
    known = {
        HTTPStatus.NOT_FOUND: ("Not found", "No page has this address.", "Search for the record, or start from Today."),
        HTTPStatus.METHOD_NOT_ALLOWED: (
            "Not done",
            "This address takes no such request.",
            "Open the page and use its form.",
        ),
    }
    heading, message, fix = known.get(
        HTTPStatus(status), ("Not done", "The request could not be read.", "Open the page again.")
    )
    return render(
        site,
        "error.html" if visit else "outside_error.html",
        visit=visit,
        status=status,
        heading=heading,
        icon="open",
        message=message,
        fix=fix,
        request_id=None,
    )

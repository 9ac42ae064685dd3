"""A person's calendar of deadlines at a secret address: what they may read at the moment it is fetched, and no amount.

No cookie is read or set. Whoever asks with an address nobody has, or of somebody who may not read it, is told the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel, Principal
from netos_core.kernel.errors import Forbidden
from netos_core.kernel.page import MAX_LIMIT
from netos_core.people.records import principal_of_feed
from netos_core.renewals.operations import list_renewals
from netos_core.renewals.schemas import ListRenewals, RenewalRow
from netos_core.runtime import telemetry
from netos_core.runtime.calls import Core
from netos_core.runtime.limits import Buckets
from web_min.calendar_file import ICS, days_of, written
from web_min.pages.lists import RENEWALS
from web_min.site import Site

REFRESH = timedelta(hours=4)
MOST_PAGES = 20
FETCHES_PER_SECOND, FETCHES_AT_ONCE = 0.5, 10
"""What one address, and one feed, may fetch; a calendar looks every few hours."""


def routes(site: Site) -> list[BaseRoute]:
    slow = {"calls_per_second": FETCHES_PER_SECOND, "calls_at_once": FETCHES_AT_ONCE}
    buckets = Buckets(site.core.settings.model_copy(update=slow))

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_feed, site.core, buckets, request)

    return [Route("/feeds/{secret}.ics", endpoint, methods=["GET"], name="feed")]


def _feed(core: Core, buckets: Buckets, request: Request) -> Response:
    address = request.client.host if request.client else None
    if (refusal := buckets.refusal(f"from {address}")) is not None:
        return _later(refusal.seconds)
    with core.session() as session:
        reader = principal_of_feed(session, request.path_params["secret"], utc_now(), address)
    if reader is None:
        return _unknown()
    if (refusal := buckets.refusal(f"of {reader.person_id}")) is not None:
        return _later(refusal.seconds)
    try:
        content = _content(core, reader, address)
    except Forbidden:
        return _unknown()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if _has(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(content, media_type=ICS, headers=headers)


def _content(core: Core, reader: Principal, address: str | None) -> bytes:
    base = core.settings.url
    today = business_day(utc_now(), core.policy.zone)
    made_at = datetime.combine(today, time(), UTC)  # of the day, so that the same deadlines are the same file
    days = days_of(RENEWALS, base, _pressing(core, reader, address))
    return written("deadlines", urlsplit(base).hostname or "netos", made_at, days, refresh=REFRESH)


def _pressing(core: Core, reader: Principal, address: str | None) -> Iterator[RenewalRow]:
    """Give the terms that want a decision, or have one that is not carried out, the soonest first."""
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        asked = ListRenewals(limit=MAX_LIMIT, cursor=cursor)
        page = core.call(list_renewals, asked, reader, Channel.AGENT, address=address)
        yield from page.rows
        cursor = page.next_cursor
        if cursor is None:
            return


def _has(known: str, tag: str) -> bool:
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in known.split(","))


def _unknown() -> Response:
    telemetry.refused_at_the_door("unknown_feed")
    return PlainTextResponse(f"{HTTPStatus.NOT_FOUND.phrase}\n", status_code=HTTPStatus.NOT_FOUND)


def _later(seconds: int) -> Response:
    return PlainTextResponse(
        "Fetched too often.\n", status_code=HTTPStatus.TOO_MANY_REQUESTS, headers={"retry-after": str(seconds)}
    )

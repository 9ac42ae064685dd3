"""One visit of one page: who comes, what they sent, the core calls it makes, the page it gets."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID
from weakref import WeakValueDictionary

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from netos_core.access.queries import principal
from netos_core.kernel.clock import business_day, utc_now
from netos_core.kernel.context import Channel, Principal, new_request_id
from netos_core.kernel.errors import Forbidden, Invalid, NetosError
from netos_core.kernel.operation import Operation
from netos_core.runtime.calls import Core
from web_min import errors, session
from web_min import format as words
from web_min.nav import Nav
from web_min.static_files import static_url

log = logging.getLogger(__name__)
A = TypeVar("A", bound=BaseModel)
V = TypeVar("V", bound=BaseModel)

SEE_OTHER = 303
MOST_FIELDS = 400


class Turn:
    """A lock that can be let go of when nobody waits for it any more."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class Site:
    """What the pages of one process share: the core, the templates and the navigation's counts."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.zone = core.policy.zone
        self.nav = Nav(core)
        self._turns: WeakValueDictionary[UUID, Turn] = WeakValueDictionary()
        self._turns_lock = Lock()
        self.templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.filters.update(words.filters(self.zone))
        self.templates.globals.update(
            static_url=static_url, basis_letters=words.BASIS_LETTERS, demo=core.settings.demo, path=quote
        )

    def turn(self, person_id: UUID) -> Turn:
        """Return the lock under which a person's forms are worked off, one after the other.

        A form sent twice at once would else be planned twice, before either proposal is there for the other to find.
        """
        with self._turns_lock:
            return self._turns.setdefault(person_id, Turn())


@dataclass(slots=True)
class Visit:
    """A request as a page sees it."""

    site: Site
    request: Request
    person: Principal
    csrf: str
    form: FormData = field(default_factory=FormData)
    request_id: str = field(default_factory=new_request_id)
    now: datetime = field(default_factory=utc_now)
    reading: Session | None = None

    @property
    def today(self) -> date:
        return business_day(self.now, self.site.zone)

    @property
    def address(self) -> str | None:
        return self.request.client.host if self.request.client else None

    def may(self, right: str) -> bool:
        return self.person.may(right)

    def text(self, name: str) -> str:
        """Return a field of the form as text, or nothing."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    def file(self, what: str, most: int) -> tuple[str, bytes]:
        """Return the name and the bytes of the file of the form; of one that is too large, no more than shows it is.

        Raises:
            Invalid: None was chosen.
        """
        upload = self.form.get("file")
        if not isinstance(upload, UploadFile) or not upload.filename:
            raise Invalid("No file was chosen.", field="file", fix=f"Choose {what}, then send the form again.")
        return upload.filename, upload.file.read(most + 1)

    def call(self, operation: Operation[A, V], request: A) -> V:
        """Make one call of the core as the signed-in person, on the page."""
        return self.site.core.call(
            operation,
            request,
            self.person,
            Channel.PAGE,
            request_id=self.request_id,
            address=self.address,
            within=self.reading,
        )

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let the calls of the block, which only read, share one transaction: a page of many costs one turn of it.

        Nothing is rendered within: the layout reads for itself, and would wait for a second connection.
        """
        try:
            with self.site.core.session() as self.reading:
                yield
        finally:
            self.reading = None

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Render a template in the layout."""
        return render(self.site, template, visit=self, status=status, **values)

    def go(self, where: str, **query: str) -> Response:
        """Answer a form: see there."""
        return RedirectResponse(where + (f"?{urlencode(query)}" if query else ""), status_code=SEE_OTHER)


Handler = Callable[[Visit], Response]


def render(site: Site, template: str, *, visit: Visit | None, status: int = 200, **values: Any) -> Response:
    """Render a page; without a visit it is a page for people who are not signed in."""
    request = visit.request if visit else None
    now = visit.now if visit else utc_now()
    shared: Mapping[str, Any] = {
        "visit": visit,
        "me": visit.person if visit else None,
        "csrf": visit.csrf if visit else "",
        "sees_money": visit is not None and visit.may("see:money"),
        "may_propose": visit is not None and visit.may("propose:changes"),
        "now": now,
        "business_time": words.clock(now, site.zone),
        "today": business_day(now, site.zone),
        "here": request.url.path if request else "",
        "nav": site.nav.groups(visit.person, request) if visit and request else [],
        "currency": site.core.policy.currency,
        "toast": None,
    }
    html = site.templates.get_template(template).render({**shared, **values})
    return HTMLResponse(html, status_code=status)


def get(site: Site, path: str, handler: Handler, name: str) -> Route:
    """Make the route of a page."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_serve, site, request, handler, None)

    return Route(path, endpoint, methods=["GET"], name=name)


def post(site: Site, path: str, handler: Handler, name: str, *, files: int = 0) -> Route:
    """Make the route of a form: its token is checked before the handler sees it.

    Args:
        site: The site.
        path: Its path.
        handler: What it does; answers with a redirect, or with the form again.
        name: The route's name.
        files: How many files it takes.
    """

    async def endpoint(request: Request) -> Response:
        async with request.form(max_files=files, max_fields=MOST_FIELDS, max_part_size=1 << 20) as form:
            return await run_in_threadpool(_serve, site, request, handler, form)

    return Route(path, endpoint, methods=["POST"], name=name)


def _serve(site: Site, request: Request, handler: Handler, form: FormData | None) -> Response:
    signed_in = session.find(site.core, request)
    if signed_in is None:
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse("/sign-in?" + urlencode({"next": here if form is None else "/"}), SEE_OTHER)
    visit = Visit(site, request, principal(signed_in.person), signed_in.csrf, form or FormData())
    try:
        if form is None:
            return handler(visit)
        session.check_form(request, form.get(session.FIELD), signed_in.csrf)
        site.nav.forget()
        with site.turn(visit.person.person_id):
            return handler(visit)
    except NetosError as refusal:
        return refused(visit, refusal)
    except Exception:
        log.exception("page failed", extra={"request_id": visit.request_id, "path": request.url.path})
        return broken(site, visit)


def refused(visit: Visit, refusal: NetosError) -> Response:
    """Say calmly what is so and what to do."""
    entry = errors.shown(refusal)
    return visit.page(
        "error.html",
        status=entry.status,
        heading=entry.heading,
        icon=entry.icon,
        message=refusal.message,
        fix=refusal.fix,
        request_id=None,
    )


def broken(site: Site, visit: Visit | None) -> Response:
    """Say that it is our fault, with the id that finds it in the log; never a trace."""
    return render(
        site,
        "error.html" if visit else "outside_error.html",
        visit=visit,
        status=errors.BUG.status,
        heading=errors.BUG.heading,
        icon=errors.BUG.icon,
        message="The page could not be made. Nothing was changed by it.",
        fix="Try again; if it stays so, give the request id to who runs NetOS.",
        request_id=visit.request_id if visit else None,
    )


def require(visit: Visit, right: str) -> None:
    """Refuse a form its reader could not send.

    Raises:
        Forbidden: Their roles do not include it.
    """
    if not visit.may(right):
        raise Forbidden("Your role does not propose changes.", fix="Ask someone whose role may.")

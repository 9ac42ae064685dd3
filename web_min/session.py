"""Who is signed in: the cookies, and the token every form must carry."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from netos_core.access.queries import list_people
from netos_core.access.sessions import SignedIn
from netos_core.runtime.callers import Visitor
from netos_core.runtime.calls import Core
from web_min.errors import FormRefused
from web_min.security import host_name

COOKIE = "netos_session"
FIRST_FORM = "netos_form"  # guards the sign-in form, which has no session yet
FIELD = "csrf"


def name_of(core: Core) -> str:
    """Return the name of the session's cookie. Over https its prefix binds it to this very host."""
    return f"__Host-{COOKIE}" if is_secure(core) else COOKIE


def visitor(core: Core, request: Request) -> Visitor:
    """Say which browser a request comes from."""
    return Visitor(
        address=request.client.host if request.client else None,
        browser=request.headers.get("user-agent"),
        cookie=request.cookies.get(name_of(core)),
    )


def find(core: Core, request: Request) -> SignedIn | None:
    """Return the live session of a request, if it carries one."""
    cookie = request.cookies.get(name_of(core))
    return core.callers.browser(cookie) if cookie else None


def people(core: Core) -> list[tuple[str, str, list[str]]]:
    """List the people one may sign in as in a demo: e-mail, name, roles."""
    if not core.settings.demo:
        return []
    with core.session() as session:
        return [(person.email, person.name, sorted(person.roles)) for person in list_people(session)]


def set_cookie(core: Core, response: Response, name: str, value: str) -> None:
    response.set_cookie(name, value, httponly=True, samesite="lax", secure=is_secure(core), path="/")


def drop_cookie(core: Core, response: Response, name: str) -> None:
    response.delete_cookie(name, httponly=True, samesite="lax", secure=is_secure(core), path="/")


def is_secure(core: Core) -> bool:
    return core.settings.url.startswith("https://")


def first_token(request: Request) -> str:
    """Return the token of the sign-in form: the one the browser holds, else a new one."""
    return request.cookies.get(FIRST_FORM) or secrets.token_urlsafe(24)


def check_form(request: Request, given: object, expected: str | None) -> None:
    """Refuse a form that does not carry its token or was sent from another site.

    Raises:
        FormRefused: It is not a form of ours, or it is an old one.
    """
    sent = given if isinstance(given, str) else ""
    if is_foreign(request) or not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise FormRefused(
            "This form is not one of this session, so nothing was done.",
            fix="Open the page again and send the form from there.",
        )


def is_foreign(request: Request) -> bool:
    """Tell whether a browser sends this for another site's page."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    ours = host_name(request.headers.get("host", ""))
    return site in {"cross-site", "same-site"} or (origin is not None and _host_of(origin) != ours)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:  # it is no address, so it is not ours
        return None


def local_path(asked: str | None) -> str:
    """Return where to go after signing in: a page of ours, never another site's."""
    plain = asked or "/"
    safe = plain.startswith("/") and not plain.startswith("//") and "\\" not in plain and plain.isprintable()
    return plain if safe else "/"

"""Who is signed in: the cookies, and the token every form must carry."""

from __future__ import annotations

import hmac
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from netos_core.access import sessions
from netos_core.access.queries import find_person, list_people
from netos_core.access.sessions import SignedIn
from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import Forbidden, Invalid
from netos_core.runtime.calls import Core
from web_min.errors import FormRefused
from web_min.security import host_name

COOKIE = "netos_session"
FIRST_FORM = "netos_form"  # guards the sign-in form, which has no session yet
FIELD = "csrf"


def find(core: Core, request: Request) -> SignedIn | None:
    """Return the live session of a request, if it carries one."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    with core.session() as session:
        return sessions.find(session, cookie, utc_now())


def people(core: Core) -> list[tuple[str, str, list[str]]]:
    """List the people one may sign in as in a demo: e-mail, name, roles."""
    if not core.settings.demo:
        return []
    with core.session() as session:
        return [(person.email, person.name, sorted(person.roles)) for person in list_people(session)]


def sign_in(core: Core, request: Request, email: str) -> str:
    """Start a session for a demo person, end the one before, and return the new cookie's value.

    Raises:
        Forbidden: This is no demo; an identity provider signs people in.
        Invalid: Nobody has that address.
    """
    if not core.settings.demo:
        raise Forbidden("The demo sign-in is switched off here.", fix="Sign in through your identity provider.")
    with core.session() as session:
        person = find_person(session, email)
        if person is None:
            raise Invalid("Nobody here has that e-mail address.", field="person", fix="Choose someone from the list.")
        old = request.cookies.get(COOKIE)
        if old:
            sessions.end(session, old)
        return sessions.start(session, person, utc_now())


def sign_out(core: Core, request: Request) -> None:
    cookie = request.cookies.get(COOKIE)
    if cookie:
        with core.session() as session:
            sessions.end(session, cookie)


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
    site = request.headers.get("sec-fetch-site", "same-origin")
    origin = request.headers.get("origin")
    ours = host_name(request.headers.get("host", ""))
    foreign = site in {"cross-site", "same-site"} or (origin is not None and (urlsplit(origin).hostname or "") != ours)
    if foreign or not expected or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise FormRefused(
            "This form is not one of this session, so nothing was done.",
            fix="Open the page again and send the form from there.",
        )


def local_path(asked: str | None) -> str:
    """Return where to go after signing in: a page of ours, never another site's."""
    plain = asked or "/"
    safe = plain.startswith("/") and not plain.startswith("//") and "\\" not in plain and plain.isprintable()
    return plain if safe else "/"

"""Who is calling. The one door of every MCP request, and where an identity provider will stand.

Only the Authorization header is looked at. In demo mode, on a loopback host, `Bearer demo:EMAIL` names an
active person and no token at all means the default one; a wrong token is refused, never taken for none.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Protocol

import anyio.to_thread
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from netos_core.demo.people import DEFAULT_PERSON
from netos_core.kernel.context import Principal
from netos_core.kernel.errors import Forbidden, NetosError
from netos_core.runtime.calls import Core
from netos_core.runtime.settings import LOOPBACK

DEMO_TOKEN = "demo:"  # noqa: S105 - a prefix, and no secret: the development login asks for none
PRINCIPAL = "netos.principal"


class SignInNeeded(Forbidden):
    """The request does not say who it is made for."""


def authenticate(core: Core, request: HTTPConnection) -> Principal:
    """Say for whom a request is made.

    Raises:
        SignInNeeded: It carries no valid token.
    """
    where = request.client.host if request.client else ""
    if not core.settings.demo or where not in LOOPBACK:
        raise SignInNeeded(
            "Signing in over MCP arrives with an identity provider.",
            fix="On this machine run `netos up --demo`, whose development login needs none.",
        )
    given = request.headers.getlist("authorization")
    if not given:
        return demo_person(core)
    scheme, _, token = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != "bearer" or not token.startswith(DEMO_TOKEN):
        raise SignInNeeded("That token is not valid here.", fix="Send `Authorization: Bearer demo:EMAIL`.")
    return demo_person(core, token.removeprefix(DEMO_TOKEN))


def demo_person(core: Core, email: str | None = None) -> Principal:
    """Return the person the development login means.

    Raises:
        SignInNeeded: This installation has no development login, or nobody active has that address.
    """
    if not core.settings.demo:
        raise SignInNeeded(
            "Signing in arrives with an identity provider; until then only demo mode has people to act for.",
            fix="Set NETOS_DEMO=true, or start `netos up --demo` on this home.",
        )
    try:
        return core.principal(DEFAULT_PERSON if email is None else email)
    except NetosError as unknown:
        raise SignInNeeded(
            "No active person has that e-mail address.", fix="`netos demo load` makes the sample people."
        ) from unknown


class Gate:
    """Lets an MCP request in with its principal, or answers 401."""

    def __init__(self, app: ASGIApp, core: Core, path: str) -> None:
        self._app = app
        self._core = core
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path:
            try:
                scope[PRINCIPAL] = await anyio.to_thread.run_sync(
                    functools.partial(authenticate, self._core, HTTPConnection(scope))
                )
            except NetosError as refusal:
                await _unauthorized(refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _unauthorized(refusal: NetosError) -> JSONResponse:
    return JSONResponse(
        {"error": "invalid_token", "error_description": refusal.message, "fix": refusal.fix},
        status_code=401,
        headers={"WWW-Authenticate": f'Bearer error="invalid_token", error_description="{refusal.message}"'},
    )


class Door(Protocol):
    """How one transport knows its callers.

    `at_hand` says that the caller is known without a look into the database, so no thread is worth it.
    """

    at_hand: bool

    def caller(self, request: HTTPConnection | None) -> Principal:
        """Return the principal of a call; may read the database."""

    def key(self, request: HTTPConnection | None) -> str:
        """Return what tells this principal from others; reads nothing."""


class HttpDoor:
    """HTTP: the gate has let the caller in."""

    at_hand = True

    def caller(self, request: HTTPConnection | None) -> Principal:
        found = request.scope.get(PRINCIPAL) if request is not None else None
        if not isinstance(found, Principal):
            raise SignInNeeded("The request did not come through the sign-in.")
        return found

    def key(self, request: HTTPConnection | None) -> str:
        return str(self.caller(request).person_id)


@dataclass(frozen=True, slots=True)
class PersonDoor:
    """stdio and the command line: one person for the life of the process, read anew for each call."""

    at_hand = False

    core: Core
    email: str | None = None

    def caller(self, request: HTTPConnection | None) -> Principal:  # noqa: ARG002 - there is no request to look at
        return demo_person(self.core, self.email)

    def key(self, request: HTTPConnection | None) -> str:  # noqa: ARG002
        return DEFAULT_PERSON if self.email is None else self.email.strip().lower()

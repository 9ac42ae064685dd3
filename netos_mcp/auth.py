"""Who is calling: the one door of every MCP request.

Only the Authorization header is looked at. What a token means is `runtime.callers`; this file puts it before the
MCP endpoint, adds the tokens of interactive clients, and answers a refusal the way OAuth clients understand.
"""

from __future__ import annotations

import dataclasses
import functools
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import anyio.to_thread
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from netos_core.demo.people import DEFAULT_PERSON
from netos_core.kernel.context import Principal
from netos_core.kernel.errors import NetosError, NotSignedIn, Unavailable
from netos_core.runtime import telemetry
from netos_core.runtime.callers import SignInNeeded
from netos_core.runtime.calls import Core

if TYPE_CHECKING:
    from netos_mcp.oauth import Interactive

PRINCIPAL = "netos.principal"
TOKEN_VARIABLE = "NETOS_TOKEN"  # noqa: S105 - the name of a variable
INVALID_TOKEN = "invalid_token"  # noqa: S105 - OAuth's word for it
log = logging.getLogger(__name__)


class Gate:
    """Lets an MCP request in with its principal, or answers 401, 403 or 503."""

    def __init__(self, app: ASGIApp, core: Core, path: str, interactive: Interactive | None = None) -> None:
        self._app = app
        self._core = core
        self._path = path
        self._interactive = interactive

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self._path:
            request = HTTPConnection(scope)
            try:
                scope[PRINCIPAL] = await self._caller(request)
            except NetosError as refusal:
                telemetry.refused_at_the_door(refusal.code)
                log.info("refused at the door", extra={"code": refusal.code, "reason": refusal.message})
                await self._refusal(request, refusal)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _caller(self, request: HTTPConnection) -> Principal:
        given = request.headers.getlist("authorization")
        address = request.client.host if request.client else None
        callers = self._core.callers
        if self._interactive is not None and len(given) == 1:
            from netos_mcp.oauth import is_ours

            token = given[0].partition(" ")[2].strip()
            if is_ours(token):
                found = await self._interactive.claims(token)
                if found is None:
                    raise SignInNeeded("That token is not valid here.", fix="Sign in again.")
                claims, client = found
                who = await anyio.to_thread.run_sync(callers.of_claims, claims)
                return dataclasses.replace(who, client=client)
        return await anyio.to_thread.run_sync(functools.partial(callers.of_headers, given, address))

    def _refusal(self, request: HTTPConnection, refusal: NetosError) -> JSONResponse:
        """Answer as RFC 6750 has it: who sent no token is told only where to get one."""
        body = {"error": refusal.code, "error_description": refusal.message, "fix": refusal.fix}
        if not isinstance(refusal, NotSignedIn):
            return JSONResponse(body, status_code=503 if isinstance(refusal, Unavailable) else 403)
        body["error"] = INVALID_TOKEN
        challenge = []
        if "authorization" in request.headers:
            challenge = [f'error="{INVALID_TOKEN}"', f'error_description="{refusal.message}"']
        if self._interactive is not None:
            where = f"{self._core.settings.url}/.well-known/oauth-protected-resource{self._path}"
            challenge.append(f'resource_metadata="{where}"')
        return JSONResponse(
            body, status_code=401, headers={"WWW-Authenticate": " ".join(["Bearer", ", ".join(challenge)]).strip()}
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
    """stdio and the command line: one person for the life of the process, read anew for each call.

    Who it is says a personal token in NETOS_TOKEN, else the development login.
    """

    at_hand = False

    core: Core
    email: str | None = None

    def caller(self, request: HTTPConnection | None) -> Principal:  # noqa: ARG002 - there is no request to look at
        token = os.environ.get(TOKEN_VARIABLE)
        if token and self.email is None:
            return self.core.callers.of_token(token)
        return self.core.callers.demo_person(self.email)

    def key(self, request: HTTPConnection | None) -> str:  # noqa: ARG002
        return DEFAULT_PERSON if self.email is None else self.email.strip().lower()

"""HashiCorp Vault: AppRole login, KV version 2 under secret/, token renewal.

Role id `netos-role`, secret id `netos-secret-id`, secret `netos/database` with the key `url`.
POST /__set {"sealed": true, "lease": 60, "namespace": "team", "expired": true} changes how it behaves.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ROLE_ID = "netos-role"
SECRET_ID = "netos-secret-id"
CREATED = "2026-01-05T09:00:00.000000Z"
REMOVED = "2026-02-01T12:00:00.000000Z"


@dataclass
class Version:
    values: dict[str, Any]
    deleted: bool = False


@dataclass
class State:
    """What the stand-in knows and how it behaves; a test reads and sets it through `app.state.vault`."""

    clock: Callable[[], float]
    secret_id: str = SECRET_ID
    secrets: dict[str, list[Version]] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)  # token -> when it expires
    forbidden: set[str] = field(default_factory=set)  # paths the role's policy leaves out
    lease: int = 3600
    renewable: bool = True
    namespace: str | None = None
    sealed: bool = False

    def put(self, path: str, **values: Any) -> None:
        self.secrets.setdefault(path, []).append(Version(values))

    def expire(self) -> None:
        """Let every token be one that Vault no longer knows."""
        self.ends.clear()

    def issue(self, token: str) -> dict[str, Any]:
        self.ends[token] = self.clock() + self.lease if self.lease else math.inf
        return _enveloped(
            auth={
                "client_token": token,
                "accessor": "accessor",
                "policies": ["default", "netos"],
                "token_policies": ["default", "netos"],
                "metadata": {"role_name": "netos"},
                "lease_duration": self.lease,
                "renewable": self.renewable,
                "entity_id": "",
                "token_type": "service",
                "orphan": True,
            }
        )

    def knows(self, request: Request) -> bool:
        token = request.headers.get("x-vault-token", "")
        return self.ends.get(token, -math.inf) > self.clock() and self.in_namespace(request)

    def in_namespace(self, request: Request) -> bool:
        return (request.headers.get("x-vault-namespace", "").strip("/") or None) == self.namespace


def make_app(clock: Callable[[], float] = time.monotonic) -> Starlette:
    """Make the stand-in.

    Args:
        clock: Seconds that only go up; a token ends by it.
    """
    state = State(clock)
    state.put("netos/database", url="postgresql://netos:first@db/netos")
    held = "/v1/secret/data/{path:path}"
    app = Starlette(
        routes=[
            Route("/v1/auth/approle/login", _open(_login), methods=["POST", "PUT"]),
            Route("/v1/auth/token/renew-self", _held(_renew), methods=["POST", "PUT"]),
            Route("/v1/auth/token/lookup-self", _held(_lookup), methods=["GET"]),
            Route(held, _held(_read), methods=["GET"]),
            Route(held, _held(_write), methods=["POST", "PUT"]),
            Route(held, _held(_delete), methods=["DELETE"]),
            Route("/v1/sys/seal-status", _seal_status, methods=["GET"]),
            Route("/__set", _set, methods=["POST"]),
        ]
    )
    app.state.vault = state
    return app


Handler = Callable[[Request, State], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def _refusal(status: int, *errors: str) -> JSONResponse:
    return JSONResponse({"errors": list(errors)}, status)


def _enveloped(**part: Any) -> dict[str, Any]:
    empty = {"lease_id": "", "renewable": False, "lease_duration": 0, "data": None, "wrap_info": None}
    return {"request_id": str(uuid.uuid4()), **empty, "warnings": None, "auth": None, **part}


def _open(handler: Handler) -> Endpoint:
    """Serve anyone, unless it is sealed."""

    async def endpoint(request: Request) -> Response:
        state: State = request.app.state.vault
        return _refusal(503, "Vault is sealed") if state.sealed else await handler(request, state)

    return endpoint


def _held(handler: Handler) -> Endpoint:
    """Serve whoever has a living token of this namespace."""

    async def checked(request: Request, state: State) -> Response:
        if not request.headers.get("x-vault-token"):
            return _refusal(403, "permission denied")
        if not state.knows(request):
            return _refusal(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
        if request.path_params.get("path") in state.forbidden:
            return _refusal(403, "1 error occurred:\n\t* permission denied\n\n")
        return await handler(request, state)

    return _open(checked)


async def _login(request: Request, state: State) -> Response:
    if not state.in_namespace(request):
        return _refusal(404, 'no handler for route "auth/approle/login". route entry not found.')
    given = await request.json()
    if (given.get("role_id"), given.get("secret_id")) != (ROLE_ID, state.secret_id):
        return _refusal(400, "invalid role or secret ID")
    return JSONResponse(state.issue(f"hvs.{uuid.uuid4().hex}"))


async def _renew(request: Request, state: State) -> Response:
    if not state.renewable:
        return _refusal(400, "lease is not renewable")
    return JSONResponse(state.issue(request.headers["x-vault-token"]))


async def _lookup(request: Request, state: State) -> Response:
    token = request.headers["x-vault-token"]
    left = state.ends[token] - state.clock()
    about = {"id": token, "policies": ["default", "netos"], "renewable": state.renewable}
    return JSONResponse(_enveloped(data=about | {"ttl": 0 if math.isinf(left) else int(left)}))


def _metadata(version: Version, number: int) -> dict[str, Any]:
    return {
        "created_time": CREATED,
        "custom_metadata": None,
        "deletion_time": REMOVED if version.deleted else "",
        "destroyed": False,
        "version": number,
    }


async def _read(request: Request, state: State) -> Response:
    versions = state.secrets.get(request.path_params["path"], [])
    number = int(request.query_params.get("version") or 0) or len(versions)
    if not 0 < number <= len(versions):
        return _refusal(404)
    version = versions[number - 1]
    found = {"data": None if version.deleted else version.values, "metadata": _metadata(version, number)}
    return JSONResponse(_enveloped(data=found), 404 if version.deleted else 200)


async def _write(request: Request, state: State) -> Response:
    path = request.path_params["path"]
    state.put(path, **(await request.json())["data"])
    versions = state.secrets[path]
    return JSONResponse(_enveloped(data=_metadata(versions[-1], len(versions))))


async def _delete(request: Request, state: State) -> Response:
    versions = state.secrets.get(request.path_params["path"], [])
    if versions:
        versions[-1].deleted = True
    return Response(status_code=204)


async def _seal_status(request: Request) -> Response:
    sealed = request.app.state.vault.sealed
    return JSONResponse({"type": "shamir", "initialized": True, "sealed": sealed, "t": 3, "n": 5, "progress": 0})


async def _set(request: Request) -> Response:
    state: State = request.app.state.vault
    knobs = await request.json()
    if knobs.pop("expired", False):
        state.expire()
    if unknown := set(knobs) - {"secret_id", "lease", "renewable", "namespace", "sealed"}:
        return _refusal(400, f"no such knob: {', '.join(sorted(unknown))}")
    for name, value in knobs.items():
        setattr(state, name, value)
    return JSONResponse({})

"""Doppler: the download of all secrets of one config.

The service token `dp.st.prd.service` is bound to netos/prd; the personal token `dp.pt.personal` has to
name project `netos` and config `prd`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PROJECT, CONFIG = "netos", "prd"
SERVICE_TOKEN = "dp.st.prd.service"
PERSONAL_TOKEN = "dp.pt.personal"


@dataclass
class State:
    """What the stand-in knows; a test sets it through `app.state.doppler`."""

    tokens: set[str] = field(default_factory=lambda: {SERVICE_TOKEN, PERSONAL_TOKEN})
    secrets: dict[str, str] = field(default_factory=lambda: {"SONAR_TOKEN": "first-sonar-token"})
    readable: bool = True


def make_app() -> Starlette:
    app = Starlette(routes=[Route("/v3/configs/config/secrets/download", _download, methods=["GET"])])
    app.state.doppler = State()
    return app


def _refusal(status: int, message: str) -> JSONResponse:
    return JSONResponse({"messages": [message], "success": False}, status)


async def _download(request: Request) -> Response:
    state: State = request.app.state.doppler
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or token not in state.tokens:
        return _refusal(401, "Invalid Auth token")
    if not state.readable:
        return _refusal(403, "This token does not have access to the requested config")
    asked = request.query_params
    bound = token.startswith("dp.st.")
    project, config = (asked.get(name) or (value if bound else None) for name, value in _BOUND)
    if project is None or config is None:
        return _refusal(400, "You must specify a project and a config")
    if (project, config) != (PROJECT, CONFIG):
        return _refusal(404, f"Could not find requested config '{config}'")
    if asked.get("format", "json") != "json":
        return _refusal(400, "Invalid format")
    own = {"DOPPLER_PROJECT": PROJECT, "DOPPLER_ENVIRONMENT": "prd", "DOPPLER_CONFIG": CONFIG}
    return JSONResponse(own | state.secrets)


_BOUND = (("project", PROJECT), ("config", CONFIG))

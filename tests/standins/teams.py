"""A Teams workflow: POST an adaptive card to /workflows/w1/triggers/manual/paths/invoke?sig=netos.

The cards that came are at GET /__posted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PATH = "/workflows/w1/triggers/manual/paths/invoke"
SIGNATURE = "netos"
MOST_BYTES = 28 << 10
CARD = "application/vnd.microsoft.card.adaptive"


@dataclass
class State:
    """What the stand-in knows; a test sets it through `app.state.teams`."""

    signatures: set[str] = field(default_factory=lambda: {SIGNATURE})
    posted: list[Any] = field(default_factory=list)


def make_app() -> Starlette:
    app = Starlette(routes=[Route(PATH, _invoke, methods=["POST"]), Route("/__posted", _posted)])
    app.state.teams = State()
    return app


async def _invoke(request: Request) -> Response:
    state: State = request.app.state.teams
    if request.query_params.get("sig") not in state.signatures:
        return JSONResponse({"error": {"code": "DirectApiAuthorizationRequired", "message": "no"}}, 401)
    body = await request.body()
    if len(body) > MOST_BYTES:
        return JSONResponse({"error": {"code": "RequestEntityTooLarge"}}, 413)
    sent = await request.json()
    cards = [one.get("content") for one in sent.get("attachments", ()) if one.get("contentType") == CARD]
    if sent.get("type") != "message" or len(cards) != 1 or cards[0].get("type") != "AdaptiveCard":
        return JSONResponse({"error": {"code": "TriggerInputSchemaMismatch"}}, 400)
    state.posted.append(cards[0])
    return Response(status_code=202)


async def _posted(request: Request) -> Response:
    return JSONResponse(request.app.state.teams.posted)

"""Slack: the Web API under /api with the token `xoxb-netos`, and an incoming webhook at /services/T0/B0/hook.

The bot is in #renewals (C024BE91L) and not in #elsewhere (C0OUTSIDE); #old (C0OLD) is archived. Slack knows
dana.whitfield@xiber.example as U0DANA. What was posted is at GET /__posted.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

TOKEN = "xoxb-netos"
CHANNEL = "C024BE91L"
NAMES = {"#renewals": CHANNEL, "#elsewhere": "C0OUTSIDE", "#old": "C0OLD"}
HOOK = "/services/T0/B0/hook"
MOST_OF_A_SECTION = 3000
MOST_OF_A_MESSAGE = 40_000


@dataclass
class Posted:
    """A message as it stands in Slack."""

    channel: str
    text: str
    blocks: list[Any]
    ts: str
    thread_ts: str | None


@dataclass
class State:
    """What the stand-in knows; a test sets it through `app.state.slack`."""

    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    scopes: set[str] = field(default_factory=lambda: {"chat:write", "users:read.email"})
    members: dict[str, str] = field(default_factory=lambda: {"dana.whitfield@xiber.example": "U0DANA"})
    joined: set[str] = field(default_factory=lambda: {CHANNEL})
    archived: set[str] = field(default_factory=lambda: {"C0OLD"})
    hooks: set[str] = field(default_factory=lambda: {HOOK})
    posted: list[Posted] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))


def make_app() -> Starlette:
    app = Starlette(
        routes=[
            Route("/api/auth.test", _auth_test, methods=["GET", "POST"]),
            Route("/api/chat.postMessage", _post_message, methods=["POST"]),
            Route("/api/users.lookupByEmail", _lookup, methods=["GET", "POST"]),
            Route("/services/{rest:path}", _hook, methods=["POST"]),
            Route("/__posted", _posted),
        ]
    )
    app.state.slack = State()
    return app


def _refused(error: str, **more: Any) -> Response:
    return JSONResponse({"ok": False, "error": error, **more})


async def _given(request: Request) -> dict[str, Any]:
    """Read the arguments as Slack does: a query, a form or JSON."""
    given = dict(request.query_params)
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        return given | await request.json()
    async with request.form() as form:
        return given | dict(form)


def _problem(request: Request, given: dict[str, Any], scope: str | None = None) -> Response | None:
    state: State = request.app.state.slack
    token = request.headers.get("authorization", "").removeprefix("Bearer ") or given.get("token")
    if not token:
        return _refused("not_authed")
    if token not in state.tokens:
        return _refused("invalid_auth")
    if scope is not None and scope not in state.scopes:
        return _refused("missing_scope", needed=scope, provided=",".join(sorted(state.scopes)))
    return None


async def _auth_test(request: Request) -> Response:
    if problem := _problem(request, await _given(request)):
        return problem
    return JSONResponse({"ok": True, "team": "Xiber", "user": "netos", "team_id": "T0", "user_id": "U0BOT"})


async def _lookup(request: Request) -> Response:
    given = await _given(request)
    if problem := _problem(request, given, "users:read.email"):
        return problem
    found = request.app.state.slack.members.get(given.get("email"))
    return JSONResponse({"ok": True, "user": {"id": found}}) if found else _refused("users_not_found")


async def _post_message(request: Request) -> Response:
    given = await _given(request)
    if problem := _problem(request, given, "chat:write"):
        return problem
    state: State = request.app.state.slack
    channel = NAMES.get(given.get("channel", ""), given.get("channel", ""))
    if channel not in {*NAMES.values(), *state.members.values()}:
        return _refused("channel_not_found")
    if channel in state.archived:
        return _refused("is_archived")
    if channel not in state.joined and channel not in state.members.values():
        return _refused("not_in_channel")
    if problem := _shape(given):
        return _refused(problem)
    ts = f"1780000000.{next(state.numbers):06}"
    made = Posted(channel, given.get("text", ""), given.get("blocks") or [], ts, given.get("thread_ts"))
    state.posted.append(made)
    return JSONResponse({"ok": True, "channel": channel, "ts": ts, "message": {"text": made.text, "ts": ts}})


def _shape(given: dict[str, Any]) -> str | None:
    blocks = given.get("blocks") or []
    if not given.get("text") and not blocks:
        return "no_text"
    if len(given.get("text") or "") > MOST_OF_A_MESSAGE:
        return "msg_too_long"
    texts = [block.get("text") for block in blocks if block.get("type") == "section"]
    if any(not text or not 0 < len(text.get("text", "")) <= MOST_OF_A_SECTION for text in texts):
        return "invalid_blocks"
    return None


async def _hook(request: Request) -> Response:
    state: State = request.app.state.slack
    if request.url.path not in state.hooks:
        return PlainTextResponse("no_service", 404)
    try:
        given = await request.json()
    except ValueError:
        return PlainTextResponse("invalid_payload", 400)
    if problem := _shape(given):
        return PlainTextResponse(problem, 400)
    ts = f"1780000000.{next(state.numbers):06}"
    state.posted.append(Posted("hook", given.get("text", ""), given.get("blocks") or [], ts, None))
    return PlainTextResponse("ok")


async def _posted(request: Request) -> Response:
    return JSONResponse([vars(one) for one in request.app.state.slack.posted])

"""Claude: the Messages API, POST /v1/messages, as a model that does what a test has laid down for a question.

A request for structured output (`output_config`) is a reading of a document: `State.readings` says what is answered to
one after the other, and what of it was read before counts as cached.

GET /v1/models/{id} knows the models of `State.models`.

A question is the first message of a conversation; `State.plays` says what is answered to it, turn by turn. A turn is
a list of content blocks, or a function of the request that makes one. `Turn` is one that ends for another reason, such
as max_tokens. A question nobody has laid down is answered with a sentence that says so.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

KEY = "sk-ant-standin"
VERSION = "2026-10-21"
VERSIONS = frozenset({VERSION, "2023-06-01"})
NO_LONGER = ("temperature", "top_p", "top_k")
"""What the current version refuses, even at its default."""

UNKNOWN = "Nobody has laid down what I say to this."

Block = Mapping[str, Any]
Blocks = Sequence[Block]


@dataclass(frozen=True)
class Turn:
    """One answer of the model, with the reason it ended."""

    content: Blocks
    stop_reason: str


Play = Callable[[dict[str, Any]], "Blocks | Turn"]


@dataclass
class State:
    """What the stand-in knows; a test sets it through `app.state.claude`."""

    keys: set[str] = field(default_factory=lambda: {KEY})
    models: set[str] = field(default_factory=lambda: {"claude-opus-4-7"})
    plays: dict[str, Sequence[Blocks | Turn | Play]] = field(default_factory=dict)
    readings: list[Blocks | Turn | Play] = field(default_factory=list)
    cached: set[str] = field(default_factory=set)
    numbers: Any = field(default_factory=count)


def make_app() -> Starlette:
    app = Starlette(
        routes=[
            Route("/v1/messages", _messages, methods=["POST"]),
            Route("/v1/models/{model}", _model, methods=["GET"]),
        ]
    )
    app.state.claude = State()
    return app


def text(words: str) -> Block:
    return {"type": "text", "text": words}


def use(tool: str, given: Any) -> Block:
    """Make a block that calls a tool; its id is filled in when it is sent."""
    return {"type": "tool_use", "name": tool, "input": given}


def results(body: Mapping[str, Any]) -> list[str]:
    """Return the texts of all tool results so far, oldest first."""
    blocks = (b for m in body["messages"] if isinstance(m["content"], list) for b in m["content"])
    return [_text_of(block["content"]) for block in blocks if block["type"] == "tool_result"]


def error(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse(error_body(kind, message), status)


def error_body(kind: str, message: str) -> dict[str, Any]:
    """Word an error as the API does; 529 is `overloaded_error`."""
    return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_standin"}


async def _messages(request: Request) -> JSONResponse:
    state: State = request.app.state.claude
    if _key(request) not in state.keys:
        return error(401, "authentication_error", "invalid x-api-key")
    version = request.headers.get("anthropic-version")
    if version not in VERSIONS:
        return error(400, "invalid_request_error", "anthropic-version: header is required")
    body = await request.json()
    refused = [name for name in NO_LONGER if version == VERSION and name in body]
    wrong = f"{refused[0]}: Extra inputs are not permitted" if refused else _wrong_with(body)
    if wrong is not None:
        return error(400, "invalid_request_error", wrong)
    turn = _read(state, body) if "output_config" in body else _next(state, body)
    content = [{**b, "id": f"toolu_{next(state.numbers):024}"} if b["type"] == "tool_use" else b for b in turn.content]
    return JSONResponse(
        {
            "id": f"msg_{next(state.numbers):024}",
            "type": "message",
            "role": "assistant",
            "model": body["model"],
            "content": content,
            "stop_reason": turn.stop_reason,
            "stop_sequence": None,
            "usage": _usage(state, body, content),
        }
    )


async def _model(request: Request) -> JSONResponse:
    state: State = request.app.state.claude
    if _key(request) not in state.keys:
        return error(401, "authentication_error", "invalid x-api-key")
    name = request.path_params["model"]
    if name not in state.models:
        return error(404, "not_found_error", f"model: {name}")
    told = {"type": "model", "id": name, "display_name": name, "created_at": "2026-04-14T00:00:00Z"}
    return JSONResponse(told)


def _key(request: Request) -> str | None:
    """Return the key as SDKs send it since version 2026-10-21, or as they did before."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    return request.headers.get("x-api-key") or bearer or None


def _next(state: State, body: dict[str, Any]) -> Turn:
    messages = body["messages"]
    plays = state.plays.get(_text_of(messages[0]["content"]), ())
    at = sum(message["role"] == "assistant" for message in messages)
    if at >= len(plays):
        return Turn([text(UNKNOWN)], "end_turn")
    play = plays[at]
    said = play(body) if callable(play) else play
    if isinstance(said, Turn):
        return said
    return Turn(said, "tool_use" if any(block["type"] == "tool_use" for block in said) else "end_turn")


def _read(state: State, body: dict[str, Any]) -> Turn:
    if not state.readings:
        return Turn([text(UNKNOWN)], "end_turn")
    play = state.readings.pop(0)
    said = play(body) if callable(play) else play
    return said if isinstance(said, Turn) else Turn(said, "end_turn")


def _usage(state: State, body: Mapping[str, Any], content: Sequence[Block]) -> dict[str, int]:
    """Count tokens; of a document all up to its mark is cached, and read from there the next time."""
    counted = {"input_tokens": len(json.dumps(body)) // 4, "output_tokens": len(json.dumps(content)) // 4}
    blocks = body["messages"][0]["content"]
    marked = [at for at, block in enumerate(blocks) if isinstance(block, dict) and "cache_control" in block]
    if not marked:
        return counted
    start = json.dumps([body["system"], blocks[: marked[-1] + 1]])
    way = "cache_read_input_tokens" if start in state.cached else "cache_creation_input_tokens"
    state.cached.add(start)
    return {**counted, "input_tokens": counted["input_tokens"] - len(start) // 4, way: len(start) // 4}


def _wrong_with(body: Mapping[str, Any]) -> str | None:
    """Say what the API would refuse: a field that is missing, or a tool call left without its result."""
    for name in ("model", "max_tokens", "messages"):
        if not body.get(name):
            return f"{name}: Field required"
    if "output_config" in body and (wrong := _wrong_shape(body["output_config"]["format"]["schema"])):
        return f"output_config.format.schema: {wrong}"
    waiting: set[str] = set()
    for at, message in enumerate(body["messages"]):
        blocks = message["content"] if isinstance(message["content"], list) else []
        given = {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}
        if waiting - given:
            return f"messages.{at}: `tool_use` ids were found without `tool_result` blocks immediately after"
        if given - waiting:
            return f"messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks"
        waiting = {block["id"] for block in blocks if block["type"] == "tool_use"}
        for block in blocks:
            if block["type"] == "document" and not base64.b64decode(block["source"]["data"]).startswith(b"%PDF"):
                return f"messages.{at}: The PDF specified was not valid."
            if block["type"] == "tool_use" and not isinstance(block["input"], dict):
                return f"messages.{at}: tool_use.input: Input should be a valid dictionary"
    return None


def _wrong_shape(schema: Any) -> str | None:
    """Say what of a schema the API refuses: an object that is open, or a bound on a number."""
    if isinstance(schema, list):
        return next((wrong for one in schema if (wrong := _wrong_shape(one))), None)
    if not isinstance(schema, dict):
        return None
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return "For 'object' type, 'additionalProperties' must be explicitly set to false"
    if schema.get("type") in {"integer", "number"} and {"minimum", "maximum"} & set(schema):
        return f"For '{schema['type']}' type, properties maximum, minimum are not supported"
    return _wrong_shape(list(schema.values()))


def _text_of(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block["type"] == "text")

"""Monday.com: GraphQL at POST /v2 with the token `monday-token` (no Bearer) and an API-Version.

Board 77001 has the columns text1 (key), text2, link1, date4 and status; refusals come as HTTP 200 with `errors`. What
was made is at GET /__items. A query is known by the field it asks for: it is a stand-in, and no GraphQL server.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

TOKEN = "monday-token"
BOARD = "77001"
COLUMNS = {"name": "name", "text1": "text", "text2": "text", "link1": "link", "date4": "date", "status": "status"}
LABELS = {"New", "Working on it", "Done"}
MOST_OF_A_NAME = 255


@dataclass
class Item:
    """An item as it stands on its board."""

    id: str
    board: str
    group: str | None
    name: str
    values: dict[str, Any]


@dataclass
class State:
    """What the stand-in knows; a test sets it through `app.state.monday`."""

    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    writers: set[str] = field(default_factory=lambda: {TOKEN})
    boards: dict[str, dict[str, str]] = field(default_factory=lambda: {BOARD: dict(COLUMNS)})
    items: list[Item] = field(default_factory=list)
    error: dict[str, Any] | None = None


def make_app() -> Starlette:
    app = Starlette(routes=[Route("/v2", _answer, methods=["POST"]), Route("/__items", _items)])
    app.state.monday = State()
    return app


def _refused(code: str, message: str = "told in the words of the vendor", status: int = 200, **more: Any) -> Response:
    extensions = {"code": code, "status_code": more.pop("status_code", status), "request_id": "req-77", **more}
    return JSONResponse({"data": None, "errors": [{"message": message, "extensions": extensions}]}, status)


async def _answer(request: Request) -> Response:
    state: State = request.app.state.monday
    token = request.headers.get("authorization", "")
    if token not in state.tokens:
        return JSONResponse({"errors": ["Not Authenticated"]}, 401)
    if not re.fullmatch(r"20\d\d-\d\d", request.headers.get("api-version", "")):
        return _refused("InvalidVersionException", status=400)
    if state.error is not None:
        return _refused(**state.error)
    sent = await request.json()
    query, variables = sent["query"], sent.get("variables") or {}
    if "create_item" in query:
        return _created(state, variables) if token in state.writers else _refused(
            "UserUnauthorizedException", status_code=403
        )  # fmt: skip
    if "items_page_by_column_values" in query:
        return _found(state, variables)
    boards = [
        {"id": board, "columns": [{"id": column} for column in columns]}
        for board, columns in state.boards.items()
        if board in variables.get("b", ())
    ]
    return JSONResponse({"data": {"me": {"id": "5"}, "boards": boards}})


def _found(state: State, variables: dict[str, Any]) -> Response:
    board, (wanted,) = str(variables["b"]), variables["c"]
    if board not in state.boards:
        return _refused("InvalidBoardIdException")
    if wanted["column_id"] not in state.boards[board]:
        return _refused("InvalidColumnIdException")
    found = [
        {"id": item.id}
        for item in state.items
        if item.board == board and item.values.get(wanted["column_id"]) in wanted["column_values"]
    ]
    return JSONResponse({"data": {"items_page_by_column_values": {"items": found[:1]}}})


def _created(state: State, variables: dict[str, Any]) -> Response:
    board, values = str(variables["b"]), json.loads(variables["c"])
    if board not in state.boards:
        return _refused("InvalidBoardIdException")
    if len(variables["n"]) > MOST_OF_A_NAME:
        return _refused("ItemNameTooLongException")
    for column, value in values.items():
        kind = state.boards[board].get(column)
        if kind is None:
            return _refused("InvalidColumnIdException")
        if kind == "status" and value.get("label") not in LABELS:
            return _refused("ColumnValueException")
        if kind == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value.get("date", "")):
            return _refused("ColumnValueException")
    item = Item(str(9000 + len(state.items)), board, variables.get("g"), variables["n"], values)
    state.items.append(item)
    return JSONResponse({"data": {"create_item": {"id": item.id}}})


async def _items(request: Request) -> Response:
    return JSONResponse([vars(item) for item in request.app.state.monday.items])

"""Monday.com: one item for each notice, on the board its kind has. A repeat finds the earlier item by its key."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from netos_core.notices.boards import Board
from netos_core.notices.channels import Message
from netos_core.vendors.errors import (
    CredentialsInvalid,
    Deferred,
    NotConfigured,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorUnavailable,
)
from netos_core.vendors.http import Reply, VendorHttp

SYSTEM = "Monday.com"
SETTING = "NETOS_MONDAY_TOKEN"
BOARDS_SETTING = "NETOS_MONDAY_BOARDS"
MOST_OF_A_NAME = 255
MOST_OF_A_TEXT = 1900
MOST_BYTES = 4 << 20

FIND = """query ($b: ID!, $c: [ItemsPageByColumnValuesQuery!]) {
  items_page_by_column_values(board_id: $b, columns: $c, limit: 1) { items { id } } }"""
CREATE = """mutation ($b: ID!, $g: String, $n: String!, $c: JSON) {
  create_item(board_id: $b, group_id: $g, item_name: $n, column_values: $c, create_labels_if_missing: false) { id } }"""
LOOK = "query ($b: [ID!]) { me { id } boards(ids: $b) { id columns { id } } }"

TOO_OFTEN = frozenset(
    {"COMPLEXITY_BUDGET_EXHAUSTED", "ComplexityException", "maxConcurrencyExceeded", "IP_RATE_LIMIT_EXCEEDED",
     "DAILY_LIMIT_EXCEEDED", "RATE_LIMIT_EXCEEDED"}
)  # fmt: skip
NOT_ALLOWED = frozenset({"UserUnauthorizedException", "USER_UNAUTHORIZED", "missingRequiredPermissions"})
REFUSED_CREDENTIAL = frozenset({"NotAuthenticated", "Unauthorized", "UNAUTHENTICATED"})
BUSY = frozenset({"INTERNAL_SERVER_ERROR", "API_TEMPORARILY_BLOCKED"})


class Monday:
    """The API with one token, and the boards by kind of notice.

    Args:
        address: Such as https://api.monday.com/v2.
        token: Returns our token; with `True` it is read anew from where it is kept.
        version: The API version to speak, such as 2026-10.
        boards: The board of each kind of notice that makes items.
        sleep: Waits that many seconds between tries.
    """

    system = SYSTEM

    def __init__(
        self,
        address: str,
        token: Callable[[bool], str],
        version: str,
        boards: Mapping[str, Board],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = VendorHttp(SYSTEM, address, setting=SETTING, most_bytes=MOST_BYTES, sleep=sleep)
        self._token = token
        self._version = version
        self._boards = boards

    def send(self, message: Message) -> str:
        """Make the item, unless one with the same key is there; returns its id."""
        board = self._boards.get(message.kind)
        if board is None:
            told = "No board is configured for this kind of notice."
            raise NotConfigured(told, system=SYSTEM, setting=BOARDS_SETTING, fix=f"Name one in {BOARDS_SETTING}.")
        return self._found(board, message.key) or self._made(board, message)

    def check(self) -> str:
        """Ask who we are, and whether every board has the columns that are configured."""
        ids = sorted({board.board for board in self._boards.values()})
        reply, told = self._asked(LOOK, {"b": ids})
        listed = told.get("boards")
        if not isinstance(listed, list):
            raise reply.bad("lists no boards")
        there = {
            str(one["id"]): {str(column.get("id")) for column in one.get("columns") or ()}
            for one in listed
            if isinstance(one, dict) and "id" in one
        }
        for kind, board in self._boards.items():
            missing = sorted(set(board.columns().values()) - there.get(board.board, set()))
            if board.board not in there or missing:
                lacks = f"has no column {', '.join(missing)}" if board.board in there else "is not there for us"
                told_so = f"The board {board.board} of {kind} notices {lacks}."
                raise PermissionDenied(
                    told_so, system=SYSTEM, setting=BOARDS_SETTING, fix=f"Correct {BOARDS_SETTING}, or share the board."
                )
        return "It knows us, and every board has its columns."

    def close(self) -> None:
        self._http.close()

    def _found(self, board: Board, key: str) -> str | None:
        columns = [{"column_id": board.key, "column_values": [key]}]
        reply, told = self._asked(FIND, {"b": board.board, "c": columns})
        page = told.get("items_page_by_column_values")
        items = page.get("items") if isinstance(page, dict) else None
        if not isinstance(items, list):
            raise reply.bad("lists no items")
        return str(items[0]["id"]) if items and isinstance(items[0], dict) and "id" in items[0] else None

    def _made(self, board: Board, message: Message) -> str:
        values: dict[str, Any] = {board.key: message.key}
        if board.text:
            values[board.text] = message.body[:MOST_OF_A_TEXT]
        if board.link and message.link:
            values[board.link] = {"url": message.link, "text": "Open in NetOS"}
        if board.date and message.due:
            values[board.date] = {"date": message.due.isoformat()}
        if board.status:
            values[board.status] = {"label": board.label}
        wish = {
            "b": board.board, "g": board.group, "n": message.title[:MOST_OF_A_NAME], "c": json.dumps(values),
        }  # fmt: skip
        reply, told = self._asked(CREATE, wish)
        item = told.get("create_item")
        if not isinstance(item, dict) or "id" not in item:
            raise reply.bad("lacks the id of the item")
        return str(item["id"])

    def _asked(self, query: str, variables: Mapping[str, Any]) -> tuple[Reply, dict[str, Any]]:
        """Ask, and once more with a token read anew where the one we hold is refused."""
        reply = self._sent(query, variables, fresh=False)
        if reply.status == HTTPStatus.UNAUTHORIZED or _code_of(_told(reply)) in REFUSED_CREDENTIAL:
            reply = self._sent(query, variables, fresh=True)
        told = _told(reply)
        code = _code_of(told)
        if reply.status != HTTPStatus.OK or code is not None:
            raise self._refusal(reply, code, told)
        data = told.get("data")
        if not isinstance(data, dict):
            raise reply.bad("holds no data")
        return reply, data

    def _sent(self, query: str, variables: Mapping[str, Any], *, fresh: bool) -> Reply:
        headers = {"Authorization": self._token(fresh), "API-Version": self._version}
        body = {"query": query, "variables": variables}
        return self._http.request("POST", "", json=body, headers=headers)

    def _refusal(self, reply: Reply, code: str | None, told: Mapping[str, Any]) -> VendorError:
        """Sort what it says no with: most of it comes as HTTP 200 with `errors`."""
        about: dict[str, Any] = {
            "system": SYSTEM,
            "status": reply.status,
            "vendor_code": code,
            "vendor_request_id": _said(told, "request_id") or reply.request_id,
        }
        if reply.status == HTTPStatus.UNAUTHORIZED or code in REFUSED_CREDENTIAL:
            told_so = "Monday.com does not accept our token."
            return CredentialsInvalid(told_so, setting=SETTING, fix=f"Correct {SETTING}.", **about)
        if code in TOO_OFTEN:
            asked = _said(told, "retry_in_seconds")
            seconds = float(asked) if asked and asked.replace(".", "", 1).isdigit() else None
            return RateLimited("Monday.com limits how often we may ask.", retry_after=seconds, **about)
        if code in NOT_ALLOWED:
            told_so = "Monday.com does not let our account do this."
            return PermissionDenied(told_so, setting=SETTING, fix="Share the board with the token's user.", **about)
        if code in BUSY:
            return VendorUnavailable("Monday.com can not answer now.", maybe_done=True, fix="Try later.", **about)
        if reply.status != HTTPStatus.OK:
            return self._http.refused(reply, code)
        if code is not None and (code.endswith("Exception") or code.startswith("Invalid")):
            fix = f"Check the ids in {BOARDS_SETTING} with `netos doctor --integrations`, then send it again."
            return Rejected(f"Monday.com refused the item ({code}).", setting=BOARDS_SETTING, fix=fix, **about)
        return Deferred("Monday.com does not take this item now.", fix="It is tried again by itself.", **about)


def _told(reply: Reply) -> dict[str, Any]:
    if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return {}
    try:
        told = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _errors(told: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    listed = told.get("errors")
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _code_of(told: Mapping[str, Any]) -> str | None:
    """Return the code of the first error; an error without one is still an error."""
    if not told.get("errors"):
        return None
    return _said(told, "code") or "unknown"


def _said(told: Mapping[str, Any], name: str) -> str | None:
    for one in _errors(told):
        extensions = one.get("extensions")
        found = extensions.get(name) if isinstance(extensions, dict) else None
        if found is None and isinstance(extensions, dict) and isinstance(extensions.get("error_data"), dict):
            found = extensions["error_data"].get(name)
        if isinstance(found, (str, int, float)):
            return str(found)
    return None

"""Monday.com over the network: one item for a notice however often it is sent; its refusals come as successes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from starlette.applications import Starlette

from netos_core.notices.boards import Board
from netos_core.vendors.errors import (
    BadResponse,
    CredentialsInvalid,
    Deferred,
    NotConfigured,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorUnavailable,
)
from netos_core.vendors.monday import Monday
from tests.core.vendors.test_smtp import MESSAGE
from tests.standins import monday
from tests.standins.serving import Served, served

BOARD = Board(
    board=monday.BOARD, key="text1", group="topics", text="text2", link="link1", date="date4", status="status"
)
RENEWAL = replace(MESSAGE, due=date(2026, 12, 4))


@pytest.fixture
def app() -> Starlette:
    return monday.make_app()


@pytest.fixture
def state(app: Starlette) -> monday.State:
    found: monday.State = app.state.monday
    return found


@pytest.fixture
def vendor(app: Starlette) -> Iterator[Served]:
    with served(app) as running:
        yield running


Client = Callable[..., Monday]


@pytest.fixture
def client(vendor: Served) -> Iterator[Client]:
    with contextlib.ExitStack() as opened:

        def make(token: str = monday.TOKEN, **boards: Board) -> Monday:
            made = Monday(f"{vendor.url}/v2", lambda _: token, "2026-10", boards or {"renewal": BOARD})
            opened.callback(made.close)
            return made

        yield make


def test_a_notice_becomes_an_item_with_its_columns(client: Client, state: monday.State, vendor: Served) -> None:
    assert client().send(RENEWAL) == "9000"
    (item,) = state.items
    assert (item.board, item.group, item.name) == (monday.BOARD, "topics", RENEWAL.title)
    assert item.values == {
        "text1": RENEWAL.key,
        "text2": RENEWAL.body,
        "link1": {"url": RENEWAL.link, "text": "Open in NetOS"},
        "date4": {"date": "2026-12-04"},
        "status": {"label": "New"},
    }
    asked = vendor.requests[-1]
    assert (asked.headers["authorization"], asked.headers["api-version"]) == (monday.TOKEN, "2026-10")
    assert isinstance(json.loads(asked.body)["variables"]["c"], str)


def test_a_repeat_finds_the_item_that_is_there(client: Client, state: monday.State) -> None:
    first = client().send(RENEWAL)
    assert client().send(replace(RENEWAL, repeat=True)) == first
    assert len(state.items) == 1
    client().send(replace(RENEWAL, key="renewal:CTR-1042:overdue"))
    assert len(state.items) == 2


def test_only_the_columns_that_are_configured_are_filled(client: Client, state: monday.State) -> None:
    client(renewal=Board(board=monday.BOARD, key="text1")).send(replace(MESSAGE, title="x" * 400, due=None))
    (item,) = state.items
    assert (item.values, len(item.name), item.group) == ({"text1": MESSAGE.key}, 255, None)


def test_a_kind_without_a_board_waits_for_one(client: Client) -> None:
    with pytest.raises(NotConfigured) as refusal:
        client().send(replace(MESSAGE, kind="trail_broken"))
    assert refusal.value.setting == "NETOS_MONDAY_BOARDS"


@pytest.mark.parametrize(
    ("error", "kind", "setting"),
    [
        ({"code": "ColumnValueException"}, Rejected, "NETOS_MONDAY_BOARDS"),
        ({"code": "InvalidBoardIdException"}, Rejected, "NETOS_MONDAY_BOARDS"),
        ({"code": "InvalidColumnIdException"}, Rejected, "NETOS_MONDAY_BOARDS"),
        ({"code": "ItemNameTooLongException"}, Rejected, "NETOS_MONDAY_BOARDS"),
        ({"code": "UserUnauthorizedException", "status_code": 403}, PermissionDenied, "NETOS_MONDAY_TOKEN"),
        ({"code": "COMPLEXITY_BUDGET_EXHAUSTED", "retry_in_seconds": 15}, RateLimited, None),
        ({"code": "maxConcurrencyExceeded"}, RateLimited, None),
        ({"code": "DAILY_LIMIT_EXCEEDED"}, RateLimited, None),
        ({"code": "IP_RATE_LIMIT_EXCEEDED", "status": 429}, RateLimited, None),
        ({"code": "INTERNAL_SERVER_ERROR"}, VendorUnavailable, None),
        ({"code": "SOMETHING_NEW"}, Deferred, None),
        ({"code": "InvalidVersionException", "status": 400}, Rejected, None),
    ],
)
def test_a_success_that_is_none_is_sorted(
    client: Client, state: monday.State, error: dict[str, Any], kind: type[VendorError], setting: str | None
) -> None:
    state.error = error
    with pytest.raises(kind) as refusal:
        client().send(MESSAGE)
    assert type(refusal.value) is kind
    assert refusal.value.setting == setting
    assert "words of the vendor" not in str(refusal.value.as_dict())
    if "retry_in_seconds" in error:
        assert refusal.value.retry_after == 15
    if error.get("status", 200) == 200:
        assert (refusal.value.vendor_code, refusal.value.vendor_request_id) == (error["code"], "req-77")


def test_errors_beside_data_are_errors(client: Client, vendor: Served) -> None:
    body = {"data": {"items_page_by_column_values": {"items": []}}, "errors": [{"message": "partial"}]}
    vendor.fail(200, body=body)
    with pytest.raises(Deferred):
        client().send(MESSAGE)


def test_a_token_it_does_not_know_names_the_setting_and_a_rotated_one_heals(client: Client, vendor: Served) -> None:
    with pytest.raises(CredentialsInvalid) as refusal:
        client("other").send(MESSAGE)
    assert refusal.value.setting == "NETOS_MONDAY_TOKEN"
    kept = {False: "old", True: monday.TOKEN}
    with contextlib.closing(Monday(f"{vendor.url}/v2", kept.__getitem__, "2026-10", {"renewal": BOARD})) as rotated:
        rotated.send(MESSAGE)


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (500, VendorUnavailable), (403, PermissionDenied)])
def test_a_fault_of_the_transport_is_told(client: Client, vendor: Served, status: int, kind: type[VendorError]) -> None:
    vendor.fail(status, times=9, retry_after=8)
    with pytest.raises(kind) as refusal:
        client().send(MESSAGE)
    assert len(vendor.requests) == 1
    if kind is RateLimited:
        assert refusal.value.retry_after == 8


@pytest.mark.parametrize("body", ["no json", [], {}, {"data": {}}, {"data": {"items_page_by_column_values": {}}}])
def test_another_shape_is_refused(client: Client, vendor: Served, body: Any) -> None:
    vendor.fail(200, body=body)
    with pytest.raises(BadResponse):
        client().send(MESSAGE)


def test_the_check_looks_at_every_board_and_its_columns(client: Client, state: monday.State) -> None:
    assert client().check() == "It knows us, and every board has its columns."
    state.boards[monday.BOARD].pop("date4")
    with pytest.raises(PermissionDenied) as refusal:
        client().check()
    assert "has no column date4" in refusal.value.message
    with pytest.raises(PermissionDenied, match="is not there for us"):
        client(renewal=Board(board="1", key="text1")).check()

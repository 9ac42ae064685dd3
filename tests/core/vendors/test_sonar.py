"""Sonar over a real socket: what is read of it, in pieces that nothing moves, and how it refuses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from netos_core.revenue.billing import Kept, Piece
from netos_core.vendors.errors import (
    BadResponse,
    CredentialsInvalid,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorError,
    VendorUnavailable,
)
from netos_core.vendors.sonar import SETTING, Sonar
from tests.standins import sonar
from tests.standins.fixtures import stood_in
from tests.standins.serving import Served

app, state, running = stood_in(sonar.make_app, "sonar")


@pytest.fixture
def client(running: Served) -> Iterator[Sonar]:
    made = Sonar(running.url, lambda _: sonar.TOKEN, sleep=lambda _: None)
    yield made
    made.close()


def all_of(read: Callable[[str | None], Piece[Any]], between: Callable[[], None] = lambda: None) -> list[Any]:
    found: list[Any] = []
    after = None
    while True:
        piece = read(after)
        found += piece.rows
        if (after := piece.after) is None:
            return found
        between()


def test_amounts_are_cents_and_only_what_is_billed_again_has_months(client: Sonar, state: sonar.State) -> None:
    state.fill(2)
    state.products[4] = sonar.product(4, "Loyalty", 500, "RECURRING", application="CREDIT")
    told = [(one.name, one.amount, one.months, one.credit) for one in client.products(None).rows]
    assert told == [
        ("Fiber 500", Decimal("300.00"), 1, False),
        ("Voice line, by the quarter", Decimal("100.00"), 3, False),
        ("Install", Decimal("99.00"), None, False),
        ("Loyalty", Decimal("5.00"), 1, True),
    ]


def test_an_account_is_where_it_is_served(client: Sonar, state: sonar.State) -> None:
    state.account(7, account_status={"name": "Gone", "activates_account": False})
    (account,) = client.accounts(None, None).rows
    assert (account.key, account.number, account.line1, account.state, account.active) == (
        "7", "7", "7 Main St", "IN", False
    )  # fmt: skip


def test_a_service_has_its_own_price_where_one_is_set(client: Sonar, state: sonar.State) -> None:
    state.service(5, 1, 1, price_override=0, quantity=2, name_override="Loop 10/KFGS/1")
    (service,) = client.services(None, None).rows
    assert (service.price, service.quantity, service.name, service.product) == (Decimal(0), 2, "Loop 10/KFGS/1", "1")


def test_pieces_lose_nothing_when_what_was_read_is_deleted_meanwhile(client: Sonar, state: sonar.State) -> None:
    state.fill(800)

    def delete() -> None:
        for key in list(state.services)[:40]:
            del state.services[key]

    keys = [int(one.key) for one in all_of(lambda after: client.services(after, None), delete)]
    assert keys == list(range(1, 801))
    assert [int(k) for k in all_of(lambda after: client.keys(Kept.SERVICES, after))] == list(state.services)


def test_only_what_changed_is_read_again(client: Sonar, state: sonar.State) -> None:
    state.fill(300)
    since = state.now + timedelta(seconds=10)
    state.now = since + timedelta(seconds=10)
    state.service(17, 17, 1, price_override=12345)
    state.account(9, name="Renamed")
    assert [one.key for one in client.services(None, since).rows] == ["17"]
    assert [one.name for one in client.accounts(None, since).rows] == ["Renamed"]


def test_a_check_counts_accounts_and_compares_the_schema(client: Sonar, state: sonar.State, app: Any) -> None:
    state.fill(3)
    assert client.check() == "It knows us, and has 3 accounts."
    del app.state.schema.type_map["AccountService"].fields["price_override"]
    with pytest.raises(BadResponse, match="price_override of AccountService"):
        client.check()


def test_a_field_that_is_gone_is_told_in_our_words(client: Sonar, app: Any) -> None:
    del app.state.schema.type_map["AccountService"].fields["price_override"]
    with pytest.raises(BadResponse, match="knows other fields than we ask for"):
        client.services(None, None)


@pytest.mark.parametrize("quiet", [False, True])
def test_an_expired_token_is_read_anew_once_and_then_named(running: Served, state: sonar.State, quiet: bool) -> None:
    state.fill(1)
    state.quiet_refusal = quiet
    tokens = {False: "expired", True: sonar.TOKEN}
    rotated = Sonar(running.url, lambda fresh: tokens[fresh], sleep=lambda _: None)
    assert len(rotated.services(None, None).rows) == 1
    tokens[True] = "expired too"
    with pytest.raises(CredentialsInvalid) as refused:
        rotated.services(None, None)
    rotated.close()
    assert (refused.value.setting, "Ignore" in str(refused.value.as_dict())) == (SETTING, False)


def test_a_limit_is_waited_out_and_told_when_it_lasts(running: Served, state: sonar.State) -> None:
    state.fill(1)
    slept: list[float] = []
    client = Sonar(running.url, lambda _: sonar.TOKEN, sleep=slept.append)
    running.fail(429, retry_after=7, times=2)
    assert len(client.services(None, None).rows) == 1
    assert slept == [7.0, 7.0]
    running.fail(429, retry_after=3000, times=9)
    with pytest.raises(RateLimited) as limited:
        client.services(None, None)
    client.close()
    assert limited.value.retry_after == 3000


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, {}, VendorUnavailable),
        (403, {}, PermissionDenied),
        (200, {"errors": [{"extensions": {"category": "authorization"}}]}, PermissionDenied),
        (200, {"errors": [{"message": "Internal server error"}]}, Rejected),
        (200, {"data": None}, BadResponse),
        (200, {"data": {"account_services": {"entities": []}}}, BadResponse),
        (200, {"data": {"account_services": {"entities": [], "page_info": {"total_count": 3}}}}, BadResponse),
        (200, {"data": {"account_services": {"entities": [{"id": 4}], "page_info": {"total_count": 1}}}}, BadResponse),
        (200, [], BadResponse),
        (200, "<html>", BadResponse),
        (302, {}, BadResponse),
    ],
)
def test_what_is_no_answer_is_an_error_of_ours(
    client: Sonar, running: Served, status: int, body: Any, kind: type[VendorError]
) -> None:
    running.fail(status, body=body, times=20)
    with pytest.raises(kind):
        client.services(None, None)


def test_records_from_before_the_last_one_are_refused(client: Sonar, running: Served) -> None:
    """An instance that did not know the condition would give the first piece for ever."""
    row = {"id": 4, "account_id": 1, "service_id": 1}
    told = {"data": {"account_services": {"entities": [row], "page_info": {"total_count": 9}}}}
    running.fail(200, body=told, times=20)
    with pytest.raises(BadResponse, match="order"):
        client.services("4", None)


def test_a_cut_connection_is_asked_again(state: sonar.State, running: Served) -> None:
    """The first connections are broken in the middle of an answer; the next ones get through."""
    state.fill(3)
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_cut_then_pass, args=(door, running.port, 2), daemon=True).start()
        client = Sonar(f"http://127.0.0.1:{door.getsockname()[1]}", lambda _: sonar.TOKEN, sleep=lambda _: None)
        assert len(client.services(None, None).rows) == 3
        client.close()


def _cut_then_pass(door: socket.socket, port: int, cuts: int) -> None:
    for number in range(cuts + 1):
        caller, _ = door.accept()
        with caller:
            asked = caller.recv(1 << 16)
            if number < cuts:
                caller.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"da')
                continue
            with socket.create_connection(("127.0.0.1", port)) as real:
                caller.settimeout(0.2)
                try:
                    while True:
                        real.sendall(asked)
                        asked = caller.recv(1 << 16)
                except TimeoutError:
                    pass
                real.settimeout(5)
                caller.sendall(real.recv(1 << 20))


def test_a_moment_is_asked_for_in_universal_time(client: Sonar, running: Served) -> None:
    client.services(None, datetime.fromisoformat("2026-05-01T02:00:00+02:00"))
    assert '"search_value":"2026-05-01T00:00:00Z"' in running.requests[-1].body.replace(" ", "")

"""The one client, against servers that fail in every way a server can."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import Conflict, Forbidden, Invalid, NetosError, NotFound, Unavailable
from netos_core.vendors import http
from netos_core.vendors.http import (
    BadResponse,
    CredentialsInvalid,
    NotConfigured,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorConflict,
    VendorError,
    VendorHttp,
    VendorNotFound,
    VendorUnavailable,
    retry_after_seconds,
)
from tests.standins.serving import Served, served

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "s3cr3t-token"
SETTING = "NETOS_ACME_TOKEN"
Connect = Callable[..., VendorHttp]


async def circuits(_: Request) -> Response:
    return Response('[{"mrc": 1200.10}]', headers={"X-Request-Id": "req-77"})


async def answered(request: Request) -> Response:
    """Answer with the status, body and request id the path and query name."""
    body = request.query_params.get("body", "{}")
    return Response(body, int(request.path_params["status"]), {"X-Request-Id": "req-9"})


async def echo(request: Request) -> Response:
    return Response(json.dumps({"query": dict(request.query_params), "body": (await request.body()).decode()}))


async def inflated(_: Request) -> Response:
    return Response(gzip.compress(b"0" * 1_000_000), headers={"Content-Encoding": "gzip"})


async def garbled(_: Request) -> Response:
    return Response(b"no gzip at all", headers={"Content-Encoding": "gzip"})


async def moved(_: Request) -> Response:
    return RedirectResponse("/circuits")


async def cut_short(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"half"'

    return StreamingResponse(pieces(), headers={"Content-Length": "400"})


async def dripping(_: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0.01)

    return StreamingResponse(drops())


def acme() -> Starlette:
    return Starlette(
        routes=[
            Route("/circuits", circuits),
            Route("/status/{status}", answered),
            Route("/echo", echo, methods=["GET", "POST"]),
            Route("/hooks/{key}/send", echo, methods=["POST"]),
            Route("/inflated", inflated),
            Route("/garbled", garbled),
            Route("/moved", moved),
            Route("/cut-short", cut_short),
            Route("/dripping", dripping),
        ]
    )


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    with served(acme()) as server:
        yield server


@pytest.fixture
def vendor(running: Served) -> Served:
    """The server without a fault; `requests` of it counts from here on."""
    running.forget()
    return running


@pytest.fixture
def waits() -> list[float]:
    """The seconds the client would have slept."""
    return []


@pytest.fixture
def connect(vendor: Served, waits: list[float]) -> Iterator[Connect]:
    opened: list[VendorHttp] = []

    def begin(url: str | None = None, **given: Any) -> VendorHttp:
        opened.append(VendorHttp("Acme", url or vendor.url, setting=SETTING, sleep=waits.append, **given))
        return opened[-1]

    yield begin
    for client in opened:
        client.close()


@pytest.fixture
def dead_url() -> str:
    """An address where nobody listens."""
    with socket.socket() as freed:
        freed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{freed.getsockname()[1]}"


def test_an_answer_comes_back_with_its_status_headers_and_exact_amounts(connect: Connect, vendor: Served) -> None:
    reply = connect().request("GET", "/circuits")
    assert (reply.status, reply.headers["x-request-id"]) == (200, "req-77")
    assert reply.json() == [{"mrc": Decimal("1200.10")}]
    assert vendor.requests[0].headers["user-agent"] == "netos"


def test_query_json_and_form_arrive_as_they_were_given(connect: Connect) -> None:
    client = connect()
    asked = client.request("GET", "/echo?page=1", params={"limit": 50, "q": "a&b"}).json()
    assert asked["query"] == {"page": "1", "limit": "50", "q": "a&b"}
    assert json.loads(client.request("POST", "/echo", json={"a": 1}).json()["body"]) == {"a": 1}
    assert client.request("POST", "/echo", form={"grant_type": "x y"}).json()["body"] == "grant_type=x+y"


def test_the_path_of_the_base_address_is_kept(connect: Connect, vendor: Served) -> None:
    connect(f"{vendor.url}/status/").request("GET", "200?body=[]")
    connect(f"{vendor.url}/echo?api-version=1").request("GET", "")
    assert [asked.path for asked in vendor.requests] == ["/status/200", "/echo"]
    assert vendor.requests[1].query == {"api-version": "1"}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_passing_trouble_is_tried_again_with_growing_waits(
    connect: Connect, vendor: Served, waits: list[float], status: int
) -> None:
    vendor.fail(status, times=4)
    assert connect().request("GET", "/circuits").status == 200
    assert len(vendor.requests) == 5
    assert len(waits) == 4
    assert all(low <= wait <= 2 * low for low, wait in zip((0.5, 1, 2, 4), waits, strict=True))


@pytest.mark.parametrize(("status", "kind"), [(429, RateLimited), (503, VendorUnavailable), (408, VendorUnavailable)])
def test_five_tries_are_enough(connect: Connect, vendor: Served, status: int, kind: type[VendorError]) -> None:
    vendor.fail(status, times=9)
    with pytest.raises(kind) as raised:
        connect().request("GET", "/circuits")
    assert len(vendor.requests) == 5
    assert (raised.value.system, raised.value.status) == ("Acme", status)


def test_a_failure_no_retry_mends_is_raised_at_once(connect: Connect, vendor: Served) -> None:
    with pytest.raises(VendorUnavailable):
        connect().request("GET", "/status/501")
    assert len(vendor.requests) == 1


def test_the_vendor_says_in_seconds_how_long_to_wait(connect: Connect, vendor: Served, waits: list[float]) -> None:
    vendor.fail(429, retry_after=7)
    connect().request("GET", "/circuits")
    assert waits == [7.0]


def test_the_vendor_says_by_a_date_how_long_to_wait(connect: Connect, vendor: Served, waits: list[float]) -> None:
    vendor.fail(503, retry_after=format_datetime(utc_now() + timedelta(seconds=60), usegmt=True))
    connect().request("GET", "/circuits")
    assert len(waits) == 1
    assert 0 < waits[0] <= 60


def test_a_wait_longer_than_all_tries_may_take_is_left_to_the_job_queue(
    connect: Connect, vendor: Served, waits: list[float]
) -> None:
    vendor.fail(429, times=9, retry_after=3600)
    with pytest.raises(RateLimited) as raised:
        connect().request("GET", "/circuits")
    assert (raised.value.retry_after, waits, len(vendor.requests)) == (3600.0, [], 1)
    assert raised.value.fix == "Try again in 3600 seconds."


def test_the_waits_together_stay_within_two_minutes(connect: Connect, vendor: Served, waits: list[float]) -> None:
    vendor.fail(503, times=9, retry_after=50)
    with pytest.raises(VendorUnavailable):
        connect().request("GET", "/circuits")
    assert waits == [50.0, 50.0]


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("1.5", 1.5),
        ("Mon, 02 Mar 2026 12:01:30 GMT", 90.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 12:00:30 -0000", 30.0),
        ("-5", None),
        ("soon", None),
        ("9" * 5000, None),
        ("Mon, 99 Mar 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_never_guessed(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOON) == seconds


def test_a_post_is_not_repeated(connect: Connect, vendor: Served) -> None:
    vendor.fail(503, times=9)
    with pytest.raises(VendorUnavailable):
        connect().request("POST", "/echo", json={})
    assert len(vendor.requests) == 1


def test_a_post_that_does_no_harm_twice_is_repeated(connect: Connect, vendor: Served) -> None:
    vendor.fail(503)
    assert connect().request("POST", "/echo", json={"a": 1}, repeatable=True).status == 200
    assert [asked.body for asked in vendor.requests] == ['{"a":1}'] * 2


def test_a_get_that_does_harm_is_not_repeated(connect: Connect, vendor: Served) -> None:
    vendor.fail(503)
    with pytest.raises(VendorUnavailable):
        connect().request("GET", "/echo", repeatable=False)
    assert len(vendor.requests) == 1


def test_a_host_that_is_down_is_said_to_be_so(connect: Connect, dead_url: str, waits: list[float]) -> None:
    with pytest.raises(VendorUnavailable, match=r"Acme cannot be reached\."):
        connect(dead_url).request("GET", "/circuits")
    assert len(waits) == 4


def test_a_host_that_is_slow_is_given_up(connect: Connect, vendor: Served) -> None:
    vendor.fail(delay=60, times=9)
    with pytest.raises(VendorUnavailable, match=r"Acme does not answer in time\."):
        connect(read_seconds=0.1).request("GET", "/circuits", repeatable=False)


def test_an_answer_that_breaks_off_is_asked_for_again(connect: Connect, vendor: Served) -> None:
    with pytest.raises(VendorUnavailable):
        connect().request("GET", "/cut-short")
    assert len(vendor.requests) == 5


def test_a_drip_of_bytes_does_not_outlast_the_time_for_all_tries(
    connect: Connect, vendor: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.5)  # no silence is ever as long as the read limit
    with pytest.raises(VendorUnavailable, match=r"does not answer in time\."):
        connect().request("GET", "/dripping")
    assert len(vendor.requests) == 1


def test_an_answer_over_the_cap_is_not_read_to_its_end(connect: Connect, vendor: Served) -> None:
    vendor.fail(200, body="x" * 5000)
    with pytest.raises(BadResponse, match="longer than 4096 bytes"):
        connect(most_bytes=4096).request("GET", "/circuits")
    assert len(vendor.requests) == 1


def test_the_cap_counts_what_comes_out_of_compression(connect: Connect) -> None:
    with pytest.raises(BadResponse, match="longer than"):
        connect(most_bytes=100_000).request("GET", "/inflated")


def test_an_answer_that_cannot_be_decompressed_is_bad(connect: Connect) -> None:
    with pytest.raises(BadResponse, match="decompressed"):
        connect().request("GET", "/garbled")


@pytest.mark.parametrize("body", ["", "<html>", '"text"', "3", "NaN", "[NaN]", "[" * 100_000])
def test_what_is_no_json_object_or_list_is_bad(connect: Connect, vendor: Served, body: str) -> None:
    vendor.fail(200, body=body)
    with pytest.raises(BadResponse, match="is not the JSON we expect"):
        connect().request("GET", "/circuits").json()


def test_a_redirect_is_not_followed(connect: Connect, vendor: Served) -> None:
    client = connect()
    reply = client.request("GET", "/moved", headers={"Authorization": SECRET})
    assert (reply.status, len(vendor.requests)) == (307, 1)
    assert isinstance(client.refused(reply), BadResponse)


def test_a_link_to_the_next_page_is_followed_on_the_same_host(connect: Connect, vendor: Served) -> None:
    assert connect().request("GET", f"{vendor.url}/echo?page=2").json()["query"] == {"page": "2"}


@pytest.mark.parametrize(
    "address",
    [
        "http://attacker.example/circuits",
        "https://127.0.0.1:{port}/circuits",
        "http://127.0.0.1/circuits",
        "HTTP://127.0.0.2:{port}/circuits",
        "ftp://127.0.0.1:{port}/circuits",
        "http://127.0.0.1:{port}@attacker.example/",
        "http://user@127.0.0.1:{port}/circuits",
        "http://[bad/",
    ],
)
def test_a_link_to_another_host_is_not_followed(connect: Connect, vendor: Served, address: str) -> None:
    with pytest.raises(ValueError, match=r"not followed|no web address"):
        connect().request("GET", address.format(port=vendor.port))
    assert not vendor.requests


def test_a_path_cannot_become_another_host(connect: Connect, vendor: Served) -> None:
    connect().request("GET", "//attacker.example/circuits")
    assert vendor.requests[0].path == "/attacker.example/circuits"


@pytest.mark.parametrize("address", ["", "vault:8200", "ftp://host", "http://", "http://host:port"])
def test_a_base_address_is_a_web_address(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        VendorHttp("Acme", address, setting=SETTING)


@pytest.mark.parametrize(
    ("status", "kind", "code", "kernel_kind"),
    [
        (400, Rejected, "rejected", Invalid),
        (401, CredentialsInvalid, "credentials_invalid", Unavailable),
        (403, PermissionDenied, "permission_denied", Unavailable),
        (404, VendorNotFound, "not_found", NotFound),
        (409, VendorConflict, "conflict", Conflict),
        (422, Rejected, "rejected", Invalid),
    ],
)
def test_a_refusal_is_told_by_what_can_be_done_about_it(
    connect: Connect, vendor: Served, status: int, kind: type[VendorError], code: str, kernel_kind: type[NetosError]
) -> None:
    client = connect()
    error = client.refused(client.request("GET", f"/status/{status}"), vendor_code="E-12")
    assert type(error) is kind
    assert isinstance(error, kernel_kind)
    assert not isinstance(error, Forbidden), "the person's own rights are another matter"
    assert (error.code, error.system, error.status) == (code, "Acme", status)
    assert (error.vendor_code, error.vendor_request_id) == ("E-12", "req-9")
    assert len(vendor.requests) == 1


def test_a_refused_credential_names_the_setting_to_correct(connect: Connect) -> None:
    client = connect()
    assert client.refused(client.request("GET", "/status/401")).fix == f"Correct {SETTING}."


def test_what_is_not_configured_is_for_later_like_what_is_away() -> None:
    assert issubclass(NotConfigured, Unavailable)
    assert NotConfigured("Acme is not set up.", system="Acme").code == "not_configured"


@pytest.mark.parametrize("token", ["two\nlines", " blank", "caf\u00e9", "bell\x07"])
def test_a_token_that_no_header_can_carry_is_refused_before_it_is_sent(
    connect: Connect, vendor: Served, token: str
) -> None:
    with pytest.raises(CredentialsInvalid) as raised:
        connect().request("GET", "/circuits", headers={"X-Token": token})
    assert raised.value.fix == f"Correct {SETTING}."
    assert token not in str(raised.value)
    assert not vendor.requests


def test_nothing_a_vendor_says_enters_an_error(connect: Connect) -> None:
    client = connect()
    reply = client.request("GET", "/status/422", params={"body": f'{{"error": "{SECRET} is unknown"}}'})
    error = client.refused(reply, vendor_code=f"no such token: {SECRET}")
    assert SECRET not in f"{error!r} {error.as_dict()} {vars(error)}"
    assert error.vendor_code is None
    assert SECRET not in repr(reply)


def test_a_log_line_tells_where_and_how_long_and_no_more(
    connect: Connect, vendor: Served, caplog: pytest.LogCaptureFixture
) -> None:
    secrets: dict[str, Any] = {"params": {"key": SECRET}, "headers": {"X-Token": SECRET}}
    with caplog.at_level(logging.DEBUG):
        connect(f"{vendor.url}/hooks/{SECRET}").request("POST", f"send?sig={SECRET}", json={"pass": SECRET}, **secrets)
        vendor.fail(503, body=SECRET)
        with pytest.raises(VendorUnavailable) as raised:
            connect().request("POST", f"/echo?sig={SECRET}", form={"pass": SECRET}, **secrets)
    ours = [record for record in caplog.records if record.name == "netos_core.vendors.http"]
    assert [(r.system, r.method, r.path, r.status, r.error) for r in ours] == [
        ("Acme", "POST", "/send", 200, None),
        ("Acme", "POST", "/echo", 503, None),
    ]
    assert all(isinstance(record.milliseconds, int) for record in ours)
    assert not [r for r in caplog.records if SECRET in f"{r.getMessage()} {vars(r)}"]
    assert SECRET not in f"{raised.value!r} {vars(raised.value)}"
    assert raised.value.__cause__ is raised.value.__context__ is None


def test_a_failed_try_is_logged_by_its_kind(connect: Connect, dead_url: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), pytest.raises(VendorUnavailable):
        connect(dead_url).request("POST", "/circuits")
    assert [(r.status, r.error) for r in caplog.records] == [(None, "ConnectError")]


def test_the_authority_in_the_environment_is_trusted(monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    with served(acme(), tls=True) as secure:
        monkeypatch.setenv("SSL_CERT_FILE", str(secure.ca_file))
        assert connect(secure.url).request("GET", "/circuits").status == 200


def test_the_authority_that_is_given_is_trusted(connect: Connect) -> None:
    with served(acme(), tls=True) as secure:
        assert connect(secure.url, verify=secure.trusting()).request("GET", "/circuits").status == 200


def test_a_stranger_s_certificate_is_not_tried_twice(connect: Connect, waits: list[float]) -> None:
    with served(acme(), tls=True) as secure, pytest.raises(VendorUnavailable, match="is not trusted") as raised:
        connect(secure.url).request("GET", "/circuits")
    assert "SSL_CERT_FILE" in (raised.value.fix or "")
    assert not waits


def test_a_missing_file_of_authorities_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/authority.pem")
    with pytest.raises(Invalid, match="SSL_CERT_FILE"):
        VendorHttp("Acme", "https://127.0.0.1", setting=SETTING)


def test_a_person_sets_a_fault_and_reads_what_was_asked_over_http(connect: Connect, vendor: Served) -> None:
    client = connect()
    client.request("POST", "/__fault", json={"status": 418, "times": 1, "body": {"short": "stout"}})
    assert client.request("GET", "/circuits?page=2").json() == {"short": "stout"}
    assert client.request("GET", "/circuits").status == 200
    asked = client.request("GET", "/__requests").json()
    assert [(one["method"], one["path"], one["query"]) for one in asked] == [
        ("GET", "/circuits", {"page": "2"}),
        ("GET", "/circuits", {}),
    ]

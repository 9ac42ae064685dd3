"""Bodies nobody should send: too large, too slow, never ending; over a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from web_min.security import BodyLimit, SafeHeaders


async def _length(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    app = Starlette(
        routes=[Route("/{path:path}", _length, methods=["POST", "GET"])],
        middleware=[Middleware(SafeHeaders, https=True), Middleware(BodyLimit, silence=0.3)],
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield int(listener.getsockname()[1])
        server.should_exit = True
        thread.join(10)


def said(port: int, *parts: bytes) -> str:
    """Send what is given, then nothing more, and read what is answered."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        for part in parts:
            peer.sendall(part)
        answer = b""
        while b"\r\n\r\n" not in answer and (more := peer.recv(65536)):
            answer += more
        return answer.decode()


HEAD = b"POST /form HTTP/1.1\r\nHost: x\r\n"


def test_a_body_that_stops_in_the_middle_is_given_up(port: int) -> None:
    assert said(port, HEAD + b"Content-Length: 100\r\n\r\n", b"abc").startswith("HTTP/1.1 408")


def test_a_body_without_end_is_stopped_at_its_limit(port: int) -> None:
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    answer = said(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 33)
    assert answer.startswith("HTTP/1.1 413")


def test_a_body_that_says_it_is_too_large_is_not_read(port: int) -> None:
    assert said(port, HEAD + b"Content-Length: 99999999\r\n\r\n").startswith("HTTP/1.1 413")


@pytest.mark.parametrize("length", [b"-1", b"1e3", b"0x10", b"1, 2"])
def test_a_length_that_is_none_is_refused(port: int, length: bytes) -> None:
    status = said(port, HEAD + b"Content-Length: " + length + b"\r\n\r\n").partition("\r\n")[0]
    assert status.split()[1] in {"400", "413"}


def test_a_whole_body_is_taken_and_the_browser_told_to_stay_on_https(port: int) -> None:
    answer = said(port, HEAD + b"Content-Length: 3\r\nConnection: close\r\n\r\n", b"abc")
    assert answer.startswith("HTTP/1.1 200")
    assert "strict-transport-security: max-age=31536000" in answer.lower()

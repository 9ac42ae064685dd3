"""Runs a stand-in on a loopback port of its own, with faults on demand and a memory of what it was asked.

Whatever the system, two addresses are the test's own:

POST /__fault {"status", "times", "retry_after", "body", "delay"}   the next `times` requests are answered so
GET /__requests                                                     what came, oldest first
"""

from __future__ import annotations

import asyncio
import os
import selectors
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import trustme
import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PATIENCE = 20.0
Selector = selectors.BaseSelector


def free_port() -> int:
    """Find a port for a process that opens it itself: one of the kernel's choice, so that no two tests get the same."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Fault:
    """How the next requests go wrong. With no status the real answer comes, after the delay."""

    status: int | None = None
    times: int = 1
    retry_after: str | int | None = None
    body: Any = None
    delay: float = 0.0

    def answer(self, status: int) -> Response:
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if isinstance(self.body, str):
            return PlainTextResponse(self.body, status, headers)
        return JSONResponse(self.body, status, headers)


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str] = field(repr=False)
    body: str = field(repr=False)


class Faulty:
    """Wraps a stand-in: remembers requests and answers them wrongly while a fault is set."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.fault: Fault | None = None
        self.asked: list[Asked] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        match (scope["method"], scope["path"]):
            case ("POST", "/__fault"):
                self.fault = Fault(**await Request(scope, _given(body, receive)).json())
                answer: ASGIApp = JSONResponse({})
            case ("GET", "/__requests"):
                answer = JSONResponse([vars(asked) for asked in self.asked])
            case (_, path) if path.startswith("/__"):
                answer = self.app
            case _:
                answer = await self._answer(scope, receive, body)
        await answer(scope, _given(body, receive), send)

    async def _answer(self, scope: Scope, receive: Receive, body: bytes) -> ASGIApp:
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        self.asked.append(Asked(scope["method"], scope["path"], query, headers, body.decode("utf-8", "replace")))
        fault = self.fault
        if fault is None or not fault.times:
            return self.app
        fault.times -= 1
        if fault.delay:
            await hang(receive, fault.delay)
        return self.app if fault.status is None else fault.answer(fault.status)


def _given(body: bytes, receive: Receive) -> Receive:
    """Let the body that was read be read again."""
    left: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return left.pop() if left else await receive()

    return again


async def hang(receive: Receive, seconds: float) -> None:
    """Wait so long, or until who asked has waited long enough and hangs up."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass


class Served:
    """A stand-in that runs.

    Attributes:
        url: Its address, without a slash at the end.
        port: Its port on 127.0.0.1.
        ca_file: With TLS, the certificate of the authority to trust (for SSL_CERT_FILE).
    """

    def __init__(self, wrapped: Faulty, port: int, ca_file: Path | None) -> None:
        self._wrapped = wrapped
        self.port = port
        self.ca_file = ca_file
        self.url = f"http://127.0.0.1:{port}" if ca_file is None else f"https://localhost:{port}"

    @property
    def requests(self) -> list[Asked]:
        return list(self._wrapped.asked)

    def fail(
        self,
        status: int | None = None,
        *,
        times: int = 1,
        retry_after: str | int | None = None,
        body: Any = None,
        delay: float = 0.0,
    ) -> None:
        """Set the fault of the next requests, as POST /__fault does."""
        self._wrapped.fault = Fault(status, times, retry_after, body, delay)

    def forget(self) -> None:
        """Take the fault away and forget what was asked."""
        self._wrapped.fault = None
        self._wrapped.asked.clear()

    def trusting(self) -> ssl.SSLContext:
        """Make a context that trusts this stand-in's authority and no other."""
        return ssl.create_default_context(cafile=self.ca_file)


@contextmanager
def served(app: ASGIApp, tls: bool = False, port: int = 0) -> Iterator[Served]:
    """Run a stand-in in a thread until the block ends.

    Args:
        app: Any ASGI application.
        tls: Speak HTTPS, with an authority made for this run.
        port: Port to listen on; 0 takes any.
    """
    wrapped = Faulty(app)
    with tempfile.TemporaryDirectory(prefix="netos-t-") as folder, socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        certificate = _certificate(Path(folder)) if tls else None
        config = uvicorn.Config(
            wrapped,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            server_header=False,
            ssl_certfile=certificate,
        )
        server = uvicorn.Server(config)
        selector = selectors.DefaultSelector()
        loop = asyncio.SelectorEventLoop(selector)
        thread = threading.Thread(target=_run, args=(server, listener, loop, selector), name="stand-in")
        thread.start()
        try:
            _wait_for(server, thread)
            ca_file = Path(folder) / "authority.pem" if tls else None
            yield Served(wrapped, listener.getsockname()[1], ca_file)
        finally:
            with suppress(RuntimeError):  # the loop is closed: the server has failed already
                loop.call_soon_threadsafe(_hang_up, selector)
            server.should_exit = True
            thread.join(PATIENCE)
            server.force_exit = True
            thread.join(PATIENCE)


def _run(server: uvicorn.Server, listener: socket.socket, loop: asyncio.AbstractEventLoop, open_: Selector) -> None:
    async def until_told() -> None:
        await server.serve(sockets=[listener])
        _hang_up(open_)
        while len(open_.get_map()) > 1:  # noqa: ASYNC110 - the selector has no event to wait for; one is the loop's own
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.005)  # what was just taken out of the selector is closed in the next round

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(until_told())


def _hang_up(open_: Selector) -> None:
    """Break what clients left open: over TLS the server would wait half a minute for each one's goodbye."""
    for key in list(open_.get_map().values()):
        with socket.socket(fileno=os.dup(key.fd)) as peer, suppress(OSError):
            if peer.family == socket.AF_INET and not peer.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                peer.shutdown(socket.SHUT_RDWR)


def _wait_for(server: uvicorn.Server, thread: threading.Thread) -> None:
    end = time.monotonic() + PATIENCE
    while not server.started:
        if not thread.is_alive() or time.monotonic() > end:
            raise RuntimeError("The stand-in did not start.")
        time.sleep(0.005)


def _certificate(folder: Path) -> Path:
    """Write an authority and a key with its certificates; returns the file of the latter."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    chain = folder / "server.pem"
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(chain)
    return chain

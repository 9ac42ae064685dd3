"""What every response carries and every request must pass: host, size, headers. Plain ASGI, no page knowledge."""

from __future__ import annotations

import time
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urlsplit

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; connect-src 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}

HSTS = "max-age=31536000; includeSubDomains"
TOO_LARGE, TOO_SLOW = 413, 408
SILENCE_SECONDS = 10.0
"""How long a body may stop in the middle."""

LEAST_RATE = 64 << 10
"""Bytes a second a body must come with, once it has had a minute."""

ALLOWANCE_SECONDS = 60.0
MEBIBYTE = 1 << 20
LONGEST_LENGTH = 18  # digits
FORM_LIMIT = 2 * MEBIBYTE
LIMITS = (
    ("/imports", 64 * MEBIBYTE),
    ("/mcp", 16 * MEBIBYTE),
    ("/documents", 64 * MEBIBYTE),
    ("/api/v1/stage_import", 64 * MEBIBYTE),
    ("/api/v1/upload_document", 64 * MEBIBYTE),
    ("/api", 16 * MEBIBYTE),
)


def host_name(header: str) -> str:
    """Take the name out of a Host header, without its port: [::1]:8420 is ::1."""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""


class KnownHost:
    """Refuse a request made for another host: a name someone else pointed here (DNS rebinding)."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self.app = app
        self.hosts = frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"} and host_name(Headers(scope=scope).get("host", "")) not in self.hosts:
            refusal = PlainTextResponse(
                "This server does not answer to that host name. Use its own address, or set NETOS_PUBLIC_URL.\n",
                status_code=HTTPStatus.MISDIRECTED_REQUEST,
            )
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


class SafeHeaders:
    """Give every response the headers that keep a browser from doing what no page of ours does.

    Over https a browser is told to come by https only, for a year.
    """

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app = app
        self.headers = HEADERS | ({"strict-transport-security": HSTS} if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self.app(scope, receive, with_headers)


class BodyLimit:
    """Stop reading a body that is larger than its path may take, or comes so slowly that it only holds a place."""

    def __init__(self, app: ASGIApp, *, silence: float = SILENCE_SECONDS) -> None:
        self.app = app
        self.silence = silence

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = limit_of(scope["path"])
        declared = Headers(scope=scope).get("content-length", "0")
        too_large = not _is_length(declared) or int(declared) > most
        if too_large and not _asks_first(scope["path"]):
            await _too_large(most)(scope, receive, send)
            return
        read, whole, started = 0, False, time.monotonic()

        async def counted() -> Message:
            nonlocal read, whole
            if too_large:
                raise HTTPException(TOO_LARGE)
            if whole:  # what comes now is that the client has gone, and for that one may wait
                return await receive()
            with anyio.move_on_after(self.silence) as patience:
                message = await receive()
            if patience.cancelled_caught or time.monotonic() - started > ALLOWANCE_SECONDS + read / LEAST_RATE:
                raise HTTPException(TOO_SLOW)
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                whole = not message.get("more_body", False)
                if read > most:
                    raise HTTPException(TOO_LARGE)
            return message

        await self.app(scope, counted, send)


def _is_length(declared: str) -> bool:
    return declared.isascii() and declared.isdigit() and len(declared) <= LONGEST_LENGTH


def _asks_first(path: str) -> bool:
    """Tell whether who calls is asked before the body is: an unknown caller does not learn how much it may hold."""
    return path.startswith("/api/")


def limit_of(path: str) -> int:
    return next((most for prefix, most in LIMITS if path == prefix or path.startswith(prefix + "/")), FORM_LIMIT)


def _too_large(most: int) -> PlainTextResponse:
    return PlainTextResponse(
        f"More was sent than this page takes ({most // MEBIBYTE} MiB). Send less at once.\n",
        status_code=TOO_LARGE,
    )

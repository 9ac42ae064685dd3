"""The one HTTP client for outside systems: time limits, retries, size cap, log line, and errors in our words.

Nothing an outside system says, and no credential, enters an error or the log. What a vendor's file
adds is its paths, its headers and its shapes.
"""

from __future__ import annotations

import json as json_text
import logging
import random
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx2

from netos_core.kernel.clock import utc_now
from netos_core.kernel.errors import Invalid
from netos_core.vendors.errors import (
    BadResponse,
    CredentialsInvalid,
    NotConfigured,
    PermissionDenied,
    RateLimited,
    Rejected,
    VendorConflict,
    VendorError,
    VendorNotFound,
    VendorUnavailable,
)

__all__ = [  # a vendor's file needs no second import for the errors of its calls
    "BadResponse",
    "CredentialsInvalid",
    "NotConfigured",
    "PermissionDenied",
    "RateLimited",
    "Rejected",
    "Reply",
    "VendorConflict",
    "VendorError",
    "VendorHttp",
    "VendorNotFound",
    "VendorUnavailable",
    "retry_after_seconds",
]

log = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 120.0  # of all tries and the waits between them; then the job queue takes over
MOST_TRIES = 5
FIRST_WAIT_SECONDS = 1.0
WORTH_A_RETRY = frozenset({408, 429, 500, 502, 503, 504})
MAYBE_DONE = frozenset({500, 502, 504})  # it broke, or something between us and it did, while it was at work
NOTHING_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-ms-request-id", "x-slack-req-id", "x-correlation-id")

# At info and debug these write whole addresses and headers, and both may carry a credential.
for _chatty in ("httpx2", "httpcore2"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an outside system answered. Its repr shows the status alone: the rest may hold a secret."""

    status: int
    headers: Mapping[str, str] = field(repr=False)  # names in any case
    body: bytes = field(repr=False)
    system: str = field(repr=False)

    def json(self) -> Any:
        """Read the body as a JSON object or list; numbers with a point become Decimal.

        Raises:
            BadResponse: It is neither.
        """
        try:
            read = json_text.loads(self.body, parse_float=Decimal, parse_constant=_no_number)
        except (ValueError, RecursionError):
            read = None
        if not isinstance(read, (dict, list)):
            raise self.bad("is not the JSON we expect")
        return read

    def bad(self, what: str) -> BadResponse:
        """Make the error for an answer of the wrong shape; `what` completes “The answer of X …”."""
        return BadResponse(
            f"The answer of {self.system} {what}.",
            system=self.system,
            status=self.status,
            vendor_request_id=self.request_id,
            fix="Check that the address in the settings is the one of its API; then report it.",
            maybe_done=HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES,
        )

    @property
    def request_id(self) -> str | None:
        return next((self.headers[name] for name in REQUEST_ID_HEADERS if name in self.headers), None)


class VendorHttp:
    """A connection pool to one outside system; threads may share it.

    Args:
        system: Its name as people know it, such as "Vault".
        base_url: Address of its API; a path in it is kept.
        setting: The NETOS_ setting that holds the credential, named when it is refused.
        most_bytes: Longest answer that is read, after decompression.
        read_seconds: Longest silence while an answer is awaited.
        sleep: Waits that many seconds between tries.
        verify: The authorities to trust. None: the machine's own, or those in SSL_CERT_FILE.

    Raises:
        ValueError: `base_url` is no http or https address.
        Invalid: SSL_CERT_FILE names no file of certificates.
    """

    def __init__(
        self,
        system: str,
        base_url: str,
        *,
        setting: str,
        most_bytes: int = 16 << 20,
        read_seconds: float = READ_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self.system = system
        self.setting = setting
        self._base = _parsed(base_url)
        if self._base.scheme not in {"http", "https"} or not self._base.host:
            raise ValueError(f"The address of {system} must begin with http:// or https://.")
        self._most_bytes = most_bytes
        self._read_seconds = read_seconds
        self._sleep = sleep
        try:
            self._client = httpx2.Client(
                headers={"User-Agent": "netos"}, follow_redirects=False, verify=True if verify is None else verify
            )
        except OSError:  # ssl.SSLError is one
            raise Invalid("SSL_CERT_FILE names no file of certificates.", fix="Correct it or unset it.") from None

    def close(self) -> None:
        self._client.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> Reply:
        """Ask, and ask again while the trouble may pass.

        Args:
            method: GET, POST and so on.
            path: Below the base address; a whole address only on the same origin (a link to the next page).
            params: Query, added to any the path has.
            json: Body, sent as JSON.
            form: Body, sent as a form.
            headers: Such as the credential; none of it is logged.
            repeatable: Whether doing it twice does no harm. None: true unless it is a POST or a PATCH.

        Returns:
            The answer, refusals (4xx) included: `refused` makes the error of one.

        Raises:
            RateLimited: Still 429 after the last try.
            VendorUnavailable: Not reached, 408 or 5xx after the last try.
            BadResponse: The answer is too long or cannot be decompressed.
            CredentialsInvalid: A header cannot be sent as it is, such as a token with a line break.
            ValueError: `path` is an address of another origin.
        """
        url = self._address(path)
        url = url.copy_merge_params(dict(params)) if params else url
        if not all(_sendable(value) for value in (headers or {}).values()):
            raise self._bad_credential("has characters that cannot be sent")
        method = method.upper()
        may_repeat = method in SAFE_TO_REPEAT if repeatable is None else repeatable
        spent = 0.0
        attempt = 0
        while True:
            attempt += 1
            begun = time.monotonic()
            sent = self._client.build_request(
                method, url, json=json, data=form, headers=headers, timeout=self._limits(TOTAL_SECONDS - spent)
            )
            answer = self._send(sent, begun + TOTAL_SECONDS - spent)
            took = time.monotonic() - begun
            spent += took
            self._tell(method, url, answer, took)
            if isinstance(answer, BadResponse):
                raise answer
            if isinstance(answer, Reply) and not _is_trouble(answer.status):
                return answer
            trouble = self._overloaded(answer) if isinstance(answer, Reply) else self._unreached(answer)
            wait = _backoff_seconds(attempt) if trouble.retry_after is None else trouble.retry_after
            passing = answer.status in WORTH_A_RETRY if isinstance(answer, Reply) else not _untrusted(answer)
            if not (may_repeat and passing and attempt < MOST_TRIES and spent + wait < TOTAL_SECONDS):
                raise trouble
            self._sleep(wait)
            spent += wait  # counted, not measured: a test's clock does not wait

    def refused(self, reply: Reply, vendor_code: str | None = None) -> VendorError:
        """Make the error of an answer that is no success; the vendor's file may know its code for it."""
        about: dict[str, Any] = {
            "system": self.system,
            "status": reply.status,
            "vendor_code": vendor_code,
            "vendor_request_id": reply.request_id,
        }
        match reply.status:
            case HTTPStatus.UNAUTHORIZED:
                return self._bad_credential("was refused", **about)
            case HTTPStatus.FORBIDDEN:
                return PermissionDenied(
                    f"{self.system} does not let our account do this.",
                    setting=self.setting,
                    fix=f"Give the account behind {self.setting} the right to it.",
                    **about,
                )
            case HTTPStatus.NOT_FOUND:
                return VendorNotFound(f"{self.system} has no such record.", **about)
            case HTTPStatus.CONFLICT:
                return VendorConflict(
                    f"{self.system} has this in another state than we supposed.", fix="Read it again.", **about
                )
            case status if HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
                return Rejected(f"{self.system} refused the request (HTTP {status}).", **about)
        return reply.bad(f"is neither a success nor a refusal (HTTP {reply.status})")

    def _bad_credential(self, why: str, **about: Any) -> CredentialsInvalid:
        return CredentialsInvalid(
            f"Our credential for {self.system} {why}.",
            setting=self.setting,
            fix=f"Correct {self.setting}.",
            **({"system": self.system} | about),
        )

    def _address(self, path: str) -> httpx2.URL:
        """Join a path to the base; a vendor's link may not lead our credential to another host."""
        if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", path):
            if not path:
                return self._base
            base = self._base.copy_with(query=None, fragment=None)
            return _parsed(f"{str(base).rstrip('/')}/{path.lstrip('/')}")
        url = _parsed(path)
        if (url.scheme, url.host, url.port) != (self._base.scheme, self._base.host, self._base.port) or url.userinfo:
            raise ValueError(f"An address that is not on the host of {self.system} is not followed.")
        return url

    def _limits(self, left: float) -> httpx2.Timeout:
        connect, read = min(CONNECT_SECONDS, left), min(self._read_seconds, left)
        return httpx2.Timeout(connect=connect, read=read, write=read, pool=connect)

    def _send(self, sent: httpx2.Request, until: float) -> Reply | BadResponse | httpx2.TransportError:
        """Send once and read the answer, no longer than `until` (monotonic) and no more than the cap."""
        try:
            answer = self._client.send(sent, stream=True)
        except httpx2.TransportError as broken:
            return broken
        body = bytearray()
        try:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > self._most_bytes:
                    return self._bare(answer).bad(f"is longer than {self._most_bytes} bytes")
                if time.monotonic() > until:
                    return httpx2.ReadTimeout("it came too slowly")
        except httpx2.TransportError as broken:
            return broken
        except httpx2.DecodingError:
            return self._bare(answer).bad("cannot be decompressed")
        finally:
            answer.close()
        return self._bare(answer, bytes(body))

    def _bare(self, answer: httpx2.Response, body: bytes = b"") -> Reply:
        return Reply(answer.status_code, answer.headers, body, self.system)

    def _tell(
        self, method: str, url: httpx2.URL, answer: Reply | BadResponse | httpx2.TransportError, seconds: float
    ) -> None:
        # A path of the base may itself be a credential (a webhook), so only what the vendor's file added is told.
        log.info(
            "vendor request",
            extra={
                "system": self.system,
                "method": method,
                "path": url.path.removeprefix(self._base.path.rstrip("/")),
                "status": None if isinstance(answer, httpx2.TransportError) else answer.status,
                "error": None if isinstance(answer, Reply) else type(answer).__name__,
                "milliseconds": round(seconds * 1000),
            },
        )

    def _overloaded(self, reply: Reply) -> RateLimited | VendorUnavailable:
        asked = retry_after_seconds(reply.headers.get("retry-after"), utc_now())
        limited = reply.status == HTTPStatus.TOO_MANY_REQUESTS
        kind = RateLimited if limited else VendorUnavailable
        return kind(
            f"{self.system} limits how often we may ask."
            if limited
            else f"{self.system} cannot answer now (HTTP {reply.status}).",
            system=self.system,
            status=reply.status,
            vendor_request_id=reply.request_id,
            retry_after=asked,
            maybe_done=reply.status in MAYBE_DONE,
            fix="Try again later." if asked is None else f"Try again in {asked:.0f} seconds.",
        )

    def _unreached(self, broken: httpx2.TransportError) -> VendorUnavailable:
        if _untrusted(broken):
            return VendorUnavailable(
                f"The certificate of {self.system} is not trusted.",
                system=self.system,
                fix="Name the file of the authority that signed it in SSL_CERT_FILE, or correct the address.",
            )
        slow = isinstance(broken, httpx2.TimeoutException)
        return VendorUnavailable(
            f"{self.system} does not answer in time." if slow else f"{self.system} cannot be reached.",
            system=self.system,
            fix="Try again later; if it stays so, check its address in the settings and the network.",
            maybe_done=not isinstance(broken, NOTHING_SENT),
        )


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header, in seconds or as an HTTP date; None if there is none that can be read."""
    if value is None:
        return None
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip()):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - now).total_seconds())


def _backoff_seconds(attempt: int) -> float:
    spread = random.uniform(0.5, 1.0)  # noqa: S311 - spreads callers in time, guards nothing
    return FIRST_WAIT_SECONDS * 2.0 ** (attempt - 1) * spread


def _is_trouble(status: int) -> bool:
    return status in WORTH_A_RETRY or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _untrusted(broken: BaseException | None) -> bool:
    """Tell whether the peer's certificate was the trouble, which no retry mends."""
    while broken is not None:
        if isinstance(broken, ssl.SSLCertVerificationError):
            return True
        broken = broken.__cause__ or broken.__context__
    return False


def _sendable(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()


def _parsed(address: str) -> httpx2.URL:
    try:
        return httpx2.URL(address)
    except httpx2.InvalidURL:
        raise ValueError("That is no web address.") from None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")

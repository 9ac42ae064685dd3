"""What can go wrong between us and an outside system, in our words: the same ten ways for all of them."""

from __future__ import annotations

import re

from netos_core.kernel.errors import Conflict, Invalid, NetosError, NotFound, Unavailable


class VendorError(NetosError):
    """An outside system did not do what we asked.

    Args:
        message: Our own sentence; nothing the system wrote.
        system: Its name as people know it, such as "Vault".
        status: The HTTP status it answered with, if it answered.
        vendor_code: Its own code for the problem; dropped unless it is one plain word.
        vendor_request_id: Its id for the call, to quote to its support; dropped unless it is one plain word.
        retry_after: Seconds it asked us to wait, if it said.
        setting: The NETOS_ setting to correct, where one is wrong.
        fix: What to do next.
        maybe_done: Whether it may have done what we asked all the same, though it did not say so.
    """

    def __init__(
        self,
        message: str,
        *,
        system: str,
        status: int | None = None,
        vendor_code: str | None = None,
        vendor_request_id: str | None = None,
        retry_after: float | None = None,
        setting: str | None = None,
        fix: str | None = None,
        maybe_done: bool = False,
    ) -> None:
        super().__init__(message, fix=fix)
        self.system = system
        self.status = status
        self.vendor_code = plain_word(vendor_code)
        self.vendor_request_id = plain_word(vendor_request_id)
        self.retry_after = retry_after
        self.setting = setting
        self.maybe_done = maybe_done


class NotConfigured(VendorError, Unavailable):
    """Nobody has told us how to reach it."""

    code = "not_configured"


class CredentialsInvalid(VendorError, Unavailable):
    """It does not accept who we say we are; the fix names the setting to correct."""

    code = "credentials_invalid"


class PermissionDenied(VendorError, Unavailable):
    """It knows us and does not let us do this."""

    code = "permission_denied"


class VendorNotFound(VendorError, NotFound):
    """It has no such record."""

    code = "not_found"


class VendorConflict(VendorError, Conflict):
    """Its record is in another state than the request supposes."""

    code = "conflict"


class Rejected(VendorError, Invalid):
    """It refused what the request says; the same request will be refused again."""

    code = "rejected"


class Deferred(VendorError, Unavailable):
    """It does not take this one now; others it may take."""

    code = "deferred"


class RateLimited(VendorError, Unavailable):
    """We ask too often; `retry_after` says how long to wait, if it told us."""

    code = "rate_limited"


class VendorUnavailable(VendorError, Unavailable):
    """It cannot be reached, or answers that it cannot answer."""

    code = "unavailable"


class BadResponse(VendorError, Unavailable):
    """It answered something that is not what its interface promises."""

    code = "bad_response"


def plain_word(value: str | None) -> str | None:
    """Let a code or an id through, and no sentence: vendors put names and secrets into those."""
    return value if value is not None and re.fullmatch(r"[A-Za-z0-9_.:-]{1,80}", value) else None

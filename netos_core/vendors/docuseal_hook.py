"""Whether a call that says it comes from DocuSeal does, told before anything of it is read.

The signature is over the bytes as they came and the time in its header: `{unix}.{hex HMAC-SHA256}` of `{unix}.{body}`,
with the secret as it is written. An operator who gave the webhook a secret header of that same name gets the secret
itself instead (mode `static`): such a call proves less, as it carries no time.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

SYSTEM = "DocuSeal"
HEADER = "X-Docuseal-Signature"
WINDOW = timedelta(seconds=300)
MOST_NAMED = 50
_SIGNED = re.compile(r"(\d{1,12})\.([0-9a-f]{64})")


class Mode(StrEnum):
    HMAC = "hmac"
    STATIC = "static"


class Doubt(StrEnum):
    """Why a call is not taken."""

    FORGED = "forged"
    STALE = "stale"
    UNREADABLE = "unreadable"


class HookRefused(Exception):
    """The call is not taken; `doubt` says why, for the log and the status, and nothing of the call is repeated."""

    def __init__(self, doubt: Doubt) -> None:
        super().__init__(str(doubt))
        self.doubt = doubt


@dataclass(frozen=True, slots=True)
class News:
    """That something may have happened: of which submission, and under which names of ours. No more is believed.

    `mark` tells the call from any other.
    """

    event: str
    submission_id: str | None
    external_ids: tuple[str, ...]
    mark: str


def verified(secret: str, mode: Mode, signature: str | None, body: bytes, now: datetime) -> News:
    """Check a call and read which submission it is about.

    Raises:
        HookRefused: It is not DocuSeal's, too old or from the future, or not what DocuSeal sends.
    """
    mark = _checked(secret, mode, signature or "", body, now)
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise HookRefused(Doubt.UNREADABLE) from None
    if not isinstance(told, dict) or not isinstance(told.get("data"), dict):
        raise HookRefused(Doubt.UNREADABLE)
    return _read(told, mark)


def _checked(secret: str, mode: Mode, signature: str, body: bytes, now: datetime) -> str:
    """Return what tells a genuine call from any other."""
    if not secret:
        raise HookRefused(Doubt.FORGED)
    if mode is Mode.STATIC:
        if not hmac.compare_digest(signature.encode(), secret.encode()):
            raise HookRefused(Doubt.FORGED)
        return f"static:{hashlib.sha256(body).hexdigest()}"
    found = _SIGNED.fullmatch(signature)
    stamp = found[1] if found else "0"
    expected = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    if found is None or not hmac.compare_digest(expected, found[2]):
        raise HookRefused(Doubt.FORGED)
    if abs(now.timestamp() - int(stamp)) > WINDOW.total_seconds():
        raise HookRefused(Doubt.STALE)
    return signature


def _read(told: dict[str, Any], mark: str) -> News:
    data, event = told["data"], str(told.get("event_type", ""))[:60]
    if event.startswith("submission."):
        submission = data.get("id")
        people = data.get("submitters")
    else:
        inner = data.get("submission")
        submission = inner.get("id") if isinstance(inner, dict) else data.get("submission_id")
        people = [data]
    named = [one.get("external_id") for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    external = tuple(name for name in named[:MOST_NAMED] if isinstance(name, str) and name.isprintable())
    plain = str(submission) if isinstance(submission, int) and not isinstance(submission, bool) else None
    return News(re.sub(r"[^a-z._]", "", event), plain, external, mark)

"""Personal tokens and feeds as values: what one looks like, and how it is known again without being stored."""

from __future__ import annotations

import hashlib
import secrets

PREFIX = "netos_pat_"
"""Begins every personal token, so that a log filter and a scanner of leaked secrets know one."""

FEED_PREFIX = "netos_cal_"
"""Begins the secret of every calendar feed, for the same reason."""

LONGEST_DAYS = 365
DEFAULT_DAYS = 90


def new_token() -> str:
    """Make a token of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def new_feed_secret() -> str:
    """Make the secret of a feed of 256 random bits; it is a part of an address."""
    return FEED_PREFIX + secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """Return what is stored of a token. It is random, so a plain hash gives nothing away."""
    return hashlib.sha256(token.encode()).hexdigest()

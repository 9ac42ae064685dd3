"""How settings are written: lists with commas, and the addresses of other systems."""

from __future__ import annotations

from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def listed(text: str) -> tuple[str, ...]:
    """Take a list apart that is written with commas."""
    return tuple(part for part in (piece.strip() for piece in text.split(",")) if part)


def safe_address(value: str | None, *, with_query: bool = False) -> str | None:
    """Return an address without its last slash.

    Args:
        value: As it was set, if it was.
        with_query: Whether a query may be part of it.

    Raises:
        ValueError: It is no https address, nor one of http on this machine.
    """
    if value is None:
        return None
    parts = urlsplit(value)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    more = parts.fragment or (parts.query and not with_query)
    if not (parts.scheme == "https" or local) or not parts.hostname or more:
        raise ValueError("must be an https address")
    return value.rstrip("/")

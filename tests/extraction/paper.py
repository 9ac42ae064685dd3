"""A paper that tests read, what it says, and when a reading of it is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Paper:
    """A document, the values it states, and the fields it is silent about.

    A value of text is held to be found where all its words are in the value read.
    """

    name: str
    content: bytes
    says: Mapping[str, Any]
    silent: tuple[str, ...] = field(default=())


def is_right(truth: Any, told: Any) -> bool:
    """Whether what was read is what the paper says; a text needs all its words, a list each of its members."""
    if isinstance(truth, list):
        return len(told) == len(truth) and all(any(part in one for one in told) for part in truth)
    if isinstance(truth, str) and not isinstance(told, bool):
        return all(part.lower() in str(told).lower() for part in truth.split())
    return bool(told == truth)

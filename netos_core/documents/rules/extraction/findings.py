"""What a rule has found: a value, where it is said, what to quote for it, and how well it fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from netos_core.documents.rules.extraction.fields import FieldName, Value


@dataclass(frozen=True, slots=True)
class Finding:
    """A candidate for a field.

    Args:
        at: Where in the running text the value itself is said; its page is the one that is cited.
        start: Where the quote begins.
        end: Where it ends.
        score: From 0 to 1, how sure the rule is.
        parts: Of a field with several values, each value and where it is said.
    """

    name: FieldName
    value: Value
    at: int
    start: int
    end: int
    score: float
    is_counted: bool = False
    parts: tuple[tuple[str, int, int], ...] = ()


def best(findings: Iterable[Finding]) -> Finding | None:
    """Give the finding with the highest score, the first of equals."""
    return max(findings, key=lambda one: one.score, default=None)

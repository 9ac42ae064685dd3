"""What a call of a model costs: its tokens times the prices of its maker, exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal

_MILLION = Decimal(1_000_000)
_CENT = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a call has read and written; what came out of the maker's cache or went into it is not among `read`."""

    read: int = 0
    written: int = 0
    from_cache: int = 0
    into_cache: int = 0


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens; `into_cache` is the price of a cache that lasts five minutes."""

    read: Decimal
    written: Decimal
    from_cache: Decimal
    into_cache: Decimal

    def cost(self, tokens: Tokens) -> Decimal:
        """Give US dollars to the millionth, rounded up."""
        total = (
            self.read * tokens.read
            + self.written * tokens.written
            + self.from_cache * tokens.from_cache
            + self.into_cache * tokens.into_cache
        )
        return (total / _MILLION).quantize(_CENT, ROUND_UP)


_OPUS = Prices(Decimal(5), Decimal(25), Decimal("0.5"), Decimal("6.25"))
KNOWN: Mapping[str, Prices] = {
    "claude-opus-4-5": _OPUS,
    "claude-opus-4-6": _OPUS,
    "claude-opus-4-7": _OPUS,
    "claude-opus-4-8": _OPUS,
    "claude-opus-5": _OPUS,
    "claude-opus-5-5": Prices(Decimal(4), Decimal(20), Decimal("0.2"), Decimal(5)),
}
"""As platform.claude.com/docs/en/about-claude/pricing lists them; another model's are a setting."""


def prices_of(model: str, stated: str | None) -> Prices | None:
    """Give the prices of a model: those that are set, else those we know; None where nobody knows."""
    if stated is not None:
        return Prices(*map(Decimal, stated.split(",")))
    return KNOWN.get(model)

"""How many calls a second one caller may make; a refusal is an answer with a time to wait."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from netos_core.kernel.errors import NetosError
from netos_core.runtime.settings import Settings

MOST_BUCKETS = 10_000


class RateLimited(NetosError):
    """More calls in a second than one person's agents may make.

    Attributes:
        seconds: How long to wait before the next call.
    """

    code = "rate_limited"

    def __init__(self, seconds: int) -> None:
        super().__init__("Too many calls at once.", fix=f"retry_after: {seconds} s.")
        self.seconds = seconds


@dataclass(slots=True)
class Bucket:
    """What one caller has left, as of an instant."""

    left: float
    at: float


class Buckets:
    """A token bucket for each caller."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._buckets: dict[str, Bucket] = {}

    def refusal(self, key: str) -> RateLimited | None:
        """Take one call from a caller's bucket; returns the refusal where it is empty."""
        wait = self.take(key, time.monotonic())
        return RateLimited(math.ceil(wait)) if wait > 0 else None

    def take(self, key: str, now: float) -> float:
        """Take one call from a caller's bucket; returns the seconds to wait where it is empty."""
        rate, most = self._settings.calls_per_second, self._settings.calls_at_once
        bucket = self._buckets.setdefault(key, Bucket(most, now))
        bucket.left = min(most, bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < 1:
            return (1 - bucket.left) / rate
        bucket.left -= 1
        if len(self._buckets) > MOST_BUCKETS:
            self._forget_the_full(now)
        return 0

    def _forget_the_full(self, now: float) -> None:
        rate, most = self._settings.calls_per_second, self._settings.calls_at_once
        self._buckets = {k: b for k, b in self._buckets.items() if b.left + (now - b.at) * rate < most}

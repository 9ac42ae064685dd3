"""What a service costs at a place, as far as the priced services around it tell; always modeled, never a quote."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from netos_core.kernel.money import to_the_cent

FEWEST = 3
"""Prices an estimate rests on at least: with fewer it would be one of them, or the mean of two strangers."""

# Upper bounds of the classes of bandwidth in Mbps; services are priced by class, not by the megabit.
CLASSES = (Decimal(10), Decimal(100), Decimal(1_000), Decimal(10_000), Decimal(100_000))


@dataclass(frozen=True, slots=True)
class Priced:
    """A price somebody asked or is paid: a circuit's or a quote's, and how far away its place is."""

    ref: str
    kind: str
    service_type: str
    mrc: Decimal
    nrc: Decimal | None
    currency: str
    bandwidth_mbps: Decimal | None
    km: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What services of one type, class and currency cost around a place, and on what that rests.

    Median, range and one-time median are None where fewer than three are priced; `why` says so.
    """

    service_type: str
    up_to_mbps: Decimal | None
    currency: str
    n: int
    mrc_median: Decimal | None
    mrc_low: Decimal | None
    mrc_high: Decimal | None
    nrc_median: Decimal | None
    nearest_km: float
    farthest_km: float
    sources: tuple[str, ...]
    why: str


def bandwidth_class(mbps: Decimal | None) -> Decimal | None:
    """Return the upper bound of the class of a bandwidth; None where it is unknown or beyond the last class."""
    return None if mbps is None else next((top for top in CLASSES if mbps <= top), None)


def estimates(rows: Iterable[Priced], *, bandwidth_mbps: Decimal | None = None) -> list[Estimate]:
    """Estimate the cost of each type of service around a place, the best founded first.

    Args:
        rows: Priced services around it; each counts once, by its ref.
        bandwidth_mbps: Only services of its class are compared; None: every class by itself.
    """
    groups: dict[tuple[str, Decimal | None, str], dict[str, Priced]] = {}
    wanted = bandwidth_class(bandwidth_mbps)
    for row in rows:
        own = bandwidth_class(row.bandwidth_mbps)
        if bandwidth_mbps is None or (own == wanted and row.bandwidth_mbps is not None):
            groups.setdefault((row.service_type, own, row.currency), {}).setdefault(row.ref, row)
    made = [_estimate(key, list(group.values())) for key, group in groups.items()]
    return sorted(made, key=lambda e: (-e.n, e.service_type, e.up_to_mbps or Decimal("Infinity"), e.currency))


def _estimate(key: tuple[str, Decimal | None, str], rows: Sequence[Priced]) -> Estimate:
    service_type, top, currency = key
    near = sorted(rows, key=lambda row: (row.km, row.ref))
    once = [row.nrc for row in near if row.nrc is not None]
    enough = len(near) >= FEWEST
    prices = [row.mrc for row in near]
    return Estimate(
        service_type,
        top,
        currency,
        len(near),
        to_the_cent(median(prices)) if enough else None,
        min(prices) if enough else None,
        max(prices) if enough else None,
        to_the_cent(median(once)) if len(once) >= FEWEST else None,
        near[0].km,
        near[-1].km,
        tuple(row.ref for row in near),
        f"Median of {len(near)} monthly charges nearby; a model, no quote."
        if enough
        else f"Unknown: {_told(len(near))} priced nearby, and an estimate needs {FEWEST}.",
    )


def _told(count: int) -> str:
    return "1 such service is" if count == 1 else f"{count} such services are"

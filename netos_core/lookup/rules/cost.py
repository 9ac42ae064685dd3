"""What a service costs at a place, as far as the prices around it tell; always modeled, never a quote.

A price weighs by what it rests on, its age and its distance, and by nothing else: never by its amount.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from netos_core.kernel.money import to_the_cent
from netos_core.lookup.rules.reach import NEAR_NET_KM, ON_NET_KM
from netos_core.quotes.rules.states import QuoteLevel

FEWEST = 3
"""Prices an estimate rests on at least: with fewer it would be one of them, or the mean of two strangers."""

# Upper bounds of the classes of bandwidth in Mbps; services are priced by class, not by the megabit.
CLASSES = (Decimal(10), Decimal(100), Decimal(1_000), Decimal(10_000), Decimal(100_000))
YEAR = 365  # days


class Rests(StrEnum):
    """What a price rests on. A draft of a quote is nothing to rest on before people have decided twice."""

    CONTRACTED = "contracted"  # a circuit in use, under the contract that governs it
    ORDERED = "ordered"  # an order whose circuit is not paid for yet
    PAID = "paid"  # a circuit in use of which no contract is on file
    QUOTED = "quoted"  # a quote that was reviewed and approved


AGREED, FIRM, FEASIBLE, BUDGETARY = 8, 6, 4, 2
STRENGTH: Mapping[Rests, int] = {Rests.CONTRACTED: AGREED, Rests.ORDERED: AGREED, Rests.PAID: FIRM}
BY_LEVEL: Mapping[str | None, int] = {
    QuoteLevel.FIRM: FIRM,
    QuoteLevel.FIRM_SUBJECT_TO_FEASIBILITY: FEASIBLE,
    QuoteLevel.BUDGETARY: BUDGETARY,
    None: BUDGETARY,
}
BY_AGE = ((YEAR, 4), (3 * YEAR, 2))
BY_DISTANCE = ((ON_NET_KM, 4), (NEAR_NET_KM, 2))
REST = 1
HOW = (
    f"Each price weighs by what it rests on ({AGREED} a contract or an order, {FIRM} a circuit in use with no contract"
    f" on file or a firm quote, {FEASIBLE} a quote subject to feasibility, {BUDGETARY} a budgetary one or one of"
    " unknown level; a quote half once it has expired), times its age (4 within a year, 2 within three, else 1),"
    f" times its distance (4 in the building, 2 within {NEAR_NET_KM:.0f} km, else 1). Drafts of quotes never count."
)


@dataclass(frozen=True, slots=True)
class Priced:
    """A price that was agreed, is paid or was asked, and how far away its place is.

    Args:
        ref: The circuit, order or quote.
        under: The contract of a circuit, or the quote of an order.
        rests: What it rests on.
        mrc: A month, in the currency.
        nrc: Once; None where nobody told.
        km: To its nearer end.
        dated: The day it was agreed, begun or received.
        term_months: The term it holds for.
        level: How binding a quote is.
        valid_until: The last day of a quote.
    """

    ref: str
    rests: Rests
    service_type: str
    mrc: Decimal
    nrc: Decimal | None
    currency: str
    bandwidth_mbps: Decimal | None
    km: float
    under: str | None = None
    provider: str | None = None
    dated: date | None = None
    term_months: int | None = None
    level: str | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A price, its age in days where it is known, and what it weighs."""

    price: Priced
    age_days: int | None
    weight: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What services of one type, class and currency cost around a place, and on what that rests.

    Median, range and one-time median are None where fewer than three are priced; `why` says so. `sources` are the
    heaviest first.
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
    sources: tuple[Weighed, ...]
    why: str


def bandwidth_class(mbps: Decimal | None) -> Decimal | None:
    """Return the upper bound of the class of a bandwidth; None where it is unknown or beyond the last class."""
    return None if mbps is None else next((top for top in CLASSES if mbps <= top), None)


def estimates(rows: Iterable[Priced], today: date, *, bandwidth_mbps: Decimal | None = None) -> list[Estimate]:
    """Estimate the cost of each type of service around a place, the best founded first.

    Args:
        rows: Prices around it; each counts once, by its ref.
        today: The day their age is counted to.
        bandwidth_mbps: Only services of its class are compared; None: every class by itself.
    """
    groups: dict[tuple[str, Decimal | None, str], dict[str, Priced]] = {}
    wanted = bandwidth_class(bandwidth_mbps)
    for row in rows:
        own = bandwidth_class(row.bandwidth_mbps)
        if bandwidth_mbps is None or (own == wanted and row.bandwidth_mbps is not None):
            groups.setdefault((row.service_type, own, row.currency), {}).setdefault(row.ref, row)
    made = [_estimate(key, [weighed(row, today) for row in group.values()], today) for key, group in groups.items()]
    return sorted(made, key=lambda e: (-e.n, e.service_type, e.up_to_mbps or Decimal("Infinity"), e.currency))


def weighed(price: Priced, today: date) -> Weighed:
    """Weigh a price as of a day; one that is dated later is new."""
    strength = STRENGTH.get(price.rests) or BY_LEVEL.get(price.level, BUDGETARY)
    if price.rests is Rests.QUOTED and price.valid_until is not None and price.valid_until < today:
        strength //= 2
    age = None if price.dated is None else max(0, (today - price.dated).days)
    by_age = REST if age is None else next((factor for days, factor in BY_AGE if age <= days), REST)
    by_distance = next((factor for km, factor in BY_DISTANCE if price.km <= km), REST)
    return Weighed(price, age, strength * by_age * by_distance)


def weighted_median(values: Iterable[tuple[Decimal, int]]) -> Decimal:
    """Return the value with half of the weight on either side, to the cent; between two of them, their mean."""
    ordered = sorted(values)
    half = sum(weight for _, weight in ordered) / Decimal(2)
    below = 0
    for place, (value, weight) in enumerate(ordered):
        below += weight
        if below == half:
            return to_the_cent((value + ordered[place + 1][0]) / 2)
        if below > half:
            return to_the_cent(value)
    raise ValueError("nothing has a weight")


def _estimate(key: tuple[str, Decimal | None, str], rows: Sequence[Weighed], today: date) -> Estimate:
    service_type, top, currency = key
    heaviest = sorted(rows, key=lambda row: (-row.weight, row.price.km, row.price.ref))
    enough = len(rows) >= FEWEST
    prices = [(row.price.mrc, row.weight) for row in rows]
    once = [(row.price.nrc, row.weight) for row in rows if row.price.nrc is not None]
    away = [row.price.km for row in rows]
    return Estimate(
        service_type,
        top,
        currency,
        len(rows),
        weighted_median(prices) if enough else None,
        min(prices)[0] if enough else None,
        max(prices)[0] if enough else None,
        weighted_median(once) if len(once) >= FEWEST else None,
        min(away),
        max(away),
        tuple(heaviest),
        f"Weighted median of {len(rows)} monthly charges as of {today}: {_counted(rows)}. A model, no quote."
        if enough
        else f"Unknown: {_told(len(rows))} priced nearby ({_counted(rows)}), and an estimate needs {FEWEST}.",
    )


def _counted(rows: Sequence[Weighed]) -> str:
    counts = Counter(row.price.rests for row in rows)
    return ", ".join(f"{counts[rests]} {rests}" for rests in Rests if counts[rests])


def _told(count: int) -> str:
    return "1 such service is" if count == 1 else f"{count} such services are"

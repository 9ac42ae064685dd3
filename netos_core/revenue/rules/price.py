"""What a service earns a month, and how that is kept by days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def monthly(
    *, price: Decimal | None, amount: Decimal | None, quantity: Decimal, months: int | None, credit: bool, billed: bool
) -> Decimal | None:
    """Work out what a service earns a month, to the cent; None where it is billed nothing month by month.

    Args:
        price: Its own price.
        amount: The price of its product, which counts where it has none of its own.
        quantity: How many there are.
        months: The months a price is for; None for what is billed once.
        credit: Whether it is taken off.
        billed: Whether the service is there and its account is active.
    """
    each = amount if price is None else price
    if not billed or months is None or each is None:
        return None
    earned = (each * quantity / months).quantize(CENT, ROUND_HALF_UP)
    return -abs(earned) if credit else earned


@dataclass(frozen=True, slots=True)
class Earned:
    """What was earned a month from a day on."""

    mrr: Decimal
    starts_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """How a history goes on.

    Args:
        ends_on: The last day of what held until now; None where it goes on, or is put right.
        mrr: What holds from then on; None where nothing does.
        anew: Whether that begins a new entry; else the entry there is was of the same day, and is put right.
    """

    ends_on: date | None
    mrr: Decimal | None
    anew: bool


def next_step(now: Earned | None, mrr: Decimal | None, day: date) -> Step | None:
    """Say how a history goes on when so much is earned from that day on; None where nothing changes."""
    if now is None:
        return None if mrr is None else Step(None, mrr, anew=True)
    if now.mrr == mrr:
        return None
    if now.starts_on >= day:
        return Step(None, mrr, anew=False)
    return Step(day - timedelta(days=1), mrr, anew=mrr is not None)

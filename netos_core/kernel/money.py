"""Exact money: decimal, with its currency, and saying what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

CENT = Decimal("0.01")


class Basis(StrEnum):
    """What an amount rests on. Modeled amounts never join a sum of actual ones."""

    ACTUAL = "actual"
    CONTRACTED = "contracted"
    MODELED = "modeled"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount of money with its currency, basis and the record it came from."""

    value: Decimal
    currency: str
    basis: Basis
    source: str


def to_the_cent(value: Decimal) -> Decimal:
    """Round half up to the cent, as invoices do."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def split_to_the_cent(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split a total by weights so that the parts add up to it exactly.

    The running sum is rounded, never the parts, so no cent is lost or made.

    Raises:
        ValueError: The weights sum to zero.
    """
    whole = sum(weights, Decimal(0))
    if whole == 0:
        raise ValueError("weights sum to zero")
    shares: list[Decimal] = []
    running = Decimal(0)
    given = Decimal(0)
    for weight in weights:
        running += weight
        upto = to_the_cent(total * running / whole)
        shares.append(upto - given)
        given = upto
    return shares


def sum_by_currency(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Add amounts of each currency; currencies never mix."""
    totals: dict[str, Decimal] = {}
    for currency, value in amounts:
        totals[currency] = totals.get(currency, Decimal(0)) + value
    return totals

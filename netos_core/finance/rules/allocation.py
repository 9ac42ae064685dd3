"""Divide a shared cost among circuits: exact to the cent, in a fixed order, each share explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from netos_core.kernel.money import split_to_the_cent

WHOLE = Decimal(100)


class Method(StrEnum):
    """What a cost is divided by."""

    BANDWIDTH = "bandwidth"
    CUSTOMERS = "customers"
    REVENUE = "revenue"
    EQUAL = "equal"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Receiver:
    """A circuit that bears a share, and what the share may be measured by.

    `revenue` is that of the month in the currency of the cost; what is only modeled does not count.
    """

    id: UUID
    ref: str
    mbps: Decimal | None
    customers: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """What one circuit bears, and how that came about, in words without amounts."""

    id: UUID
    amount: Decimal
    how: str


@dataclass(frozen=True, slots=True)
class Allocation:
    """The shares of a cost and what nobody bears; together they are the cost."""

    shares: tuple[Share, ...]
    unallocated: Decimal
    why: str


def allocate(total: Decimal, method: Method, receivers: Sequence[Receiver], fixed: Mapping[str, Decimal]) -> Allocation:
    """Divide a cost by a method.

    Who has nothing to be measured by bears nothing. A fixed share of a circuit that is not there stays unallocated.

    Args:
        total: The cost, or a credit below zero.
        method: The method.
        receivers: Who may bear a share, in any order.
        fixed: Percentages by ref of a circuit, for the fixed method; they make one hundred.
    """
    ordered = sorted(receivers, key=lambda one: (one.ref, one.id))
    if method is Method.FIXED:
        return _fixed(total, ordered, fixed)
    weights = [(one, _WEIGHT[method](one)) for one in ordered]
    bearing = [(one, weight) for one, weight in weights if weight > 0]
    if not bearing:
        return Allocation((), total, _NOBODY[method] if ordered else "No circuit in service is there.")
    amounts = split_to_the_cent(total, [weight for _, weight in bearing])
    whole = sum((weight for _, weight in bearing), Decimal(0))
    left = len(ordered) - len(bearing)
    return Allocation(
        tuple(
            Share(one.id, amount, _how(method, weight, whole, len(bearing)))
            for (one, weight), amount in zip(bearing, amounts, strict=True)
        ),
        Decimal(0),
        f"{left} of {len(ordered)} circuits bear nothing. {_NOBODY[method]}" if left else "",
    )


def _fixed(total: Decimal, ordered: Sequence[Receiver], fixed: Mapping[str, Decimal]) -> Allocation:
    there = [(one, fixed[one.ref]) for one in ordered if fixed.get(one.ref)]
    gone = WHOLE - sum((percent for _, percent in there), Decimal(0))
    *amounts, unallocated = split_to_the_cent(total, [*(percent for _, percent in there), gone])
    shares = tuple(
        Share(one.id, amount, f"{percent.normalize():f} %, fixed")
        for (one, percent), amount in zip(there, amounts, strict=True)
    )
    why = f"{gone.normalize():f} % is for circuits that are not in service there." if gone else ""
    return Allocation(shares, unallocated, why)


def _how(method: Method, weight: Decimal, whole: Decimal, bearing: int) -> str:
    if method is Method.EQUAL:
        return f"one of {bearing} equal shares"
    if method is Method.REVENUE:
        return "by its part of the revenue"
    unit = "Mbps" if method is Method.BANDWIDTH else "customers"
    return f"{weight.normalize():f} of {whole.normalize():f} {unit}"


_WEIGHT: Mapping[Method, Callable[[Receiver], Decimal]] = {
    Method.BANDWIDTH: lambda one: one.mbps or Decimal(0),
    Method.CUSTOMERS: lambda one: Decimal(one.customers),
    Method.REVENUE: lambda one: one.revenue,
    Method.EQUAL: lambda _: Decimal(1),
}
_NOBODY: Mapping[Method, str] = {
    Method.BANDWIDTH: "Without a bandwidth there is no share by bandwidth.",
    Method.CUSTOMERS: "Without a customer there is no share by customers.",
    Method.REVENUE: "Without known revenue in that currency there is no share by revenue.",
    Method.EQUAL: "",
}

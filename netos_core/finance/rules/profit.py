"""Profit and loss by month and currency: what counts, what it rests on, and never a guess among actuals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from netos_core.kernel.money import Basis, to_the_cent

# What a circuit is taken to earn per MRC where no revenue is attributed to it (requirements.md F3).
MODELED_REVENUE_PER_MRC = Decimal("1.35")

STRONGEST_FIRST = (Basis.ACTUAL, Basis.CONTRACTED, Basis.MODELED)


class Component(StrEnum):
    """What a line of profit and loss is for; all but revenue are costs."""

    REVENUE = "revenue"
    CARRIER = "carrier"
    FACILITY_SHARE = "facility_share"
    TRANSPORT_SHARE = "transport_share"
    POWER_SHARE = "power_share"


@dataclass(frozen=True, slots=True)
class Line:
    """Money of one month: revenue or cost, positive as billed (a credit is negative), and where it came from.

    `month` is the first day of the month, `source` the record behind the amount. `item` tells money of one
    component apart: a contract and the invoice that bills it share an item, two customers on a circuit do not.
    The carrier's contracted line is the MRC; its actual line is the invoice. `how` says how a share came about, and
    `customer_id` whose revenue it is.
    """

    month: date
    component: Component
    amount: Decimal
    currency: str
    basis: Basis
    source: str
    item: str = ""
    how: str = ""
    customer_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class BasisTotal:
    """The sum of the counted lines of one basis alone, never of two."""

    basis: Basis
    revenue: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Contribution:
    """Revenue less cost; `basis` is the weakest among its parts, so `modeled` if any part is.

    No amount, no basis and the reason in `why` where revenue or cost is not known.
    """

    amount: Decimal | None
    basis: Basis | None
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one month, or all months if `month` is None, came to in one currency."""

    month: date | None
    currency: str
    by_basis: tuple[BasisTotal, ...]
    contribution: Contribution


@dataclass(frozen=True, slots=True)
class ProfitAndLoss:
    """The lines that count, the lines a stronger basis replaces, and what they came to; all in a fixed order."""

    lines: tuple[Line, ...]
    superseded: tuple[Line, ...]
    months: tuple[Result, ...]
    totals: tuple[Result, ...]


def profit_and_loss(lines: Iterable[Line]) -> ProfitAndLoss:
    """Work out what a circuit earned and cost, by month and currency.

    An amount known on several bases is counted once, on the strongest: actual, then contracted, then modeled. A
    month without any revenue line gets one modeled from its contracted MRC, unless others bear that. Currencies are
    never added up.
    """
    counted, superseded = counted_and_not(lines)
    months = tuple(
        Result(month, currency, _by_basis(of_month), _contribution(of_month))
        for (month, currency), of_month in _grouped(counted)
    )
    return ProfitAndLoss(tuple(counted), tuple(superseded), months, _totals(counted, months))


def counted_and_not(lines: Iterable[Line]) -> tuple[list[Line], list[Line]]:
    """Give the lines that count, modeled revenue with them, and those a stronger basis replaces; in a fixed order."""
    known = tuple(lines)
    every = sorted((*known, *_modeled_revenue(known)), key=_order)
    counted: list[Line] = []
    superseded: list[Line] = []
    for _, group in groupby(every, key=_money_of):
        same_money = list(group)
        strongest = same_money[0].basis
        counted += (line for line in same_money if line.basis is strongest)
        superseded += (line for line in same_money if line.basis is not strongest)
    return counted, superseded


def weakest(bases: Iterable[Basis]) -> Basis:
    """Give the basis a sum rests on: that of its least certain part."""
    return max(bases, key=STRONGEST_FIRST.index)


def _modeled_revenue(lines: Sequence[Line]) -> list[Line]:
    earning = {line.month for line in lines if line.component is Component.REVENUE}
    shared = {line.month for line in lines if line.component is Component.TRANSPORT_SHARE and line.amount < 0}
    mrc: dict[tuple[date, str], list[Line]] = {}
    for line in lines:
        if (
            line.component is Component.CARRIER
            and line.basis is Basis.CONTRACTED
            and line.month not in earning | shared
        ):
            mrc.setdefault((line.month, line.currency), []).append(line)
    return [
        Line(
            month,
            Component.REVENUE,
            to_the_cent(_cost(of_month) * MODELED_REVENUE_PER_MRC),
            currency,
            Basis.MODELED,
            f"modeled: {MODELED_REVENUE_PER_MRC} × MRC of {', '.join(sorted({line.source for line in of_month}))}",
        )
        for (month, currency), of_month in mrc.items()
    ]


def _totals(counted: Sequence[Line], months: Sequence[Result]) -> tuple[Result, ...]:
    totals = []
    for currency in sorted({line.currency for line in counted}):
        of_currency = [line for line in counted if line.currency == currency]
        silent = [month for month in months if month.currency == currency and month.contribution.amount is None]
        whole = (
            Contribution(None, None, f"Not known for every month: {silent[0].contribution.why}")
            if silent
            else _contribution(of_currency)
        )
        totals.append(Result(None, currency, _by_basis(of_currency), whole))
    return tuple(totals)


def _contribution(lines: Sequence[Line]) -> Contribution:
    currency = lines[0].currency
    if all(line.component is not Component.REVENUE for line in lines):
        return Contribution(None, None, f"No revenue is known in {currency}.")
    if all(line.component is Component.REVENUE for line in lines):
        return Contribution(None, None, f"No cost is known in {currency}.")
    basis = weakest(line.basis for line in lines)
    return Contribution(_revenue(lines) - _cost(lines), basis, f"Revenue less cost; the weakest part is {basis}.")


def _by_basis(lines: Sequence[Line]) -> tuple[BasisTotal, ...]:
    totals = []
    for basis in STRONGEST_FIRST:
        of_basis = [line for line in lines if line.basis is basis]
        if of_basis:
            totals.append(BasisTotal(basis, _revenue(of_basis), _cost(of_basis)))
    return tuple(totals)


def _grouped(lines: Iterable[Line]) -> list[tuple[tuple[date, str], list[Line]]]:
    return [(key, list(group)) for key, group in groupby(lines, key=lambda line: (line.month, line.currency))]


def _revenue(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines if line.component is Component.REVENUE), Decimal(0))


def _cost(lines: Iterable[Line]) -> Decimal:
    return sum((line.amount for line in lines if line.component is not Component.REVENUE), Decimal(0))


def _money_of(line: Line) -> tuple[date, str, int, str]:
    return (line.month, line.currency, _PLACE[line.component], line.item)


def _order(line: Line) -> tuple[tuple[date, str, int, str], int, str]:
    return (_money_of(line), STRONGEST_FIRST.index(line.basis), line.source)


_PLACE = {component: place for place, component in enumerate(Component)}

"""What an offer costs over a horizon, part by part. Formula of domain.md 3.5 (quote TCO).

NRC + special build + MRC of every month, with its escalator at each anniversary + taxes as estimated
+ months in which the replaced circuit is paid too + its ETF. What nobody stated is unknown, never zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from netos_core.kernel.money import to_the_cent

YEAR = 12
SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


class Part(StrEnum):
    MRC = "mrc"
    NRC = "nrc"
    SPECIAL_BUILD = "special_build"
    TAX = "tax"
    OVERLAP = "overlap"
    ETF = "etf"


@dataclass(frozen=True, slots=True)
class Leaving:
    """What ending the circuit there costs on the day the new one takes over; an amount of None is unknown."""

    etf: Decimal | None
    last_day: date
    why: str


@dataclass(frozen=True, slots=True)
class Present:
    """The circuit an offer would replace, and what leaving it costs; None where that was not asked."""

    ref: str
    mrc: Decimal | None
    currency: str
    leaving: Leaving | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """One term of one quote. An amount that is None was not stated."""

    quote: str
    term_months: int
    currency: str
    mrc: Decimal | None
    nrc: Decimal | None
    special_build: Decimal | None
    tax_monthly: Decimal | None
    escalator_percent: Decimal | None
    bandwidth_mbps: Decimal | None
    replaces: Present | None

    @property
    def name(self) -> str:
        return f"{self.quote} {months(self.term_months)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One part of a cost and how it came about; None is unknown and is in no sum."""

    part: Part
    amount: Decimal | None
    words: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What an offer costs over the horizon. The total is the sum of the known lines; without an MRC there is none."""

    offer: Offer
    horizon: int
    lines: tuple[Line, ...]
    total: Decimal | None
    assumptions: tuple[str, ...]
    exposure: Decimal | None

    @property
    def unknown(self) -> tuple[Part, ...]:
        return tuple(line.part for line in self.lines if line.amount is None)

    def amount(self, part: Part) -> Decimal | None:
        return next((line.amount for line in self.lines if line.part is part), None)

    @property
    def a_month(self) -> Decimal | None:
        """The total spread over the horizon, to the cent."""
        return None if self.total is None else to_the_cent(self.total / self.horizon)

    @property
    def per_mbps(self) -> Decimal | None:
        """What a megabit costs a month, everything counted, to a hundredth of a cent."""
        if self.total is None or not self.offer.bandwidth_mbps:
            return None
        return round(self.total / self.horizon / self.offer.bandwidth_mbps, 4)


def monthly_rates(mrc: Decimal, escalator_percent: Decimal | None, term_months: int, count: int) -> list[Decimal]:
    """Return the MRC of each month: raised at each anniversary, to the cent, and kept as it is after the term.

    Args:
        mrc: Of the first year.
        escalator_percent: Raise at each anniversary, in percent; None raises nothing.
        term_months: Length of the term; the last rate in it holds on.
        count: How many months to return.
    """
    raised = 1 + (escalator_percent or Decimal(0)) / 100
    rates: list[Decimal] = []
    rate = mrc
    for month in range(count):
        if month and month % YEAR == 0 and month < term_months:
            rate = to_the_cent(rate * raised)
        rates.append(rate)
    return rates


def cost_of(offer: Offer, horizon: int, overlap: int = 0) -> Cost:
    """Work out what an offer costs.

    Args:
        offer: The offer.
        horizon: Months it is looked at, the same for all that are compared.
        overlap: Months in which the replaced circuit is paid as well.
    """
    lines = [
        _mrc(offer, horizon),
        _once(Part.NRC, offer.nrc, offer.currency),
        _once(Part.SPECIAL_BUILD, offer.special_build, offer.currency),
        _tax(offer, horizon),
    ]
    if offer.replaces is not None:
        lines += [_overlap(offer, offer.replaces, overlap), etf_of(offer, offer.replaces)]
    known = [line.amount for line in lines if line.amount is not None]
    return Cost(
        offer,
        horizon,
        tuple(lines),
        None if offer.mrc is None else sum(known, Decimal(0)),
        tuple(_assumptions(offer, horizon)),
        _exposure(offer, horizon),
    )


def _mrc(offer: Offer, horizon: int) -> Line:
    if offer.mrc is None:
        return Line(Part.MRC, None, "the quote states no MRC")
    rates = monthly_rates(offer.mrc, offer.escalator_percent, offer.term_months, horizon)
    runs = [(rate, len(list(run))) for rate, run in groupby(rates)]
    words = ", then ".join(f"{count} × {spelled(rate, offer.currency)}" for rate, count in runs)
    return Line(Part.MRC, sum(rates, Decimal(0)), words)


def _once(part: Part, amount: Decimal | None, currency: str) -> Line:
    return Line(part, amount, "not stated" if amount is None else f"{spelled(amount, currency)} once")


def _tax(offer: Offer, horizon: int) -> Line:
    if offer.tax_monthly is None:
        return Line(Part.TAX, None, "not estimated")
    return Line(Part.TAX, offer.tax_monthly * horizon, f"{horizon} × {spelled(offer.tax_monthly, offer.currency)}")


def _overlap(offer: Offer, present: Present, overlap: int) -> Line:
    if overlap == 0:
        return Line(Part.OVERLAP, Decimal(0), "no month is paid twice")
    if present.mrc is None:
        return Line(Part.OVERLAP, None, f"{present.ref} has no MRC on file")
    if present.currency != offer.currency:
        return Line(Part.OVERLAP, None, f"{present.ref} is paid in {present.currency}")
    words = f"{overlap} × {spelled(present.mrc, present.currency)} of {present.ref}"
    return Line(Part.OVERLAP, present.mrc * overlap, words)


def etf_of(offer: Offer, present: Present) -> Line:
    """Give the ETF of the circuit that is replaced, where its contract says it."""
    leaving = present.leaving
    if leaving is None:
        return Line(Part.ETF, None, f"what leaving {present.ref} costs is not on file")
    if present.currency != offer.currency:
        return Line(Part.ETF, None, f"{present.ref} is paid in {present.currency}")
    return Line(Part.ETF, leaving.etf, f"{present.ref} ends on {leaving.last_day}: {leaving.why}")


def _assumptions(offer: Offer, horizon: int) -> list[str]:
    told = []
    if offer.term_months < horizon:
        told.append(f"After month {offer.term_months} it is assumed to renew at the same rate.")
    if offer.escalator_percent is None:
        told.append("No escalator is stated, so the MRC is taken to stay as it is.")
    if offer.term_months > horizon:
        left = months(offer.term_months - horizon)
        amount = _exposure(offer, horizon)
        costs = "" if amount is None else f": {spelled(amount, offer.currency)} of MRC"
        told.append(f"It commits {left} beyond the horizon{costs}, which the total leaves out.")
    return told


def _exposure(offer: Offer, horizon: int) -> Decimal | None:
    """Add up the MRC committed beyond the horizon; None where none is, or no MRC is stated."""
    if offer.mrc is None or offer.term_months <= horizon:
        return None
    rates = monthly_rates(offer.mrc, offer.escalator_percent, offer.term_months, offer.term_months)
    return sum(rates[horizon:], Decimal(0))


def keeping(present: Present, horizon: int) -> Decimal | None:
    """Return what the circuit there is costs over the horizon at today's MRC."""
    return None if present.mrc is None else present.mrc * horizon


def ranked(costs: Sequence[Cost]) -> list[Cost]:
    """Order costs: the least total first, those without a total last."""
    return sorted(costs, key=lambda c: (c.total is None, c.total or Decimal(0), c.offer.term_months, c.offer.quote))


def spelled(amount: Decimal, currency: str) -> str:
    """Write an amount with its sign or code."""
    return f"{SIGNS.get(currency, currency + ' ')}{amount:,.2f}"


def months(count: int) -> str:
    return f"{count} month" if count == 1 else f"{count} months"

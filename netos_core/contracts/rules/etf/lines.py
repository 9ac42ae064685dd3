"""The lines of a fee: each says what, for which months, at which rate, how much, and the clause it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from netos_core.contracts.rules.clauses import Terms
from netos_core.contracts.rules.etf.course import Course, on_file
from netos_core.contracts.rules.etf.months import ONE, Part
from netos_core.contracts.rules.etf.rates import HUNDRED, Escalator
from netos_core.contracts.rules.etf.terms import EtfTerms, MrcBasis
from netos_core.kernel.money import to_the_cent

SIGNS = {"USD": "$", "EUR": "€", "GBP": "£"}


class EtfPart(StrEnum):
    CHARGES = "charges"
    REMAINING = "remaining"
    FEE = "fee"
    NRC = "nrc"
    CREDITS = "credits"
    THIRD_PARTY = "third_party"
    SHORTFALL = "shortfall"
    PRE_INSTALL = "pre_install"
    CAP = "cap"
    FLOOR = "floor"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Line:
    """One part of what leaving costs, and how it came about; an amount of None is unknown and is in no sum."""

    part: EtfPart
    amount: Decimal | None
    words: str
    clause: str | None = None
    months: Decimal | None = None
    first_month: int | None = None
    last_month: int | None = None
    rate: Decimal | None = None
    percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would be left: a contract, or one circuit under it, with all that its papers say.

    Args:
        ref: Of the contract or circuit.
        contract: Ref of the contract.
        source: Ref of the paper that the terms of the fee are taken from.
        etf: Those terms; None where no paper has any.
        terms: The contract's own term, as completed by the papers above it.
        escalator: How its rate moves.
        mrc: What it costs a month; None where that is not known.
        nrc: The NRC on file.
        currency: Of all amounts.
        known_on: The day `mrc` is known of.
        circuits: How many circuits the contract governs.
        one_circuit: Whether it is about one circuit, not the contract.
        installed: Whether the service is there; one that is ordered is not.
        leaves_on: Last day of the term after which nothing follows, as notice against it is served.
        rates: Its rate over time, as its papers have it; without one the MRC moves by the escalator.
        later: What it is from the days on which amendments take effect that do not count yet.
    """

    ref: str
    contract: str
    source: str
    etf: EtfTerms | None
    terms: Terms
    escalator: Escalator | None
    mrc: Decimal | None
    nrc: Decimal | None
    currency: str
    known_on: date
    circuits: int = 1
    one_circuit: bool = False
    installed: bool = True
    leaves_on: date | None = None
    rates: Course | None = None
    later: tuple[tuple[date, Leaving], ...] = ()

    def on(self, day: date) -> Leaving:
        """Give what it is on a day."""
        return next((then for since, then in reversed(self.later) if since <= day), self)

    @property
    def course(self) -> Course | None:
        """Its rate over time."""
        if self.rates is not None or self.mrc is None:
            return self.rates
        return Course((on_file(self.mrc, self.known_on, self.escalator, self.terms.term_start_date),))

    @property
    def no_mrc(self) -> str:
        return f"{self.ref} has no MRC in {self.currency} on file"

    def rate_of(self, day: date, last_day: date) -> tuple[Decimal, bool] | None:
        """Give the rate that counts for a month of the fee, and whether it is estimated; None where it is unknown."""
        if self.course is None or self.etf is None or self.etf.mrc_basis is MrcBasis.INVOICED_AVERAGE:
            return None
        priced = self.course.on(day if self.etf.mrc_basis is MrcBasis.ESCALATED else last_day)
        return priced.mrc, priced.estimated

    def why_no_rate(self) -> str:
        if self.etf is not None and self.etf.mrc_basis is MrcBasis.INVOICED_AVERAGE:
            return "it goes by the average of invoices, and none are on file"
        return self.no_mrc


@dataclass(frozen=True, slots=True)
class Priced:
    """A part of a month with its rate and percentage."""

    part: Part
    rate: Decimal
    percent: Decimal

    @property
    def key(self) -> tuple[Decimal, Decimal]:
        return self.rate, self.percent


def line_of_months(part: EtfPart, priced: Sequence[Priced], currency: str, clause: str | None) -> Line:
    """Make one line of months that count alike; only their sum is rounded."""
    rate, percent = priced[0].key
    months = sum((one.part.share for one in priced), Decimal(0))
    first, last = priced[0].part.month.number, priced[-1].part.month.number
    which = f"month {first}" if first == last else f"months {first} to {last}"
    share = "" if percent == HUNDRED else f" × {plain(percent)}%"
    return Line(
        part,
        to_the_cent(rate * months * percent / HUNDRED),
        f"{counted_months(months)} ({which}) × {spelled(rate, currency)}{share}",
        clause,
        round(months, 4),
        first,
        last,
        rate,
        percent,
    )


def lines_of_months(part: EtfPart, priced: Sequence[Priced], currency: str, clause: str | None) -> list[Line]:
    """Make a line of each run of months that count alike; what counts for nothing makes none."""
    runs = [list(run) for _, run in groupby(priced, key=lambda one: one.key)]
    return [line_of_months(part, run, currency, clause) for run in runs if run[0].percent]


def total_of(lines: Sequence[Line]) -> Decimal:
    """Add up what is known."""
    return sum((line.amount for line in lines if line.amount is not None), Decimal(0))


def spelled(amount: Decimal, currency: str) -> str:
    """Write an amount with its sign or code."""
    sign = SIGNS.get(currency, currency + " ")
    return f"{'−' if amount < 0 else ''}{sign}{abs(amount):,.2f}"


def plain(number: Decimal) -> str:
    """Write a number without zeros that say nothing."""
    return f"{number.normalize():f}"


def counted_months(months: Decimal) -> str:
    shown = plain(round(months, 2))
    return "1 month" if months == ONE else f"{shown} months"

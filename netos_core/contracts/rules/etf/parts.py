"""The parts of a fee, each worked out by itself: the formula, what is paid back, what is passed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netos_core.contracts.rules.etf.lines import EtfPart, Leaving, Line, Priced, lines_of_months, plain, spelled
from netos_core.contracts.rules.etf.months import Part, left_after, months_of
from netos_core.contracts.rules.etf.rates import HUNDRED, YEAR
from netos_core.contracts.rules.etf.terms import (
    Clawback,
    DecliningFee,
    EtfTerms,
    FixedFee,
    NoFee,
    PartialMonth,
    Per,
    PercentOfRemaining,
    Remainder,
    ScheduledFee,
    Share,
)
from netos_core.kernel.money import to_the_cent


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its term a service ends.

    Args:
        start: First day of the term in force.
        end: Its last day.
        number: How many terms went before it.
        last_day: The last day of service.
        rule: What becomes of the broken month.
        offset: Months of the terms before, where the clause counts on through renewals.
        months_known: Whether its months can be numbered.
    """

    start: date
    end: date
    number: int
    last_day: date
    rule: PartialMonth
    offset: int = 0
    months_known: bool = True

    @property
    def left(self) -> list[Part]:
        return left_after(self.start, self.end, self.last_day, self.rule)

    @property
    def whole(self) -> Decimal:
        """How many months the term has."""
        return sum((month.whole for month in months_of(self.start, self.end, self.rule)), Decimal(0))

    @property
    def month(self) -> int:
        """The number of the month in which the service ends."""
        reached = [m.number for m in months_of(self.start, self.end, self.rule) if m.start <= self.last_day]
        return self.offset + (reached[-1] if reached else 1)

    @property
    def served(self) -> int:
        """How many months were served in full."""
        return self.offset + sum(m.end <= self.last_day for m in months_of(self.start, self.end, self.rule))


def formula_lines(leaving: Leaving, etf: EtfTerms, place: Place) -> list[Line]:
    """Work out the formula itself."""
    formula = etf.formula
    if isinstance(formula, NoFee):
        return []
    if isinstance(formula, (PercentOfRemaining, Remainder)):
        return _remaining(leaving, etf, formula, place)
    if not place.months_known and not isinstance(formula, FixedFee):
        return [Line(EtfPart.FEE, None, "the contract states no start, so the month of its term is unknown")]
    if isinstance(formula, FixedFee):
        return [_amount(EtfPart.FEE, formula.amount, "fixed fee", etf.clause, leaving, etf)]
    if isinstance(formula, DecliningFee):
        return [_declining(formula, leaving, etf, place)]
    return [_scheduled(formula, leaving, etf, place)]


def _remaining(leaving: Leaving, etf: EtfTerms, formula: PercentOfRemaining | Remainder, place: Place) -> list[Line]:
    bands = [(1, HUNDRED)] if isinstance(formula, Remainder) else [(b.from_month, b.percent) for b in formula.bands]
    if len(bands) > 1 and not place.months_known:
        return [Line(EtfPart.REMAINING, None, "the contract states no start, so the month of its term is unknown")]
    at_exit = isinstance(formula, PercentOfRemaining) and formula.at_exit
    priced: list[Priced] = []
    for part in place.left:
        rate = leaving.rate_of(part.month.start, place.last_day)
        if rate is None:
            return [Line(EtfPart.REMAINING, None, leaving.why_no_rate(), etf.clause)]
        month = place.month if at_exit else part.month.number + place.offset
        priced.append(Priced(part, rate[0], _percent_of(bands, month)))
    return lines_of_months(EtfPart.REMAINING, priced, leaving.currency, etf.clause)


def _percent_of(bands: Sequence[tuple[int, Decimal]], month: int) -> Decimal:
    return next(percent for first, percent in reversed(bands) if first <= month)


def _declining(formula: DecliningFee, leaving: Leaving, etf: EtfTerms, place: Place) -> Line:
    falls = place.served // formula.every_months
    amount = max(formula.amount - formula.falls_by * falls, Decimal(0))
    said = f"{spelled(formula.amount, leaving.currency)} less {falls} × {spelled(formula.falls_by, leaving.currency)}"
    return _amount(EtfPart.FEE, amount, f"fee after {place.served} full months: {said}", etf.clause, leaving, etf)


def _scheduled(formula: ScheduledFee, leaving: Leaving, etf: EtfTerms, place: Place) -> Line:
    month = place.month
    step = next(step for step in reversed(formula.steps) if step.from_month <= month)
    words = f"fee in month {month}, by the schedule from month {step.from_month}"
    return _amount(EtfPart.FEE, step.amount, words, etf.clause, leaving, etf)


def _amount(part: EtfPart, amount: Decimal, words: str, clause: str | None, leaving: Leaving, etf: EtfTerms) -> Line:
    """Make a line of an amount the clause names, for what it is for."""
    if etf.per is Per.CIRCUIT and not leaving.one_circuit and leaving.circuits > 1:
        each = f"{words}, for each of {leaving.circuits} circuits: {leaving.circuits} × "
        return Line(part, amount * leaving.circuits, each + spelled(amount, leaving.currency), clause)
    if etf.per is Per.CONTRACT and leaving.one_circuit and leaving.circuits > 1:
        whole = f"{spelled(amount, leaving.currency)} is for all {leaving.circuits} circuits of {leaving.contract}"
        return Line(part, None, f"{words}: {whole}; the clause does not say what one of them costs", clause)
    return Line(part, amount, f"{words}: {spelled(amount, leaving.currency)}", clause)


def clawback_line(part: EtfPart, what: str, clawback: Clawback, leaving: Leaving, etf: EtfTerms, place: Place) -> Line:
    """Work out what of an NRC or a credit is paid back."""
    clause = clawback.clause or etf.clause
    if place.number:
        return Line(part, Decimal(0), f"{what}: earned in the first term", clause)
    amount = clawback.amount
    if amount is None and part is EtfPart.NRC and leaving.nrc:
        amount = leaving.nrc
    if amount is None:
        return Line(part, None, f"{what}: how much is not on file", clause)
    if clawback.share is Share.FULL:
        return _amount(part, amount, what, clause, leaving, etf)
    left, whole = sum((one.share for one in place.left), Decimal(0)), place.whole
    share = to_the_cent(amount * left / whole)
    words = f"{what}, {plain(round(left, 2))} of {plain(round(whole, 2))} months of {spelled(amount, leaving.currency)}"
    return _amount(part, share, words, clause, leaving, etf)


def other_lines(leaving: Leaving, etf: EtfTerms, place: Place) -> list[Line]:
    """Work out what is added to the formula."""
    lines: list[Line] = []
    if etf.nrc is not None:
        lines.append(clawback_line(EtfPart.NRC, "NRC waived or not yet earned", etf.nrc, leaving, etf, place))
    if etf.credits is not None:
        lines.append(clawback_line(EtfPart.CREDITS, "credits paid back", etf.credits, leaving, etf, place))
    if etf.shortfall is not None:
        lines.append(_shortfall(leaving, etf, place))
    if etf.third_party is not None:
        words, clause = "charges of third parties", etf.third_party.clause or etf.clause
        amount = etf.third_party.amount
        unknown = Line(EtfPart.THIRD_PARTY, None, f"{words}: the provider says how much when it bills them", clause)
        lines.append(unknown if amount is None else _amount(
            EtfPart.THIRD_PARTY, amount, words, clause, leaving, etf))  # fmt: skip
    return lines


def _shortfall(leaving: Leaving, etf: EtfTerms, place: Place) -> Line:
    """Set the year's charges up to the end of service against its commitment; they are taken at their rate."""
    shortfall = etf.shortfall
    assert shortfall is not None  # noqa: S101 - asked only where it is there
    clause = shortfall.clause or etf.clause
    if leaving.one_circuit and leaving.circuits > 1:
        return Line(
            EtfPart.SHORTFALL, None, f"shortfall of the commitment of {leaving.contract}: of all circuits", clause
        )
    course = leaving.course
    if course is None:
        return Line(EtfPart.SHORTFALL, None, f"shortfall: {leaving.no_mrc}", clause)
    year = (place.month - place.offset - 1) // YEAR
    months = [m for m in months_of(place.start, place.end, place.rule) if (m.number - 1) // YEAR == year]
    gone = {p.month.number: p.share for p in place.left}
    spent = sum((course.on(m.start).mrc * (m.whole - gone.get(m.number, Decimal(0))) for m in months), Decimal(0))
    missing = max(shortfall.annual_commitment - to_the_cent(spent), Decimal(0))
    amount = to_the_cent(missing * shortfall.percent / HUNDRED)
    words = (
        f"{plain(shortfall.percent)}% of {spelled(missing, leaving.currency)} missing to the yearly commitment of "
        f"{spelled(shortfall.annual_commitment, leaving.currency)}"
    )
    return Line(EtfPart.SHORTFALL, amount, words, clause, percent=shortfall.percent)


def pre_install_lines(leaving: Leaving, etf: EtfTerms) -> list[Line]:
    """Work out what cancelling costs before the service is there."""
    cancel = etf.pre_install
    if cancel is None:
        return [Line(EtfPart.PRE_INSTALL, None, "what cancelling before installation costs is not on file", etf.clause)]
    clause = cancel.clause or etf.clause
    lines: list[Line] = []
    if cancel.months_of_mrc:
        if leaving.mrc is None:
            lines.append(Line(EtfPart.PRE_INSTALL, None, leaving.no_mrc, clause))
        else:
            words = f"{cancel.months_of_mrc} × {spelled(leaving.mrc, leaving.currency)} of MRC"
            amount = leaving.mrc * cancel.months_of_mrc
            lines.append(Line(EtfPart.PRE_INSTALL, amount, words, clause, Decimal(cancel.months_of_mrc)))
    if cancel.nrc:
        known = leaving.nrc is not None
        words = f"NRC: {spelled(leaving.nrc, leaving.currency)}" if leaving.nrc is not None else "NRC: none on file"
        lines.append(Line(EtfPart.NRC, leaving.nrc if known else None, words, clause))
    if cancel.passes_on_costs:
        words = "costs of the provider and of third parties"
        told = f": {spelled(cancel.costs, leaving.currency)}" if cancel.costs is not None else ": not known yet"
        lines.append(Line(EtfPart.THIRD_PARTY, cancel.costs, words + told, clause))
    return lines or [Line(EtfPart.PRE_INSTALL, Decimal(0), "cancelling before installation costs nothing", clause)]

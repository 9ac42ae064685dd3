"""What leaving costs on a day: the fee line by line, and beside it what is charged as usual until then.

ETF = sum over the months that remain of MRC × percentage + what is paid back + what is passed on, within its limits.
Months remain from the day after the last day of service; what is charged up to it is no part of the fee.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netos_core.contracts.rules.clauses import EndOfTerm, Notice, Terms
from netos_core.contracts.rules.days import (
    ONE_DAY,
    BusinessCalendar,
    after_notice,
    is_us_business_day,
    plus_months,
)
from netos_core.contracts.rules.deadlines import governing_end_date
from netos_core.contracts.rules.etf.lines import (
    EtfPart,
    Leaving,
    Line,
    Priced,
    counted_months,
    lines_of_months,
    spelled,
    total_of,
)
from netos_core.contracts.rules.etf.months import charged_between, months_of
from netos_core.contracts.rules.etf.parts import Place, formula_lines, other_lines, pre_install_lines
from netos_core.contracts.rules.etf.rates import HUNDRED
from netos_core.contracts.rules.etf.terms import (
    EtfTerms,
    ExitKind,
    InRenewal,
    Limit,
    MrcBasis,
    NoFee,
    PartialMonth,
    PercentOfRemaining,
    Remainder,
)
from netos_core.contracts.rules.following import silent_term
from netos_core.kernel.money import to_the_cent

SILENT_RULE = PartialMonth.WHOLE_MONTH


@dataclass(frozen=True, slots=True)
class EtfStatement:
    """What leaving costs with a last day of service.

    Args:
        last_day: The last day of service.
        notice_date: The day notice is given; None where it is taken as given in time.
        charges: What is charged as usual after the notice, up to the last day.
        lines: The fee.
        etf: Its amount; None where a part of it is unknown.
        at_least: The sum of what is known of it.
        at_most: The cap, where it is unknown up to one.
        exit_cost: Charges and fee together; None where either is unknown.
        estimated: Whether it rests on something that may come otherwise.
        why: In a sentence, what makes the amount, or why there is none.
        assumptions: What the clause leaves open, and what was taken.
        term_end: Last day of the term in force on the last day of service.
        month: The month of the term in which the service ends.
        of_months: How many months the term has.
    """

    last_day: date
    notice_date: date | None
    charges: tuple[Line, ...]
    lines: tuple[Line, ...]
    etf: Decimal | None
    at_least: Decimal
    at_most: Decimal | None
    exit_cost: Decimal | None
    estimated: bool
    why: str
    assumptions: tuple[str, ...]
    term_end: date | None
    month: int | None
    of_months: Decimal | None


@dataclass(frozen=True, slots=True)
class _Fee:
    """The fee alone."""

    lines: tuple[Line, ...]
    etf: Decimal | None
    why: str
    assumptions: tuple[str, ...] = ()
    at_most: Decimal | None = None
    estimated: bool = False
    place: Place | None = None


def etf_on(leaving: Leaving, last_day: date, *, way_out: ExitKind | None = None) -> EtfStatement:
    """Say what the fee is if the service ends on a day, notice being given in time."""
    return _statement(leaving, last_day, None, way_out)


def etf_after_notice(
    leaving: Leaving,
    notice_date: date,
    *,
    not_before: date | None = None,
    way_out: ExitKind | None = None,
    calendar: BusinessCalendar = is_us_business_day,
) -> EtfStatement:
    """Say what leaving costs if notice is given on a day: charges until it takes effect, and the fee.

    Args:
        leaving: What is left.
        notice_date: The day notice is given.
        not_before: The last day of service wished for; notice may move it later.
        way_out: The event that frees from the fee, where there was one.
        calendar: Tells business days.
    """
    earliest = earliest_exit(leaving, notice_date, calendar)
    return _statement(leaving, max(earliest, not_before or earliest), notice_date, way_out)


def notice_of(leaving: Leaving, day: date) -> Notice | None:
    """Give the notice that ends the liability: that of the fee's clause, else of the term in force."""
    leaving = leaving.on(day)
    if leaving.etf is not None and leaving.etf.notice is not None:
        return leaving.etf.notice
    return silent_term(leaving.terms, day, leaving.leaves_on)[1].notice


def earliest_exit(leaving: Leaving, notice_date: date, calendar: BusinessCalendar = is_us_business_day) -> date:
    """Give the last day of service if notice is given on a day."""
    notice = notice_of(leaving, notice_date)
    return notice_date if notice is None else after_notice(notice_date, notice, calendar)


def _statement(leaving: Leaving, last_day: date, notice_date: date | None, way_out: ExitKind | None) -> EtfStatement:
    no_notice = notice_date is not None and notice_of(leaving, notice_date) is None
    leaving = leaving.on(last_day)
    number, term = silent_term(leaving.terms, last_day, leaving.leaves_on)
    fee = _fee(leaving, number, term, last_day, way_out)
    charges = () if notice_date is None else _charges(leaving, term, fee, notice_date, last_day)
    known = all(line.amount is not None for line in charges) and fee.etf is not None
    assumptions = list(fee.assumptions)
    if no_notice:
        assumptions.append("No notice period is on file, so the service is taken to end on the day asked for.")
    if leaving.etf is not None and leaving.etf.taxed and fee.etf != 0:
        assumptions.append("Taxes come on top and are in no sum.")
    at_least = total_of(fee.lines)
    return EtfStatement(
        last_day=last_day,
        notice_date=notice_date,
        charges=charges,
        lines=fee.lines,
        etf=fee.etf,
        at_least=at_least,
        at_most=fee.at_most,
        exit_cost=total_of(charges) + at_least if known else None,
        estimated=fee.estimated,
        why=fee.why,
        assumptions=tuple(assumptions),
        term_end=governing_end_date(term),
        month=fee.place.month if fee.place and fee.place.months_known else None,
        of_months=fee.place.whole if fee.place and fee.place.months_known else None,
    )


def _nothing(why: str, *, clause: str | None = None, assumptions: tuple[str, ...] = ()) -> _Fee:
    return _Fee((Line(EtfPart.NOTHING, Decimal(0), why, clause),), Decimal(0), why, assumptions)


def _unknown(why: str) -> _Fee:
    return _Fee((Line(EtfPart.FEE, None, why),), None, why)


def _fee(leaving: Leaving, number: int, term: Terms, last_day: date, way_out: ExitKind | None) -> _Fee:
    if (free := _without_a_term(leaving, term, last_day)) is not None:
        return free
    etf, end = leaving.etf, governing_end_date(term)
    if etf is None:
        return _unknown(f"No paper on file says what leaving {leaving.contract} early costs.")
    if way_out is not None:
        return _freed(etf, way_out)
    if end is None:
        return _unknown(f"{leaving.contract} states no end of its term, so what remains of it is unknown.")
    first = term.term_start_date
    before = not number and first is not None and last_day < first
    if not leaving.installed or before:
        return _summed(leaving, etf, pre_install_lines(leaving, etf), None, "It is not installed yet.")
    if number and etf.in_renewal is InRenewal.NONE:
        return _nothing("The fee is for the first term only, and this one renewed it.", clause=etf.clause)
    place = _place(leaving, etf, term, number, last_day)
    lines = [*formula_lines(leaving, etf, place), *other_lines(leaving, etf, place)]
    if not lines:
        if isinstance(etf.formula, NoFee):
            return _nothing("The contract says that leaving early costs nothing.", clause=etf.clause)
        return _nothing(f"Nothing remains of the term, which ends on {end}.", clause=etf.clause)
    return _summed(leaving, etf, lines, place, _why(place))


def _without_a_term(leaving: Leaving, term: Terms, last_day: date) -> _Fee | None:
    """Say where there is no fee since no term runs: month to month, or ended; and where that can not be said."""
    end = governing_end_date(term)
    if term.evergreen:
        return _nothing("It runs month to month by then, so only the notice is paid.")
    if end is None or last_day < end:
        return None
    if last_day == end:
        return _nothing(f"The term ends on {end}, so nothing of it remains.")
    if term.end_of_term is EndOfTerm.AUTO_DISCONNECT or end == leaving.leaves_on:
        return _nothing(f"It has ended by then, on {end}.")
    return _unknown(f"The term ends on {end}, and {leaving.contract} does not say what follows it.")


def _freed(etf: EtfTerms, way_out: ExitKind) -> _Fee:
    found = next((one for one in etf.exits if one.kind is way_out), None)
    name = way_out.value.replace("_", " ")
    if found is None:
        return _unknown(f"The clause names no way out for this: {name}.")
    told = f": “{found.condition}”" if found.condition else "."
    return _nothing(
        f"It frees from the fee: {name}{told}",
        clause=found.clause or etf.clause,
        assumptions=("That the condition is met is for people to prove.",),
    )


def _place(leaving: Leaving, etf: EtfTerms, term: Terms, number: int, last_day: date) -> Place:
    """Place a last day of service in its term. Without a start, its months are counted back from its end."""
    end = governing_end_date(term)
    assert end is not None  # noqa: S101 - a term without end was turned away
    start, known = term.term_start_date, True
    if start is None and term.term_months is not None:
        start = plus_months(end + ONE_DAY, -term.term_months)
    if start is None:
        back = (end.year - last_day.year) * 12 + end.month - last_day.month + 2
        start, known = plus_months(end + ONE_DAY, -max(back, 1)), False
    offset = 0
    if number and etf.in_renewal is InRenewal.CONTINUED and leaving.terms.term_start_date is not None:
        rule = etf.partial_month or SILENT_RULE
        offset = sum(1 for _ in months_of(leaving.terms.term_start_date, start - ONE_DAY, rule))
    return Place(start, end, number, last_day, etf.partial_month or SILENT_RULE, offset, known)


def _why(place: Place) -> str:
    left = sum((part.share for part in place.left), Decimal(0))
    renewed = " of a renewed term" if place.number else ""
    if not place.months_known:
        return f"{counted_months(left)} of the term remain until {place.end}."
    where = f"month {place.month - place.offset} of {round(place.whole)}{renewed}"
    return f"The service ends in {where}; {counted_months(left)} remain until {place.end}."


def _summed(leaving: Leaving, etf: EtfTerms, lines: list[Line], place: Place | None, why: str) -> _Fee:
    """Add the lines up within the limits of the clause; a cap that is reached makes the unknown known."""
    known, unknown = total_of(lines), any(line.amount is None for line in lines)
    cap = _limit(leaving, etf.cap, place) if etf.cap else None
    floor = _limit(leaving, etf.floor, place) if etf.floor else None
    assumptions = _assumptions(leaving, etf, place)
    if etf.cap and cap is None:
        assumptions.append("The cap can not be worked out, as the MRC is unknown; it is not applied.")
    if etf.floor and floor is None:
        assumptions.append("The floor can not be worked out, as the MRC is unknown; it is not applied.")
    if cap is not None and etf.cap is not None and known > cap:
        words = f"no more than {spelled(cap, leaving.currency)}, so {spelled(known - cap, leaving.currency)} less"
        lines = [*lines, Line(EtfPart.CAP, cap - known, words, etf.cap.clause or etf.clause)]
        known, unknown = cap, False
    elif cap is not None and known == cap:
        unknown = False
    elif floor is not None and etf.floor is not None and known < floor and (cap is None or floor <= cap):
        words = f"no less than {spelled(floor, leaving.currency)}, so {spelled(floor - known, leaving.currency)} more"
        lines = [*lines, Line(EtfPart.FLOOR, floor - known, words, etf.floor.clause or etf.clause)]
        known = floor
    if not etf.convenience_exit:
        assumptions.append("The contract gives no right to leave early: the amount is what is at stake, not a price.")
    if unknown:
        missing = "; ".join(line.words for line in lines if line.amount is None)
        why = f"{why} Not all of it is known: {missing}."
    return _Fee(
        tuple(lines), None if unknown else known, why, tuple(assumptions), cap if unknown else None,
        _is_estimated(leaving, etf, place), place,
    )  # fmt: skip


def _limit(leaving: Leaving, limit: Limit, place: Place | None) -> Decimal | None:
    if limit.amount is not None:
        return limit.amount
    if limit.months_of_mrc is not None:
        return None if leaving.mrc is None else to_the_cent(leaving.mrc * limit.months_of_mrc)
    if place is None or limit.percent_of_remaining is None:
        return None
    priced = []
    for part in place.left:
        rate = leaving.rate_of(part.month.start, place.last_day)
        if rate is None:
            return None
        priced.append(Priced(part, rate[0], limit.percent_of_remaining))
    return total_of(lines_of_months(EtfPart.REMAINING, priced, leaving.currency, None))


def _assumptions(leaving: Leaving, etf: EtfTerms, place: Place | None) -> list[str]:
    told: list[str] = []
    if place is None:
        return told
    broken = any(month.start <= place.last_day < month.end for month in months_of(place.start, place.end, place.rule))
    if etf.partial_month is None and broken:
        told.append(
            "The clause is silent on broken months: the month in which it ends is taken as charged whole, and the fee "
            "counts from the next."
        )
    if place.number and etf.in_renewal is None:
        told.append("The clause does not say whether it holds in a renewed term; it is taken to, counted anew.")
    if leaving.escalator is not None and etf.mrc_basis is MrcBasis.AT_TERMINATION:
        told.append("Raises after the service ends are left out: the rate at termination counts.")
    if etf.shortfall is not None:
        told.append("What was spent under the commitment is taken at the MRC, not from invoices.")
    return told


def _is_estimated(leaving: Leaving, etf: EtfTerms, place: Place | None) -> bool:
    if etf.shortfall is not None:
        return True
    if place is None or not isinstance(etf.formula, (PercentOfRemaining, Remainder)):
        return False
    rates = (leaving.rate_of(part.month.start, place.last_day) for part in place.left)
    return any(rate[1] for rate in rates if rate is not None)


def _charges(leaving: Leaving, term: Terms, fee: _Fee, notice_date: date, last_day: date) -> tuple[Line, ...]:
    """List what is charged as usual from the notice on; nothing before the service is there."""
    if not leaving.installed or last_day <= notice_date:
        return ()
    start, end = term.term_start_date, None if term.evergreen else governing_end_date(term)
    if start is None or start > notice_date:
        start = leaving.terms.term_start_date
    if start is None:
        start = fee.place.start if fee.place else notice_date + ONE_DAY
    if last_day < start:
        return ()
    rule = (leaving.etf.partial_month if leaving.etf else None) or SILENT_RULE
    end = None if end is not None and end <= last_day else end
    parts = charged_between(start, end, notice_date, last_day, rule, fee_counts_it=fee.place is not None)
    course = leaving.course
    if course is None:
        return (Line(EtfPart.CHARGES, None, leaving.no_mrc),) if parts else ()
    priced = [Priced(part, course.on(part.month.start).mrc, HUNDRED) for part in parts]
    return tuple(lines_of_months(EtfPart.CHARGES, priced, leaving.currency, None))

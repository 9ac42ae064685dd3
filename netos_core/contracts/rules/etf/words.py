"""The terms of a fee and of an escalator in plain sentences, as a page, a diff and an answer tell them."""

from __future__ import annotations

from netos_core.contracts.rules.etf.lines import plain, spelled
from netos_core.contracts.rules.etf.rates import DatedRates, Escalator, IndexEscalator, PercentEscalator, StepEscalator
from netos_core.contracts.rules.etf.terms import (
    Clawback,
    DecliningFee,
    EtfTerms,
    Exit,
    FixedFee,
    InRenewal,
    Limit,
    MrcBasis,
    NoFee,
    PartialMonth,
    Per,
    PercentOfRemaining,
    PreInstall,
    ScheduledFee,
    Share,
)

BROKEN = {
    PartialMonth.WHOLE_MONTH: "The month in which it ends is charged whole; the fee counts from the next.",
    PartialMonth.ROUNDED_UP: "The month in which it ends counts whole in the fee.",
    PartialMonth.DAILY_30: "A broken month counts by days of thirty.",
    PartialMonth.DAILY_ACTUAL: "A broken month counts by its days.",
}
RENEWED = {
    InRenewal.SAME: "In a renewed term the same holds, counted anew.",
    InRenewal.CONTINUED: "In a renewed term the months are counted on.",
    InRenewal.NONE: "In a renewed term no fee is due.",
}
RATES = {
    MrcBasis.ESCALATED: "Each month counts at its own rate, raises included.",
    MrcBasis.INVOICED_AVERAGE: "The average of invoices counts as the rate.",
}


def clause_words(etf: EtfTerms, currency: str) -> list[str]:
    """Tell the terms of a fee, a sentence for each thing they say."""
    return [_formula(etf, currency), *_added(etf, currency), *_limits(etf, currency), *_counted(etf), *_around(etf)]


def source_words(etf: EtfTerms) -> str | None:
    """Tell where the clause stands."""
    page = f"page {etf.page}" if etf.page is not None else None
    quote = f"“{etf.quote}”" if etf.quote else None
    return ", ".join(part for part in (etf.clause, etf.document, page, quote) if part) or None


def _added(etf: EtfTerms, currency: str) -> list[str]:
    told = []
    if etf.nrc is not None:
        told.append(_clawback("NRC waived or not yet earned", etf.nrc, currency))
    if etf.credits is not None:
        told.append(_clawback("credits given", etf.credits, currency))
    if etf.third_party is not None:
        known = f", {spelled(etf.third_party.amount, currency)}" if etf.third_party.amount is not None else ""
        told.append(f"Charges of third parties are passed on{known}{_at(etf.third_party.clause)}.")
    if etf.shortfall is not None:
        share, yearly = plain(etf.shortfall.percent), spelled(etf.shortfall.annual_commitment, currency)
        told.append(f"{share}% of what is missing to a yearly commitment of {yearly}{_at(etf.shortfall.clause)}.")
    if etf.pre_install is not None:
        told.append(_pre_install(etf.pre_install, currency))
    return told


def _limits(etf: EtfTerms, currency: str) -> list[str]:
    limits = (("No more than", etf.cap), ("No less than", etf.floor))
    return [f"{word} {_limit(limit, currency)}{_at(limit.clause)}." for word, limit in limits if limit is not None]


def _at(clause: str | None) -> str:
    return f" ({clause})" if clause else ""


def _counted(etf: EtfTerms) -> list[str]:
    told = ["Its fixed amounts are for each circuit."] if etf.per is Per.CIRCUIT else []
    told += [RATES[etf.mrc_basis]] if etf.mrc_basis in RATES else []
    told += [BROKEN[etf.partial_month]] if etf.partial_month is not None else []
    told += [RENEWED[etf.in_renewal]] if etf.in_renewal is not None else []
    return told


def _around(etf: EtfTerms) -> list[str]:
    told = [f"Liability ends {etf.notice} after notice."] if etf.notice is not None else []
    if not etf.convenience_exit:
        told.append("The contract gives no right to leave early.")
    told += [_exit(one) for one in etf.exits]
    if etf.taxed is not None:
        told.append("Taxes come on top." if etf.taxed else "Taxes are in it.")
    return told


def _formula(etf: EtfTerms, currency: str) -> str:
    formula = etf.formula
    if isinstance(formula, NoFee):
        return "Leaving early costs nothing."
    if isinstance(formula, FixedFee):
        return f"A fee of {spelled(formula.amount, currency)}."
    if isinstance(formula, DecliningFee):
        falls = "month" if formula.every_months == 1 else f"{formula.every_months} months"
        fee = f"A fee of {spelled(formula.amount, currency)}"
        return f"{fee}, {spelled(formula.falls_by, currency)} less for each {falls} served."
    if isinstance(formula, ScheduledFee):
        steps = [f"{spelled(step.amount, currency)} from month {step.from_month}" for step in formula.steps]
        return f"A fee of {', '.join(steps)}."
    if isinstance(formula, PercentOfRemaining):
        bands = [f"{plain(band.percent)}% from month {band.from_month}" for band in formula.bands]
        if len(bands) == 1:
            return f"{plain(formula.bands[0].percent)}% of the MRC that remains."
        when = ", by the month in which it ends" if formula.at_exit else ""
        return f"Of the MRC that remains{when}: {', '.join(bands)}."
    return "All of the MRC that remains."


def _clawback(what: str, clawback: Clawback, currency: str) -> str:
    known = f", {spelled(clawback.amount, currency)}" if clawback.amount is not None else ""
    share = " by the months that remain" if clawback.share is Share.PRO_RATA else ""
    return f"Paid back{share}: {what}{known}{_at(clawback.clause)}."


def _pre_install(cancel: PreInstall, currency: str) -> str:
    parts = []
    if cancel.months_of_mrc:
        parts.append(f"{cancel.months_of_mrc} {'month' if cancel.months_of_mrc == 1 else 'months'} of MRC")
    if cancel.nrc:
        parts.append("the NRC")
    if cancel.passes_on_costs:
        known = f" ({spelled(cancel.costs, currency)})" if cancel.costs is not None else ""
        parts.append(f"costs of the provider and of third parties{known}")
    return f"Cancelling before installation costs {' and '.join(parts) or 'nothing'}{_at(cancel.clause)}."


def _limit(limit: Limit, currency: str) -> str:
    if limit.amount is not None:
        return spelled(limit.amount, currency)
    if limit.months_of_mrc is not None:
        return f"{plain(limit.months_of_mrc)} months of MRC"
    assert limit.percent_of_remaining is not None  # noqa: S101 - a limit is one of the three
    return f"{plain(limit.percent_of_remaining)}% of the MRC that remains"


def _exit(way: Exit) -> str:
    told = f"No fee after: {way.kind.value.replace('_', ' ')}"
    condition = f", “{way.condition.rstrip('.')}”" if way.condition else ""
    return f"{told}{condition}{_at(way.clause)}."


def escalator_words(escalator: Escalator, currency: str) -> str:
    """Tell how a rate moves."""
    return f"{_moves(escalator, currency)}{_at(escalator.clause)}."


def _moves(escalator: Escalator, currency: str) -> str:
    if isinstance(escalator, PercentEscalator):
        on = "" if escalator.compounding else " of the first rate"
        since = f" from {escalator.first_date}" if escalator.first_date else ""
        return f"{plain(escalator.percent)}%{on} more every {escalator.every_months} months{since}"
    if isinstance(escalator, StepEscalator):
        return ", ".join(f"{plain(s.percent)}% more from {s.from_date}" for s in escalator.steps)
    if isinstance(escalator, IndexEscalator):
        bounds = [
            f"{word} {plain(bound)}%"
            for word, bound in (("at least", escalator.floor_percent), ("at most", escalator.cap_percent))
            if bound is not None
        ]
        limits = f", {' and '.join(bounds)}" if bounds else ""
        return f"With {escalator.index} every {escalator.every_months} months{limits}"
    assert isinstance(escalator, DatedRates)  # noqa: S101 - the last of its kinds
    return ", ".join(f"{spelled(r.mrc, currency)} from {r.from_date}" for r in escalator.rates)

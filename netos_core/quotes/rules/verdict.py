"""Which offer wins, told in money: by how much, and which part of the cost makes the difference."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from netos_core.quotes.rules.cost import Cost, Part, Present, keeping, months, ranked, spelled

NAMES = {
    Part.MRC: "MRC",
    Part.NRC: "NRC",
    Part.SPECIAL_BUILD: "special build",
    Part.TAX: "taxes",
    Part.OVERLAP: "overlap",
    Part.ETF: "ETF of what it replaces",
}


def why_it_wins(costs: Sequence[Cost]) -> str:
    """Say which of some offers in one currency costs least, and why. There is at least one."""
    best, *others = ranked(costs)
    if best.total is None:
        return "No offer states an MRC, so none can be ranked."
    rest = [cost for cost in others if cost.total is not None]
    if not rest:
        return f"{best.offer.name} is the only offer with an MRC: {spelled(best.total, best.offer.currency)}."
    second = rest[0]
    by = (second.total or Decimal(0)) - best.total
    if by == 0:
        return f"{best.offer.name} and {second.offer.name} cost the same: {_money(best.total, best)}."
    unlike = _unlike(best, second)
    told = f"{best.offer.name} wins by {_money(by, best)} over {second.offer.name} {_because(best, second)}.{unlike}"
    return told + _over_another(best, rest)


def _over_another(best: Cost, rest: Sequence[Cost]) -> str:
    """Where the runner-up is another term of the same quote, say what is saved against the next other quote."""
    other = next((cost for cost in rest if cost.offer.quote != best.offer.quote), None)
    if other is None or other is rest[0]:
        return ""
    by = (other.total or Decimal(0)) - (best.total or Decimal(0))
    return f" The next other quote is {other.offer.name}, {_money(by, best)} dearer."


def _because(best: Cost, second: Cost) -> str:
    """Name the parts that differ, what is in its favour first, the largest first."""
    gaps = [(part, gap) for part in NAMES if (gap := _gap(part, best, second)) != 0]
    gaps.sort(key=lambda entry: (entry[1] < 0, -abs(entry[1])))
    told = [_difference(part, gap, best, second) for part, gap in gaps]
    return f"because its {'; its '.join(told)}"


def _gap(part: Part, best: Cost, second: Cost) -> Decimal:
    """How much less a part costs in the best offer; a part nobody stated is in no total and counts as nothing."""
    return (second.amount(part) or Decimal(0)) - (best.amount(part) or Decimal(0))


def _difference(part: Part, gap: Decimal, best: Cost, second: Cost) -> str:
    verb = "cost" if part is Part.TAX else "costs"
    told = f"{NAMES[part]} {verb} {_money(abs(gap), best)} {'less' if gap > 0 else 'more'}"
    a_month = _flat_gap(best, second) if part is Part.MRC else None
    return f"{told} ({_money(abs(a_month), best)} a month)" if a_month else told


def _flat_gap(best: Cost, second: Cost) -> Decimal | None:
    """Return the difference a month where it is the same in every month."""
    if best.offer.escalator_percent or second.offer.escalator_percent:
        return None
    return (second.offer.mrc or Decimal(0)) - (best.offer.mrc or Decimal(0))


def _unlike(best: Cost, second: Cost) -> str:
    """Warn where a part is stated by one of the two only: the totals are then not alike."""
    told = [
        f" {cost.offer.name} does not state its {NAMES[part]}, so that is in no sum of it."
        for cost, other in ((best, second), (second, best))
        for part in cost.unknown
        if part in NAMES and part not in other.unknown
    ]
    return "".join(told)


def against_keeping(best: Cost, present: Present) -> str:
    """Say what the best offer saves or costs against the circuit there is, at today's MRC and with its ETF if known."""
    kept = keeping(present, best.horizon)
    if kept is None:
        return f"What keeping {present.ref} costs is unknown: it has no MRC on file."
    over = months(best.horizon)
    told = f"Keeping {present.ref} costs {spelled(kept, present.currency)} over {over} at today's MRC"
    if present.currency != best.offer.currency or best.total is None:
        return f"{told}; it can not be set against the offer."
    saved = kept - best.total
    fee = _fee(best)
    if saved == 0:
        return f"{told}, the same as {best.offer.name}. {fee}"
    word = "saves" if saved > 0 else "costs"
    end = "against it" if saved > 0 else "more"
    return f"{told}; {best.offer.name} {word} {_money(abs(saved), best)} {end}. {fee}"


def _fee(best: Cost) -> str:
    """Say whether the fee of leaving the circuit there is is in the sum."""
    amount = best.amount(Part.ETF)
    if amount is None:
        return "Its ETF is unknown and in no sum."
    return f"Its ETF of {_money(amount, best)} is counted." if amount else "Leaving it costs no ETF."


def _money(amount: Decimal, cost: Cost) -> str:
    return spelled(amount, cost.offer.currency)

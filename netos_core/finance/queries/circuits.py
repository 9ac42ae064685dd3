"""What a circuit earned and cost, month by month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.circuits.queries import get_circuit_id
from netos_core.finance.queries.facts import facts_of, ruled_sites
from netos_core.finance.queries.periods import Closed, kept_of
from netos_core.finance.rules.books import books_of
from netos_core.finance.rules.months import first_of, months_from
from netos_core.finance.rules.profit import Line, ProfitAndLoss, Result, profit_and_loss
from netos_core.finance.schemas import CircuitPl, Correction, PlLine, PlMonth, PlRequest, PlTotal
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.kernel.money import Basis

MOST_MONTHS = 36
NOTHING = Decimal(0)


def span_of(ctx: Context, month: date | None, until: date | None) -> tuple[date, date]:
    """Read which months are asked for; this one where none is named.

    Raises:
        Invalid: They end before they begin, or are too many.
    """
    first = first_of(month or until or ctx.today)
    last = first_of(until or first)
    if last < first:
        raise Invalid("The months end before they begin.", field="until", fix="Give a later month.")
    if (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        raise Invalid(f"At most {MOST_MONTHS} months at once.", field="until", fix="Ask for fewer.")
    return first, last


def circuit_pl(ctx: Context, request: PlRequest) -> CircuitPl:
    """Set side by side what is known of a circuit's months; a closed one as it was closed, with what is said since."""
    named = get_circuit_id(ctx, request.ref)
    first, last = span_of(ctx, request.month, request.until)
    currency, now = _now(ctx, named.id, first, last)
    closed, kept = kept_of(ctx, named.id, first, last)
    told = [line for line in now if line.month not in closed]
    result = profit_and_loss([*told, *kept])
    one = _whole(result, currency, one_month=first == last)
    return CircuitPl(
        ref=named.ref,
        month=first,
        until=last,
        lines=[line_view(line) for line in result.lines],
        months=[_month(result, month, closed) for month in result.months],
        totals=totals_of(result),
        contribution=one.contribution.amount if one else None,
        contribution_basis=str(one.contribution.basis) if one and one.contribution.basis else None,
        currency=currency,
        why=one.contribution.why if one else "Neither cost nor revenue is recorded for this circuit.",
        corrections=_corrections(now, kept, closed),
    )


def _now(ctx: Context, circuit_id: UUID, first: date, last: date) -> tuple[str, list[Line]]:
    """Return the currency of a circuit, and its lines as its records say them now."""
    roots = ruled_sites(ctx, [circuit_id], first, last)
    facts = facts_of(ctx, first, last, roots=roots, circuits=[circuit_id], priced=[circuit_id])
    lines = [line for month in months_from(first, last) for line in books_of(facts, month).lines.get(circuit_id, ())]
    return facts.circuits[circuit_id].currency, lines


def _whole(result: ProfitAndLoss, currency: str, *, one_month: bool) -> Result | None:
    found = result.months if one_month else result.totals
    return next((one for one in found if one.currency == currency), None)


def line_view(line: Line) -> PlLine:
    return PlLine(
        month=line.month, component=line.component, amount=line.amount, currency=line.currency,
        basis=line.basis.value, source=line.source, how=line.how or None,
    )  # fmt: skip


def _month(result: ProfitAndLoss, month: Result, closed: Mapping[date, Closed]) -> PlMonth:
    by_basis = {total.basis: total for total in month.by_basis}
    modeled = by_basis.get(Basis.MODELED)
    known = [line for line in result.lines if (line.month, line.currency) == (month.month, month.currency)]
    earned = {line.basis for line in known if line.component == "revenue"} - {Basis.MODELED}
    assert month.month is not None  # noqa: S101 - a result of a month has one
    period = closed.get(month.month)
    return PlMonth(
        month=month.month,
        currency=month.currency,
        revenue=sum((by_basis[basis].revenue for basis in earned), NOTHING) if earned else None,
        modeled_revenue=(modeled.revenue or None) if modeled else None,
        cost=sum((total.cost for total in month.by_basis), NOTHING),
        contribution=month.contribution.amount,
        contribution_basis=str(month.contribution.basis) if month.contribution.basis else None,
        why=month.contribution.why,
        closed=period.ref if period else None,
    )


def totals_of(result: ProfitAndLoss) -> list[PlTotal]:
    """Give what each basis came to; never two of them in one sum."""
    return [
        PlTotal(currency=total.currency, basis=one.basis.value, revenue=one.revenue, cost=one.cost)
        for total in result.totals
        for one in total.by_basis
    ]


def _corrections(now: Iterable[Line], kept: Iterable[Line], closed: Mapping[date, Closed]) -> list[Correction]:
    """Tell where the records say other than what a closed month keeps."""
    found = []
    current = profit_and_loss(line for line in now if line.month in closed).lines
    for month, period in sorted(closed.items()):
        before = _by_source(line for line in kept if line.month == month)
        after = _by_source(line for line in current if line.month == month)
        for key in sorted({*before, *after}):
            if before.get(key) != after.get(key):
                component, currency, source, _ = key
                found.append(
                    Correction(
                        month=month, period=period.ref, component=component, currency=currency, source=source,
                        kept=before.get(key), now=after.get(key),
                    )
                )  # fmt: skip
    return found


def _by_source(lines: Iterable[Line]) -> dict[tuple[str, str, str, str], Decimal]:
    sums: dict[tuple[str, str, str, str], Decimal] = {}
    for line in lines:
        key = (str(line.component), line.currency, line.source, str(line.basis))
        sums[key] = sums.get(key, NOTHING) + line.amount
    return sums

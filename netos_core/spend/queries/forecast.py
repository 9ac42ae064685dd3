"""Spend of months to come: read once, put into months, and told with what it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.finance.rules.months import Proration, first_of, last_of
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.spend.queries.exposure import Exposure, ahead
from netos_core.spend.queries.facts import Facts, facts_of
from netos_core.spend.rules.ahead import MODELED, UNDONE, Billed, Key, Leg, Plan, Projection
from netos_core.spend.rules.cliff import Due, due_of
from netos_core.spend.rules.sheet import Months
from netos_core.spend.rules.way import Footing
from netos_core.spend.rules.why import reasons
from netos_core.spend.schemas import (
    CliffMonth,
    Forecast,
    ForecastChange,
    ForecastMonth,
    ForecastRenewal,
    GetForecast,
)

NOTHING = Decimal(0)
BASIS = (
    "MRC by the rates of the papers in force, prices on file where there are none; broken months by days.",
    "What nobody decides goes on by its own words: renewed, month to month, or ended with its term.",
    "A decision counts where it is carried out.",
    "An index that is not published is taken at its floor, else held as it is: modeled.",
    "ETF is what the clauses say of leaving all at the month's end with notice in time; unknown fees are in no sum.",
)


def months_ahead(ctx: Context, count: int) -> Months:
    return Months(first_of(ctx.today), count, Proration(ctx.policy.proration))


def forecast(ctx: Context, request: GetForecast) -> Forecast:
    """Project what is asked about."""
    months = months_ahead(ctx, request.months)
    number = _explained(months, request.month)
    facts = facts_of(ctx, request, months)
    projection = projected(facts, months)
    exposure = ahead(ctx, facts.versions, months)
    dues = _dues(ctx, facts)
    changes = _changes(projection, number)
    shown = changes[: request.limit]
    return Forecast(
        as_of=ctx.today,
        provider=request.provider,
        market=request.market,
        service_type=request.service_type,
        months=_months(facts, projection, exposure),
        cliff=_cliff(months, dues),
        explained=months.all[number],
        changes_total=len(changes),
        changes_shown=len(shown),
        changes=[_change(facts, projection, one, number) for one in shown],
        renewals=_renewals(months, dues, number),
        circuits=sum(len(mine) for mine in facts.circuits.values()) + facts.unpriced,
        contracts=len(facts.plans),
        unpriced=facts.unpriced,
        unstarted=facts.unstarted,
        etf_waiting=exposure.waiting,
        basis=list(BASIS),
    )


def projected(facts: Facts, months: Months) -> Projection:
    projection = Projection(months)
    for contract_id, circuits in facts.circuits.items():
        if contract_id is None:
            projection.add_alone(circuits)
        else:
            projection.add(facts.plans[contract_id], circuits)
    return projection


def _explained(months: Months, month: date | None) -> int:
    number = len(months.all) - 1 if month is None else months.number(month)
    if not 0 <= number < len(months.all):
        raise Invalid(
            "That month is not among those asked for.", field="month", fix="Ask for more months, or a nearer one."
        )
    return number


def _months(facts: Facts, projection: Projection, exposure: Exposure) -> list[ForecastMonth]:
    months, sheet = projection.months, projection.sheet
    fees = _fees(facts, exposure, len(months.all))
    found = []
    for code in facts.currencies:
        footing = {one: sheet.of((code, one.value)) for one in Footing}
        modeled, undone = sheet.of((code, MODELED)), sheet.of((code, UNDONE))
        for at, month in enumerate(months.all):
            parts = {one.value: footing[one][at] for one in Footing}
            found.append(
                ForecastMonth(
                    month=month, currency=code, mrc=sum(parts.values(), NOTHING), **parts, modeled=modeled[at],
                    undone=undone[at], etf=fees[code][at][0], etf_unknown=fees[code][at][1],
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.month, one.currency))


def _fees(facts: Facts, exposure: Exposure, count: int) -> dict[str, list[tuple[Decimal | None, int]]]:
    """Add fees up by currency and month, with how many are unknown; where all are, so is their sum."""
    found: dict[str, list[tuple[Decimal | None, int]]] = {}
    for code in facts.currencies:
        mine = [fees for row_id, fees in exposure.fees.items() if facts.reads[row_id].row["currency"] == code]
        months = []
        for at in range(count):
            known = [fee for fees in mine if (fee := fees[at]) is not None]
            unknown = len(mine) - len(known)
            months.append((sum(known, NOTHING) if known or not unknown else None, unknown))
        found[code] = months
    return found


def _dues(ctx: Context, facts: Facts) -> list[Due]:
    found = []
    for row_id, plan in facts.plans.items():
        row = facts.reads[row_id].row
        mrc = plan.course.on(ctx.today).mrc if plan.course is not None else row["circuits_mrc"]
        own = row["act_by"] if plan.way.term.term_end_date == row["term_end_date"] and row["act_by"] else None
        due = due_of(plan, plan.decisions, row["currency"], mrc, own)
        if due is not None:
            found.append(due)
    return found


def _cliff(months: Months, dues: Iterable[Due]) -> list[CliffMonth]:
    by_month: dict[tuple[date, str], list[Due]] = {}
    for due in dues:
        if 0 <= months.number(due.act_by) < len(months.all):
            by_month.setdefault((first_of(due.act_by), due.currency), []).append(due)
    return [
        CliffMonth(
            month=month,
            currency=code,
            contracts=len(mine),
            decided=sum(one.decision is not None for one in mine),
            mrc=sum((one.mrc for one in mine if one.mrc is not None), NOTHING),
            commits=sum((one.commits for one in mine if one.commits is not None), NOTHING),
            uncosted=sum(one.uncosted for one in mine),
        )
        for (month, code), mine in sorted(by_month.items(), key=lambda pair: pair[0])
    ]


def _renewals(months: Months, dues: Iterable[Due], number: int) -> list[ForecastRenewal]:
    there = [due for due in dues if months.number(due.act_by) == number]
    return [
        ForecastRenewal(
            contract=due.plan.ref, act_by=due.act_by, term_end_date=due.term_end_date, end_of_term=due.end_of_term,
            decision=due.decision, mrc=due.mrc, commits=due.commits, currency=due.currency,
        )
        for due in sorted(there, key=lambda due: (due.act_by, due.plan.ref))
    ]  # fmt: skip


Item = tuple[Decimal, str, Key, Plan | Billed]


def _changes(projection: Projection, number: int) -> list[Item]:
    """List what comes to another amount in a month than in the first, the largest first."""
    sheet = projection.sheet
    found: list[Item] = []
    for key, about in projection.items.items():
        steps = sheet.steps[key]
        difference = sum((amount for at, amount in steps.items() if 0 < at <= number), NOTHING)
        if difference:
            found.append((difference, about.ref, key, about))
    return sorted(found, key=lambda one: (-abs(one[0]), one[1]))


def _change(facts: Facts, projection: Projection, item: Item, number: int) -> ForecastChange:
    difference, ref, key, about = item
    was = projection.sheet.in_month(key, 0)
    months = projection.months
    last = last_of(months.all[number])
    if isinstance(about, Plan):
        mine: Sequence[Billed] = [one for one in facts.circuits.get(about.id, ()) if one.currency == key[0]]
        why = reasons(about, mine, _refs(facts), months.first, last)
        modeled = any(_is_modeled(leg, last) for leg in about.legs)
    else:
        why, modeled = reasons(None, [about], {}, months.first, last), False
    return ForecastChange(
        ref=ref, currency=key[0], was=was, becomes=was + difference, difference=difference,
        basis="modeled" if modeled else "contracted", why=why,
    )  # fmt: skip


def _is_modeled(leg: Leg, last: date) -> bool:
    return leg.first <= last and (leg.modeled or (leg.course is not None and leg.course.on(last).estimated))


def _refs(facts: Facts) -> Mapping[UUID, str]:
    return {row_id: read.row["ref"] for row_id, read in facts.reads.items()}

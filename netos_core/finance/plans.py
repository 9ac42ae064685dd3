"""From what is asked of allocation rules and closed months to the exact rows that would change. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from netos_core.changes.plans import Wanted
from netos_core.changes.rows import About, Draft, Kind, plan_leaving, plan_rows
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.finance.model import AccountingPeriod, AllocationRule
from netos_core.finance.queries import periods
from netos_core.finance.queries.closing import closing, planned
from netos_core.finance.rules.allocation import WHOLE, Method
from netos_core.finance.rules.months import first_of, last_of
from netos_core.finance.schemas import AllocationRuleEdit, PeriodEdit
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.links.rules import overlap
from netos_core.sites import queries as sites


def _rule_part(row: Mapping[str, Any], _about: About) -> str:
    return f"division of {row['component']}"


RULE = Kind(
    "allocation_rule",
    "allocation rule",
    required=("site", "component", "method"),
    links={"site": sites.names},
    shown=("component", "method", "starts_on", "ends_on"),
    owner="site",
    part=_rule_part,
    lists="get_infrastructure_pl",
)
PERIOD = Kind(
    "accounting_period",
    "accounting period",
    required=("month",),
    links={},
    shown=("ref", "month"),
    names=periods.names,
)


def plan_rules(ctx: Context, wanted: Sequence[Wanted[AllocationRuleEdit]]) -> list[Change]:
    """Plan how shared costs are divided; a rule is changed and retired by its row id, and holds for whole months.

    Raises:
        NotFound: A site, a circuit or an id means nothing we have.
        Invalid: A field is missing, or fixed shares do not make one hundred percent.
        Conflict: Two rules would divide one cost in one month, or a rule is asked for twice.
    """
    going = {w.ref for w in wanted if w.action is Action.RETIRE}
    read = [Wanted(w.action, w.ref, _read(ctx, w.edit)) for w in wanted]

    def check(drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            _check_shares(draft.values)
        _refuse_doubled(ctx, drafts, going)

    return plan_rows(ctx, RULE, read, check=check)


def _read(ctx: Context, edit: AllocationRuleEdit) -> AllocationRuleEdit:
    """Take whole months, and refs in the place of what circuits are called."""
    given: dict[str, Any] = {}
    if edit.starts_on is not None:
        given["starts_on"] = first_of(edit.starts_on)
    if edit.ends_on is not None:
        given["ends_on"] = last_of(edit.ends_on)
    if edit.shares is not None:
        named = circuits.names(ctx, edit.shares)
        refs = {key: named.get(key, "shares").ref for key in edit.shares}
        if len(set(refs.values())) < len(refs):
            raise Invalid("A circuit has two shares.", field="shares", fix="Give each circuit once.")
        given["shares"] = {refs[key]: format(Decimal(percent), "f") for key, percent in edit.shares.items()}
    return edit.model_copy(update=given) if given else edit


def _check_shares(values: Mapping[str, Any]) -> None:
    shares, starts, ends = values.get("shares"), values.get("starts_on"), values.get("ends_on")
    if starts and ends and ends < starts:
        raise Invalid("It ends before it starts.", field="ends_on")
    if (values["method"] == Method.FIXED) != (shares is not None):
        raise Invalid("Fixed shares belong to the fixed method, and to no other.", field="shares")
    if shares is not None and sum((Decimal(percent) for percent in shares.values()), Decimal(0)) != WHOLE:
        raise Invalid("Fixed shares make one hundred percent.", field="shares", fix="Correct the percentages.")


def _refuse_doubled(ctx: Context, drafts: Sequence[Draft], going: set[str | None]) -> None:
    drawn = {draft.id for draft in drafts}
    rows = ctx.session.execute(
        select(
            AllocationRule.id, AllocationRule.site_id, AllocationRule.component, AllocationRule.starts_on,
            AllocationRule.ends_on,
        ).where(
            AllocationRule.site_id.in_([draft.values["site_id"] for draft in drafts]),
            AllocationRule.retired_at.is_(None),
        )
    )  # fmt: skip
    seen: list[tuple[Any, ...]] = [
        tuple(row)[1:] for row in rows if row.id not in drawn and str(row.id) not in going
    ]  # fmt: skip
    for draft in drafts:
        v = draft.values
        own = (v["site_id"], str(v["component"]), v.get("starts_on"), v.get("ends_on"))
        if any(other[:2] == own[:2] and overlap(other[2:], own[2:]) for other in seen):
            raise Conflict(
                f"{draft.about[v['site_id']].ref} has a rule for its {v['component']} in these months.",
                field="starts_on",
                fix="End that rule first.",
            )
        seen.append(own)


def plan_gone(ctx: Context, changes: Sequence[Change]) -> list[Change]:
    """Plan the retirement of the rules of sites that are retired."""
    return plan_leaving(ctx, RULE, "site", [c.id for c in changes if c.entity == "site" and c.action is Action.RETIRE])


def plan_periods(ctx: Context, wanted: Sequence[Wanted[PeriodEdit]]) -> list[Change]:
    """Plan the closing of months, each with the lines it keeps; to open one again, retire it.

    Raises:
        NotFound: No closed month has that ref.
        Invalid: The month is missing, is not over, or would become another.
        Conflict: The month is closed already, or asked for twice.
    """
    firsts = [Wanted(w.action, w.ref, _first(w.edit)) for w in wanted]
    given = [w.edit.month for w in firsts if w.edit.month is not None]
    if any(w.action is Action.UPDATE and "month" in w.edit.model_fields_set for w in firsts):
        raise Invalid("A closed month stays that month.", field="month", fix="Retire it and close the other one.")
    taken = periods.closed_months(ctx, min(given), max(given)) if given else {}
    for month in given:
        if month >= first_of(ctx.today):
            raise Invalid(f"{month:%B %Y} is not over.", field="month", fix="Close it when it is.")
        if month in taken or given.count(month) > 1:
            raise Conflict(f"{month:%B %Y} is closed already.", field="month", fix="Retire its closing to open it.")

    def complete(draft: Draft) -> None:
        made = closing(ctx, draft.values["month"])
        ctx.session.info[planned(draft.values["month"])] = made
        draft.values.update(kept=made.kept, lines=len(made.lines), totals=made.totals)

    return plan_rows(ctx, PERIOD, firsts, complete=complete)


def _first(edit: PeriodEdit) -> PeriodEdit:
    return edit if edit.month is None else edit.model_copy(update={"month": first_of(edit.month)})


def warnings_of(ctx: Context, changes: Sequence[Change]) -> tuple[str, ...]:
    """Say which closed months a change would no longer agree with."""
    days = [
        date.fromisoformat(str(c.after["starts_on"]))
        for c in changes
        if c.entity == "allocation_rule" and c.after.get("starts_on")
    ]
    if not days:
        return ()
    rows = ctx.session.scalars(
        select(AccountingPeriod.month)
        .where(AccountingPeriod.retired_at.is_(None), AccountingPeriod.month >= min(days))
        .order_by(AccountingPeriod.month)
    ).all()
    if not rows:
        return ()
    months = ", ".join(f"{month:%B %Y}" for month in rows)
    return (f"{months} closed before this; what is kept stays, and shows what would be otherwise.",)

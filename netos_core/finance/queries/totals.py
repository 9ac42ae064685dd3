"""A month added up by carrier, market, service, customer or asset: parts that make the whole."""

from __future__ import annotations

from netos_core.finance.queries.assets import sums_of
from netos_core.finance.queries.circuits import span_of
from netos_core.finance.queries.groups import Group, Groups, groups_of
from netos_core.finance.queries.worked import month_of
from netos_core.finance.rules.waterfall import ByCurrency, add
from netos_core.finance.schemas import PlGroup, PlTotals, PlTotalsRequest
from netos_core.kernel.context import Context


def pl_totals(ctx: Context, request: PlTotalsRequest) -> PlTotals:
    """Add a month up: as it was closed, else as it is on file now."""
    month, _ = span_of(ctx, request.month, None)
    found = month_of(ctx, month)
    groups = groups_of(ctx, request.by, found)
    whole: ByCurrency = {}
    for sums in groups.values():
        add(whole, sums)
    ordered = _in_order(ctx, groups)
    shown = _shown(ordered, groups, request.limit)
    return PlTotals(
        month=month, by=request.by, closed=found.closed.ref if found.closed else None, worked_at=found.worked_at,
        anew=found.worked_again, whole=sums_of(whole), groups_total=len(ordered), groups=shown,
    )  # fmt: skip


def _shown(ordered: list[Group], groups: Groups, limit: int) -> list[PlGroup]:
    """Show the first groups and what is beside them all; the others come together as one, so that nothing is lost."""
    named = [group for group in ordered if not group.beside]
    taken = {*named[:limit], *(group for group in ordered if group.beside)}
    shown = [
        PlGroup(name=one.name, ref=one.ref, kind=one.kind, money=sums_of(groups[one]))
        for one in ordered
        if one in taken
    ]
    if len(named) > limit:
        rest: ByCurrency = {}
        for group in named[limit:]:
            add(rest, groups[group])
        shown.append(PlGroup(name=f"{len(named) - limit:,} others", ref=None, kind=None, money=sums_of(rest)))
    return shown


def _in_order(ctx: Context, groups: Groups) -> list[Group]:
    """Put the worst first; for who sees no money by name, as another order would tell what is bad."""
    if not ctx.principal.may("see:money"):
        return sorted(groups, key=_by_name)
    return sorted(groups, key=lambda one: (min(sums.contribution for sums in groups[one].values()), *_by_name(one)))


def _by_name(group: Group) -> tuple[str, str]:
    return (group.name, group.ref or "")

"""From what is asked of attributions to the exact rows that would change. Plans many as one, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from netos_core.changes.plans import Wanted, changed
from netos_core.changes.rows import About, Draft, Kind, plan_rows, row_retired
from netos_core.changes.rules import Action, Change
from netos_core.circuits import queries as circuits
from netos_core.customers import queries as customers
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict, Invalid
from netos_core.kernel.lookup import Named
from netos_core.revenue.model import RevenueAttribution, RevenueService
from netos_core.revenue.queries import services
from netos_core.revenue.rules.suggest import Basis
from netos_core.revenue.schemas import AttributionEdit
from netos_core.sites import queries as sites


class AttributedAlready(Conflict):
    """The service would be of two things on one day."""


def _part(row: Mapping[str, Any], about: About) -> str:
    of = next((row[name] for name in ("circuit_id", "site_id", "customer_id") if row.get(name) is not None), None)
    return f"attribution to {about[of].ref}" if of is not None else "attribution"


ATTRIBUTION = Kind(
    "revenue_attribution",
    "attribution",
    required=("service",),
    links={
        "service": services.names, "circuit": circuits.names, "site": sites.names, "customer": customers.names,
    },
    shown=("basis", "starts_on", "ends_on"),
    owner="service",
    part=_part,
    lists="get_revenue",
    kept=("basis",),
)  # fmt: skip


def plan(ctx: Context, wanted: Sequence[Wanted[AttributionEdit]]) -> list[Change]:
    """Plan what services are of, and when; an attribution is changed and retired by its row id.

    A new one that begins on a day ends, on the day before, the one that held until then.

    Raises:
        NotFound: A service, circuit, site, customer or id means nothing we have.
        Invalid: It is of nothing, or its days are in the wrong order.
        Conflict: A service would be of two things on one day, or an attribution is asked for twice.
    """
    ending: list[Change] = []

    def complete(draft: Draft) -> None:
        draft.values["basis"] = draft.values.get("basis") or Basis.BY_HAND

    def check(drafts: Sequence[Draft]) -> None:
        ending.extend(_make_way(ctx, drafts, {w.ref for w in wanted if w.action is Action.RETIRE}))

    planned = plan_rows(ctx, ATTRIBUTION, wanted, complete=complete, check=check)
    return [*ending, *planned]


def _make_way(ctx: Context, drafts: Sequence[Draft], going: set[str | None]) -> list[Change]:
    drawn = {draft.id for draft in drafts}
    there: dict[UUID, list[dict[str, Any]]] = {}
    for row in _live(ctx, RevenueAttribution.service_id, [draft.values["service_id"] for draft in drafts]):
        if row["id"] not in drawn and str(row["id"]) not in going:
            there.setdefault(row["service_id"], []).append(row)
    made = []
    for draft in drafts:
        values = draft.values
        if all(values.get(name) is None for name in ("circuit_id", "site_id", "customer_id")):
            raise Invalid("An attribution is of a circuit, a site or a customer.", field="circuit")
        starts, ends = values.get("starts_on"), values.get("ends_on")
        if starts and ends and ends < starts:
            raise Invalid("It ends before it starts.", field="ends_on")
        others = there.setdefault(values["service_id"], [])
        for other in [one for one in others if _meet(values, one)]:
            makes_way = draft.is_new and other["ends_on"] is None and "version" in other
            if starts is None or starts <= (other["starts_on"] or date.min) or not makes_way:
                raise AttributedAlready(
                    f"{draft.about[values['service_id']].ref} is attributed on some of these days already.",
                    field="starts_on",
                    fix="Say from which day the new one holds, or change the one there is.",
                )
            last = {"ends_on": starts - timedelta(days=1)}
            ref = draft.about[values["service_id"]].ref
            change = changed("revenue_attribution", other, last, ref=ref, part="attribution until then")
            made += [change] if change else []
            others.remove(other)
        others.append(values)
    return made


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    first, second = one.get("starts_on") or date.min, other.get("starts_on") or date.min
    return first <= (other.get("ends_on") or date.max) and second <= (one.get("ends_on") or date.max)


def _live(ctx: Context, column: Any, ids: Iterable[UUID]) -> list[dict[str, Any]]:
    table = ATTRIBUTION.table
    rows = ctx.session.execute(
        select(table).where(table.c[column.key].in_(list(ids)), table.c.retired_at.is_(None)).order_by(table.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def plan_gone(ctx: Context, changes: Sequence[Change]) -> list[Change]:
    """Plan what happens to attributions when circuits, sites or customers are retired: they end with the day.

    What was earned until then stays where it was earned.
    """
    planned: dict[UUID, Change] = {}
    for entity in ("circuit", "site", "customer"):
        gone = {c.id: c.ref for c in changes if c.entity == entity and c.action is Action.RETIRE}
        if not gone:
            continue
        rows = _live(ctx, getattr(RevenueAttribution, f"{entity}_id"), gone)
        refs = _refs(ctx, [row["service_id"] for row in rows])
        for row in rows:
            if (row["ends_on"] or date.max) <= ctx.today:
                continue
            ref = refs[row["service_id"]]
            part = f"attribution to {gone[row[f'{entity}_id']]}"
            if row["starts_on"] and row["starts_on"] > ctx.today:
                about = {row["service_id"]: Named(row["service_id"], ref, ref)}
                planned[row["id"]] = row_retired(_ALONE, row, about)
            elif change := changed("revenue_attribution", row, {"ends_on": ctx.today}, ref=ref, part=part):
                planned[row["id"]] = change
    return list(planned.values())


_ALONE = Kind(
    "revenue_attribution", "attribution", required=(), links={}, shown=("basis", "starts_on"), owner="service"
)


def _refs(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, str]:
    rows = ctx.session.execute(select(RevenueService.id, RevenueService.ref).where(RevenueService.id.in_(list(ids))))
    return {row.id: row.ref for row in rows}

"""Says on the worklist which circuits cost more than they bring, and which bring money at a cost nobody knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select

from netos_core.circuits.model import Circuit, CircuitCustomer
from netos_core.circuits.rules import IN_USE
from netos_core.contracts.rules.days import plus_months
from netos_core.finance.queries.worked import lines_of, month_of
from netos_core.finance.rules.margins import Loss, losses
from netos_core.finance.rules.months import first_of
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.links.model import RfLink
from netos_core.providers.model import Provider
from netos_core.revenue.model import RevenueAttribution, RevenuePrice
from netos_core.worklist.records import About, say_all
from netos_core.worklist.rules import Finding, FindingKind

ENTITY = "circuit"
MOST = 100
"""So many circuits of a kind are on the worklist, the dearest first."""

YEAR = 12


@dataclass(frozen=True, slots=True)
class _Found:
    """A circuit with a finding, by what it is called."""

    id: UUID
    ref: str
    title: str
    currency: str
    finding: Finding


def tell_money(ctx: Context) -> int:
    """Open what is so, and close what is no more; returns how many findings are on the worklist."""
    return sum(
        _tell(ctx, kind, found)
        for kind, found in (
            (FindingKind.NEGATIVE_MARGIN, _negative(ctx)),
            (FindingKind.MISSING_COST, _without_cost(ctx)),
        )
    )


def _tell(ctx: Context, kind: FindingKind, found: Sequence[_Found]) -> int:
    said = [(About(ENTITY, one.id, one.ref, one.title, one.currency, None), [one.finding]) for one in found]
    say_all(ctx, ENTITY, [kind], said)
    return len(found)


def _negative(ctx: Context) -> list[_Found]:
    """Find circuits in use that cost more than they brought in the last full month, by nothing modeled."""
    month = plus_months(first_of(ctx.today), -1)
    lines = lines_of(ctx, month_of(ctx, month))
    of_circuits = defaultdict(list)
    for one in lines:
        if one.circuit_id is not None:
            of_circuits[one.circuit_id].append(one.line)
    lost = losses(of_circuits)
    named = _named(ctx, [one.circuit_id for one in lost])
    dearest = [one for one in lost if one.circuit_id in named][:MOST]
    return [_negative_one(named[one.circuit_id], one, month) for one in dearest]


def _negative_one(row: Any, loss: Loss, month: date) -> _Found:
    why = f"It cost more than it earned in {month:%B %Y}, with nothing modeled in either"
    why += f"; its dearest part is {loss.dearest.replace('_', ' ')}. get_circuit_pl has every line."
    finding = Finding(FindingKind.NEGATIVE_MARGIN, why, loss.amount * YEAR, None)
    return _Found(row.id, row.ref, _title(row), loss.currency, finding)


def _named(ctx: Context, ids: Sequence[UUID]) -> Mapping[UUID, Any]:
    rows = ctx.session.execute(
        select(Circuit.id, Circuit.ref, Circuit.provider_circuit_id, Provider.name)
        .join(Provider, Provider.id == Circuit.provider_id)
        .where(
            among(Circuit.id, ids),
            Circuit.status.in_(IN_USE),
            Circuit.retired_at.is_(None),
        )
    )
    return {row.id: row for row in rows}


def _title(row: Any) -> str:
    return " ".join(part for part in (row.name, row.provider_circuit_id) if part)


def _without_cost(ctx: Context) -> list[_Found]:
    """Find circuits in use that bring money or have a contract, and whose cost nobody knows."""
    today, c, k, a, p = ctx.today, Circuit, CircuitCustomer, RevenueAttribution, RevenuePrice
    agreed = (
        select(func.sum(k.mrr))
        .where(
            k.circuit_id == c.id, k.retired_at.is_(None), k.currency == c.currency,
            or_(k.starts_on.is_(None), k.starts_on <= today), or_(k.ends_on.is_(None), k.ends_on >= today),
        )
        .scalar_subquery()
    )  # fmt: skip
    billed = (
        select(func.sum(p.mrr))
        .select_from(a)
        .join(p, p.service_id == a.service_id)
        .where(
            a.circuit_id == c.id, a.retired_at.is_(None), p.ends_on.is_(None), p.currency == c.currency,
            or_(a.starts_on.is_(None), a.starts_on <= today), or_(a.ends_on.is_(None), a.ends_on >= today),
        )
        .scalar_subquery()
    )  # fmt: skip
    carried = exists().where(RfLink.circuit_id == c.id, RfLink.retired_at.is_(None), RfLink.monthly_cost.is_not(None))
    known = (
        select(
            c.id, c.ref, c.provider_circuit_id, c.currency, c.contract_id, Provider.name,
            func.coalesce(billed, agreed).label("mrr"),
        )
        .join(Provider, Provider.id == c.provider_id)
        .where(c.mrc.is_(None), c.status.in_(IN_USE), c.retired_at.is_(None), ~carried)
        .subquery()
    )  # fmt: skip
    rows = ctx.session.execute(
        select(known)
        .where(or_(known.c.mrr > 0, known.c.contract_id.is_not(None)))
        .order_by(known.c.mrr.desc().nulls_last(), known.c.id)
        .limit(MOST)
    )
    found = []
    for row in rows:
        brings = row.mrr is not None and row.mrr > 0
        reason = "It brings revenue" if brings else "A contract governs it"
        amount = Decimal(row.mrr) * YEAR if brings else None
        finding = Finding(FindingKind.MISSING_COST, f"{reason}, and no MRC is on file.", amount, None)
        found.append(_Found(row.id, row.ref, _title(row), row.currency, finding))
    return found

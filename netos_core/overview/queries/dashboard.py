"""The plant at a glance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    SQLColumnExpression,
    Uuid,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)

from netos_core.changes.lists import change_page
from netos_core.changes.schemas import ListChanges
from netos_core.circuits.model import Circuit, CircuitEvent
from netos_core.circuits.rules import IN_USE
from netos_core.contracts.model import Contract
from netos_core.customers.model import Customer
from netos_core.extractions.queries import how_many_wait
from netos_core.kernel.context import Context
from netos_core.overview.queries.contracts import circuit_count
from netos_core.overview.schemas import Count, Counts, Dashboard, DeadlineLine, EventLine
from netos_core.providers.model import Provider
from netos_core.renewals.model import Exposure
from netos_core.renewals.queries import ACT_BY, alarm, monthly, renewal_state, with_standing
from netos_core.renewals.rules import PRESSING, RenewalState
from netos_core.sites.model import Site

DEADLINES_SHOWN = 8
PROVIDERS_SHOWN = 8
STUBBED: tuple[Any, ...] = (Site, Provider, Customer)
STATES = (
    RenewalState.OVERDUE, RenewalState.CRITICAL, RenewalState.ACTIVE, RenewalState.WATCH, RenewalState.STABLE,
    RenewalState.DECIDED, RenewalState.EVERGREEN, RenewalState.UNKNOWN,
)  # fmt: skip


# A group of circuits: how many, and what they cost in the house currency.
Sums: TypeAlias = Iterable[tuple[str, int, Decimal | None]]


def dashboard(ctx: Context, market: str | None = None) -> Dashboard:
    """Read the plant, of a market or all of it; amounts are in the house currency unless they carry their own.

    Records that are of no market are counted whole.
    """
    plant = ctx.session.execute(_plant(*_of_market(market)) if market else _PLANT).all()
    used = [group for group in plant if group.status in IN_USE]
    standing, soonest = _standing(ctx, market)
    by_state = {c.key: c for c in _counts(ctx, ((row.key, row.n, row.mrc) for row in standing))}
    by_status = _counts(ctx, _by(ctx, "status", plant))
    spend: defaultdict[str, Decimal] = defaultdict(Decimal)
    for group in used:
        if group.mrc is not None:
            spend[group.currency] += group.mrc
    fees, unknown = _exposure(ctx, market)
    open_changes = change_page(ctx, ListChanges(status="open", limit=1)).total
    live = _live_of_each(ctx)
    return Dashboard(
        as_of=ctx.today,
        currency=ctx.policy.currency,
        circuits=sum(c.count for c in by_status),
        circuits_in_use=sum(c.count for c in by_status if c.key in IN_USE),
        mrc=dict(spend),
        etf=fees,
        etf_unknown=unknown,
        providers=live["providers"],
        sites=live["sites"],
        customers=live["customers"],
        contracts=live["contracts"],
        by_renewal_state=[by_state.get(s, Count(key=s, count=0, mrc=Decimal(0))) for s in STATES],
        by_provider=_counts(ctx, _by(ctx, "provider", used), PROVIDERS_SHOWN),
        by_service_type=_counts(ctx, _by(ctx, "service_type", used)),
        by_status=by_status,
        next_deadlines=_deadlines(ctx, soonest),
        without_contract=sum(row.n for row in standing if not row.filed),
        stubs=sum(group.n for group in plant if group.stub) + sum(_live(ctx, kind, kind.stub) for kind in STUBBED),
        open_outages=_open_outages(ctx, market),
        waiting_for_you=_waiting(ctx) if open_changes else 0,
        open_changes=open_changes,
        extractions_waiting=live["extractions_waiting"],
    )


def counts(ctx: Context) -> Counts:
    """Count what is live of each kind, and what waits."""
    circuits = _live(ctx, Circuit)
    return Counts(circuits=circuits, **_live_of_each(ctx), waiting_for_you=_waiting(ctx))


def _live_of_each(ctx: Context) -> Mapping[str, int]:
    """Count what is live of each kind but circuits, and the extractions that wait for a person, in one statement."""
    kinds: dict[str, Any] = {
        "sites": Site,
        "providers": Provider,
        "customers": Customer,
        "contracts": Contract,
    }
    each = (
        select(func.count()).select_from(kind).where(kind.retired_at.is_(None)).scalar_subquery().label(name)
        for name, kind in kinds.items()
    )
    row = ctx.session.execute(select(*each, how_many_wait(ctx).label("extractions_waiting"))).mappings().one()
    return dict(row)


def _waiting(ctx: Context) -> int:
    return change_page(ctx, ListChanges(status="open", mine=True, limit=1)).total


def _of_market(market: str | None) -> list[ColumnElement[bool]]:
    return [func.lower(Circuit.market) == market.strip().lower()] if market else []


def _governing(market: str | None) -> list[ColumnElement[bool]]:
    """Keep contracts that govern a live circuit of a market."""
    there = exists().where(Circuit.contract_id == Contract.id, Circuit.retired_at.is_(None), *_of_market(market))
    return [there.correlate(Contract)] if market else []


def _exposure(ctx: Context, market: str | None) -> tuple[dict[str, Decimal], int]:
    """Add up what leaving every contract in force would cost, as last looked at, and count where that is unknown."""
    rows = ctx.session.execute(
        select(
            Contract.currency,
            func.sum(Exposure.etf).label("etf"),
            func.count().filter(Exposure.etf.is_(None)).label("unknown"),
        )
        .join(Exposure, Exposure.contract_id == Contract.id)
        .where(Contract.retired_at.is_(None), *_governing(market))
        .group_by(Contract.currency)
    ).all()
    return {row.currency: row.etf for row in rows if row.etf is not None}, sum(row.unknown for row in rows)


def _live(ctx: Context, model: Any, *conditions: SQLColumnExpression[bool]) -> int:
    return (
        ctx.session.scalar(select(func.count()).select_from(model).where(model.retired_at.is_(None), *conditions)) or 0
    )


def _plant(*wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Build the one look at all live circuits, in groups from which the figures are added up."""
    keys = (Circuit.status, Circuit.service_type, Circuit.provider_id, Circuit.currency, Circuit.stub)
    groups = (
        select(*keys, func.count().label("n"), func.sum(Circuit.mrc).label("mrc"))
        .where(Circuit.retired_at.is_(None), *wanted)
        .group_by(*keys)
        .subquery()
    )
    return select(groups, Provider.name.label("provider")).join(Provider, Provider.id == groups.c.provider_id)


_PLANT = _plant()


def _by(ctx: Context, key: str, groups: Iterable[Any]) -> Sums:
    """Say of each group what it counts for under a key; other currencies than the house's cost nothing there."""
    home = ctx.policy.currency
    return ((getattr(group, key), group.n, group.mrc if group.currency == home else None) for group in groups)


def _standing(ctx: Context, market: str | None) -> tuple[Sequence[Row[Any]], list[UUID]]:
    """Count the circuits in use by the state of the contract that governs them; choose the soonest that press.

    The state of each contract is worked out once, before circuits are looked at: there are far fewer contracts.
    """
    there = _governing(market)
    each: Any = select(
        Contract.id,
        Contract.retired_at.is_(None).label("live"),
        renewal_state(ctx.today).label("state"),
        alarm(ctx.today).is_not(None).label("alarms"),
        ACT_BY.label("act_by"),
        (there[0] if there else true()).label("there"),
    )
    states = with_standing(each).cte("states").prefix_with("materialized")
    mrc = func.sum(Circuit.mrc).filter(Circuit.currency == ctx.policy.currency)
    counted = (
        select(
            func.coalesce(states.c.state, RenewalState.UNKNOWN.value).label("key"),
            states.c.id.is_not(None).label("filed"),
            func.count().label("n"),
            mrc.label("mrc"),
            cast(null(), Uuid).label("soonest"),
        )
        .select_from(Circuit)
        .outerjoin(states, states.c.id == Circuit.contract_id)
        .where(Circuit.retired_at.is_(None), Circuit.status.in_(IN_USE), *_of_market(market))
        .group_by("key", "filed")
    )
    soonest = (
        select(null(), null(), null(), null(), states.c.id)
        .where(states.c.live, states.c.there, or_(states.c.state.in_(PRESSING), states.c.alarms))
        .order_by(states.c.act_by, states.c.id)
        .limit(DEADLINES_SHOWN)
    )
    rows = ctx.session.execute(union_all(counted, soonest)).all()
    return [row for row in rows if row.soonest is None], [row.soonest for row in rows if row.soonest is not None]


def _counts(ctx: Context, sums: Sums, limit: int | None = None) -> list[Count]:
    """Add groups up by their key; past the limit the rest is one bar of its own.

    The dearest come first, and for who sees no money the most: order and cut would tell what is dear.
    """
    counts: Counter[str] = Counter()
    money: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, n, mrc in sums:
        counts[key] += int(n)
        money[key] += mrc or Decimal(0)
    rows = [Count(key=key, count=n, mrc=money[key]) for key, n in counts.items()]
    by_money = ctx.principal.may("see:money")
    rows.sort(key=lambda c: (-(c.mrc or 0) if by_money else 0, -c.count, c.key))
    if limit is None or len(rows) <= limit:
        return rows
    rest = rows[limit:]
    total = sum((c.mrc or Decimal(0) for c in rest), Decimal(0))
    return [*rows[:limit], Count(key=f"{len(rest)} others", count=sum(c.count for c in rest), mrc=total)]


def _deadlines(ctx: Context, soonest: Sequence[UUID]) -> list[DeadlineLine]:
    rows = ctx.session.execute(
        with_standing(
            select(
                Contract.ref, Provider.name.label("provider"), Contract.title, ACT_BY.label("act_by"),
                func.coalesce(alarm(ctx.today), renewal_state(ctx.today)).label("renewal_state"),
                circuit_count().label("circuits"), monthly(ctx.today).label("mrc"),
            )
        )
        .join(Provider, Provider.id == Contract.provider_id)
        .where(Contract.id.in_(soonest))
        .order_by(ACT_BY, Contract.id)
    )  # fmt: skip
    return [DeadlineLine(**row, days_left=(row["act_by"] - ctx.today).days) for row in rows.mappings()]


def _open_outages(ctx: Context, market: str | None) -> list[EventLine]:
    rows = ctx.session.execute(
        select(
            Circuit.ref.label("circuit"), Provider.name.label("provider"), CircuitEvent.impact, CircuitEvent.starts_at,
            CircuitEvent.summary,
        )
        .join(Circuit, Circuit.id == CircuitEvent.circuit_id)
        .join(Provider, Provider.id == Circuit.provider_id)
        .where(
            CircuitEvent.retired_at.is_(None),
            CircuitEvent.kind == "outage",
            CircuitEvent.ends_at.is_(None),
            CircuitEvent.starts_at <= ctx.now,
            *_of_market(market),
        )
        .order_by(CircuitEvent.starts_at)
        .limit(20)
    )  # fmt: skip
    return [EventLine(**row) for row in rows.mappings()]

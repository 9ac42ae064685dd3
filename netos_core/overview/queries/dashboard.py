"""The plant at a glance."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import Select, SQLColumnExpression, and_, func, or_, select

from netos_core.changes.lists import change_page
from netos_core.changes.schemas import ListChanges
from netos_core.circuits.model import Circuit, CircuitEvent
from netos_core.circuits.rules import IN_USE
from netos_core.contracts.model import Contract, ContractCircuit
from netos_core.customers.model import Customer
from netos_core.kernel.context import Context
from netos_core.overview.queries.circuits import GOVERNS
from netos_core.overview.queries.contracts import circuit_count
from netos_core.overview.schemas import Count, Dashboard, DeadlineLine, EventLine
from netos_core.providers.model import Provider
from netos_core.renewals.model import Exposure, Standing
from netos_core.renewals.queries import ACT_BY, alarm, monthly, renewal_state, with_standing
from netos_core.renewals.rules import PRESSING, RenewalState
from netos_core.sites.model import Site

DEADLINES_SHOWN = 8
PROVIDERS_SHOWN = 8
STUBBED: tuple[Any, ...] = (Circuit, Site, Provider, Customer)
STATES = (
    RenewalState.OVERDUE, RenewalState.CRITICAL, RenewalState.ACTIVE, RenewalState.WATCH, RenewalState.STABLE,
    RenewalState.DECIDED, RenewalState.EVERGREEN, RenewalState.UNKNOWN,
)  # fmt: skip


def dashboard(ctx: Context) -> Dashboard:
    """Read every figure of the dashboard; amounts are in the house currency unless they carry their own."""
    live = Circuit.retired_at.is_(None)
    in_use = and_(live, Circuit.status.in_(IN_USE))
    by_state = {c.key: c for c in _counts(ctx, _governed(renewal_state(ctx.today), ctx).where(in_use))}
    by_status = _counts(ctx, _counted(Circuit.status, ctx).where(live))
    spend = ctx.session.execute(
        select(Circuit.currency, func.sum(Circuit.mrc).label("mrc"))
        .where(in_use, Circuit.mrc.is_not(None))
        .group_by(Circuit.currency)
    )
    fees, unknown = _exposure(ctx)
    open_changes = change_page(ctx, ListChanges(status="open", limit=1)).total
    return Dashboard(
        as_of=ctx.today,
        currency=ctx.policy.currency,
        circuits=sum(c.count for c in by_status),
        circuits_in_use=sum(c.count for c in by_status if c.key in IN_USE),
        mrc={row.currency: row.mrc for row in spend},
        etf=fees,
        etf_unknown=unknown,
        providers=_live(ctx, Provider),
        sites=_live(ctx, Site),
        customers=_live(ctx, Customer),
        contracts=_live(ctx, Contract),
        by_renewal_state=[by_state.get(s, Count(key=s, count=0, mrc=Decimal(0))) for s in STATES],
        by_provider=_counts(
            ctx,
            _counted(Provider.name, ctx).join(Provider, Provider.id == Circuit.provider_id).where(in_use),
            PROVIDERS_SHOWN,
        ),
        by_service_type=_counts(ctx, _counted(Circuit.service_type, ctx).where(in_use)),
        by_status=by_status,
        next_deadlines=_deadlines(ctx),
        without_contract=ctx.session.scalar(
            _governed(Circuit.status, ctx).with_only_columns(func.count()).where(in_use, Contract.id.is_(None))
        )
        or 0,
        stubs=sum(_live(ctx, model, model.stub) for model in STUBBED),
        open_outages=_open_outages(ctx),
        waiting_for_you=change_page(ctx, ListChanges(mine=True, limit=1)).total if open_changes else 0,
        open_changes=open_changes,
    )


def _exposure(ctx: Context) -> tuple[dict[str, Decimal], int]:
    """Add up what leaving every contract in force would cost, as last looked at, and count where that is unknown."""
    rows = ctx.session.execute(
        select(
            Contract.currency,
            func.sum(Exposure.etf).label("etf"),
            func.count().filter(Exposure.etf.is_(None)).label("unknown"),
        )
        .join(Exposure, Exposure.contract_id == Contract.id)
        .where(Contract.retired_at.is_(None))
        .group_by(Contract.currency)
    ).all()
    return {row.currency: row.etf for row in rows if row.etf is not None}, sum(row.unknown for row in rows)


def _live(ctx: Context, model: Any, *conditions: SQLColumnExpression[bool]) -> int:
    return (
        ctx.session.scalar(select(func.count()).select_from(model).where(model.retired_at.is_(None), *conditions)) or 0
    )


def _counted(key: Any, ctx: Context) -> Select[*tuple[Any, ...]]:
    mrc = func.sum(Circuit.mrc).filter(Circuit.currency == ctx.policy.currency)
    return select(key.label("key"), func.count().label("n"), mrc.label("mrc")).select_from(Circuit)


def _governed(key: Any, ctx: Context) -> Select[*tuple[Any, ...]]:
    return (
        _counted(key, ctx)
        .outerjoin(ContractCircuit, GOVERNS)
        .outerjoin(Contract, Contract.id == ContractCircuit.contract_id)
        .outerjoin(Standing, Standing.contract_id == Contract.id)
    )


def _counts(ctx: Context, query: Select[*tuple[Any, ...]], limit: int | None = None) -> list[Count]:
    """Group by the key; past the limit the rest is one bar of its own.

    The dearest come first, and for who sees no money the most: order and cut would tell what is dear.
    """
    rows = [
        Count(key=row.key, count=row.n, mrc=row.mrc or Decimal(0)) for row in ctx.session.execute(query.group_by("key"))
    ]
    by_money = ctx.principal.may("see:money")
    rows.sort(key=lambda c: (-(c.mrc or 0) if by_money else 0, -c.count, c.key))
    if limit is None or len(rows) <= limit:
        return rows
    rest = rows[limit:]
    total = sum((c.mrc or Decimal(0) for c in rest), Decimal(0))
    return [*rows[:limit], Count(key=f"{len(rest)} others", count=sum(c.count for c in rest), mrc=total)]


def _deadlines(ctx: Context) -> list[DeadlineLine]:
    state, still = renewal_state(ctx.today), alarm(ctx.today)
    rows = ctx.session.execute(
        with_standing(
            select(
                Contract.ref, Provider.name.label("provider"), Contract.title, ACT_BY.label("act_by"),
                func.coalesce(still, state).label("renewal_state"), circuit_count().label("circuits"),
                monthly().label("mrc"),
            )
        )
        .join(Provider, Provider.id == Contract.provider_id)
        .where(Contract.retired_at.is_(None), or_(state.in_(PRESSING), still.is_not(None)))
        .order_by(ACT_BY, Contract.id)
        .limit(DEADLINES_SHOWN)
    )  # fmt: skip
    return [DeadlineLine(**row, days_left=(row["act_by"] - ctx.today).days) for row in rows.mappings()]


def _open_outages(ctx: Context) -> list[EventLine]:
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
        )
        .order_by(CircuitEvent.starts_at)
        .limit(20)
    )  # fmt: skip
    return [EventLine(**row) for row in rows.mappings()]

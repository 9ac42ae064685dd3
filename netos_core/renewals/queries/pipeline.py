"""The board of renewals: one statement counts, adds up and chooses the soonest of each column, one spells those out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Numeric,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    null,
    select,
    union_all,
)

from netos_core.access.model import Person
from netos_core.access.queries import get_person
from netos_core.contracts.model import Contract
from netos_core.kernel.context import Context
from netos_core.kernel.money import sum_by_currency
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.renewals.model import RenewalDecision
from netos_core.renewals.queries.silence import RENEWS, all_monthly, cost_of_silence, monthly, with_silence
from netos_core.renewals.queries.standing import (
    ACT_BY,
    LAST_DAY,
    NOTICE_DEADLINE,
    TERM_END,
    alarm,
    in_market,
    of_term,
    owner_id,
    renewal_state,
    with_standing,
)
from netos_core.renewals.rules import PRESSING, RenewalState
from netos_core.renewals.schemas import GetPipeline, Pipeline, PipelineCard, PipelineColumn, PipelineRest

COLUMNS = (*PRESSING, RenewalState.DECIDED)
REST = (RenewalState.STABLE, RenewalState.EVERGREEN, RenewalState.UNKNOWN, RenewalState.DECIDED)
AT_REST = "at_rest"
"""What is decided and asks for nothing: it is carried out, or its day is far off."""


def pipeline(ctx: Context, request: GetPipeline) -> Pipeline:
    """Return the board."""
    counted: dict[str, int] = {}
    at_risk: dict[str, dict[str, Decimal]] = {}
    uncosted: dict[str, int] = {}
    soonest: list[UUID] = []
    for row in ctx.session.execute(_board(ctx, _asked(ctx, request), request.limit)):
        if row.contracts is not None:
            counted[row.place] = row.contracts
        elif row.id is not None:
            soonest.append(row.id)
        else:
            uncosted[row.place] = uncosted.get(row.place, 0) + row.uncosted
            if row.at_risk is not None:
                at_risk.setdefault(row.place, {})[row.currency] = row.at_risk
    cards: dict[str, list[PipelineCard]] = {}
    for card in _cards(ctx, soonest):
        cards.setdefault(card["place"], []).append(_card(ctx, card))
    return Pipeline(
        as_of=ctx.today,
        total=sum(counted.values()),
        at_risk=_added(at_risk),
        columns=[
            PipelineColumn(
                state=state,
                contracts=counted.get(state, 0),
                at_risk=at_risk.get(state, {}),
                uncosted=uncosted.get(state, 0),
                cards=cards.get(state, []),
            )
            for state in COLUMNS
        ],
        rest=[
            PipelineRest(state=state, contracts=counted.get(AT_REST if state is RenewalState.DECIDED else state, 0))
            for state in REST
        ],
    )


def _place(state: ColumnElement[str], pressing: ColumnElement[bool]) -> ColumnElement[str]:
    """Build the column of a contract: its state, where one that is decided has a column of its own while it presses."""
    return case((state != RenewalState.DECIDED, state), (pressing, RenewalState.DECIDED.value), else_=AT_REST)


def _board(ctx: Context, wanted: list[ColumnElement[bool]], most: int) -> CompoundSelect[*tuple[Any, ...]]:
    """Build the one look at all contracts: how many stand where, what they would cost, and the soonest of each column.

    The place of a contract is worked out once. What is at risk is added up for the columns alone: most contracts rest.
    """
    each: Any = select(
        Contract.id,
        renewal_state(ctx.today).label("state"),
        alarm(ctx.today).is_not(None).label("pressing"),
        func.coalesce(ACT_BY, LAST_DAY).label("act_by"),
    )
    stands = with_standing(each).where(*wanted).cte("stands").prefix_with("materialized")
    place = _place(stands.c.state, stands.c.pressing)
    placed = select(stands.c.id, place.label("place"), stands.c.act_by).cte("placed").prefix_with("materialized")
    pressing = select(placed.c.id, placed.c.place, placed.c.act_by).where(placed.c.place.in_(COLUMNS)).cte("pressing")
    mrc = all_monthly(ctx.today, select(pressing.c.id))
    every: Any = select(
        pressing.c.place, Contract.currency, RENEWS.label("renews"), cost_of_silence(mrc.key).label("cost")
    )
    costs = (
        with_silence(every.select_from(pressing).join(Contract, Contract.id == pressing.c.id))
        .outerjoin(mrc.sums, mrc.on)
        .subquery()
    )
    order = func.row_number().over(partition_by=pressing.c.place, order_by=(pressing.c.act_by, pressing.c.id))
    ranked = select(pressing.c.id, pressing.c.place, order.label("nth")).subquery()
    unknown = func.count().filter(and_(costs.c.renews, costs.c.cost.is_(None)))
    return union_all(
        select(
            placed.c.place, func.count().label("contracts"),
            cast(null(), Text).label("currency"), cast(null(), Numeric).label("at_risk"),
            cast(null(), Integer).label("uncosted"), cast(null(), Uuid).label("id"),
        )
        .where(placed.c.place != RenewalState.SUPERSEDED)
        .group_by(placed.c.place),
        select(costs.c.place, null(), costs.c.currency, func.sum(costs.c.cost), unknown, null())
        .group_by(costs.c.place, costs.c.currency),
        select(ranked.c.place, null(), null(), null(), null(), ranked.c.id).where(ranked.c.nth <= most),
    )  # fmt: skip


def _cards(ctx: Context, soonest: Sequence[UUID]) -> Iterable[dict[str, Any]]:
    mrc = monthly(ctx.today)
    query = (
        with_silence(
            select(
                _place(renewal_state(ctx.today), alarm(ctx.today).is_not(None)).label("place"),
                Contract.ref.label("contract"), Provider.name.label("provider"),
                Contract.title, alarm(ctx.today).label("alarm"), ACT_BY.label("act_by"),
                NOTICE_DEADLINE.label("notice_deadline"), TERM_END.label("term_end_date"),
                RenewalDecision.ref.label("decision"), RenewalDecision.choice, Person.name.label("owner"),
                Person.email.label("owner_email"), mrc.label("mrc"), Contract.currency,
                cost_of_silence(mrc).label("cost_of_silence"),
            ).join(Provider, Provider.id == Contract.provider_id)
        )
        .outerjoin(RenewalDecision, of_term())
        .outerjoin(Person, Person.id == owner_id())
        .where(Contract.id.in_(soonest))
        .order_by(func.coalesce(ACT_BY, LAST_DAY), Contract.id)
    )  # fmt: skip
    return (dict(row) for row in ctx.session.execute(query).mappings()) if soonest else ()


def _card(ctx: Context, row: Mapping[str, Any]) -> PipelineCard:
    own = {name: row[name] for name in PipelineCard.model_fields if name != "days_left"}
    return PipelineCard(**own, days_left=(row["act_by"] - ctx.today).days if row["act_by"] else None)


def _asked(ctx: Context, request: GetPipeline) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Contract.retired_at.is_(None)]
    if request.provider:
        wanted.append(Contract.provider_id == get_provider_id(ctx, request.provider).id)
    if request.market:
        wanted.append(in_market(request.market))
    if request.owner:
        wanted.append(owner_id() == get_person(ctx.session, request.owner).id)
    return wanted


def _added(at_risk: Mapping[str, Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Add up the money of the columns, by currency; what asks for nothing yet is not at risk."""
    added = sum_by_currency(money for state in COLUMNS for money in at_risk.get(state, {}).items())
    return dict(sorted(added.items()))

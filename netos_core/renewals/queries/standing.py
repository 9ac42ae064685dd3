"""Where a contract stands, said once in SQL, from the same tables the rules use.

Each expression is about the joined `Contract` and `Standing`: a statement that uses one passes `with_standing`. The
term is the paper's own until the engine has seen another follow it; a contract that changed since is read by its paper.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract
from netos_core.contracts.queries.papers import AMENDMENT, governs
from netos_core.contracts.rules import ContractKind, EndOfTerm
from netos_core.renewals.model import RenewalDecision, Standing
from netos_core.renewals.rules import LEAVING, PRESSING, Choice, RenewalState, act_by_range

RUNGS = (RenewalState.CRITICAL, RenewalState.ACTIVE, RenewalState.WATCH, RenewalState.STABLE)
LAST_DAY = date(9999, 12, 31)
FIRST_DAY = date(1, 1, 1)

Amendment = aliased(Contract)

per_day = lru_cache(maxsize=4)
"""Keeps what a function builds for a day: building one of these takes as long as a small statement with it."""

_FOLLOWED = and_(Standing.number > 0, Standing.contract_version == Contract.version)


def _of_term(followed: Any, own: Any) -> ColumnElement[Any]:
    return case((_FOLLOWED, followed), else_=own)


NUMBER = _of_term(Standing.number, 0)
TERM_START = _of_term(Standing.term_start_date, Contract.term_start_date)
TERM_END = _of_term(Standing.term_end_date, Contract.term_end_date)
NOTICE_DEADLINE = _of_term(Standing.notice_deadline, Contract.notice_deadline)
ACT_BY = _of_term(Standing.act_by, Contract.act_by)
EVERGREEN = _of_term(Standing.evergreen, Contract.evergreen)


def with_standing(query: Select[Any]) -> Select[Any]:
    """Join the standing to a statement that has its contract."""
    return query.outerjoin(Standing, Standing.contract_id == Contract.id)


def of_term() -> ColumnElement[bool]:
    """Match the live decision about the term of the joined contract."""
    return and_(
        RenewalDecision.contract_id == Contract.id,
        RenewalDecision.retired_at.is_(None),
        func.coalesce(RenewalDecision.term_end_date, LAST_DAY) == func.coalesce(TERM_END, LAST_DAY),
    )


def owner_id() -> ColumnElement[UUID | None]:
    """Build who owns the joined contract's renewal: who saw to its latest decision, as the engine tells them too."""
    latest = aliased(RenewalDecision)
    return (
        select(latest.owner_id)
        .where(latest.contract_id == Contract.id, latest.retired_at.is_(None))
        .order_by(latest.id.desc())
        .limit(1)
        .correlate(Contract)
        .scalar_subquery()
    )


def in_market(market: str) -> ColumnElement[bool]:
    """Match contracts that govern a live circuit of a market."""
    return Contract.id.in_(
        select(Circuit.contract_id).where(
            Circuit.contract_id.is_not(None),
            Circuit.retired_at.is_(None),
            func.lower(Circuit.market) == market.lower(),
        )
    )


def executed() -> ColumnElement[bool]:
    """Say of the joined decision whether it is carried out, as `rules.is_executed` does."""
    return or_(
        and_(
            RenewalDecision.choice.in_(LEAVING),
            or_(is_served(), Contract.end_of_term == EndOfTerm.AUTO_DISCONNECT),
        ),
        and_(
            RenewalDecision.choice == Choice.RENEW,
            or_(RenewalDecision.successor_id.is_not(None), Contract.end_of_term == EndOfTerm.AUTO_RENEW),
        ),
    )


def is_served() -> ColumnElement[bool]:
    """Say of the joined decision, about the term in force, whether notice was served in time and with proof."""
    return and_(
        RenewalDecision.served_date.is_not(None),
        RenewalDecision.proof_id.is_not(None),
        or_(
            RenewalDecision.confirmed_date.is_not(None),
            RenewalDecision.served_date <= func.coalesce(NOTICE_DEADLINE, RenewalDecision.served_date),
        ),
    )


@per_day
def superseded(today: date, *, of_few: bool = False) -> ColumnElement[bool]:
    """Say whether an amendment with a term of its own has taken the contract's place.

    An agreement stands beside its amendments, as others are under it. An amendment that governs no circuit gives way to
    a later one of the same order.

    Args:
        today: The day.
        of_few: Whether it is asked of a page of contracts: each is then looked up by itself, where the amendments of
            all contracts would be gathered for each page.
    """
    conditions = (
        Amendment.kind == AMENDMENT,
        Amendment.retired_at.is_(None),
        Amendment.term_end_date.is_not(None),
        func.coalesce(Amendment.term_start_date, Amendment.signed_date, today) <= today,
    )
    amended: ColumnElement[bool] = (
        select(func.count() > 0)
        .select_from(Amendment)
        .where(Amendment.parent_id == Contract.id, *conditions)
        .correlate(Contract)
        .scalar_subquery()
        if of_few
        else exists(select(literal(1)).where(Amendment.parent_id == Contract.id, *conditions)).correlate(Contract)
    )
    return and_(Contract.kind != ContractKind.AGREEMENT, or_(amended, _gave_way(conditions)))


def _gave_way(conditions: tuple[ColumnElement[bool], ...]) -> ColumnElement[bool]:
    """Say of an amendment whether a later one of the same order took its circuits."""
    since, own = (func.coalesce(one.term_start_date, one.signed_date, FIRST_DAY) for one in (Amendment, Contract))
    order = aliased(Contract)
    later = exists(
        select(literal(1))
        .select_from(Amendment)
        .join(order, and_(order.id == Amendment.parent_id, order.kind != ContractKind.AGREEMENT))
        .where(
            Amendment.parent_id == Contract.parent_id,
            or_(since > own, and_(since == own, Amendment.id > Contract.id)),
            *conditions,
        )
    ).correlate(Contract)
    return and_(Contract.kind == AMENDMENT, later, ~governs(Contract))


@per_day
def rung(today: date) -> ColumnElement[str]:
    """Build the state of the joined contract as of a day as if nothing was decided."""
    rolled = and_(Contract.end_of_term == EndOfTerm.ROLL, today > TERM_END)
    return case(
        (or_(EVERGREEN, rolled), RenewalState.EVERGREEN.value),
        (or_(ACT_BY.is_(None), NOTICE_DEADLINE.is_(None)), RenewalState.UNKNOWN.value),
        (today > NOTICE_DEADLINE, RenewalState.OVERDUE.value),
        *((_on_rung(state, today), state.value) for state in RUNGS),
        else_=RenewalState.UNKNOWN.value,
    )


@per_day
def renewal_state(today: date) -> ColumnElement[str]:
    """Build the state of the joined contract as of a day; `unknown` where no contract is on file."""
    return case(
        (Contract.id.is_(None), RenewalState.UNKNOWN.value),
        (_decided(), RenewalState.DECIDED.value),
        (superseded(today), RenewalState.SUPERSEDED.value),
        else_=rung(today),
    )


@per_day
def alarm(today: date) -> ColumnElement[str | None]:
    """Build the rung on which a contract still alarms though decided, since that is not carried out."""
    pressing = rung(today)
    return case((and_(_decided(~executed()), pressing.in_(PRESSING)), pressing), else_=null())


def _decided(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(literal(1)).where(of_term(), *which)).correlate(Contract, Standing)


def _on_rung(state: RenewalState, today: date) -> ColumnElement[bool]:
    least, most = act_by_range(state, today)
    bounds = [least <= ACT_BY] if least else []
    bounds += [most >= ACT_BY] if most else []
    return and_(*bounds)

"""What silence would commit, said in SQL as `rules.cost_of_silence` says it, so that it is added up where it lies.

Each expression is about the joined `Contract` and `Standing`: a statement that uses one passes `with_silence`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, case, func, not_, null, or_, select
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract
from netos_core.contracts.rules import ContractKind, EndOfTerm
from netos_core.kernel.listing import Tally
from netos_core.renewals.queries.standing import EVERGREEN, with_standing

Above = aliased(Contract)


def _leans(of: Any) -> ColumnElement[bool]:
    return and_(of.parent_id.is_not(None), or_(of.kind == ContractKind.AMENDMENT, of.co_terminus))


def _own_end(of: Any) -> ColumnElement[str | None]:
    unsaid = and_(of.kind == ContractKind.AMENDMENT, of.parent_id.is_not(None), of.end_of_term == EndOfTerm.UNKNOWN)
    return case((unsaid, null()), else_=of.end_of_term)


_own = (
    select(
        Contract.id.label("id"),
        Contract.parent_id.label("up"),
        _own_end(Contract).label("end_of_term"),
        Contract.renewal_term_months.label("months"),
    )
    .where(_leans(Contract), Contract.retired_at.is_(None))
    .cte("clauses", recursive=True)
)

# What a contract leaves to those above it, as `contracts.queries.completed` gives it; a row that has no one above is
# the last. `union` drops rows that were there, so a ring of contracts ends too.
CLAUSES = _own.union(
    select(
        _own.c.id,
        case((_leans(Above), Above.parent_id)),
        func.coalesce(_own.c.end_of_term, _own_end(Above)),
        func.coalesce(_own.c.months, Above.renewal_term_months),
    ).join(Above, Above.id == _own.c.up)
)

END_OF_TERM = func.coalesce(CLAUSES.c.end_of_term, Contract.end_of_term)
MONTHS = func.coalesce(CLAUSES.c.months, Contract.renewal_term_months)
RENEWS = and_(not_(EVERGREEN), END_OF_TERM == EndOfTerm.AUTO_RENEW)


def with_silence(query: Select[Any]) -> Select[Any]:
    """Join the standing and the whole clauses to a statement that has its contract."""
    return with_standing(query).outerjoin(CLAUSES, and_(CLAUSES.c.id == Contract.id, CLAUSES.c.up.is_(None)))


def of_circuits(what: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    """Build a figure of the live circuits that the joined contract governs: what another governs, another renews."""
    return (
        select(what)
        .where(Circuit.contract_id == Contract.id, Circuit.retired_at.is_(None), *conditions)
        .correlate(Contract)
        .scalar_subquery()
    )


def monthly() -> ColumnElement[Any]:
    """Build what the joined contract costs a month: the MRC of the circuits it governs where known, else its own."""
    return func.coalesce(of_circuits(func.sum(Circuit.mrc), Circuit.currency == Contract.currency), Contract.mrc)


def all_monthly(among: Select[tuple[UUID]] | None = None) -> Tally:
    """Build the same for all contracts at once, or for those among the chosen ids."""
    every = (
        select(Circuit.contract_id, Circuit.currency, func.sum(Circuit.mrc).label("mrc"))
        .where(Circuit.contract_id.is_not(None), Circuit.retired_at.is_(None))
        .group_by(Circuit.contract_id, Circuit.currency)
    )
    governed = (every if among is None else every.where(Circuit.contract_id.in_(among))).subquery()
    own = and_(governed.c.contract_id == Contract.id, governed.c.currency == Contract.currency)
    return Tally(governed, own, func.coalesce(governed.c.mrc, Contract.mrc))


def by_monthly() -> Tally:
    """Sort contracts by what they cost a month; where that is not known they come before those that cost nothing."""
    every = all_monthly()
    return replace(every, key=func.coalesce(every.key, -1))


def cost_of_silence(mrc: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Build what the joined contract commits by renewing itself; nothing where it commits none or none is known."""
    return case((RENEWS, func.round(MONTHS * mrc, 2)))

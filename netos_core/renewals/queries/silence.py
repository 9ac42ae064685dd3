"""What silence would commit, said in SQL as `rules.cost_of_silence` says it, so that it is added up where it lies.

Each expression is about the joined `Contract` and `Standing`: a statement that uses one passes `with_silence`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract
from netos_core.contracts.queries.papers import AMENDMENT, governs
from netos_core.contracts.rules import ContractKind, EndOfTerm
from netos_core.kernel.listing import Tally
from netos_core.renewals.queries.standing import EVERGREEN, per_day, with_standing

Above = aliased(Contract)


def _leans(of: Any) -> ColumnElement[bool]:
    return and_(of.parent_id.is_not(None), or_(of.kind == AMENDMENT, of.co_terminus))


def _changes(paper: Any) -> ColumnElement[bool]:
    """Match amendments without a term of their own: they change the clauses of the term they find."""
    own_term = or_(paper.term_end_date.is_not(None), paper.evergreen)
    return and_(paper.kind == AMENDMENT, paper.retired_at.is_(None), not_(own_term))


def _since(paper: Any) -> ColumnElement[date]:
    """Build the day a paper takes effect, as `rules.papers.effective` gives it."""
    return func.coalesce(paper.term_start_date, paper.signed_date)


def _changed(of: Any, column: str) -> ColumnElement[Any]:
    """Build what the latest of them says of a clause of what it amends."""
    paper = aliased(Contract)
    said = getattr(paper, column)
    return (
        select(said)
        .where(paper.parent_id == of.id, _changes(paper), said.is_not(None), cast(said, Text) != EndOfTerm.UNKNOWN)
        .order_by(_since(paper).desc().nulls_last(), paper.id.desc())
        .limit(1)
        .correlate(of)
        .scalar_subquery()
    )


def _is_changed() -> ColumnElement[bool]:
    paper = aliased(Contract)
    says = or_(paper.end_of_term != EndOfTerm.UNKNOWN, paper.renewal_term_months.is_not(None))
    return exists(select(literal(1)).where(paper.parent_id == Contract.id, _changes(paper), says)).correlate(Contract)


def _own_end(of: Any) -> ColumnElement[str | None]:
    unsaid = and_(of.kind == AMENDMENT, of.parent_id.is_not(None), of.end_of_term == EndOfTerm.UNKNOWN)
    return case((unsaid, null()), else_=of.end_of_term)


_own = (
    select(
        Contract.id.label("id"),
        case((_leans(Contract), Contract.parent_id)).label("up"),
        func.coalesce(_changed(Contract, "end_of_term"), _own_end(Contract)).label("end_of_term"),
        func.coalesce(_changed(Contract, "renewal_term_months"), Contract.renewal_term_months).label("months"),
    )
    .where(or_(_leans(Contract), _is_changed()), Contract.retired_at.is_(None))
    .cte("clauses", recursive=True)
)

# What a contract leaves to those above it, as `contracts.queries.completed` gives it; a row that has no one above is
# the last. `union` drops rows that were there, so a ring of contracts ends too.
CLAUSES = _own.union(
    select(
        _own.c.id,
        case((_leans(Above), Above.parent_id)),
        func.coalesce(_own.c.end_of_term, _changed(Above, "end_of_term"), _own_end(Above)),
        func.coalesce(_own.c.months, _changed(Above, "renewal_term_months"), Above.renewal_term_months),
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


def _amends_rate(paper: Any, of: Any, today: date) -> ColumnElement[bool]:
    """Match amendments that state the rate of another contract, or their own; as `course_of` lets them count.

    Where both have a term and circuits, each is for its own.
    """
    return and_(
        paper.kind == AMENDMENT,
        paper.retired_at.is_(None),
        paper.mrc.is_not(None),
        func.coalesce(_since(paper), today) <= today,
        or_(of.id == paper.id, paper.term_end_date.is_(None), ~governs(paper)),
    )


@per_day
def _amended(today: date) -> Select[*tuple[Any, ...]]:
    """Build the amended amounts in force by the contract they are for: what is amended, or another amendment of it."""
    paper, root, of = aliased(Contract), aliased(Contract), aliased(Contract)
    return (
        select(of.id.label("contract_id"), paper.currency, paper.mrc)
        .select_from(paper)
        .join(root, and_(root.id == paper.parent_id, root.kind != ContractKind.AGREEMENT))
        .join(of, or_(of.id == root.id, and_(of.parent_id == root.id, of.kind == AMENDMENT)))
        .where(_amends_rate(paper, of, today))
        .order_by(of.id, paper.currency, _since(paper).desc().nulls_last(), paper.id.desc())
        .ext(distinct_on(of.id, paper.currency))
    )


@per_day
def monthly(today: date) -> ColumnElement[Any]:
    """Build what the joined contract costs a month: as amended, else by the circuits it governs, else by its paper."""
    paper, root = aliased(Contract), aliased(Contract)
    amended = (
        select(paper.mrc)
        .join(root, and_(root.id == paper.parent_id, root.kind != ContractKind.AGREEMENT))
        .where(
            paper.parent_id.in_([Contract.id, case((Contract.kind == AMENDMENT, Contract.parent_id))]),
            paper.currency == Contract.currency,
            _amends_rate(paper, Contract, today),
        )
        .order_by(_since(paper).desc().nulls_last(), paper.id.desc())
        .limit(1)
        .correlate(Contract)
        .scalar_subquery()
    )
    governed = of_circuits(func.sum(Circuit.mrc), Circuit.currency == Contract.currency)
    return func.coalesce(amended, governed, Contract.mrc)


def all_monthly(today: date, among: Select[UUID] | None = None) -> Tally:
    """Build the same for all contracts at once, or for those among the chosen ids."""
    every = (
        select(Circuit.contract_id, Circuit.currency, func.sum(Circuit.mrc).label("mrc"))
        .where(Circuit.contract_id.is_not(None), Circuit.retired_at.is_(None))
        .group_by(Circuit.contract_id, Circuit.currency)
    )
    governed = (every if among is None else every.where(Circuit.contract_id.in_(among))).subquery()
    amended = _amended(today).subquery()
    same = and_(governed.c.contract_id == amended.c.contract_id, governed.c.currency == amended.c.currency)
    sums = (
        select(
            func.coalesce(amended.c.contract_id, governed.c.contract_id).label("contract_id"),
            func.coalesce(amended.c.currency, governed.c.currency).label("currency"),
            func.coalesce(amended.c.mrc, governed.c.mrc).label("mrc"),
        )
        .select_from(governed)
        .join(amended, same, full=True)
        .subquery()
    )
    own = and_(sums.c.contract_id == Contract.id, sums.c.currency == Contract.currency)
    return Tally(sums, own, func.coalesce(sums.c.mrc, Contract.mrc))


def by_monthly(today: date) -> Tally:
    """Sort contracts by what they cost a month; where that is not known they come before those that cost nothing."""
    every = all_monthly(today)
    return replace(every, key=func.coalesce(every.key, -1))


def cost_of_silence(mrc: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """Build what the joined contract commits by renewing itself; nothing where it commits none or none is known."""
    return case((RENEWS, func.round(MONTHS * mrc, 2)))

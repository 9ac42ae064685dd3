"""A contract's term as it is read: clause, deadline, where it stands and why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import aliased

from netos_core.contracts.model import Contract
from netos_core.contracts.queries import terms_of
from netos_core.contracts.rules import Notice, NoticeUnit, deadline_of, explain, problems_of
from netos_core.kernel.context import Context
from netos_core.kernel.money import Amount, Basis
from netos_core.overview.schemas import TermView
from netos_core.renewals.queries import renewal_state
from netos_core.renewals.rules import cost_of_silence

Parent = aliased(Contract)


def term(ctx: Context, contract_id: UUID, mrc: Decimal | None) -> TermView:
    """Return the term of a contract; `mrc` is what it costs a month, for what silence would commit."""
    row = ctx.session.execute(_with_state(ctx.today), {"contract": contract_id}).mappings().one()
    return term_of(ctx, dict(row), mrc)


@lru_cache(maxsize=2)
def _with_state(today: date) -> Select[*tuple[Any, ...]]:
    """Build the statement of one contract; kept for the day, as building it costs more than running it."""
    return (
        select(Contract.__table__, Parent.ref.label("parent_ref"), renewal_state(today).label("renewal_state"))
        .outerjoin(Parent, Parent.id == Contract.parent_id)
        .where(Contract.id == bindparam("contract", type_=Uuid))
    )


def term_of(ctx: Context, row: Mapping[str, Any], mrc: Decimal | None) -> TermView:
    terms = terms_of(row)
    problems = problems_of(terms)
    amount = Amount(mrc, row["currency"], Basis.CONTRACTED, row["ref"]) if mrc is not None else None
    silence = cost_of_silence(terms, amount)
    return TermView(
        ref=row["ref"],
        kind=row["kind"],
        title=row["title"],
        number=row["number"],
        parent_ref=row["parent_ref"],
        term_start_date=row["term_start_date"],
        term_months=row["term_months"],
        term_end_date=row["term_end_date"],
        end_of_term=row["end_of_term"],
        evergreen=row["evergreen"],
        renewal_term_months=row["renewal_term_months"],
        notice=notice_words(row["notice_count"], row["notice_unit"]),
        notice_count=row["notice_count"],
        notice_unit=row["notice_unit"],
        notice_method=row["notice_method"],
        renewal_state=row["renewal_state"],
        notice_deadline=row["notice_deadline"],
        act_by=row["act_by"],
        days_left=(row["act_by"] - ctx.today).days if row["act_by"] else None,
        explanation=explain(terms, deadline_of(terms)) if not problems else problems[0].message,
        cost_of_silence=silence.amount.value if silence.amount else None,
        currency=row["currency"],
        decision=row["decision"],
        problems=[p.message for p in problems],
    )


def notice_words(count: int | None, unit: str | None) -> str | None:
    return str(Notice(count, NoticeUnit(unit))) if count is not None and unit else None

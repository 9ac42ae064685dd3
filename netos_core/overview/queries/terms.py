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

from netos_core.access.model import Person
from netos_core.contracts.model import Contract
from netos_core.contracts.queries import completed, terms_of
from netos_core.contracts.queries.etf import read_contract
from netos_core.contracts.rules import Notice, NoticeUnit, deadline_of, explain, problems_of
from netos_core.kernel.context import Context
from netos_core.kernel.money import Amount, Basis
from netos_core.overview.schemas import TermView
from netos_core.renewals.model import RenewalDecision
from netos_core.renewals.queries import (
    ACT_BY,
    NOTICE_DEADLINE,
    NUMBER,
    TERM_END,
    TERM_START,
    alarm,
    of_term,
    renewal_state,
    with_standing,
)
from netos_core.renewals.rules import cost_of_silence, nth_term

Parent = aliased(Contract)


def term(ctx: Context, contract_id: UUID, mrc: Decimal | None) -> TermView:
    """Return the term of a contract; `mrc` is what it costs a month, for what silence would commit."""
    row = ctx.session.execute(_with_state(ctx.today), {"contract": contract_id}).mappings().one()
    return term_of(ctx, dict(row), mrc)


@lru_cache(maxsize=2)
def _with_state(today: date) -> Select[*tuple[Any, ...]]:
    """Build the statement of one contract; kept for the day, as building it costs more than running it."""
    return (
        with_term(select(Contract.__table__, Parent.ref.label("parent_ref")), today)
        .outerjoin(Parent, Parent.id == Contract.parent_id)
        .where(Contract.id == bindparam("contract", type_=Uuid))
    )


def with_term(query: Select[Any], today: date) -> Select[Any]:
    """Join to a statement with its contract what is known of the term in force and of the decision about it."""
    return (
        with_standing(query)
        .outerjoin(RenewalDecision, of_term())
        .outerjoin(Person, Person.id == RenewalDecision.owner_id)
        .add_columns(
            renewal_state(today).label("renewal_state"), alarm(today).label("alarm"), NUMBER.label("renewals"),
            TERM_START.label("starts"), TERM_END.label("ends"), NOTICE_DEADLINE.label("due"), ACT_BY.label("act"),
            RenewalDecision.ref.label("decision"), RenewalDecision.choice, RenewalDecision.decided_date,
            RenewalDecision.due_date, Person.name.label("owner"),
        )
    )  # fmt: skip


def term_of(ctx: Context, row: Mapping[str, Any], mrc: Decimal | None) -> TermView:
    row = completed(row, read_contract(ctx, row["id"]).papers)
    paper = terms_of(row)
    problems = problems_of(paper)
    terms = paper if problems else nth_term(paper, row["renewals"])
    deadline = None if problems else deadline_of(terms)
    amount = Amount(mrc, row["currency"], Basis.CONTRACTED, row["ref"]) if mrc is not None else None
    silence = cost_of_silence(terms, amount)
    return TermView(
        ref=row["ref"],
        kind=row["kind"],
        title=row["title"],
        number=row["number"],
        parent_ref=row["parent_ref"],
        term_start_date=row["starts"],
        term_months=terms.term_months,
        term_end_date=row["ends"],
        renewals=row["renewals"],
        end_of_term=row["end_of_term"],
        evergreen=row["evergreen"],
        renewal_term_months=row["renewal_term_months"],
        notice=str(terms.notice) if terms.notice else None,
        notice_method=row["notice_method"],
        renewal_state=row["renewal_state"],
        alarm=row["alarm"],
        notice_opens=deadline.dates.opens if deadline and deadline.dates else None,
        notice_deadline=row["due"],
        act_by=row["act"],
        days_left=(row["act"] - ctx.today).days if row["act"] else None,
        explanation=explain(terms, deadline) if deadline else problems[0].message,
        cost_of_silence=silence.amount.value if silence.amount else None,
        currency=row["currency"],
        decision=row["decision"],
        choice=row["choice"],
        decided_date=row["decided_date"],
        owner=row["owner"],
        due_date=row["due_date"],
        problems=[p.message for p in problems],
    )


def notice_words(count: int | None, unit: str | None) -> str | None:
    return str(Notice(count, NoticeUnit(unit))) if count is not None and unit else None

"""One decision, with the term it is about and what is left to do."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from netos_core.access.model import Person
from netos_core.annotations.queries import notes_on, tags_of
from netos_core.changes.queries import open_changes
from netos_core.contracts import queries as contracts
from netos_core.contracts.model import Contract
from netos_core.contracts.rules import deadline_of, explain, problems_of
from netos_core.documents.model import Document
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.money import Amount, Basis
from netos_core.providers.model import Provider
from netos_core.renewals.model import RenewalDecision
from netos_core.renewals.queries.due import served_in_time
from netos_core.renewals.queries.etf import leaving_today
from netos_core.renewals.queries.silence import monthly
from netos_core.renewals.queries.standing import (
    NUMBER,
    TERM_END,
    alarm,
    of_term,
    renewal_state,
    with_standing,
)
from netos_core.renewals.rules import LEAVING, Choice, cost_of_silence, is_executed, nth_term, what_is_left
from netos_core.renewals.schemas import DecisionView

Successor = aliased(Contract)


def decision(ctx: Context, ref: str) -> DecisionView:
    """Read one live decision.

    Raises:
        NotFound: None has that ref.
    """
    query = (
        with_standing(
            select(
                RenewalDecision.__table__, Provider.name.label("provider"), Person.name.label("owner"),
                Person.email.label("owner_email"), Successor.ref.label("successor"), Document.ref.label("proof"),
                NUMBER.label("renewals"), TERM_END.label("ends"), alarm(ctx.today).label("alarm"),
                renewal_state(ctx.today).label("state"), Contract.ref.label("contract"),
                Contract.title, monthly(ctx.today).label("monthly"),
            ).join(Contract, Contract.id == RenewalDecision.contract_id)
        )
        .join(Provider, Provider.id == Contract.provider_id)
        .outerjoin(Person, Person.id == RenewalDecision.owner_id)
        .outerjoin(Successor, Successor.id == RenewalDecision.successor_id)
        .outerjoin(Document, Document.id == RenewalDecision.proof_id)
        .where(RenewalDecision.ref == ref.strip().upper(), RenewalDecision.retired_at.is_(None))
    )  # fmt: skip
    row = ctx.session.execute(query).mappings().first()
    if row is None:
        raise _unknown("ref")
    paper_row = contracts.rows_by_id(ctx, [row["contract_id"]])[row["contract_id"]]
    paper = contracts.terms_of(contracts.completed(paper_row, contracts.above(ctx.session, [paper_row])))
    problems = problems_of(paper)
    terms = paper if problems else nth_term(paper, row["renewals"])
    amount = row["monthly"]
    mrc = Amount(amount, paper_row["currency"], Basis.CONTRACTED, row["contract"]) if amount is not None else None
    silence = cost_of_silence(terms, mrc)
    deadline = None if problems else deadline_of(terms)
    choice, in_time = Choice(row["choice"]), served_in_time(dict(row), paper)
    done = is_executed(choice, paper.end_of_term, served=in_time, succeeded=row["successor_id"] is not None)
    leaving = leaving_today(ctx, [row["contract_id"]])[row["contract_id"]]
    late = row["served_date"] is not None and row["proof_id"] is not None and not in_time
    return DecisionView(
        **{name: row[name] for name in _OWN},
        is_current=row["term_end_date"] == row["ends"],
        executed=done,
        left=None if done else what_is_left(choice, paper.end_of_term, late=late),
        act_by=deadline.act_by if deadline else None,
        notice_deadline=deadline.notice_deadline if deadline else None,
        why=explain(terms, deadline) if deadline else problems[0].message,
        cost_of_silence=silence.amount.value if silence.amount else None,
        etf=leaving.etf,
        etf_last_day=leaving.last_day,
        etf_why=leaving.why,
        currency=paper_row["currency"],
        tags=tags_of(ctx, "renewal_decision", row["id"]),
        notes=notes_on(ctx, "renewal_decision", row["id"]),
        open_changes=open_changes(ctx, row["ref"], row["id"]),
    )


def get_decision_id(ctx: Context, ref: str, field: str) -> UUID:
    """Return the id of a live decision.

    Raises:
        NotFound: None has that ref; `field` is where it was named.
    """
    found: UUID | None = ctx.session.scalar(
        select(RenewalDecision.id).where(
            RenewalDecision.ref == ref.strip().upper(), RenewalDecision.retired_at.is_(None)
        )
    )
    if found is None:
        raise _unknown(field)
    return found


def _unknown(field: str) -> NotFound:
    return NotFound("No decision has that ref.", field=field, fix="list_renewals names decisions beside terms.")


def open_to_leave(ctx: Context, contract_id: UUID) -> UUID | None:
    """Find the decision to leave at the end of the term in force whose notice is still to be served."""
    found: UUID | None = ctx.session.scalar(
        with_standing(select(RenewalDecision.id).join(Contract, Contract.id == RenewalDecision.contract_id)).where(
            RenewalDecision.contract_id == contract_id,
            of_term(),
            RenewalDecision.served_date.is_(None),
            RenewalDecision.choice.in_(LEAVING),
        )
    )
    return found


_OWN = (
    "ref", "version", "contract", "title", "provider", "term_end_date", "choice", "decided_date", "owner",
    "owner_email", "due_date", "reasoning", "served_date", "served_method", "served_reference", "proof",
    "confirmed_date", "confirmation", "successor", "state", "alarm",
)  # fmt: skip

"""Where each contract stands on the ladder, said once, in SQL, from the same table the rules use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract, ContractCircuit
from netos_core.contracts.queries import terms_of
from netos_core.contracts.rules import deadline_of, explain, problems_of
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.money import Amount, Basis
from netos_core.kernel.page import columns_of
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.renewals.rules import RenewalState, act_by_range, cost_of_silence
from netos_core.renewals.schemas import ListRenewals, RenewalList, RenewalRow

RUNGS = (RenewalState.CRITICAL, RenewalState.ACTIVE, RenewalState.WATCH, RenewalState.STABLE)
PRESSING = (RenewalState.OVERDUE, RenewalState.CRITICAL, RenewalState.ACTIVE, RenewalState.WATCH)
CONCISE = (
    "contract", "provider", "title", "state", "act_by", "days_left", "end_of_term", "circuits", "mrc",
    "cost_of_silence", "why",
)  # fmt: skip
LAST_DAY = date(9999, 12, 31)


def renewal_state(today: date) -> ColumnElement[str]:
    """Build the state of the joined contract as of a day; `unknown` where no contract is on file."""
    ended_into_month_to_month = and_(Contract.end_of_term == "roll", Contract.term_end_date < today)
    return case(
        (Contract.id.is_(None), RenewalState.UNKNOWN.value),
        (Contract.decision.is_not(None), RenewalState.DECIDED.value),
        (or_(Contract.evergreen, ended_into_month_to_month), RenewalState.EVERGREEN.value),
        (or_(Contract.act_by.is_(None), Contract.notice_deadline.is_(None)), RenewalState.UNKNOWN.value),
        (Contract.notice_deadline < today, RenewalState.OVERDUE.value),
        *((_on_rung(state, today), state.value) for state in RUNGS),
        else_=RenewalState.UNKNOWN.value,
    )


def _on_rung(state: RenewalState, today: date) -> ColumnElement[bool]:
    least, most = act_by_range(state, today)
    bounds = [Contract.act_by >= least] if least else []
    bounds += [Contract.act_by <= most] if most else []
    return and_(*bounds)


def list_renewals(ctx: Context, request: ListRenewals) -> RenewalList:
    """Return one page of terms that are orders or amendments, or agreements that have a term of their own."""
    columns = columns_of(request, RenewalRow, CONCISE)
    state = renewal_state(ctx.today)
    monthly = func.coalesce(_circuits(func.sum(Circuit.mrc), Circuit.currency == Contract.currency), Contract.mrc)
    count = _circuits(func.count())
    query = select(
        Contract.__table__, Provider.name.label("provider"), state.label("state"), count.label("circuits"),
        monthly.label("monthly"),
    ).join(Provider, Provider.id == Contract.provider_id)  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "act_by": func.coalesce(Contract.act_by, LAST_DAY),
        "contract": Contract.id,
        "provider": func.lower(Provider.name),
        "title": func.lower(Contract.title),
        "notice_deadline": func.coalesce(Contract.notice_deadline, LAST_DAY),
        "term_end_date": func.coalesce(Contract.term_end_date, LAST_DAY),
        "circuits": count,
    }
    if ctx.principal.may("see:money"):
        sortable["mrc"] = func.coalesce(monthly, -1)
    source = listing.ListSource("renewals", query, sortable, Contract.id, "act_by")
    wanted: list[ColumnElement[bool]] = [Contract.retired_at.is_(None), state.in_(request.state or PRESSING)]
    if request.provider:
        wanted.append(Contract.provider_id == get_provider_id(ctx, request.provider).id)
    if request.within_days is not None:
        wanted.append(Contract.act_by <= ctx.today + timedelta(days=request.within_days))
    wanted += [Contract.search_text.contains(word, autoescape=True) for word in (request.query or "").lower().split()]
    found = listing.page(ctx, source, request, wanted)
    return RenewalList(
        as_of=ctx.today,
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None if found.total else "No term is in these states. Ask for stable, evergreen, unknown or decided.",
        rows=[_row(ctx, dict(row)) for row in found.rows],
    )


def _circuits(what: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return (
        select(what)
        .select_from(ContractCircuit)
        .join(Circuit, Circuit.id == ContractCircuit.circuit_id)
        .where(
            ContractCircuit.contract_id == Contract.id,
            ContractCircuit.retired_at.is_(None),
            Circuit.retired_at.is_(None),
            *conditions,
        )
        .correlate(Contract)
        .scalar_subquery()
    )


def _row(ctx: Context, row: Mapping[str, Any]) -> RenewalRow:
    terms = terms_of(row)
    problems = problems_of(terms)
    mrc = row["monthly"]
    silence = cost_of_silence(
        terms, Amount(mrc, row["currency"], Basis.CONTRACTED, row["ref"]) if mrc is not None else None
    )
    return RenewalRow(
        contract=row["ref"],
        provider=row["provider"],
        title=row["title"],
        state=row["state"],
        act_by=row["act_by"],
        days_left=(row["act_by"] - ctx.today).days if row["act_by"] else None,
        notice_deadline=row["notice_deadline"],
        term_end_date=row["term_end_date"],
        end_of_term=row["end_of_term"],
        circuits=row["circuits"],
        mrc=mrc,
        currency=row["currency"],
        notice=str(terms.notice) if terms.notice else None,
        number=row["number"],
        why=problems[0].message if problems else explain(terms, deadline_of(terms)),
        cost_of_silence=silence.amount.value if silence.amount else None,
    )

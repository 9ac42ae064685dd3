"""The terms that come up, in the order they have to be acted on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from netos_core.access.model import Person
from netos_core.access.queries import get_person
from netos_core.contracts import queries as contracts
from netos_core.contracts.model import Contract
from netos_core.contracts.rules import deadline_of, explain, problems_of
from netos_core.contracts.rules.etf import EtfStatement
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.money import Amount, Basis
from netos_core.kernel.page import columns_of
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.renewals.model import RenewalDecision
from netos_core.renewals.queries.etf import leaving_today
from netos_core.renewals.queries.silence import by_monthly, monthly, of_circuits
from netos_core.renewals.queries.standing import (
    ACT_BY,
    LAST_DAY,
    NOTICE_DEADLINE,
    NUMBER,
    TERM_END,
    alarm,
    in_market,
    of_term,
    owner_id,
    renewal_state,
    with_standing,
)
from netos_core.renewals.rules import PRESSING, cost_of_silence, nth_term
from netos_core.renewals.schemas import ListRenewals, RenewalList, RenewalRow

CONCISE = (
    "contract", "provider", "title", "state", "choice", "act_by", "days_left", "end_of_term", "circuits", "mrc",
    "cost_of_silence", "why",
)  # fmt: skip


def list_renewals(ctx: Context, request: ListRenewals) -> RenewalList:
    """Return one page of terms that are orders or amendments, or agreements that have a term of their own."""
    columns = columns_of(request, RenewalRow, CONCISE)
    state, still = renewal_state(ctx.today), alarm(ctx.today)
    source = _source(ctx.today, by_money=ctx.principal.may("see:money"))
    pressing = state.in_(request.state) if request.state else or_(state.in_(PRESSING), still.is_not(None))
    wanted: list[ColumnElement[bool]] = [Contract.retired_at.is_(None), pressing]
    if request.provider:
        wanted.append(Contract.provider_id == get_provider_id(ctx, request.provider).id)
    if request.market:
        wanted.append(in_market(request.market))
    if request.within_days is not None:
        wanted.append(ctx.today + timedelta(days=request.within_days) >= ACT_BY)
    wanted += [Contract.search_text.contains(word, autoescape=True) for word in (request.query or "").lower().split()]
    if request.owner:
        wanted.append(owner_id() == get_person(ctx.session, request.owner).id)
    found = listing.page(ctx, source, request, wanted)
    rows = [dict(row) for row in found.rows]
    above = contracts.above(ctx.session, rows)
    leaving = leaving_today(ctx, [row["id"] for row in rows]) if "etf" in columns else {}
    return RenewalList(
        as_of=ctx.today,
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=None if found.total else "No term is in these states. Ask for stable, evergreen, unknown or decided.",
        rows=[_row(ctx, contracts.completed(row, above), leaving.get(row["id"])) for row in rows],
    )


@lru_cache(maxsize=4)
def _source(today: date, *, by_money: bool) -> listing.ListSource:
    """Build the list; kept for the day, as building it costs as much as running it."""
    mrc, count = monthly(today), of_circuits(func.count())
    query = select(
        Contract.__table__, Provider.name.label("provider"), renewal_state(today).label("state"),
        alarm(today).label("alarm"), count.label("circuits"), mrc.label("monthly"), NUMBER.label("number_of_term"),
        TERM_END.label("ends"), NOTICE_DEADLINE.label("due"), ACT_BY.label("act"),
        RenewalDecision.ref.label("decision"), RenewalDecision.choice, RenewalDecision.due_date,
        Person.name.label("owner"),
    ).join(Provider, Provider.id == Contract.provider_id)  # fmt: skip
    query = with_standing(query).outerjoin(RenewalDecision, of_term()).outerjoin(Person, Person.id == owner_id())
    sortable: dict[str, listing.Column] = {
        "act_by": func.coalesce(ACT_BY, LAST_DAY),
        "contract": Contract.id,
        "provider": func.lower(Provider.name),
        "title": func.lower(Contract.title),
        "notice_deadline": func.coalesce(NOTICE_DEADLINE, LAST_DAY),
        "term_end_date": func.coalesce(TERM_END, LAST_DAY),
        "circuits": count,
    }
    tallies = {"mrc": by_monthly(today)} if by_money else {}
    return listing.ListSource("renewals", query, sortable, Contract.id, "act_by", tallies)


def _row(ctx: Context, row: Mapping[str, Any], leaving: EtfStatement | None) -> RenewalRow:
    paper = contracts.terms_of(row)
    problems = problems_of(paper)
    terms = paper if problems else nth_term(paper, row["number_of_term"])
    deadline = None if problems else deadline_of(terms)
    mrc = row["monthly"]
    silence = cost_of_silence(
        terms, Amount(mrc, row["currency"], Basis.CONTRACTED, row["ref"]) if mrc is not None else None
    )
    opens = deadline.dates.opens if deadline and deadline.dates else None
    return RenewalRow(
        contract=row["ref"],
        provider=row["provider"],
        title=row["title"],
        state=row["state"],
        alarm=row["alarm"],
        act_by=row["act"],
        days_left=(row["act"] - ctx.today).days if row["act"] else None,
        notice_opens=opens,
        notice_deadline=row["due"],
        term_end_date=row["ends"],
        end_of_term=row["end_of_term"],
        renewals=row["number_of_term"],
        circuits=row["circuits"],
        mrc=mrc,
        currency=row["currency"],
        notice=str(terms.notice) if terms.notice else None,
        number=row["number"],
        decision=row["decision"],
        choice=row["choice"],
        owner=row["owner"],
        due_date=row["due_date"],
        why=explain(terms, deadline) if deadline else problems[0].message,
        cost_of_silence=silence.amount.value if silence.amount else None,
        etf=leaving.etf if leaving else None,
    )

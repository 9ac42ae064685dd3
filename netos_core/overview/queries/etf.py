"""What leaving a circuit or a contract early costs, with the decisions that end it taken into account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select

from netos_core.circuits import queries as circuits
from netos_core.contracts import queries as contracts
from netos_core.contracts.queries.etf import leaving_circuits, leaving_contracts, of_circuits
from netos_core.contracts.rules.etf import (
    EtfStatement,
    Leaving,
    Line,
    cheapest_exit,
    clause_words,
    escalator_words,
    etf_after_notice,
    etf_on,
    exits,
    first_without_fee,
    notice_of,
    saving,
    total_of,
)
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.overview.schemas.etf import (
    CheapestExit,
    EtfExit,
    EtfLine,
    EtfPreview,
    EtfShort,
    PreviewEtf,
    RivalSaving,
    WayOut,
)
from netos_core.quotes.model import Quote
from netos_core.quotes.queries.lists import state_on
from netos_core.quotes.queries.names import terms_of
from netos_core.quotes.rules.states import LIVE
from netos_core.renewals.queries import last_days


def preview(ctx: Context, request: PreviewEtf) -> EtfPreview:
    """Work out what leaving costs on a day, and when it costs least."""
    leaving, circuit_id = _leaving(ctx, request.ref)
    statement = _statement(ctx, leaving, request)
    ahead = exits(leaving, request.notice_date or ctx.today, request.horizon)
    best = cheapest_exit(leaving, ahead)
    free = first_without_fee(ahead)
    then = leaving.on(statement.last_day)
    etf = then.etf
    notice = notice_of(leaving, statement.notice_date or statement.last_day)
    return EtfPreview(
        ref=leaving.ref,
        contract=leaving.contract if leaving.contract != leaving.ref or circuit_id is None else None,
        source=then.source if etf else None,
        last_day=statement.last_day,
        notice_date=statement.notice_date,
        notice=str(notice) if notice else None,
        term_end_date=statement.term_end,
        month=statement.month,
        of_months=round(statement.of_months, 2) if statement.of_months is not None else None,
        currency=leaving.currency,
        mrc=leaving.mrc,
        etf=statement.etf,
        at_least=statement.at_least if statement.etf is None else None,
        at_most=statement.at_most,
        exit_cost=statement.exit_cost,
        estimated=statement.estimated,
        why=statement.why,
        charges=_lines(statement.charges),
        lines=_lines(statement.lines),
        assumptions=list(statement.assumptions),
        clause=_clause(then),
        quote=etf.quote if etf else None,
        document=etf.document if etf else None,
        page=etf.page if etf else None,
        cheapest=CheapestExit(
            last_day=best.statement.last_day if best.statement else None,
            exit_cost=best.statement.exit_cost if best.statement else None,
            etf=best.statement.etf if best.statement else None,
            why=best.why,
        ),
        first_without_fee=free.last_day if free else None,
        ways_out=_ways_out(then, leaving, request.notice_date or ctx.today),
        rivals=_rivals(ctx, circuit_id, leaving, statement) if circuit_id else [],
        by_month=[_exit(one) for one in ahead],
    )


def _clause(leaving: Leaving) -> list[str]:
    """Tell the terms of the fee, and how the rate moves, in sentences."""
    told = clause_words(leaving.etf, leaving.currency) if leaving.etf else []
    if told and leaving.escalator is not None:
        told.append(f"The MRC: {escalator_words(leaving.escalator, leaving.currency)}")
    return told


def _rivals(ctx: Context, circuit_id: UUID, leaving: Leaving, statement: EtfStatement) -> list[RivalSaving]:
    """Set the fee against each quote that would replace the circuit and can still be had."""
    found = ctx.session.execute(
        select(Quote.id, Quote.ref).where(
            Quote.replaces_id == circuit_id, Quote.retired_at.is_(None), state_on(ctx.today).in_(sorted(LIVE))
        )
    )
    refs = {row.id: row.ref for row in found}
    rivals = []
    for term in terms_of(ctx, refs) if refs else ():
        if term["mrc"] is None or term["currency"] != leaving.currency:
            continue
        once = sum((term[name] for name in ("nrc", "special_build") if term[name] is not None), Decimal(0))
        saved = saving(leaving, statement, term["mrc"], once)
        if saved is not None:
            rivals.append(
                RivalSaving(
                    quote=refs[term["quote_id"]],
                    term_months=term["term_months"],
                    saves_a_month=saved.a_month,
                    once=saved.once,
                    pays_back_in_months=saved.months,
                    words=saved.words,
                )
            )
    return rivals


def _leaving(ctx: Context, ref: str) -> tuple[Leaving, UUID | None]:
    """Find the circuit or the contract that a ref means; the second is the id of a circuit.

    Raises:
        NotFound: It is neither.
        Ambiguous: It means several.
    """
    circuit = circuits.names(ctx, [ref])
    if circuit.find(ref) is not None or not contracts.names(ctx, [ref]).find(ref):
        try:
            found = circuit.get(ref, "ref").id
        except NotFound as unknown:
            raise NotFound(unknown.message, field="ref", fix="search finds circuits and contracts.") from None
        return leaving_circuits(ctx, [found], _last_days_of_circuit(ctx, found))[found], found
    named = contracts.get_contract_id(ctx, ref)
    return leaving_contracts(ctx, [named.id], last_days(ctx, [named.id]))[named.id], None


def _last_days_of_circuit(ctx: Context, circuit_id: UUID) -> dict[UUID, date]:
    governing = contracts.governing(ctx, [circuit_id])
    return last_days(ctx, [row["id"] for row in governing.values()])


def _statement(ctx: Context, leaving: Leaving, request: PreviewEtf) -> EtfStatement:
    if request.notice_date is None and request.as_of is not None:
        return etf_on(leaving, request.as_of)
    return etf_after_notice(leaving, request.notice_date or ctx.today, not_before=request.as_of)


def _ways_out(then: Leaving, leaving: Leaving, notice_date: date) -> list[WayOut]:
    """List the events that free from the fee, each with what is paid until a notice takes effect."""
    return [
        WayOut(
            kind=way.kind,
            condition=way.condition,
            clause=way.clause,
            exit_cost=etf_after_notice(leaving, notice_date, way_out=way.kind).exit_cost,
        )
        for way in (then.etf.exits if then.etf else ())
    ]


def _lines(lines: Sequence[Line]) -> list[EtfLine]:
    return [
        EtfLine(
            part=line.part,
            amount=line.amount,
            words=line.words,
            clause=line.clause,
            months=line.months,
            rate=line.rate,
            percent=line.percent,
        )
        for line in lines
    ]


def _exit(statement: EtfStatement) -> EtfExit:
    known = all(line.amount is not None for line in statement.charges)
    return EtfExit(
        last_day=statement.last_day,
        charges=total_of(statement.charges) if known else None,
        etf=statement.etf,
        exit_cost=statement.exit_cost,
    )


def of_circuit(ctx: Context, circuit: Mapping[str, Any], *, decided: bool) -> EtfShort:
    """Say in short what leaving a circuit costs, notice being given today.

    Args:
        ctx: The call.
        circuit: Its row, with the id of the contract that governs it.
        decided: Whether something is decided about the term in force.
    """
    ends = last_days(ctx, [circuit["contract_id"]]) if decided else {}
    return short(ctx, of_circuits(ctx, [circuit], ends)[circuit["id"]])


def of_contracts(ctx: Context, contract_ids: Iterable[UUID]) -> dict[UUID, EtfShort]:
    """Say in short what leaving contracts costs, notice being given today."""
    ids = list(contract_ids)
    found = leaving_contracts(ctx, ids, last_days(ctx, ids))
    return {row_id: short(ctx, leaving) for row_id, leaving in found.items()}


def short(ctx: Context, leaving: Leaving) -> EtfShort:
    statement = etf_after_notice(leaving, ctx.today)
    return EtfShort(
        as_of=statement.last_day,
        amount=statement.etf,
        at_least=statement.at_least if statement.etf is None and statement.at_least > Decimal(0) else None,
        currency=leaving.currency,
        estimated=statement.estimated,
        source=leaving.on(statement.last_day).source,
        why=statement.why,
    )

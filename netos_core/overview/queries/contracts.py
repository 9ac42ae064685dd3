"""Contracts: the list, and one with its term and the circuits it governs."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from netos_core.annotations.queries import tagged
from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract, ContractCircuit
from netos_core.contracts.queries import get_contract_id
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.page import columns_of
from netos_core.overview.queries import circuits, etf, links, parts, terms
from netos_core.overview.queries.in_force import in_force
from netos_core.overview.queries.words import contracts_with, page_of
from netos_core.overview.schemas import ContractLine, ContractList, ContractRow, ContractView, SearchContracts
from netos_core.providers.model import Provider
from netos_core.providers.queries import get_provider_id
from netos_core.renewals.queries import (
    ACT_BY,
    NOTICE_DEADLINE,
    TERM_END,
    by_monthly,
    monthly,
    renewal_state,
    with_standing,
)

CONCISE = (
    "ref", "provider", "number", "title", "kind", "term_end_date", "renewal_state", "act_by", "circuits", "mrc",
)  # fmt: skip
LAST_DAY = date(9999, 12, 31)

Parent = aliased(Contract)


def circuit_count() -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(ContractCircuit)
        .where(ContractCircuit.contract_id == Contract.id, ContractCircuit.retired_at.is_(None))
        .correlate(Contract)
        .scalar_subquery()
    )


def _by_circuits() -> listing.Tally:
    named = (
        select(ContractCircuit.contract_id, func.count().label("circuits"))
        .where(ContractCircuit.retired_at.is_(None))
        .group_by(ContractCircuit.contract_id)
        .subquery()
    )
    return listing.Tally(named, named.c.contract_id == Contract.id, func.coalesce(named.c.circuits, 0))


def search_contracts(ctx: Context, request: SearchContracts) -> ContractList:
    """Return one page of contracts."""
    columns = columns_of(request, ContractRow, CONCISE)
    count, mrc, state = circuit_count(), monthly(ctx.today), renewal_state(ctx.today)
    query = with_standing(
        select(
            Contract.ref, Provider.name.label("provider"), Contract.number, Contract.title, Contract.kind,
            TERM_END.label("term_end_date"), state.label("renewal_state"), ACT_BY.label("act_by"),
            count.label("circuits"), mrc.label("mrc"), NOTICE_DEADLINE.label("notice_deadline"),
            Contract.end_of_term, Contract.notice_count,
            Contract.notice_unit, Contract.currency, Parent.ref.label("parent"),
        )
        .join(Provider, Provider.id == Contract.provider_id)
        .outerjoin(Parent, Parent.id == Contract.parent_id)
    )  # fmt: skip
    sortable: dict[str, listing.Column] = {
        "ref": Contract.id,
        "provider": func.lower(Provider.name),
        "number": func.coalesce(Contract.number, ""),
        "title": func.lower(Contract.title),
        "kind": Contract.kind,
        "act_by": func.coalesce(ACT_BY, LAST_DAY),
        "term_end_date": func.coalesce(TERM_END, LAST_DAY),
    }
    tallies = {"circuits": _by_circuits()}
    if ctx.principal.may("see:money"):
        tallies["mrc"] = by_monthly(ctx.today)
    wanted = _filters(ctx, request, state)
    source = listing.ListSource("contracts", query, sortable, Contract.id, "ref", tallies)
    found, hint = page_of(ctx, source, request, wanted, Contract, contracts_with)
    return ContractList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[_made(ctx, listing.plain(row)) for row in found.rows],
    )


def _made(ctx: Context, row: dict[str, Any]) -> ContractRow:
    notice = terms.notice_words(row.pop("notice_count"), row.pop("notice_unit"))
    days = (row["act_by"] - ctx.today).days if row["act_by"] else None
    return ContractRow(**row, notice=notice, days_left=days)


def _filters(ctx: Context, request: SearchContracts, state: ColumnElement[str]) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Contract.retired_at.is_(None)]
    if request.provider:
        wanted.append(Contract.provider_id == get_provider_id(ctx, request.provider).id)
    if request.kind:
        wanted.append(Contract.kind.in_(request.kind))
    if request.renewal_state:
        wanted.append(state.in_(request.renewal_state))
    if request.end_of_term:
        wanted.append(Contract.end_of_term.in_(request.end_of_term))
    if request.act_by_before:
        wanted.append(request.act_by_before >= ACT_BY)
    if request.act_by_after:
        wanted.append(request.act_by_after <= ACT_BY)
    if request.ends_before:
        wanted.append(request.ends_before >= TERM_END)
    if request.parent:
        wanted.append(Contract.parent_id == get_contract_id(ctx, request.parent, "parent").id)
    if request.tag:
        wanted.append(Contract.id.in_(tagged("contract", request.tag)))
    return wanted


_OWN = (
    "ref", "version", "provider", "provider_ref", "signed_date", "term_start_date", "term_months", "term_end_date",
    "co_terminus", "notice_count", "notice_unit", "notice_opens_count", "notice_opens_unit", "renewal_notice_count",
    "renewal_notice_unit", "notice_address", "notice_counted_from",
    "delivery_lead_days", "mrc", "nrc", "total_value", "currency", "etf", "escalator", "description",
    "updated_at",
)  # fmt: skip


def contract(ctx: Context, ref: str, on: date | None = None) -> ContractView:
    """Read one contract whole, with what held on a day where one is asked for."""
    contract_id: UUID = get_contract_id(ctx, ref, "ref").id
    row = (
        ctx.session.execute(
            terms.with_term(
                select(
                    Contract.__table__, Provider.name.label("provider"), Provider.ref.label("provider_ref"),
                    Parent.ref.label("parent_ref"), monthly(ctx.today).label("monthly"),
                ),
                ctx.today,
            )
            .join(Provider, Provider.id == Contract.provider_id)
            .outerjoin(Parent, Parent.id == Contract.parent_id)
            .where(Contract.id == contract_id)
        )
        .mappings()
        .one()
    )  # fmt: skip
    named = select(ContractCircuit.circuit_id).where(
        ContractCircuit.contract_id == contract_id, ContractCircuit.retired_at.is_(None)
    )
    governed = circuits.lines(ctx, Circuit.id.in_(named))
    spend = ctx.session.execute(
        select(Circuit.currency, func.sum(Circuit.mrc).label("mrc"))
        .where(Circuit.id.in_(named), Circuit.retired_at.is_(None), Circuit.mrc.is_not(None))
        .group_by(Circuit.currency)
    )
    children = ctx.session.execute(
        select(Contract.ref, Contract.title)
        .where(Contract.parent_id == contract_id, Contract.retired_at.is_(None))
        .order_by(Contract.id)
    )
    return ContractView(
        **{name: row[name] for name in _OWN},
        term=terms.term_of(ctx, dict(row), row["monthly"]),
        etf_today=etf.of_contracts(ctx, [contract_id])[contract_id],
        in_force=in_force(ctx, contract_id, on) if on else None,
        children=[ContractLine(ref=c.ref, title=c.title) for c in children],
        sites=links.leased_sites(ctx, contract_id),
        circuits=governed,
        circuits_mrc={r.currency: r.mrc for r in spend},
        tags=parts.tags(ctx, "contract", contract_id),
        notes=parts.notes(ctx, "contract", contract_id),
        open_changes=parts.open_changes(ctx, row["ref"], contract_id),
    )

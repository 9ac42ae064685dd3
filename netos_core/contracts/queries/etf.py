"""What is on file about leaving contracts and circuits early, read for the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Date, Select, and_, bindparam, func, literal, or_, select, true, union_all

from netos_core.circuits.rules import ENDED, CircuitStatus
from netos_core.contracts.queries import CIRCUIT, CONTRACT, above, completed, terms_of
from netos_core.contracts.rules import ContractKind, EndOfTerm, NoticeCountedFrom, NoticeMethod, Terms, problems_of
from netos_core.contracts.rules.etf import Leaving, escalator_of, etf_terms
from netos_core.kernel.context import Context

NOT_INSTALLED = (CircuitStatus.PLANNED, CircuitStatus.ORDERED, CircuitStatus.PROVISIONING)
DEEPEST = 20
NO_PAPER = Terms(
    None, None, None, EndOfTerm.UNKNOWN, False, None, NoticeMethod.UNKNOWN, None, NoticeCountedFrom.UNKNOWN, None
)  # fmt: skip


IDS: BindParameter[Any] = bindparam("ids", expanding=True)
TODAY: BindParameter[Any] = bindparam("today", type_=Date)


def _contracts() -> Select[Any]:
    """Build contracts with what they govern: how many, those with a price in its currency, and their MRC."""
    priced = and_(CIRCUIT.c.mrc.is_not(None), CIRCUIT.c.currency == CONTRACT.c.currency)
    governed = (
        select(
            func.count().label("circuits"),
            func.count().filter(priced).label("priced"),
            func.sum(CIRCUIT.c.mrc).filter(priced).label("circuits_mrc"),
            func.coalesce(func.bool_or(CIRCUIT.c.status.not_in(NOT_INSTALLED)), true()).label("installed"),
        )
        .where(
            CIRCUIT.c.contract_id == CONTRACT.c.id,
            CIRCUIT.c.retired_at.is_(None),
            CIRCUIT.c.status.not_in(ENDED),
        )
        .correlate(CONTRACT)
        .lateral()
    )
    return (
        select(CONTRACT, governed.c.circuits, governed.c.priced, governed.c.circuits_mrc, governed.c.installed)
        .join(governed, true())
        .where(CONTRACT.c.id.in_(IDS))
    )


def _papers() -> Select[Any]:
    """Build the papers whose clauses may hold for contracts, those that come first before the others."""
    chain = (
        select(CONTRACT.c.id.label("of"), CONTRACT.c.id.label("id"), CONTRACT.c.parent_id, literal(0).label("level"))
        .where(CONTRACT.c.id.in_(IDS))
        .cte("papers", recursive=True)
    )
    chain = chain.union_all(
        select(chain.c.of, CONTRACT.c.id, CONTRACT.c.parent_id, chain.c.level + 1)
        .join(chain, CONTRACT.c.id == chain.c.parent_id)
        .where(chain.c.level < DEEPEST)
    )
    since = func.coalesce(CONTRACT.c.term_start_date, CONTRACT.c.signed_date)
    amendments = (
        select(chain.c.of, chain.c.level, CONTRACT.c.id.label("paper"), literal(0).label("itself"))
        .join(CONTRACT, CONTRACT.c.parent_id == chain.c.id)
        .where(CONTRACT.c.kind == ContractKind.AMENDMENT, func.coalesce(since, TODAY) <= TODAY)
    )
    itself = select(chain.c.of, chain.c.level, chain.c.id.label("paper"), literal(1).label("itself"))
    named = union_all(amendments, itself).subquery()
    return (
        select(named.c.of, CONTRACT.c.ref, CONTRACT.c.etf, CONTRACT.c.escalator, CONTRACT.c.currency)
        .join(CONTRACT, CONTRACT.c.id == named.c.paper)
        .where(
            CONTRACT.c.retired_at.is_(None),
            or_(CONTRACT.c.etf.is_not(None), CONTRACT.c.escalator.is_not(None)),
        )
        .order_by(named.c.level, named.c.itself, since.desc().nulls_last(), CONTRACT.c.id.desc())
    )


# Built once: every page of a circuit asks both.
_CONTRACTS, _PAPERS = _contracts(), _papers()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, with the ref of the paper it stands in."""

    source: str
    value: Any


def leaving_contracts(
    ctx: Context, contract_ids: Collection[UUID], last_days: Mapping[UUID, date] | None = None
) -> dict[UUID, Leaving]:
    """Read what leaving contracts would cost is worked out from.

    The MRC is that of the circuits a contract governs where every one has one in its currency, else its own.

    Args:
        ctx: The call.
        contract_ids: The contracts.
        last_days: Of contracts that notice is served against, the last day of their last term.
    """
    return {row_id: _of_contract(ctx, row, last_days or {}) for row_id, row in _rows(ctx, contract_ids).items()}


def leaving_circuits(
    ctx: Context, circuit_ids: Collection[UUID], last_days: Mapping[UUID, date] | None = None
) -> dict[UUID, Leaving]:
    """Read what leaving circuits would cost is worked out from, by the contract that governs each."""
    found = ctx.session.execute(
        select(
            CIRCUIT.c.id, CIRCUIT.c.ref, CIRCUIT.c.mrc, CIRCUIT.c.nrc, CIRCUIT.c.currency, CIRCUIT.c.status,
            CIRCUIT.c.contract_id,
        ).where(CIRCUIT.c.id.in_(list(circuit_ids)))
    )  # fmt: skip
    return of_circuits(ctx, [dict(row) for row in found.mappings()], last_days)


def of_circuits(
    ctx: Context, circuits: Collection[Mapping[str, Any]], last_days: Mapping[UUID, date] | None = None
) -> dict[UUID, Leaving]:
    """Do as `leaving_circuits` for circuits that are read already, each with the id of its contract."""
    rows = _rows(ctx, {row["contract_id"] for row in circuits if row["contract_id"]})
    made: dict[UUID, Leaving] = {}
    for row in circuits:
        paper = rows.get(row["contract_id"])
        whole = _of_contract(ctx, paper, last_days or {}) if paper else _without_paper(ctx, row)
        in_currency = row["currency"] == whole.currency
        made[row["id"]] = replace(
            whole,
            ref=row["ref"],
            mrc=row["mrc"] if in_currency else None,
            nrc=row["nrc"] if in_currency else None,
            one_circuit=True,
            circuits=max(whole.circuits, 1),
            installed=row["status"] not in NOT_INSTALLED,
        )
    return made


def _rows(ctx: Context, ids: Collection[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Read contracts completed by the papers above them, each with the clauses that hold for it."""
    if not ids:
        return {}
    rows = ctx.session.execute(_CONTRACTS, {"ids": list(ids)})
    found = [dict(row) for row in rows.mappings()]
    higher = above(ctx.session, found)
    clauses = _clauses(ctx, found)
    return {row["id"]: {**completed(row, higher), **clauses[row["id"]]} for row in found}


def _clauses(ctx: Context, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, dict[str, Clause | None]]:
    """Find the clauses that hold for contracts: an amendment's before those of what it amends, then those above.

    An order that is silent goes by its agreement; of several amendments the latest that is in force counts.
    """
    own = {row["id"]: row for row in rows}
    papers = ctx.session.execute(_PAPERS, {"ids": list(own), "today": ctx.today})
    found: dict[UUID, list[Mapping[str, Any]]] = {row_id: [] for row_id in own}
    for paper in papers.mappings():
        found[paper["of"]].append(dict(paper))
    return {
        row_id: {f"{name}_clause": _first(name, found[row_id], row) for name in ("etf", "escalator")}
        for row_id, row in own.items()
    }


def _first(name: str, papers: Iterable[Mapping[str, Any]], row: Mapping[str, Any]) -> Clause | None:
    """Take the first paper that has a clause; amounts of another currency are none of this contract's."""
    return next((Clause(p["ref"], p[name]) for p in papers if p[name] and p["currency"] == row["currency"]), None)


def _of_contract(ctx: Context, row: Mapping[str, Any], last_days: Mapping[UUID, date]) -> Leaving:
    etf, escalator = row["etf_clause"], row["escalator_clause"]
    terms = terms_of(row)
    return Leaving(
        ref=row["ref"],
        contract=row["ref"],
        source=etf.source if etf else row["ref"],
        etf=etf_terms(etf.value) if etf else None,
        terms=replace(NO_PAPER, evergreen=terms.evergreen) if problems_of(terms) else terms,
        escalator=escalator_of(escalator.value) if escalator else None,
        mrc=row["circuits_mrc"] if row["circuits"] and row["circuits"] == row["priced"] else row["mrc"],
        nrc=row["nrc"],
        currency=row["currency"],
        known_on=ctx.today,
        circuits=row["circuits"],
        installed=row["installed"],
        leaves_on=last_days.get(row["id"]),
    )


def _without_paper(ctx: Context, circuit: Mapping[str, Any]) -> Leaving:
    """Say of a circuit that no contract governs what is known of it: its price, and no clause."""
    return Leaving(
        ref=circuit["ref"],
        contract=circuit["ref"],
        source=circuit["ref"],
        etf=None,
        terms=NO_PAPER,
        escalator=None,
        mrc=circuit["mrc"],
        nrc=circuit["nrc"],
        currency=circuit["currency"],
        known_on=ctx.today,
    )

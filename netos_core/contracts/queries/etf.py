"""What is on file about leaving contracts and circuits early, read for the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, select, true

from netos_core.circuits.rules import ENDED, NOT_INSTALLED
from netos_core.contracts.queries import CIRCUIT, CONTRACT, UNSAID, terms_of
from netos_core.contracts.queries.papers import bearing, read_by
from netos_core.contracts.rules import EndOfTerm, NoticeCountedFrom, NoticeMethod, Terms, problems_of
from netos_core.contracts.rules.etf import Course, Leaving, course_of, escalator_of, etf_terms
from netos_core.contracts.rules.papers import Papers, held_on, row_held, turning_days
from netos_core.kernel.context import Context

NO_PAPER = Terms(
    None, None, None, EndOfTerm.UNKNOWN, False, None, NoticeMethod.UNKNOWN, None, NoticeCountedFrom.UNKNOWN, None
)  # fmt: skip


def _contracts() -> Select[Any]:
    """Build papers with what they govern: how many circuits, those with a price in its currency, and their MRC."""
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
    counted = (governed.c.circuits, governed.c.priced, governed.c.circuits_mrc, governed.c.installed)
    return bearing().add_columns(*counted).join(governed, true())


# Built once: every page of a circuit asks it.
_CONTRACTS = _contracts()


@dataclass(frozen=True, slots=True)
class Read:
    """A contract with what it governs, and the papers that say what holds for it."""

    row: Mapping[str, Any]
    papers: Papers

    @property
    def price(self) -> Decimal | None:
        """What its circuits cost together, where each has a price."""
        row = self.row
        found: Decimal | None = row["circuits_mrc"] if row["circuits"] and row["circuits"] == row["priced"] else None
        return found


def leaving_contracts(
    ctx: Context, contract_ids: Collection[UUID], last_days: Mapping[UUID, date] | None = None
) -> dict[UUID, Leaving]:
    """Read what leaving contracts would cost is worked out from.

    The MRC is that of an amendment in force; else that of the circuits a contract governs, where every one has one in
    its currency; else its own. An amendment that takes effect later counts from its day.

    Args:
        ctx: The call.
        contract_ids: The contracts.
        last_days: Of contracts that notice is served against, the last day of their last term.
    """
    return {
        row_id: _of_contract(ctx, read, last_days or {}) for row_id, read in read_contracts(ctx, contract_ids).items()
    }


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
    found = read_contracts(ctx, {row["contract_id"] for row in circuits if row["contract_id"]})
    wholes = {row_id: _of_contract(ctx, read, last_days or {}) for row_id, read in found.items()}
    made: dict[UUID, Leaving] = {}
    for row in circuits:
        read = found.get(row["contract_id"])
        whole = wholes[row["contract_id"]] if read else _without_paper(ctx, row)
        part = _of_circuit(whole, row, read)
        made[row["id"]] = replace(part, later=tuple((day, _of_circuit(then, row, read)) for day, then in whole.later))
    return made


def _of_circuit(whole: Leaving, row: Mapping[str, Any], read: Read | None) -> Leaving:
    """Take one circuit's part of a contract: its rate moves as the whole one's does."""
    mrc = row["mrc"] if row["currency"] == whole.currency else None
    rates = None
    if mrc is not None and read and read.price and whole.rates:
        rates = whole.rates.part(mrc, read.price)
        mrc = rates.on(whole.known_on).mrc
    return replace(
        whole,
        ref=row["ref"],
        mrc=mrc,
        rates=rates,
        nrc=row["nrc"] if row["currency"] == whole.currency else None,
        one_circuit=True,
        circuits=max(whole.circuits, 1),
        installed=row["status"] not in NOT_INSTALLED,
    )


def read_contract(ctx: Context, contract_id: UUID) -> Read:
    """Read one contract with what it governs and its papers."""
    return read_contracts(ctx, [contract_id])[contract_id]


def read_contracts(ctx: Context, ids: Collection[UUID]) -> dict[UUID, Read]:
    """Read contracts with what they govern and their papers, in one statement; the one of a page once for all of it."""
    papers = ctx.once(("papers", *ids), lambda: _papers(ctx, ids)) if len(ids) == 1 else _papers(ctx, ids)
    return {row_id: Read(papers.by_id[row_id].row, papers) for row_id in ids if row_id in papers.by_id}


def _papers(ctx: Context, ids: Collection[UUID]) -> Papers:
    return read_by(ctx.session, _CONTRACTS, ids)


def _of_contract(ctx: Context, read: Read, last_days: Mapping[UUID, date]) -> Leaving:
    """Say what would be left today, and what from each day on which an amendment takes effect that does not yet."""
    row = read.row
    rates = course_of(read.papers, row["id"], price=read.price, today=ctx.today)
    ends = last_days.get(row["id"])
    now = _on(read, rates, ctx.today, ends)
    days = [day for day in turning_days(read.papers, row["id"]) if day > ctx.today]
    return replace(now, later=tuple((day, _on(read, rates, day, ends)) for day in days)) if days else now


def _on(read: Read, rates: Course | None, day: date, ends: date | None) -> Leaving:
    row, held = read.row, held_on(read.papers, read.row["id"], day)
    etf, escalator = held.get("etf"), held.get("escalator")
    terms = terms_of(row_held(held, UNSAID))
    nrc = held.get("nrc")
    return Leaving(
        ref=row["ref"],
        contract=row["ref"],
        source=etf.ref if etf else row["ref"],
        etf=etf_terms(etf.row["etf"]) if etf else None,
        terms=replace(NO_PAPER, evergreen=terms.evergreen) if problems_of(terms) else terms,
        escalator=escalator_of(escalator.row["escalator"]) if escalator else None,
        mrc=rates.on(day).mrc if rates else None,
        nrc=nrc.row["nrc"] if nrc else None,
        currency=row["currency"],
        known_on=day,
        circuits=row["circuits"],
        installed=row["installed"],
        leaves_on=ends,
        rates=rates,
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

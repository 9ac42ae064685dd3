"""Reads of contracts that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract, ContractCircuit
from netos_core.contracts.queries.papers import above, papers_of
from netos_core.contracts.rules import EndOfTerm
from netos_core.contracts.rules.papers import GROUPS, completed, terms_of
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, chain_from, fill, nearest

__all__ = [
    "CIRCUIT", "CONTRACT", "LINK", "READ", "UNSAID", "above", "children_of", "completed", "get_contract_id",
    "governing", "links_by_id", "links_of_circuits", "links_of_contracts", "names", "papers_of", "parents_from",
    "rows_by_id", "terms_of",
]  # fmt: skip

CONTRACT = Contract.__table__
LINK = ContractCircuit.__table__
CIRCUIT = Circuit.__table__


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look contracts up by ref or by their number; their name is their title."""
    title = CONTRACT.c.title
    found = Names("contract", "search {kind: contract}", lambda key: nearest(ctx.session, CONTRACT, key, name=title))
    fill(ctx.session, found, CONTRACT, list(keys), by=[CONTRACT.c.number], name=title)
    return found


def get_contract_id(ctx: Context, ref: str, field: str = "ref") -> Named:
    """Return the contract a ref or number means.

    Raises:
        NotFound: None has it; the nearest are listed.
        Ambiguous: Several have that number.
    """
    return names(ctx, [ref]).get(ref, field)


def rows_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return whole live contract rows, for planning."""
    rows = ctx.session.execute(select(CONTRACT).where(CONTRACT.c.id.in_(list(ids)), CONTRACT.c.retired_at.is_(None)))
    return {row["id"]: dict(row) for row in rows.mappings()}


READ = (
    "kind", "parent_id", "term_start_date", "term_months", "term_end_date", "end_of_term", "evergreen", "notice_count",
    "notice_unit", "notice_method", "delivery_lead_days", "notice_counted_from", "co_terminus", "renewal_term_months",
    "renewal_notice_count", "renewal_notice_unit", "notice_opens_count", "notice_opens_unit",
    "notice_address",
)  # fmt: skip
"""Columns that `completed` and `terms_of` read."""


UNSAID: Mapping[str, Any] = {
    **dict.fromkeys(name for group in GROUPS for name in group),
    "end_of_term": EndOfTerm.UNKNOWN,
    "evergreen": False,
    "co_terminus": False,
}
"""A row of which no paper says anything."""


def governing(ctx: Context, circuit_ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return the live contract row that sets the term of each circuit today, by circuit."""
    rows = ctx.session.execute(
        select(CONTRACT, CIRCUIT.c.id.label("circuit_id"))
        .join(CIRCUIT, CIRCUIT.c.contract_id == CONTRACT.c.id)
        .where(CIRCUIT.c.id.in_(list(circuit_ids)), CONTRACT.c.retired_at.is_(None))
    )
    return {row["circuit_id"]: dict(row) for row in rows.mappings()}


def links_by_id(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, Mapping[str, Any]]:
    """Return live links by their id, with the refs of contract and circuit."""
    return {row["id"]: row for row in _links(ctx, LINK.c.id.in_(list(ids)))}


def links_of_contracts(ctx: Context, contract_ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    """Return the live links of contracts, with the refs of contract and circuit."""
    return _links(ctx, LINK.c.contract_id.in_(list(contract_ids)))


def links_of_circuits(ctx: Context, circuit_ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    """Return the live links of circuits, with the refs of contract and circuit."""
    return _links(ctx, LINK.c.circuit_id.in_(list(circuit_ids)))


def _links(ctx: Context, wanted: ColumnElement[bool]) -> list[Mapping[str, Any]]:
    rows = ctx.session.execute(
        select(LINK, CONTRACT.c.ref.label("contract_ref"), CIRCUIT.c.ref.label("circuit_ref"))
        .join(CONTRACT, CONTRACT.c.id == LINK.c.contract_id)
        .join(CIRCUIT, CIRCUIT.c.id == LINK.c.circuit_id)
        .where(wanted, LINK.c.retired_at.is_(None))
        .order_by(LINK.c.id)
    )
    return [dict(row) for row in rows.mappings()]


def parents_from(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Return the parent of each of these contracts, of their parents, and so on to the top."""
    return chain_from(ctx.session, Contract.parent_id, ids)


def children_of(ctx: Context, ids: Iterable[UUID]) -> list[Mapping[str, Any]]:
    """Return the live contracts right under these."""
    rows = ctx.session.execute(
        select(CONTRACT).where(CONTRACT.c.parent_id.in_(list(ids)), CONTRACT.c.retired_at.is_(None))
    )
    return [dict(row) for row in rows.mappings()]

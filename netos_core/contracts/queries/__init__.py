"""Reads of contracts that planning and other features build on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract, ContractCircuit
from netos_core.contracts.rules import (
    ContractKind,
    EndOfTerm,
    Notice,
    NoticeCountedFrom,
    NoticeMethod,
    NoticeUnit,
    Terms,
)
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, Names, chain_from, fill, nearest

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
)  # fmt: skip
"""Columns that `completed` and `terms_of` read."""


def terms_of(row: Mapping[str, Any]) -> Terms:
    """Read the terms of a contract row; an empty column is what the paper does not say.

    An amendment is read after `completed`, as what it does not state goes on as it was.
    """
    end: date | None = row["term_end_date"]
    return Terms(
        term_start_date=row["term_start_date"],
        term_months=row["term_months"],
        term_end_date=end,
        end_of_term=EndOfTerm(row["end_of_term"]),
        evergreen=row["evergreen"],
        notice=_notice(row["notice_count"], row["notice_unit"]),
        notice_method=NoticeMethod(row["notice_method"] or NoticeMethod.UNKNOWN),
        delivery_lead_days=row["delivery_lead_days"],
        notice_counted_from=NoticeCountedFrom(row["notice_counted_from"] or NoticeCountedFrom.UNKNOWN),
        co_terminus_end=end if row["co_terminus"] else None,
        renewal_term_months=row["renewal_term_months"],
        renewal_notice=_notice(row["renewal_notice_count"], row["renewal_notice_unit"]),
        notice_opens=_notice(row["notice_opens_count"], row["notice_opens_unit"]),
    )


@lru_cache(maxsize=1000)
def _notice(count: int | None, unit: str | None) -> Notice | None:
    return None if count is None or unit is None else Notice(count, NoticeUnit(unit))


CLAUSES = (
    ("end_of_term",), ("renewal_term_months",), ("notice_count", "notice_unit"),
    ("notice_opens_count", "notice_opens_unit"), ("renewal_notice_count", "renewal_notice_unit"), ("notice_method",),
    ("notice_counted_from",), ("delivery_lead_days",),
)  # fmt: skip
"""Columns that say one thing together, and which an amendment leaves as they were by not stating it."""


def completed(row: Mapping[str, Any], above: Mapping[UUID, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Give a contract row with what it leaves to the one above it.

    An amendment goes on under the clauses it does not touch; a co-terminus order renews as its agreement does.

    Args:
        row: The row.
        above: Whole rows of the contracts above it, as `above` gives them.
    """
    parent = above.get(row["parent_id"]) if row["parent_id"] else None
    if parent is None or not leans(row):
        return row
    parent = completed(parent, {key: held for key, held in above.items() if key != row["parent_id"]})
    if row["kind"] == ContractKind.AMENDMENT:
        left = [name for clause in CLAUSES if row[clause[0]] in (None, "unknown") for name in clause]
    else:
        left = ["renewal_term_months"] if row["renewal_term_months"] is None else []
    return {**row, **{name: parent[name] for name in left}}


def above(session: Session, rows: Iterable[Mapping[str, Any]]) -> dict[UUID, Mapping[str, Any]]:
    """Read the contracts that these rows leave something to, and those above them."""
    found: dict[UUID, Mapping[str, Any]] = {}
    asked = {row["parent_id"] for row in rows if row["parent_id"] and leans(row)}
    while asked:
        parents = session.execute(select(CONTRACT).where(CONTRACT.c.id.in_(asked))).mappings()
        found |= {row["id"]: dict(row) for row in parents}
        asked = {row["parent_id"] for row in found.values() if row["parent_id"] and leans(row)} - found.keys()
    return found


def leans(row: Mapping[str, Any]) -> bool:
    """Whether the terms of a contract row hang on those of the one above it."""
    return bool(row["kind"] == ContractKind.AMENDMENT or row["co_terminus"])


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

"""All papers that bear on contracts: those above them and every amendment of any, read in one statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    literal,
    literal_column,
    or_,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from netos_core.circuits.model import Circuit
from netos_core.contracts.model import Contract
from netos_core.contracts.rules import ContractKind
from netos_core.contracts.rules.papers import Paper, Papers

CONTRACT = Contract.__table__
IDS: BindParameter[Any] = bindparam("ids", type_=ARRAY(Uuid))  # one value: a list of thousands is not read anew
AMENDMENT: ColumnElement[str] = literal_column(f"'{ContractKind.AMENDMENT}'")
"""The kind, written out as the index of amendments has it: a value given beside a statement would not find that."""


def governs(of: Any) -> ColumnElement[bool]:
    """Say whether a contract of a statement governs live circuits."""
    held = select(literal(1)).where(Circuit.contract_id == of.id, Circuit.retired_at.is_(None))
    return exists(held).correlate(of)


def _amending(of: Any) -> ColumnElement[bool]:
    return and_(of.kind == AMENDMENT, of.retired_at.is_(None))


def _all() -> Select[Any]:
    """Build contracts, each with whether it governs circuits."""
    return select(CONTRACT, governs(Contract).label("governs"))


def bearing(*wanted: ColumnElement[bool]) -> Select[Any]:
    """Build the papers that bear on contracts; `union` drops what was there, so a ring of contracts ends too."""
    chosen = select(CONTRACT.c.id, CONTRACT.c.parent_id).where(CONTRACT.c.id == any_(IDS), *wanted)
    above = chosen.cte("above", recursive=True)
    above = above.union(select(CONTRACT.c.id, CONTRACT.c.parent_id).join(above, CONTRACT.c.id == above.c.parent_id))
    below = select(above.c.id).cte("below", recursive=True)
    below = below.union(
        select(CONTRACT.c.id).join(below, CONTRACT.c.parent_id == below.c.id).where(_amending(Contract))
    )
    every = union(select(above.c.id), select(below.c.id)).subquery()
    return _all().join(every, every.c.id == CONTRACT.c.id)


def _leaning_or_amended() -> ColumnElement[bool]:
    amendment = aliased(Contract)
    below = select(literal(1)).where(amendment.parent_id == Contract.id, _amending(amendment))
    return or_(Contract.kind == AMENDMENT, Contract.co_terminus, exists(below).correlate(Contract))


# Built once: every page of a contract or circuit asks one of them.
_BEARING = bearing()
_WITH_OTHERS = bearing(_leaning_or_amended())


def papers_of(session: Session, contract_ids: Collection[UUID]) -> Papers:
    """Read the papers that say what holds for contracts."""
    return read_by(session, _BEARING, contract_ids)


def read_by(session: Session, statement: Select[Any], contract_ids: Collection[UUID]) -> Papers:
    """Read them by `bearing`, as it is or with more columns."""
    found = session.execute(statement, {"ids": list(contract_ids)}).mappings() if contract_ids else ()
    return Papers(Paper(dict(row), row["governs"]) for row in found)


def every_paper(session: Session) -> Papers:
    """Read all live contracts."""
    found = session.execute(_all().where(CONTRACT.c.retired_at.is_(None))).mappings()
    return Papers(Paper(dict(row), row["governs"]) for row in found)


def above(session: Session, rows: Iterable[Mapping[str, Any]]) -> Papers:
    """Read the papers that say what holds for rows of contracts on file; those that stand alone are left out."""
    return read_by(session, _WITH_OTHERS, {row["id"] for row in rows})

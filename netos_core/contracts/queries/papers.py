"""All papers that bear on contracts: those above them and every amendment of any, read in one statement."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Select, bindparam, exists, literal, select, union
from sqlalchemy.orm import Session

from netos_core.contracts.model import Contract, ContractCircuit
from netos_core.contracts.rules import ContractKind
from netos_core.contracts.rules.papers import Paper, Papers

CONTRACT = Contract.__table__
LINK = ContractCircuit.__table__
IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def _bearing() -> Select[Any]:
    """Build the papers; `union` drops what was there, so a ring of contracts ends too."""
    above = select(CONTRACT.c.id, CONTRACT.c.parent_id).where(CONTRACT.c.id.in_(IDS)).cte("above", recursive=True)
    above = above.union(select(CONTRACT.c.id, CONTRACT.c.parent_id).join(above, CONTRACT.c.id == above.c.parent_id))
    below = select(above.c.id).cte("below", recursive=True)
    below = below.union(
        select(CONTRACT.c.id)
        .join(below, CONTRACT.c.parent_id == below.c.id)
        .where(CONTRACT.c.kind == ContractKind.AMENDMENT, CONTRACT.c.retired_at.is_(None))
    )
    every = union(select(above.c.id), select(below.c.id)).subquery()
    governs = exists(
        select(literal(1)).where(LINK.c.contract_id == CONTRACT.c.id, LINK.c.governs, LINK.c.retired_at.is_(None))
    ).correlate(CONTRACT)
    return select(CONTRACT, governs.label("governs")).join(every, every.c.id == CONTRACT.c.id)


# Built once: every page of a contract or circuit asks it.
_BEARING = _bearing()


def papers_of(session: Session, contract_ids: Collection[UUID]) -> Papers:
    """Read the papers that say what holds for contracts."""
    found = session.execute(_BEARING, {"ids": list(contract_ids)}).mappings() if contract_ids else ()
    return Papers({row["id"]: Paper(dict(row), row["governs"]) for row in found})

"""The rate of circuits over time, from the papers that govern them and their prices on file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from netos_core.circuits.rules import ENDED
from netos_core.contracts.queries.etf import read_contracts
from netos_core.contracts.rules.etf import Course, course_of
from netos_core.kernel.context import Context

AT_ONCE = 5000


def courses_of(ctx: Context, circuits: Collection[Mapping[str, Any]], today: date) -> dict[UUID, Course]:
    """Lay out the rate of each circuit that a contract governs and whose part of that contract's rate is known.

    Args:
        ctx: The call.
        circuits: Rows with `id`, `contract_id`, `mrc`, `currency` and `status`.
        today: The day their prices on file are known of.
    """
    governed = [c for c in circuits if c["contract_id"] and c["mrc"] is not None and c["status"] not in ENDED]
    ids = sorted({c["contract_id"] for c in governed})
    wholes: dict[UUID, tuple[Any, Course]] = {}
    for start in range(0, len(ids), AT_ONCE):
        for row_id, read in read_contracts(ctx, ids[start : start + AT_ONCE]).items():
            course = course_of(read.papers, row_id, price=read.price, today=today)
            if course is not None and read.price:
                wholes[row_id] = (read, course)
    made: dict[UUID, Course] = {}
    for c in governed:
        if c["contract_id"] in wholes:
            read, course = wholes[c["contract_id"]]
            if read.row["currency"] == c["currency"]:
                made[c["id"]] = course.part(c["mrc"], read.price)
    return made

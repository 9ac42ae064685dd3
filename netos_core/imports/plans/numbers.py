"""Which contract a provider's number means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import func, select

from netos_core.contracts.model import Contract
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Named, folded


def by_number(ctx: Context, numbers: Iterable[str], stands: Mapping[UUID, UUID]) -> dict[tuple[UUID, str], list[Named]]:
    """Return the live contracts of each provider and number, case aside; two may carry the same number.

    Args:
        ctx: The call.
        numbers: The numbers.
        stands: Who stands for a provider that was taken over: its contracts are found as theirs.
    """
    number = func.lower(Contract.number)
    rows = ctx.session.execute(
        select(Contract.provider_id, number.label("number"), Contract.id, Contract.ref, Contract.title)
        .where(number.in_([folded(n) for n in numbers]), Contract.retired_at.is_(None))
        .order_by(Contract.id)
    )
    found: dict[tuple[UUID, str], list[Named]] = {}
    for row in rows:
        key = (stands.get(row.provider_id, row.provider_id), row.number)
        found.setdefault(key, []).append(Named(row.id, row.ref, row.title))
    return found

"""What leaving contracts costs at the end of each month to come: as it is kept, else worked out now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from netos_core.contracts.queries.etf import leaving_contracts
from netos_core.contracts.rules.etf import etf_on
from netos_core.finance.rules.months import last_of
from netos_core.kernel.context import Context
from netos_core.kernel.db import among
from netos_core.renewals.queries.due import last_days
from netos_core.spend.model import ExposureAhead
from netos_core.spend.rules.sheet import Months

AT_ONCE = 60
"""So many contracts are worked out by who asks; the worker keeps the rest within minutes."""

Fees = Mapping[UUID, Sequence[Decimal | None]]


@dataclass(frozen=True, slots=True)
class Exposure:
    """The fees of contracts by month, and how many are yet to be worked out."""

    fees: Fees
    waiting: int


def kept(ctx: Context, versions: Mapping[UUID, str], months: Months) -> dict[UUID, Sequence[Decimal | None]]:
    """Read the fees that are kept and still stand."""
    of = ExposureAhead
    rows = ctx.session.execute(
        select(of.contract_id, of.first_month, of.worked_out_from, of.fees).where(among(of.contract_id, versions))
    )
    found: dict[UUID, Sequence[Decimal | None]] = {}
    for row_id, first, worked_out_from, fees in rows:
        begin = -months.number(first)
        ahead = fees[begin : begin + len(months.all)] if begin >= 0 else []
        if worked_out_from == versions[row_id] and len(ahead) == len(months.all):
            found[row_id] = [None if fee is None else Decimal(fee) for fee in ahead]
    return found


def worked_out(ctx: Context, ids: Collection[UUID], months: Sequence[date]) -> Fees:
    """Work out the fee of each contract if it is left at the end of each month, notice being given in time."""
    if not ids:
        return {}
    ends = [last_of(month) for month in months]
    leaving = leaving_contracts(ctx, ids, last_days(ctx, list(ids)))
    return {row_id: [etf_on(one, end).etf for end in ends] for row_id, one in leaving.items()}


def ahead(ctx: Context, versions: Mapping[UUID, str], months: Months) -> Exposure:
    """Give the fees of contracts; a few that are not kept as they stand now are worked out at once."""
    found = kept(ctx, versions, months)
    missing = [row_id for row_id in versions if row_id not in found]
    found |= worked_out(ctx, missing[:AT_ONCE], months.all)
    return Exposure(found, max(0, len(missing) - AT_ONCE))

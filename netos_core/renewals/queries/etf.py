"""What leaving contracts early costs today, with the decisions that end them taken into account."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from netos_core.contracts.queries.etf import leaving_contracts
from netos_core.contracts.rules.etf import EtfStatement, etf_after_notice
from netos_core.kernel.context import Context
from netos_core.renewals.queries.due import Subject, last_days
from netos_core.renewals.rules import Decisions


def leaving_today(ctx: Context, contract_ids: Collection[UUID]) -> dict[UUID, EtfStatement]:
    """Say what leaving each of these contracts costs if notice is given today."""
    ids = list(contract_ids)
    found = leaving_contracts(ctx, ids, last_days(ctx, ids))
    return {row_id: etf_after_notice(leaving, ctx.today) for row_id, leaving in found.items()}


def exposure(ctx: Context, subjects: Sequence[Subject]) -> dict[UUID, Decimal | None]:
    """Give the fee that each contract in force would cost if notice was given today; None where it is unknown.

    One that governs no circuit, or that was amended away, is no commitment of its own and is left out.
    """
    in_force = [subject for subject in subjects if not subject.superseded]
    ends = {subject.id: end for subject in in_force if (end := last_day_of(subject.decisions)) is not None}
    found = leaving_contracts(ctx, [subject.id for subject in in_force], ends)
    return {row_id: etf_after_notice(leaving, ctx.today).etf for row_id, leaving in found.items() if leaving.circuits}


def last_day_of(decisions: Decisions) -> date | None:
    """Give the last day of a contract that a decision about it ends."""
    return min((end for end, about in decisions.items() if end is not None and about.ends_the_contract), default=None)

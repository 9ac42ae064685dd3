"""The lines of a closed month are kept with the proposal that would close it: what is approved is what stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from netos_core.changes.rules import Action, Change
from netos_core.finance.model import PeriodLine
from netos_core.finance.queries.closing import Closing, closing, planned
from netos_core.kernel.context import Context
from netos_core.kernel.db import table_of
from netos_core.kernel.errors import Conflict

AT_ONCE = 2000


def keep(ctx: Context, changes: Sequence[Change]) -> None:
    """Write the lines that these changes name; no record names them before they are applied."""
    for change in changes:
        if change.entity == "accounting_period" and change.action is Action.CREATE:
            month = date.fromisoformat(change.after["month"])
            made = ctx.session.info.pop(planned(month), None) or closing(ctx, month)
            if made.kept != change.after["kept"]:
                raise Conflict("The month came out differently a moment ago.", fix="Propose its closing again.")
            _write(ctx, made)


def _write(ctx: Context, made: Closing) -> None:
    session = ctx.session
    if session.scalar(select(exists().where(PeriodLine.kept == made.kept))):
        return
    rows = [
        {
            "kept": made.kept, "number": number, "circuit_id": one.circuit_id, "site_id": one.site_id,
            "customer_id": one.line.customer_id, "component": str(one.line.component), "amount": one.line.amount,
            "currency": one.line.currency, "basis": str(one.line.basis), "source": one.line.source,
            "item": one.line.item, "how": one.line.how,
        }
        for number, one in enumerate(made.lines)
    ]  # fmt: skip
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(table_of(PeriodLine)).on_conflict_do_nothing(), rows[start : start + AT_ONCE])

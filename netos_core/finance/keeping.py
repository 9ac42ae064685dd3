"""The lines of a closed month are kept with the proposal that would close it: what is approved is what stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from netos_core.changes.rules import Action, Change
from netos_core.finance.queries.closing import closing, planned
from netos_core.finance.records import write_lines
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict


def keep(ctx: Context, changes: Sequence[Change]) -> None:
    """Write the lines that these changes name; no record names them before they are applied."""
    for change in sorted(changes, key=lambda one: str(one.after.get("month"))):
        if change.entity == "accounting_period" and change.action is Action.CREATE:
            month = date.fromisoformat(change.after["month"])
            made = ctx.session.info.pop(planned(month), None) or closing(ctx, month)
            if made.kept != change.after["kept"]:
                raise Conflict("The month came out differently a moment ago.", fix="Propose its closing again.")
            write_lines(ctx.session, made)

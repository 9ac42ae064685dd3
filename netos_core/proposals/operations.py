"""Ask for a change."""

from __future__ import annotations

from typing import Any

from netos_core.changes import queries, records, views
from netos_core.changes.rules import Status
from netos_core.changes.schemas import ChangeView
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Conflict
from netos_core.kernel.operation import Effect, operation
from netos_core.proposals import plans
from netos_core.proposals.schemas import ProposeChange, Rebase

SAMPLE = 25


@operation(Effect.PROPOSE, right="propose:changes")
def propose_change(ctx: Context, request: ProposeChange) -> ChangeView:
    """Put a change before people as an exact diff. Nothing is written until it is approved."""
    request = plans.sealed(ctx, request)
    source: dict[str, Any] = {"propose_change": request.model_dump(mode="json", exclude_unset=True)}
    planned = plans.change_set(ctx, request)
    plans.keep(ctx, request, planned)
    proposal = records.save_proposal(ctx, planned, reason=request.reason, source=source)
    return views.change_view(ctx, proposal, limit=SAMPLE, cursor=None)


@operation(Effect.PROPOSE, right="propose:changes")
def rebase_change(ctx: Context, request: Rebase) -> ChangeView:
    """Plan a stale proposal anew on the current values; the old one is closed and points to the new."""
    old = queries.get_proposal(ctx, request.change_id, for_update=True)
    asked = old.source.get("propose_change")
    if old.status != Status.OPEN or asked is None:
        raise Conflict(f"{old.ref} can not be planned anew.", fix="Make a new proposal, or import the file again.")
    wish = ProposeChange.model_validate(asked)
    planned = plans.change_set(ctx, wish)
    plans.keep(ctx, wish, planned)
    records.end(ctx, old, Status.SUPERSEDED, reason="planned anew")
    proposal = records.save_proposal(ctx, planned, reason=old.reason, source=old.source)
    return views.change_view(ctx, proposal, limit=SAMPLE, cursor=None)

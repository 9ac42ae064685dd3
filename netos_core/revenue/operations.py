"""Billed services and what they are of. An attribution is a change like any other, proposed and approved."""

from __future__ import annotations

from typing import Any

from netos_core.changes import records as write_path
from netos_core.changes import views
from netos_core.changes.plans import Wanted
from netos_core.changes.rules import Action, ChangeSet
from netos_core.changes.schemas import ChangeView
from netos_core.kernel.context import Context
from netos_core.kernel.errors import NotFound
from netos_core.kernel.operation import Effect, operation
from netos_core.revenue import plans
from netos_core.revenue.queries import services, suggesting
from netos_core.revenue.schemas import (
    AttributionEdit,
    GetRevenue,
    ListRevenue,
    ProposeAttributions,
    RevenueList,
    RevenueView,
)

SAMPLE = 25
BATCH = 500
MOST = 2000
WHY = "As suggested by the circuit's id, the account's number or its address."


@operation(Effect.READ, right="read:customers")
def list_revenue(ctx: Context, request: ListRevenue) -> RevenueList:
    """List billed services with what they earn a month and are of; unattributed ones with what is suggested."""
    return services.list_revenue(ctx, request)


@operation(Effect.READ, right="read:customers")
def get_revenue(ctx: Context, request: GetRevenue) -> RevenueView:
    """Show one billed service: what it earned by days, and which circuit, site or customer it is of."""
    return services.revenue(ctx, request.ref)


@operation(Effect.PROPOSE, right="propose:money")
def propose_attributions(ctx: Context, request: ProposeAttributions) -> ChangeView:
    """Propose, as one change, what is suggested for services that are not attributed: at most 2,000 at once."""
    edits = _suggested(ctx, [ref.strip().upper() for ref in request.refs])
    if not edits:
        raise NotFound("Nothing is suggested for them.", fix="Attribute them by hand.")
    wanted = [Wanted(Action.CREATE, None, AttributionEdit(**one)) for one in edits]
    one = len(edits) == 1
    title = f"Attribute {edits[0]['service'] if one else f'{len(edits):,} billed services'} as suggested"
    reason = request.reason or WHY
    # As `propose_change` would have been asked, so that it can be planned anew.
    source = {
        "propose_change": {
            "kind": "attribution", "action": "create", "reason": reason, "items": [{"set": edit} for edit in edits],
        }
    }  # fmt: skip
    proposal = write_path.save_proposal(
        ctx, ChangeSet(title, tuple(plans.plan(ctx, wanted))), reason=reason, source=source
    )
    return views.change_view(ctx, proposal, limit=SAMPLE, cursor=None)


def _suggested(ctx: Context, refs: list[str]) -> list[dict[str, Any]]:
    edits: list[dict[str, Any]] = []
    after = None
    while len(edits) < MOST and (batch := services.waiting(ctx, refs, after, BATCH)):
        ideas = suggesting.of_services(ctx, [row.id for row in batch])
        for row in batch:
            if (idea := ideas.get(row.id)) is not None and len(edits) < MOST:
                named = {"circuit": idea.circuit, "site": idea.site, "customer": idea.customer}
                edits.append(
                    {"service": row.ref, "basis": str(idea.basis), "reason": idea.reason,
                     **{name: ref for name, ref in named.items() if ref}}
                )  # fmt: skip
        after = batch[-1].id
    return edits

"""Which terms come up, what was decided about them, and the engine that moves them along the ladder."""

from __future__ import annotations

from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation
from netos_core.renewals import queries, records
from netos_core.renewals.queries import decisions
from netos_core.renewals.schemas import (
    DecisionView,
    GetDecision,
    GetPipeline,
    ListRenewals,
    Pipeline,
    RenewalList,
    RenewalRun,
    ReplayRenewals,
    RunRenewals,
)


@operation(Effect.READ)
def list_renewals(ctx: Context, request: ListRenewals) -> RenewalList:
    """List contracts by their act-by date, soonest first, with state, deadline and what silence would commit."""
    return queries.list_renewals(ctx, request)


@operation(Effect.READ, kept=True)
def get_pipeline(ctx: Context, request: GetPipeline) -> Pipeline:
    """Show renewals as a board: a column for each state, how many, the money at risk, and the soonest to act on."""
    return queries.pipeline(ctx, request)


@operation(Effect.READ)
def get_decision(ctx: Context, request: GetDecision) -> DecisionView:
    """Show one decision about a term: what, why, whose, what carries it out, and the proof that it was."""
    return decisions.decision(ctx, request.ref)


@operation(Effect.READ)
def replay_renewals(ctx: Context, request: ReplayRenewals) -> RenewalRun:
    """Walk contracts on from where they stand to a day and say each step; nothing is kept and nobody is told."""
    return queries.replay(ctx, request)


@operation(Effect.RUN, right="run:jobs")
def run_renewals(ctx: Context, request: RunRenewals) -> RenewalRun:
    """Bring contracts up to where they stand today, a batch at a time, and keep each step."""
    return records.run(ctx, request)

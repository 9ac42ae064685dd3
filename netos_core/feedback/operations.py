"""Look at what was reported. Reporting itself is a change like any other, of low risk."""

from __future__ import annotations

from netos_core.feedback import queries
from netos_core.feedback.schemas import FeedbackList, FeedbackView, GetFeedback, ListFeedback
from netos_core.kernel.context import Context
from netos_core.kernel.operation import Effect, operation


@operation(Effect.READ, right="read:feedback")
def list_feedback(ctx: Context, request: ListFeedback) -> FeedbackList:
    """List bugs and wishes by state, kind, urgency or words."""
    return queries.list_feedback(ctx, request)


@operation(Effect.READ, right="read:feedback")
def get_feedback(ctx: Context, request: GetFeedback) -> FeedbackView:
    """Show one report with the comments that tell its progress."""
    return queries.feedback(ctx, request.ref)

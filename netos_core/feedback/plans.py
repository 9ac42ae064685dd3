"""Plan reports and the comments on them. Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from netos_core.changes.plans import Wanted
from netos_core.changes.rows import About, Draft, Kind, plan_leaving, plan_rows
from netos_core.changes.rules import Action, Change
from netos_core.feedback import queries
from netos_core.feedback.rules import FeedbackKind, FeedbackStatus, Priority
from netos_core.feedback.schemas import FeedbackCommentEdit, FeedbackEdit
from netos_core.kernel.context import Context
from netos_core.kernel.errors import Invalid
from netos_core.kernel.lookup import Named


def _comment(_row: Mapping[str, Any], _about: About) -> str:
    return "comment"


FEEDBACK = Kind(
    "feedback",
    "report",
    required=("title",),
    links={},
    shown=("ref", "kind", "title"),
    names=queries.names,
    kept=("kind", "priority", "status"),
)
COMMENT = Kind(
    "feedback_comment",
    "comment",
    required=("feedback", "text"),
    links={"feedback": queries.names},
    shown=("text",),
    owner="feedback",
    part=_comment,
    lists="get_feedback",
)


def plan(ctx: Context, wanted: Sequence[Wanted[FeedbackEdit]]) -> list[Change]:
    """Plan reports. Retiring one retires its comments with it.

    Raises:
        NotFound: No report has that ref or title.
        Invalid: The title is missing.
        Conflict: The same report is asked for twice.
    """

    def complete(draft: Draft) -> None:
        draft.values["kind"] = draft.values.get("kind") or FeedbackKind.BUG
        draft.values["priority"] = draft.values.get("priority") or Priority.NORMAL
        draft.values["status"] = draft.values.get("status") or FeedbackStatus.NEW
        _sign(ctx, draft)

    changes = plan_rows(ctx, FEEDBACK, wanted, complete=complete)
    leaving = [c.id for c in changes if c.action is Action.RETIRE]
    return [*plan_leaving(ctx, COMMENT, "feedback", leaving), *changes]


def plan_comments(ctx: Context, wanted: Sequence[Wanted[FeedbackCommentEdit]]) -> list[Change]:
    """Plan new comments, or the retirement of comments by their id.

    Raises:
        NotFound: No report has that ref, or no comment that id.
        Invalid: The report or the text is missing, or a comment is to be rewritten.
        Conflict: The same comment is asked for twice.
    """
    if any(w.action is Action.UPDATE for w in wanted):
        raise Invalid("A comment is not rewritten.", field="action", fix="Add another, or retire this one.")
    return plan_rows(ctx, COMMENT, wanted, complete=lambda draft: _sign(ctx, draft))


def _sign(ctx: Context, draft: Draft) -> None:
    author = ctx.principal
    draft.about[author.person_id] = Named(author.person_id, author.name, author.name)
    draft.values["author_id"] = author.person_id
    draft.values["agent"] = author.agent

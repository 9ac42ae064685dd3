"""Reports: looked up, listed, and one with its comments."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select

from netos_core.access.model import Person
from netos_core.annotations.queries import tagged
from netos_core.feedback.model import Feedback, FeedbackComment
from netos_core.feedback.rules import CLOSED, Priority
from netos_core.feedback.schemas import CommentView, FeedbackList, FeedbackRow, FeedbackView, ListFeedback
from netos_core.kernel import listing
from netos_core.kernel.context import Context
from netos_core.kernel.lookup import Names, fill, like, nearest
from netos_core.kernel.page import columns_of
from netos_core.overview.queries import parts
from netos_core.overview.queries.words import page_of

FEEDBACK = Feedback.__table__
CONCISE = ("ref", "title", "kind", "priority", "status", "source", "author", "comments")
URGENCY = {priority.value: place for place, priority in enumerate(Priority)}


def names(ctx: Context, keys: Iterable[str]) -> Names:
    """Look reports up by ref or title."""
    title = FEEDBACK.c.title
    found = Names("report", "list_feedback", lambda key: nearest(ctx.session, FEEDBACK, key, name=title))
    fill(ctx.session, found, FEEDBACK, list(keys), by=[title], name=title)
    return found


def list_feedback(ctx: Context, request: ListFeedback) -> FeedbackList:
    """Return one page of reports, newest first unless sorted otherwise."""
    columns = columns_of(request, FeedbackRow, CONCISE)
    comments = (
        select(func.count())
        .where(FeedbackComment.feedback_id == Feedback.id, FeedbackComment.retired_at.is_(None))
        .correlate(Feedback)
        .scalar_subquery()
    )
    query = select(
        Feedback.ref, Feedback.title, Feedback.kind, Feedback.priority, Feedback.status, Feedback.source,
        Person.name.label("author"), Feedback.agent, comments.label("comments"), Feedback.created_at,
        Feedback.updated_at,
    ).join(Person, Person.id == Feedback.author_id)  # fmt: skip
    urgency = case(URGENCY, value=Feedback.priority)
    sortable: dict[str, listing.Column] = {
        "ref": Feedback.id,
        "title": func.lower(Feedback.title),
        "kind": Feedback.kind,
        "priority": urgency,
        "status": Feedback.status,
        "author": func.lower(Person.name),
        "comments": comments,
        "created_at": Feedback.created_at,
        "updated_at": Feedback.updated_at,
    }
    source = listing.ListSource("feedback", query, sortable, Feedback.id, "-ref")
    found, hint = page_of(
        ctx, source, request, _filters(request), Feedback, lambda word: Feedback.search_text.like(like(word))
    )
    return FeedbackList(
        total=found.total,
        shown=len(found.rows),
        next_cursor=found.next_cursor,
        columns=columns,
        hint=hint,
        rows=[FeedbackRow(**listing.plain(row)) for row in found.rows],
    )


def _filters(request: ListFeedback) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Feedback.retired_at.is_(None)]
    for column, values in (
        (Feedback.kind, request.kind),
        (Feedback.status, request.status),
        (Feedback.priority, request.priority),
    ):
        if values:
            wanted.append(column.in_(values))
    if request.open is not None:
        closed = Feedback.status.in_(sorted(CLOSED))
        wanted.append(~closed if request.open else closed)
    if request.author:
        wanted.append(func.lower(Person.email) == request.author.lower())
    if request.tag:
        wanted.append(Feedback.id.in_(tagged("feedback", request.tag)))
    return wanted


_OWN = (
    "ref", "version", "title", "kind", "text", "priority", "status", "source", "agent", "created_at", "updated_at",
)  # fmt: skip


def feedback(ctx: Context, ref: str) -> FeedbackView:
    """Read one report whole."""
    feedback_id = names(ctx, [ref]).get(ref, "ref").id
    row = (
        ctx.session.execute(
            select(FEEDBACK, Person.name.label("author"))
            .join(Person, Person.id == Feedback.author_id)
            .where(Feedback.id == feedback_id)
        )
        .mappings()
        .one()
    )
    return FeedbackView(
        **{name: row[name] for name in _OWN},
        author=row["author"],
        comments=_comments(ctx, feedback_id),
        tags=parts.tags(ctx, "feedback", feedback_id),
        open_changes=parts.open_changes(ctx, row["ref"], feedback_id),
    )


def _comments(ctx: Context, feedback_id: UUID) -> list[CommentView]:
    rows = ctx.session.execute(
        select(FeedbackComment.id, FeedbackComment.text, FeedbackComment.agent, FeedbackComment.created_at, Person.name)
        .join(Person, Person.id == FeedbackComment.author_id)
        .where(FeedbackComment.feedback_id == feedback_id, FeedbackComment.retired_at.is_(None))
        .order_by(FeedbackComment.id)
    )
    return [
        CommentView(id=str(row.id), text=row.text, author=row.name, agent=row.agent, at=row.created_at) for row in rows
    ]

"""What may be reported, and what lists and pages show of it."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from netos_core.changes.schemas import OpenChange
from netos_core.feedback.rules import FeedbackKind, FeedbackStatus, Priority
from netos_core.kernel.fields import LongText, Name, Text
from netos_core.kernel.page import Listing, ListRequest
from netos_core.kernel.redaction import Request, View


class FeedbackEdit(Request):
    """A bug in NetOS, or a wish. A field left out stays; null clears it."""

    kind: FeedbackKind | None = None
    title: Name | None = None
    text: LongText | None = Field(None, description="What happened or is wanted, and what was expected.")
    priority: Priority | None = None
    status: FeedbackStatus | None = None
    source: Text | None = Field(None, description="The page or the tool it is about, such as /circuits or get_site.")


class FeedbackCommentEdit(Request):
    """A word on how a report progresses."""

    feedback: Text | None = Field(None, description="Ref of the report, such as FBK-1001.")
    text: LongText | None = None


class ListFeedback(ListRequest):
    kind: list[FeedbackKind] | None = None
    status: list[FeedbackStatus] | None = None
    priority: list[Priority] | None = None
    open: bool | None = Field(None, description="Whether it is neither done nor declined.")
    author: str | None = Field(None, description="Mail address of who reported it.")
    tag: str | None = None


class FeedbackRow(View):
    ref: str
    title: str
    kind: str
    priority: str
    status: str
    source: str | None
    author: str
    agent: str | None
    comments: int
    created_at: datetime
    updated_at: datetime


class FeedbackList(Listing):
    rows: list[FeedbackRow]


class GetFeedback(Request):
    ref: str = Field(description="Such as FBK-1001.", max_length=200)


class CommentView(View):
    id: str
    text: str
    author: str
    agent: str | None
    at: datetime


class FeedbackView(View):
    """Everything recorded of one report."""

    ref: str
    version: int
    title: str
    kind: str
    text: str | None
    priority: str
    status: str
    source: str | None
    author: str
    agent: str | None
    comments: list[CommentView]
    tags: list[str]
    open_changes: list[OpenChange]
    created_at: datetime
    updated_at: datetime

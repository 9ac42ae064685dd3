"""What people keep for themselves and tell each other: saved views, reports of bugs and wishes, notices."""

from __future__ import annotations

from netos_core.feedback import operations as feedback
from netos_core.outbox import operations as outbox
from netos_core.views import operations as views
from netos_mcp.answers import LIST_WORDS, Published

NAME = "workspace"
TOOLSET = (
    Published(
        feedback.list_feedback,
        "List reported bugs and wishes by status, kind or priority. One with its comments: get_feedback. "
        'Example: {"open": true}.',
        words=LIST_WORDS,
        toolset=NAME,
    ),
    Published(
        feedback.get_feedback,
        'Show one report with its comments. Several: list_feedback. Example: {"ref": "FBK-1001"}.',
        toolset=NAME,
    ),
    Published(
        outbox.list_notices,
        "List the notices sent to your person by mail, Slack and other ways, with their state and the last error. "
        'One with its text: get_notice. Example: {"mine": true}.',
        words={**LIST_WORDS, "mine": "Only what went to you."},
        toolset=NAME,
    ),
    Published(
        outbox.get_notice,
        'Show one notice with its text and tries. Several: list_notices. Example: {"ref": "NTC-1001"}.',
        toolset=NAME,
    ),
    Published(
        outbox.get_notice_preferences,
        "Show how your person is told of each kind of notice: ways, at once or once a day, quiet hours. "
        "They set it on the page /me/notices. Takes no argument: {}.",
        toolset=NAME,
    ),
    Published(
        views.list_views,
        "List the saved views of lists: each is an operation with its arguments. Takes no argument: {}.",
        toolset=NAME,
    ),
)

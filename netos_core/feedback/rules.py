"""What may be reported, how urgent it is, and how far along."""

from __future__ import annotations

from enum import StrEnum


class FeedbackKind(StrEnum):
    BUG = "bug"
    FEATURE = "feature"


class Priority(StrEnum):
    """How urgent, most urgent first."""

    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class FeedbackStatus(StrEnum):
    NEW = "new"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    DECLINED = "declined"


CLOSED = frozenset({FeedbackStatus.DONE, FeedbackStatus.DECLINED})

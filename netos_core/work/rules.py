"""What becomes of a job: its states, how often it is tried and how long it rests in between."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

MAX_TRIES = 5
FIRST_REST_SECONDS = 5
REST_GROWS = 4

BEAT_EVERY = timedelta(seconds=3)
STRANDED_AFTER = timedelta(seconds=20)
"""A running job that has not beaten for so long has lost its worker."""


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def rest_after(tries: int) -> timedelta:
    """Say how long a job rests after so many failed tries: 5, 20, 80 and 320 seconds."""
    return timedelta(seconds=FIRST_REST_SECONDS * REST_GROWS ** (max(tries, 1) - 1))


def state_after_failure(tries: int, *, lasting: bool) -> JobState:
    """Decide whether a failed job is tried again; one that would fail the same way every time is not."""
    return JobState.FAILED if lasting or tries >= MAX_TRIES else JobState.QUEUED

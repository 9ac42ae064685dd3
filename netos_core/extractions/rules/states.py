"""Where an extraction stands. What became of its proposal is read from that, never kept twice."""

from __future__ import annotations

from netos_core.changes.rules import Status

WAITING, READING, READ, FAILED = "waiting", "reading", "read", "failed"
PROPOSED, DISMISSED, ON_FILE = "proposed", "dismissed", "on_file"
OPEN = (WAITING, READING, READ, FAILED)


def state_of(recorded: str, status: Status | None) -> str:
    """Return the state of today: a proposal that was turned down or ran out gives its extraction back to the queue."""
    if recorded != PROPOSED:
        return recorded
    if status is Status.COMMITTED:
        return ON_FILE
    return PROPOSED if status is Status.OPEN else READ

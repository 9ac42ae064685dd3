"""How a message fares: its states, how often it is tried and how long it rests in between."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

MAX_TRIES = 10
FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(hours=1)
LEASE = timedelta(minutes=2)
"""How long a claimed message is left to its worker; after that it is due again."""


class MessageState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


def rest_after(tries: int) -> timedelta:
    """Say how long a message rests after so many failed tries: half a minute, doubled each time, an hour at most."""
    rest: timedelta = FIRST_REST * 2 ** (max(tries, 1) - 1)
    return min(rest, LONGEST_REST)


def state_after_failure(tries: int) -> MessageState:
    return MessageState.DEAD if tries >= MAX_TRIES else MessageState.WAITING

"""How a message fares: its states, what a failure means, how long it rests, and when it is given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

FIRST_REST = timedelta(seconds=30)
LONGEST_REST = timedelta(hours=1)
SHORTEST_REST = timedelta(seconds=1)
PAST_THE_HOUR = 8
TAKEN_AT_ITS_WORD = 5
LONGEST_ASKED = timedelta(days=1)
"""However long a system asks us to wait: a limit by the day is over by then."""

KEPT_TRYING = timedelta(days=7)
"""How long a message is tried that nobody refuses: longer than any outage, so what is down for a day loses nothing."""

LEASE = timedelta(minutes=5)
"""How long a claimed message is left to its worker, longer than the slowest sending; after that it is due again."""


class MessageState(StrEnum):
    """Where a message stands. Held ones wait for a digest; gathered ones are told in one."""

    WAITING = "waiting"
    HELD = "held"
    GATHERED = "gathered"
    DELIVERED = "delivered"
    DEAD = "dead"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What a failure says about: this message for good, this message now, or everything that goes this way."""

    REFUSED = "refused"
    LATER = "later"
    AWAY = "away"
    SHUT = "shut"


VERDICTS: Mapping[str, Verdict] = {
    "rejected": Verdict.REFUSED,
    "not_found": Verdict.REFUSED,
    "conflict": Verdict.REFUSED,
    "deferred": Verdict.LATER,
    "unavailable": Verdict.AWAY,
    "rate_limited": Verdict.AWAY,
    "bad_response": Verdict.AWAY,
    "not_configured": Verdict.SHUT,
    "credentials_invalid": Verdict.SHUT,
    "permission_denied": Verdict.SHUT,
}
"""By the code of the error (vendors/errors.py). What is not here is a bug of ours, and the message is tried later."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try went.

    Args:
        verdict: What the failure means; None where the message was accepted.
        told: What went wrong, in words.
        retry_after: Seconds the system asked us to wait, if it did.
        maybe_done: Whether it may have been accepted all the same, so that another try may repeat it.
        address_refused: Whether the recipient's address is what was refused.
        vendor_ref: The system's own id of what it accepted, such as the `ts` of Slack.
    """

    verdict: Verdict | None = None
    told: str | None = None
    retry_after: float | None = None
    maybe_done: bool = False
    address_refused: bool = False
    vendor_ref: str | None = None


def verdict_on(code: str) -> Verdict:
    return VERDICTS.get(code, Verdict.LATER)


def rest_after(failures: int, asked: float | None = None) -> timedelta:
    """Say how long to rest after so many failures in a row: half a minute, doubled each time, an hour at most.

    Args:
        failures: How many, this one included.
        asked: Seconds the system asked us to wait. Its word is taken; after many failures, no less than our own.
    """
    own = LONGEST_REST if failures >= PAST_THE_HOUR else min(FIRST_REST * 2 ** (max(failures, 1) - 1), LONGEST_REST)
    if asked is None:
        return own
    least = own if failures > TAKEN_AT_ITS_WORD else SHORTEST_REST
    return min(max(least, timedelta(seconds=asked)), LONGEST_ASKED)


def state_after(verdict: Verdict, waited: timedelta) -> MessageState:
    """Say whether a message that failed is tried again; `waited` is how long it has been waiting by now."""
    given_up = verdict is Verdict.REFUSED or waited >= KEPT_TRYING
    return MessageState.DEAD if given_up else MessageState.WAITING

"""A finding, and what makes one come before another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class FindingKind(StrEnum):
    """What is to be done about a record."""

    RENEWAL_DEADLINE = "renewal_deadline"
    DECISION_OPEN = "decision_open"
    RENEWED_IN_SILENCE = "renewed_in_silence"
    TERMS_UNKNOWN = "terms_unknown"
    UNAPPROVED_EXTRACTION = "unapproved_extraction"
    UNATTRIBUTED_REVENUE = "unattributed_revenue"
    SPEND_ANOMALY = "spend_anomaly"
    CONCENTRATION = "concentration"
    NEGATIVE_MARGIN = "negative_margin"
    MISSING_COST = "missing_cost"


WORDS = {
    FindingKind.RENEWAL_DEADLINE: "Decide before notice is due",
    FindingKind.DECISION_OPEN: "Carry the decision out",
    FindingKind.RENEWED_IN_SILENCE: "Renewed because nobody acted",
    FindingKind.TERMS_UNKNOWN: "Terms the paper does not state",
    FindingKind.UNAPPROVED_EXTRACTION: "Decide what was read from a contract's PDF",
    FindingKind.UNATTRIBUTED_REVENUE: "Say what billed services are of",
    FindingKind.SPEND_ANOMALY: "Look at what changed in a provider's spend",
    FindingKind.CONCENTRATION: "Look at a market that hangs on one provider",
    FindingKind.NEGATIVE_MARGIN: "Costs more than it earns",
    FindingKind.MISSING_COST: "Record what it costs",
}

OF_MONEY = frozenset(
    {
        FindingKind.SPEND_ANOMALY,
        FindingKind.CONCENTRATION,
        FindingKind.NEGATIVE_MARGIN,
        FindingKind.MISSING_COST,
    }
)
"""Kinds whose being there tells of amounts, so only who sees these is told of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be done about a record.

    Args:
        kind: What.
        why: The evidence, in a sentence or two.
        amount: What is at risk in the record's currency; None where none is known.
        due_date: The day it has to be done by; None where no clock runs.
    """

    kind: FindingKind
    why: str
    amount: Decimal | None
    due_date: date | None


def days_to_act(due_date: date, today: date) -> int:
    """Count the days that are left, today included; what is past due has today."""
    return max((due_date - today).days, 0) + 1

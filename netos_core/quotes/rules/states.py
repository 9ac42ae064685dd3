"""What a quote and an order may be. The words are those of MEF 115 and 123."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class QuoteLevel(StrEnum):
    """How binding the prices are; a quote is as binding as its weakest item."""

    BUDGETARY = "budgetary"
    FIRM_SUBJECT_TO_FEASIBILITY = "firm_subject_to_feasibility"
    FIRM = "firm"


class QuoteState(StrEnum):
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    IN_PROGRESS_DRAFT = "in_progress_draft"
    ANSWERED = "answered"
    APPROVED_ORDERABLE = "approved_orderable"
    APPROVED_ORDERABLE_ALTERNATE = "approved_orderable_alternate"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNABLE_TO_PROVIDE = "unable_to_provide"


class Serviceability(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    UNKNOWN = "unknown"


class OrderStage(StrEnum):
    """The steps from order to bill. An order may be held at any of them."""

    ORDERED = "ordered"
    FOC = "foc"
    HELD = "held"
    SPECIAL_BUILD = "special_build"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    BILLING_START = "billing_start"


# What still waits for an answer and so can run out.
LIVE = frozenset(
    {
        QuoteState.ACKNOWLEDGED,
        QuoteState.IN_PROGRESS,
        QuoteState.IN_PROGRESS_DRAFT,
        QuoteState.ANSWERED,
        QuoteState.APPROVED_ORDERABLE,
        QuoteState.APPROVED_ORDERABLE_ALTERNATE,
    }
)

# What a provider has named its price in, whether it was taken or not; a price that has run out was still asked.
PRICED = frozenset(
    {
        QuoteState.ANSWERED,
        QuoteState.APPROVED_ORDERABLE,
        QuoteState.APPROVED_ORDERABLE_ALTERNATE,
        QuoteState.ACCEPTED,
        QuoteState.DECLINED,
    }
)


def shown_state(state: QuoteState, valid_until: date | None, today: date) -> QuoteState:
    """Return the state as of a day: a quote nobody answered is expired from the day after its last."""
    if state in LIVE and valid_until is not None and valid_until < today:
        return QuoteState.EXPIRED
    return state

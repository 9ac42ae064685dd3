"""The renewal ladder, the course of a contract along it, and what decisions make of both."""

from netos_core.renewals.rules.course import (
    Decisions,
    InForce,
    Opening,
    Place,
    missed,
    next_look,
    nth_term,
    place_on,
    steps,
    term_on,
)
from netos_core.renewals.rules.decisions import LEAVING, Choice, Decided, is_executed, what_is_left
from netos_core.renewals.rules.engine import Look, Step, Stood, look
from netos_core.renewals.rules.findings import KINDS, findings
from netos_core.renewals.rules.ladder import (
    LADDER,
    PRESSING,
    RUNGS,
    CostOfSilence,
    RenewalState,
    act_by_range,
    cost_of_silence,
    days_left,
    faster_service_needed,
    renewal_state,
    term_after,
)
from netos_core.renewals.rules.telling import News, news_of_move, news_of_reminder

__all__ = [
    "KINDS",
    "LADDER",
    "LEAVING",
    "PRESSING",
    "RUNGS",
    "Choice",
    "CostOfSilence",
    "Decided",
    "Decisions",
    "InForce",
    "Look",
    "News",
    "Opening",
    "Place",
    "RenewalState",
    "Step",
    "Stood",
    "act_by_range",
    "cost_of_silence",
    "days_left",
    "faster_service_needed",
    "findings",
    "is_executed",
    "look",
    "missed",
    "news_of_move",
    "news_of_reminder",
    "next_look",
    "nth_term",
    "place_on",
    "renewal_state",
    "steps",
    "term_after",
    "term_on",
    "what_is_left",
]  # fmt: skip

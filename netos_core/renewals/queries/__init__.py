"""Where contracts stand, what was decided about them, and which of them are due."""

from netos_core.renewals.queries.due import decided_about, last_days
from netos_core.renewals.queries.etf import leaving_today
from netos_core.renewals.queries.listed import list_renewals
from netos_core.renewals.queries.looks import replay
from netos_core.renewals.queries.pipeline import pipeline
from netos_core.renewals.queries.silence import by_monthly, monthly
from netos_core.renewals.queries.standing import (
    ACT_BY,
    NOTICE_DEADLINE,
    NUMBER,
    TERM_END,
    TERM_START,
    alarm,
    in_market,
    of_term,
    renewal_state,
    rung,
    with_standing,
)

__all__ = [
    "ACT_BY",
    "NOTICE_DEADLINE",
    "NUMBER",
    "TERM_END",
    "TERM_START",
    "alarm",
    "by_monthly",
    "decided_about",
    "in_market",
    "last_days",
    "leaving_today",
    "list_renewals",
    "monthly",
    "of_term",
    "pipeline",
    "renewal_state",
    "replay",
    "rung",
    "with_standing",
]  # fmt: skip

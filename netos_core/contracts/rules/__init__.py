"""When a term ends and when notice under it is due: to the day, as the clause counts it, saying how."""

from netos_core.contracts.rules.clauses import (
    BY_METHOD,
    DELIVERY_LEAD_DAYS,
    LONGEST_NOTICE,
    LONGEST_TERM_MONTHS,
    ContractKind,
    Deadline,
    EndOfTerm,
    Notice,
    NoticeCountedFrom,
    NoticeDates,
    NoticeMethod,
    NoticeUnit,
    Terms,
)
from netos_core.contracts.rules.days import act_by, is_us_business_day, notice_deadline, term_end_date
from netos_core.contracts.rules.deadlines import deadline_of, explain, governing_end_date
from netos_core.contracts.rules.following import silent_term, term_after
from netos_core.contracts.rules.problems import TermsProblem, problems_of

__all__ = [
    "BY_METHOD", "DELIVERY_LEAD_DAYS", "LONGEST_NOTICE", "LONGEST_TERM_MONTHS", "ContractKind", "Deadline", "EndOfTerm",
    "Notice", "NoticeCountedFrom", "NoticeDates", "NoticeMethod", "NoticeUnit", "Terms", "TermsProblem", "act_by",
    "deadline_of", "explain", "governing_end_date", "is_us_business_day", "notice_deadline", "problems_of",
    "silent_term", "term_after", "term_end_date",
]  # fmt: skip

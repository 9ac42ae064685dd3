"""What leaving a contract early costs: its terms as data, and the amount on any day, line by line to the cent."""

from netos_core.contracts.rules.etf.course import Course, RateBasis, RateStep
from netos_core.contracts.rules.etf.due import EtfStatement, earliest_exit, etf_after_notice, etf_on, notice_of
from netos_core.contracts.rules.etf.exits import Cheapest, Saving, cheapest_exit, exits, first_without_fee, saving
from netos_core.contracts.rules.etf.lines import EtfPart, Leaving, Line, spelled, total_of
from netos_core.contracts.rules.etf.rated import course_of
from netos_core.contracts.rules.etf.rates import Escalator, escalator_of, stored_escalator
from netos_core.contracts.rules.etf.terms import (
    EtfTerms,
    ExitKind,
    InRenewal,
    MrcBasis,
    PartialMonth,
    Per,
    Share,
    etf_terms,
)
from netos_core.contracts.rules.etf.words import clause_words, escalator_words, source_words

__all__ = [
    "Cheapest", "Course", "Escalator", "EtfPart", "EtfStatement", "EtfTerms", "ExitKind", "InRenewal", "Leaving",
    "Line", "MrcBasis", "PartialMonth", "Per", "RateBasis", "RateStep", "Saving", "Share", "cheapest_exit",
    "clause_words", "course_of", "earliest_exit", "escalator_of", "escalator_words", "etf_after_notice", "etf_on",
    "etf_terms", "exits", "first_without_fee", "notice_of", "saving", "source_words", "spelled",
    "stored_escalator", "total_of",
]  # fmt: skip

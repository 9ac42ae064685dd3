"""What is to be done about a contract where it stands."""

from __future__ import annotations

from netos_core.contracts.rules import explain
from netos_core.kernel.money import Amount
from netos_core.renewals.rules.course import Place, missed
from netos_core.renewals.rules.ladder import PRESSING, RenewalState, cost_of_silence
from netos_core.worklist.rules import Finding, FindingKind

KINDS = (
    FindingKind.RENEWAL_DEADLINE,
    FindingKind.DECISION_OPEN,
    FindingKind.RENEWED_IN_SILENCE,
    FindingKind.TERMS_UNKNOWN,
)


def findings(place: Place, mrc: Amount | None, problem: str | None) -> list[Finding]:
    """Say what is to be done about a contract, and what it puts at risk.

    A deadline puts at risk what silence would commit, a term that renewed in silence what it has committed already.

    Args:
        place: Where it stands.
        mrc: What it costs a month.
        problem: What in its terms contradicts itself.
    """
    terms = place.term.terms
    why = problem or explain(terms, place.deadline)
    silence = cost_of_silence(terms, mrc).amount
    at_risk = silence.value if silence else None
    act_by = place.deadline.act_by
    found: list[Finding] = []
    if place.alarm is not None:
        found.append(Finding(FindingKind.DECISION_OPEN, f"Decided, and not carried out. {why}", at_risk, act_by))
    elif place.state in PRESSING:
        found.append(Finding(FindingKind.RENEWAL_DEADLINE, why, at_risk, act_by))
    elif place.state is RenewalState.UNKNOWN:
        found.append(Finding(FindingKind.TERMS_UNKNOWN, why, None, None))
    if missed(place.term) and place.state is not RenewalState.DECIDED and place.term.before is not None:
        lost = cost_of_silence(place.term.before, mrc).amount
        said = f"Term {place.term.number + 1} opened on {terms.term_start_date}, as nobody acted in time. {why}"
        found.append(Finding(FindingKind.RENEWED_IN_SILENCE, said, lost.value if lost else None, act_by))
    return found

"""The renewal cliff: which contracts have to be acted on in which month, and what silence commits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from netos_core.contracts.rules import EndOfTerm, deadline_of, governing_end_date, problems_of
from netos_core.kernel.money import Amount, Basis
from netos_core.renewals.rules import cost_of_silence
from netos_core.spend.rules.ahead import Plan
from netos_core.spend.rules.way import Decisions


@dataclass(frozen=True, slots=True)
class Due:
    """A contract that has to be acted on: by when, what it costs today, and what silence commits.

    `uncosted` is that it renews by itself for an amount that is not known.
    """

    plan: Plan
    act_by: date
    term_end_date: date | None
    end_of_term: EndOfTerm
    decision: str | None
    mrc: Decimal | None
    commits: Decimal | None
    uncosted: bool
    currency: str


def due_of(
    plan: Plan, decisions: Decisions, currency: str, mrc: Decimal | None, act_by: date | None = None
) -> Due | None:
    """Give what is due of the term in force; None where no day is known or what was decided is carried out.

    Args:
        plan: The contract.
        decisions: What is decided about it.
        currency: Of its amounts.
        mrc: What it costs a month today.
        act_by: The day that is on file, where the term is that of its paper.
    """
    term = plan.way.term
    end = governing_end_date(term)
    about = decisions.get(end)
    if term.evergreen or problems_of(term) or (about is not None and about.decided.executed):
        return None
    day = act_by or deadline_of(term).act_by
    if day is None:
        return None
    amount = Amount(mrc, currency, Basis.CONTRACTED, plan.ref) if mrc is not None else None
    silence = cost_of_silence(term, amount).amount
    renews = term.end_of_term is EndOfTerm.AUTO_RENEW
    return Due(
        plan, day, end, term.end_of_term, about.ref if about else None, mrc, silence.value if silence else None,
        renews and silence is None, currency,
    )  # fmt: skip

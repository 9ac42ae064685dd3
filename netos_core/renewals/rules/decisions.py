"""What is decided about a term, and whether that was carried out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from netos_core.contracts.rules import EndOfTerm, NoticeDates


class Choice(StrEnum):
    """What is to become of a contract at the end of its term."""

    RENEW = "renew"
    NEGOTIATE = "negotiate"
    TERMINATE = "terminate"
    PORT = "port"


LEAVING = (Choice.TERMINATE, Choice.PORT)
"""Choices that end the contract, and so need notice where silence would go on with it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision about the term that ends on `term_end_date`; without an end, about the term that has none.

    `succeeded` is that the contract which follows is signed.
    """

    term_end_date: date | None
    choice: Choice
    on: date
    executed: bool
    succeeded: bool

    @property
    def ends_the_contract(self) -> bool:
        """Whether the term is the contract's last: it was left, or goes on under its successor, not in silence."""
        return self.executed and (self.choice in LEAVING or self.succeeded)


def is_executed(choice: Choice, end_of_term: EndOfTerm, *, served: bool, succeeded: bool) -> bool:
    """Tell whether a decision is carried out; until it is, its term alarms as if nothing was decided.

    Leaving is carried out by notice that was served with proof, renewing by the term that follows; and either by
    silence where that is what the clause makes of silence. Negotiating carries nothing out.

    Args:
        choice: What was decided.
        end_of_term: What the clause does in silence.
        served: Whether notice was served in time, and the proof is on file.
        succeeded: Whether the new term is signed.
    """
    if choice in LEAVING:
        return served or end_of_term is EndOfTerm.AUTO_DISCONNECT
    if choice is Choice.RENEW:
        return succeeded or end_of_term is EndOfTerm.AUTO_RENEW
    return False


def is_in_time(served: date | None, due: date | None, *, accepted: bool) -> bool:
    """Tell whether notice that was served counts: by its deadline, and later only where the carrier accepted it.

    Args:
        served: The day of service; None where none was.
        due: The deadline of the term it is about; None where there is none or it is not known.
        accepted: Whether the carrier has confirmed the notice.
    """
    return served is not None and (due is None or served <= due or accepted)


def why_not_counted(served: date, dates: NoticeDates, *, accepted: bool) -> str | None:
    """Say why notice served on a day does not end the contract, or may not; None where it does."""
    if accepted:
        return None
    if not is_in_time(served, dates.notice_deadline, accepted=False):
        return (
            f"notice served on {served} comes after {dates.notice_deadline}, when it was due: unless the carrier "
            "confirms that it accepts it, the contract goes on as if there was none."
        )
    if dates.opens is not None and served < dates.opens:
        return f"notice served on {served} comes before {dates.opens}: the carrier may refuse it as too early."
    return None


def what_is_left(choice: Choice, end_of_term: EndOfTerm, *, late: bool = False) -> str:
    """Say what carries a decision out; `late` is that notice was served after its deadline, and not accepted."""
    if choice is Choice.NEGOTIATE:
        return "Talks carry nothing out: decide to renew, terminate or port before the deadline."
    if choice is Choice.RENEW:
        return "Sign the new term and record it as the successor."
    if end_of_term is EndOfTerm.UNKNOWN:
        return "Find out what the contract does at the end of its term, and serve notice with proof."
    if late:
        return "It was served after it was due: have the carrier confirm that the contract ends, and record that."
    return "Serve notice and record the day, the method and the proof."
